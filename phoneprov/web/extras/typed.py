"""What a person types as extra parameters: one a line, `name = value` or as the vendor writes."""

from collections.abc import Iterable, Mapping

from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.extra_models import ExtraParameter
from phoneprov.fleet.extra_parameters import check_parameters
from phoneprov.vendors.lines import FORMATS
from phoneprov.vendors.vocabulary import is_secret

MASK = "•••••••"
"""Stands for a secret that is kept; a line that still has it changes nothing."""
COMMENTS = ("#", ";", "<!--")
MOST_FAULTS = 10


def show_parameters(rows: Iterable[ExtraParameter]) -> str:
    """Return the parameters as lines for the form, those taken back left out, secrets masked."""
    return "\n".join(
        f"{row.name} = {MASK if is_secret(row.vendor, row.name) else row.value}"
        for row in rows
        if row.value is not None
    )


def read_parameters(
    vendor: Vendor, text: str, kept: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return the parameters of `text`, and what is wrong with it, line by line.

    `kept` holds the values that a mask stands for.
    """
    found: dict[str, str] = {}
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.strip().startswith(COMMENTS):
            continue
        try:
            name, value = _read_line(vendor, line, kept)
        except InvalidValueError as fault:
            faults.append(f"Line {number}: {fault.message}")
            continue
        if name in found:
            faults.append(f"Line {number}: {name} stands there twice.")
        found[name] = value
    return found, faults[:MOST_FAULTS]


def _read_line(vendor: Vendor, line: str, kept: Mapping[str, str]) -> tuple[str, str]:
    form = FORMATS[vendor]
    match = form.line.fullmatch(line.strip())
    if match:
        name, value = match["name"], form.read(match["value"])
    elif "=" in line:
        name, _, value = (part.strip() for part in line.partition("="))
    else:
        raise InvalidValueError("Write name = value.")
    if value == MASK:
        if name not in kept:
            raise InvalidValueError(f"Type the value of {name}; nothing is kept for it.")
        value = kept[name]
    ((name, value),) = check_parameters(vendor, {name: value}).items()
    return name, value
