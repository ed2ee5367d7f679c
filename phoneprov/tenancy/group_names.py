"""Names of groups: how they are typed in a row, kept, and compared. Without a database."""

import re

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text

LONGEST_GROUP = 40
LONGEST_KEY = 3 * LONGEST_GROUP
"""Folding for comparison makes up to three characters of one."""
MOST_GROUPS = 20
"""So many groups one extension is in at most."""

_BETWEEN = re.compile(r"[,;]")


def group_key(name: str) -> str:
    """Return what a name is compared by: `Sales` and `SALES` are one group."""
    return " ".join(name.split()).casefold()


def read_groups(text: str) -> tuple[str, ...]:
    """Return the names that stand in a row, between commas or semicolons; each once, in order.

    Raises InvalidValueError for the field `groups`.
    """
    names: dict[str, str] = {}
    for part in _BETWEEN.split(text):
        name = " ".join(clean_text(part, field="groups", longest=10 * LONGEST_GROUP).split())
        if len(name) > LONGEST_GROUP:
            message = f"A group's name has at most {LONGEST_GROUP} characters; “{name}” is longer."
            raise InvalidValueError(message, field="groups")
        if name:
            names.setdefault(group_key(name), name)
    if len(names) > MOST_GROUPS:
        message = f"At most {MOST_GROUPS} groups; these are {len(names)}."
        raise InvalidValueError(message, field="groups")
    return tuple(names[key] for key in sorted(names))


def write_groups(names: tuple[str, ...]) -> str:
    """Return names in a row, as `read_groups` takes them."""
    return ", ".join(names)


def group_keys(text: str) -> frozenset[str]:
    """Return the groups in a row of names, by what they are compared by."""
    return frozenset(group_key(name) for name in _BETWEEN.split(text) if name.strip())
