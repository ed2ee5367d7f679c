"""Variables in labels and values: `{extension}`, `{name}`, `{tenant}`, `{phone}`."""

import re
from collections.abc import Mapping

from phoneprov.core.errors import InvalidValueError

VARIABLES = ("extension", "name", "tenant", "phone")

_VARIABLE = re.compile(r"\{([A-Za-z_]+)\}")


def check_variables(text: str, *, field: str) -> None:
    """Refuse a variable that there is none of; braces around anything else are plain text.

    Raises InvalidValueError.
    """
    for name in _VARIABLE.findall(text):
        if name not in VARIABLES:
            known = ", ".join(f"{{{one}}}" for one in VARIABLES)
            message = f"There is no variable {{{name}}}; there are {known}."
            raise InvalidValueError(message, field=field)


def has_variable(text: str, name: str) -> bool:
    """Tell whether a text holds a variable."""
    return name in _VARIABLE.findall(text)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with its variables replaced; one that has no value stays as it is.

    What a value itself holds is not looked at again: a name may contain braces.
    """
    return _VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)
