"""Form of a subscription. The rules are the domain's; the form only carries what was typed."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from phoneprov.alerts.hours import write_minute
from phoneprov.alerts.kinds import AlertKind, Channel, Pace
from phoneprov.alerts.models import (
    DEFAULT_COLLECT_MINUTES,
    DEFAULT_MOST_PER_HOUR,
    DEFAULT_OFFLINE_MINUTES,
    AlertSubscription,
)
from phoneprov.alerts.subscriptions import (
    COLLECT_MINUTES,
    LONGEST_URL,
    MOST_PER_HOUR,
    OFFLINE_MINUTES,
    AlertDraft,
)
from phoneprov.core.zones import ZONE_NAMES, zones_by_region
from phoneprov.web.fields import TicksField, TimeField, WholeNumberField

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
ALL_TENANTS = 0
_TIME = {**_PLAIN, "maxlength": 5, "placeholder": "hh:mm"}


def _limits(limits: tuple[int, int]) -> dict[str, int | bool]:
    return {"min": limits[0], "max": limits[1], "required": True}


class AlertForm(FlaskForm):
    """What somebody wants to be told, and how."""

    tenant_id = SelectField("Tenants", coerce=int)
    kinds = TicksField("Tell me when")
    offline_minutes = WholeNumberField(
        "A phone counts as gone after",
        [InputRequired()],
        default=DEFAULT_OFFLINE_MINUTES,
        render_kw=_limits(OFFLINE_MINUTES),
    )
    tells_recovery = BooleanField("Also tell me when it is well again", default=True)
    channel = RadioField(
        "Send it by",
        choices=[SelectChoice(one.value, one.label) for one in Channel],
    )
    webhook_url = StringField(
        "Address of the webhook", render_kw={**_PLAIN, "maxlength": LONGEST_URL, "inputmode": "url"}
    )
    pace = RadioField(
        "How often",
        choices=[SelectChoice(one.value, one.label) for one in Pace],
        default=Pace.AT_ONCE.value,
    )
    collect_minutes = WholeNumberField(
        "Collected for",
        [InputRequired()],
        default=DEFAULT_COLLECT_MINUTES,
        render_kw=_limits(COLLECT_MINUTES),
    )
    daily_at = TimeField("Once a day at", render_kw=_TIME)
    quiet_from = TimeField("Quiet from", render_kw=_TIME)
    quiet_until = TimeField("Quiet until", render_kw=_TIME)
    time_zone = SelectField("By the clock of")
    most_per_hour = WholeNumberField(
        "Messages an hour, at most",
        [InputRequired()],
        default=DEFAULT_MOST_PER_HOUR,
        render_kw=_limits(MOST_PER_HOUR),
    )

    def prepare(self, kinds: Sequence[AlertKind], zone: str) -> None:
        """Offer these kinds, and all time zones, that of the subscription among them."""
        self.kinds.choices = [SelectChoice(one.value, one.label) for one in kinds]
        offered = dict(zones_by_region())
        if zone not in ZONE_NAMES:
            offered = {"": (zone,), **offered}
        self.time_zone.choices = offered
        if self.time_zone.data is None:
            self.time_zone.data = zone

    def offer_tenants(self, tenants: Sequence[tuple[int, str]]) -> None:
        """Offer these tenants, and all of them together; none: there is nothing to choose."""
        if not tenants:
            del self.tenant_id
            return
        self.tenant_id.choices = [(ALL_TENANTS, "All, also those added later"), *tenants]

    def read_draft(self) -> AlertDraft:
        """Return what was typed."""
        return AlertDraft(
            channel=Channel(self.channel.data),
            kinds=[AlertKind(one) for one in self.kinds.data or []],
            time_zone=self.time_zone.data or "",
            webhook_url=(self.webhook_url.data or "").strip(),
            offline_minutes=_number(self.offline_minutes),
            tells_recovery=bool(self.tells_recovery.data),
            pace=Pace(self.pace.data),
            collect_minutes=_number(self.collect_minutes),
            daily_at=self.daily_at.minute,
            quiet_from=self.quiet_from.minute,
            quiet_until=self.quiet_until.minute,
            most_per_hour=_number(self.most_per_hour),
        )


def form_values(row: AlertSubscription) -> dict[str, object]:
    """Return what the form shows of a subscription; never the address it posts to."""
    return {
        "kinds": row.kinds,
        "offline_minutes": row.offline_minutes,
        "tells_recovery": row.tells_recovery,
        "channel": row.channel.value,
        "pace": row.pace.value,
        "collect_minutes": row.collect_minutes,
        "daily_at": write_minute(row.daily_at),
        "quiet_from": write_minute(row.quiet_from),
        "quiet_until": write_minute(row.quiet_until),
        "time_zone": row.time_zone,
        "most_per_hour": row.most_per_hour,
    }


def _number(field: WholeNumberField) -> int:
    return field.data if isinstance(field.data, int) else -1
