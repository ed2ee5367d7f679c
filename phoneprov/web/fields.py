"""Form fields that read what a person types more strictly than WTForms does."""

from collections.abc import Sequence

from wtforms import IntegerField

LONGEST_NUMBER = 10


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
