"""Form of a maintenance window. It only carries what was typed; the rules are the domain's."""

from datetime import time

from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import StopValidation

from phoneprov.firmware.rollout_models import MaintenanceWindow
from phoneprov.firmware.window_words import DAY_NAMES, list_days
from phoneprov.web.fields import TicksField, TimeField

_CLOCK = {
    "autocomplete": "off",
    "spellcheck": "false",
    "maxlength": 5,
    "placeholder": "hh:mm",
    "required": True,
}


class _ClockField(TimeField):
    """A time of day that can't be left out."""

    @property
    def clock(self) -> time:
        """The time that was typed; only after it was found to be one."""
        minute = self.minute or 0
        return time(minute // 60, minute % 60)

    def pre_validate(self, form: object) -> None:
        """Refuse what is no time of day, and nothing at all. Raises StopValidation."""
        if not (self.data or "").strip():
            raise StopValidation("Enter a time of day such as 22:00.")
        super().pre_validate(form)


class WindowForm(FlaskForm):
    """On which days, from when to when."""

    weekdays = TicksField(
        "Opens on",
        choices=[SelectChoice(str(day), name) for day, name in enumerate(DAY_NAMES)],
        validate_choice=False,
    )
    opens = _ClockField("From", render_kw=_CLOCK)
    closes = _ClockField("To", render_kw=_CLOCK)

    def __init__(self, window: MaintenanceWindow | None) -> None:
        super().__init__(data=_values(window))

    @property
    def days(self) -> frozenset[int]:
        """The days that are ticked, 0 is Monday; what is no day is left out."""
        ticked = set(self.weekdays.data or ())
        return frozenset(day for day in range(len(DAY_NAMES)) if str(day) in ticked)

    def validate_weekdays(self, field: TicksField) -> None:
        """Refuse a window that never opens. Raises StopValidation."""
        del field
        if not self.days:
            raise StopValidation("Tick at least one day.")


def _values(window: MaintenanceWindow | None) -> dict[str, object]:
    if window is None:
        return {"weekdays": [str(day) for day in range(5)], "opens": "22:00", "closes": "05:00"}
    return {
        "weekdays": [str(day) for day in list_days(window.weekdays)],
        "opens": f"{window.opens:%H:%M}",
        "closes": f"{window.closes:%H:%M}",
    }
