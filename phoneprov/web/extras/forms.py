"""The form of extra parameters: one text of many lines."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField

LONGEST_TEXT = 60_000


class ParametersForm(FlaskForm):
    """One parameter a line; what was typed stays until it is right."""

    parameters = TextAreaField(
        "Extra parameters",
        render_kw={
            "rows": 14,
            "maxlength": LONGEST_TEXT,
            "spellcheck": "false",
            "autocapitalize": "none",
            "autocomplete": "off",
            "class": "mono",
        },
    )
