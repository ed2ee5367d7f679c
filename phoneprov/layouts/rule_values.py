"""What a rule says: which keys it fills, with whom, in which order. Values, without a database."""

from dataclasses import dataclass
from enum import StrEnum

from phoneprov.vendors.config import ButtonKind

RULE_KINDS = (ButtonKind.BLF, ButtonKind.SPEED_DIAL, ButtonKind.PARK_RETRIEVE)
"""What a rule can fill keys with; the first two are for people."""
NAMED_AT_MOST = 8


class RuleOrder(StrEnum):
    """In which order a rule lays out people; slots always come as the PBX has them."""

    NAME = "name"
    NUMBER = "number"

    @property
    def label(self) -> str:
        """The order in words."""
        return {"name": "by name", "number": "by number"}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRule:
    """A rule as it is kept; `id` 0 where it is not kept yet."""

    id: int = 0
    kind: ButtonKind
    first_key: int
    last_key: int
    group_name: str = ""
    """Empty: everyone."""
    group_key: str = ""
    order: RuleOrder = RuleOrder.NAME
    leaves_out_own: bool = True
    """Whether a phone's own extension gets no key on it."""
    goes_on: bool = False
    """Whether what has no key in the range comes onto the modules beside."""
    most: int | None = None
    """So many keys at most; None for all that there is."""
    label: str = ""
    """Of each key, with variables; empty for the extension's name or the slot."""

    @property
    def is_for_people(self) -> bool:
        """Whether it is about extensions, not about slots."""
        return self.kind is not ButtonKind.PARK_RETRIEVE

    @property
    def words(self) -> str:
        """What it gives, in words."""
        who = f"group “{self.group_name}”" if self.group_key else "everyone"
        return {
            ButtonKind.BLF: f"BLF for {who}",
            ButtonKind.SPEED_DIAL: f"Speed dial to {who}",
        }.get(self.kind, "Park retrieve for every slot")

    @property
    def keys(self) -> str:
        """The range in words: `3–10`."""
        if self.first_key == self.last_key:
            return str(self.first_key)
        return f"{self.first_key}–{self.last_key}"


def name_some(names: tuple[str, ...]) -> str:
    """Return the first of many names, and how many more there are."""
    rest = len(names) - NAMED_AT_MOST
    named = ", ".join(names[:NAMED_AT_MOST])
    return f"{named} and {rest} more" if rest > 0 else named
