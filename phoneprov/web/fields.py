"""Form fields that read what a person types more strictly than WTForms does."""

from collections.abc import Sequence

from wtforms import BooleanField, IntegerField, PasswordField, SelectMultipleField, StringField
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput

from phoneprov.alerts.hours import read_minute

LONGEST_NUMBER = 10


def read_password(typed: PasswordField, is_dropped: BooleanField) -> str | None:
    """Return the new password, an empty one to drop it, or None to leave it as it is.

    Only what was typed counts: the field's `data` would be the stored one where none came.
    """
    sent = (typed.raw_data or [""])[0]
    if sent:
        return str(sent)
    return "" if is_dropped.data else None


class WholeNumberField(IntegerField):
    """A number in plain digits.

    Python's own `int` also takes `1_000`, `+5`, blanks and the digits of other scripts; what was
    typed stays in the field.
    """

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the number. Raises ValueError with the message for the field."""
        if not valuelist:
            return
        text = valuelist[0]
        self.data = None
        if text and not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
            raise ValueError("Enter a number in digits only.")
        self.data = int(text) if text else None


class TicksField(SelectMultipleField):
    """Several of a list, each with a box of its own."""

    option_widget = CheckboxInput()  # type: ignore[assignment]  # any input will do for a list


class TimeField(StringField):
    """A time of day; what was typed stays in the field."""

    @property
    def minute(self) -> int | None:
        """The minutes after midnight, None where nothing was typed."""
        return read_minute(self.data or "")

    def pre_validate(self, form: object) -> None:
        """Refuse what is no time of day. Raises StopValidation."""
        del form
        if self.data and read_minute(self.data) is None:
            raise StopValidation("Enter a time of day such as 22:00.")
