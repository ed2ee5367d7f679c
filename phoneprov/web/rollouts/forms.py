"""Form of a roll-out. It only carries what was typed; the rules are the domain's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, StopValidation

from phoneprov.firmware.rollout_models import LONGEST_NAME
from phoneprov.operations.rollouts.drafts import (
    LONGEST_LASTS,
    MOST_BATCH_PHONES,
    MOST_CANARY_PHONES,
    MOST_FAILURES,
    MOST_VERIFY_MINUTES,
)
from phoneprov.web.fields import WholeNumberField
from phoneprov.web.phones.chosen import read_ids, write_ids
from phoneprov.web.rollouts.keys import make_order_key
from phoneprov.web.rollouts.offers import ImageOffer

WINDOWS, NOW = "windows", "now"
MOST_DAYS = LONGEST_LASTS.days
_SMALL, _MIDDLE = 10, 100
_DAYS_IN_WINDOWS, _DAYS_NOW = 14, 2


def _limits(least: int, most: int) -> dict[str, int | bool]:
    return {"min": least, "max": most, "required": True}


def _number(label: str, least: int, most: int) -> WholeNumberField:
    said = f"Enter a number from {least} to {most:,}."
    field: WholeNumberField = WholeNumberField(
        label,
        [InputRequired(said), NumberRange(least, most, said)],
        render_kw=_limits(least, most),
    )
    return field


class RolloutForm(FlaskForm):
    """Which firmware, when, and how carefully."""

    ids = HiddenField()
    order_key = HiddenField()
    """Names this form, so that sending it twice orders once."""
    firmware = RadioField("Firmware", validate_choice=False)
    allows_downgrade = BooleanField("Downgrade on purpose")
    timing = RadioField(
        "When",
        validate_choice=False,
        choices=[
            SelectChoice(WINDOWS, "In the maintenance windows"),
            SelectChoice(NOW, "Now"),
        ],
    )
    canary_phones = _number("Canary", 1, MOST_CANARY_PHONES)
    verify_minutes = _number("Watched for", 0, MOST_VERIFY_MINUTES)
    batch_phones = _number("Batches of", 1, MOST_BATCH_PHONES)
    max_failures = _number("Halts after", 1, MOST_FAILURES)
    ends_days = _number("Ends after", 1, MOST_DAYS)
    name = StringField("Name", render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"})

    def __init__(
        self, offers: Sequence[ImageOffer], count: int, *, has_windows: bool, **values: object
    ) -> None:
        super().__init__(data=_defaults(offers, count, has_windows=has_windows), **values)
        self.firmware.choices = [
            SelectChoice(
                str(one.firmware.id), f"{one.firmware.vendor.label} {one.firmware.version}"
            )
            for one in offers
        ]
        self.offers = offers

    @property
    def offer(self) -> ImageOffer | None:
        """The image that is chosen."""
        return next(
            (one for one in self.offers if str(one.firmware.id) == self.firmware.data), None
        )

    @property
    def phone_ids(self) -> list[int]:
        """The phones that it is about."""
        return read_ids(self.ids.data or "")

    @property
    def carried(self) -> list[tuple[str, object]]:
        """What goes from the plan to the start."""
        names = [name for name in self._fields if name not in {"csrf_token", "allows_downgrade"}]
        carried: list[tuple[str, object]] = [
            (name, self[name].data if self[name].data is not None else "") for name in names
        ]
        return [*carried, ("allows_downgrade", "y")] if self.allows_downgrade.data else carried

    def carry(self, ids: Sequence[int]) -> None:
        """Let it be about these phones."""
        self.ids.data = write_ids(ids)

    def ends_at(self, now: datetime) -> datetime:
        """Return when phones that are away lose their turn; only after it was validated."""
        return now + timedelta(days=self.ends_days.data)

    def validate_firmware(self, field: RadioField) -> None:
        """Refuse what is none of the images offered. Raises StopValidation."""
        del field
        if self.offer is None:
            raise StopValidation("Choose the firmware.")

    def validate_timing(self, field: RadioField) -> None:
        """Refuse what is neither of both. Raises StopValidation."""
        if field.data not in {WINDOWS, NOW}:
            raise StopValidation("Choose when.")


def _defaults(offers: Sequence[ImageOffer], count: int, *, has_windows: bool) -> dict[str, object]:
    """Return what suits so many phones: the more, the more carefully."""
    first = next((one for one in offers if one.newer), None)
    return {
        "firmware": str(first.firmware.id) if first else None,
        "timing": WINDOWS if has_windows else None,
        "order_key": make_order_key(),
        "canary_phones": (1 if count < _SMALL else 3 if count < _MIDDLE else 5),
        "verify_minutes": 15,
        "batch_phones": 5 if count < _SMALL else 10 if count < _MIDDLE else 25,
        "max_failures": 1 if count < _SMALL else 3 if count < _MIDDLE else 5,
        "ends_days": _DAYS_IN_WINDOWS if has_windows else _DAYS_NOW,
    }
