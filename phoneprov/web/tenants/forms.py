"""Forms of the tenants. The rules are the domain's; a form only carries what was typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from phoneprov.core.zones import ZONE_NAMES, zones_by_region
from phoneprov.tenancy.models import FoundBy, Tenant
from phoneprov.tenancy.tenants import (
    KEEPALIVE_S,
    POLL_MINUTES,
    WAIT_DAYS,
    WINDOW_MINUTES,
    TenantDraft,
)
from phoneprov.web.fields import WholeNumberField, read_password

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
NO_PBX = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxChoice:
    """A PBX as the form offers it."""

    pbx_id: int
    name: str


def _limits(limits: tuple[int, int]) -> dict[str, int | bool]:
    return {"min": limits[0], "max": limits[1], "required": True}


class TenantSettingsForm(FlaskForm):
    """What a tenant's own admin may set."""

    time_zone = SelectField("Time zone")
    poll_minutes = WholeNumberField(
        "Phones check for changes every", [InputRequired()], render_kw=_limits(POLL_MINUTES)
    )
    keepalive_limit_s = WholeNumberField(
        "Offline after silence of", [InputRequired()], render_kw=_limits(KEEPALIVE_S)
    )
    admin_password = PasswordField(
        "Admin password of the phones",
        render_kw={"autocomplete": "new-password", "maxlength": 64, "spellcheck": "false"},
    )
    remove_password = BooleanField("Remove the password: each phone keeps the one it has")
    found_by = SelectField("How its phones find this server")

    def prepare(self, now: str) -> None:
        """Offer all time zones, that of today among them, and the ways to find us."""
        self.found_by.choices = [(one.value, one.label) for one in FoundBy]
        offered = dict(zones_by_region())
        if now not in ZONE_NAMES:
            offered = {"": (now,), **offered}
        self.time_zone.choices = offered

    def read_draft(self, tenant: Tenant) -> TenantDraft:
        """Return what was typed, and all else as it is."""
        return TenantDraft(
            name=tenant.name,
            time_zone=self.time_zone.data or "",
            poll_minutes=self.poll_minutes.data or 0,
            keepalive_limit_s=self.keepalive_limit_s.data or 0,
            ntp_server=tenant.ntp_server,
            pbx_id=tenant.pbx_id,
            sip_domain=tenant.sip_domain,
            admin_password=self.read_password(),
            contact_wait_days=tenant.contact_wait_days,
            contact_window_minutes=tenant.contact_window_minutes,
            is_window_closed_by_token=tenant.is_window_closed_by_token,
            encrypts_configs=tenant.encrypts_configs,
            found_by=FoundBy(self.found_by.data),
        )

    def read_password(self) -> str | None:
        """Return the new password, an empty one to remove it, or None to leave it as it is."""
        return read_password(self.admin_password, self.remove_password)


class TenantForm(TenantSettingsForm):
    """What provider staff sets: all of it."""

    name = StringField(
        "Name", [InputRequired("Enter the tenant’s name.")], render_kw={"maxlength": 100}
    )
    pbx_id = SelectField("PBX", coerce=int)
    sip_domain = StringField("SIP domain", render_kw={**_PLAIN, "maxlength": 255})
    ntp_server = StringField("Time server (NTP)", render_kw={**_PLAIN, "maxlength": 255})
    contact_wait_days = WholeNumberField(
        "Wait for a new phone's first request", [InputRequired()], render_kw=_limits(WAIT_DAYS)
    )
    contact_window_minutes = WholeNumberField(
        "From then, give it its config by MAC address for",
        [InputRequired()],
        render_kw=_limits(WINDOW_MINUTES),
    )
    is_window_closed_by_token = BooleanField("Close earlier, as soon as it uses its own address")
    encrypts_configs = BooleanField("Encrypt the configs of Grandstream and Cisco SPA phones")

    def offer_pbxs(self, pbxs: Sequence[PbxChoice]) -> None:
        """Offer these PBXs and none."""
        self.pbx_id.choices = [
            (NO_PBX, "None yet"),
            *((pbx.pbx_id, pbx.name) for pbx in pbxs),
        ]

    def read_draft(self, tenant: Tenant | None = None) -> TenantDraft:
        """Return what was typed."""
        del tenant
        return TenantDraft(
            name=self.name.data or "",
            time_zone=self.time_zone.data or "",
            poll_minutes=self.poll_minutes.data or 0,
            keepalive_limit_s=self.keepalive_limit_s.data or 0,
            ntp_server=self.ntp_server.data or "",
            pbx_id=self.pbx_id.data or None,
            sip_domain=self.sip_domain.data or "",
            admin_password=self.read_password(),
            contact_wait_days=_number(self.contact_wait_days),
            contact_window_minutes=_number(self.contact_window_minutes),
            is_window_closed_by_token=bool(self.is_window_closed_by_token.data),
            encrypts_configs=bool(self.encrypts_configs.data),
            found_by=FoundBy(self.found_by.data),
        )


class DeleteTenantForm(FlaskForm):
    """The tenant's name, typed."""

    typed_name = StringField("Type the name to confirm", render_kw={**_PLAIN, "maxlength": 100})


def _number(field: WholeNumberField) -> int:
    return field.data if isinstance(field.data, int) else -1
