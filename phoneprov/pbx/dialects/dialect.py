"""A PBX's dialect: what is dialled for what a button means. Pure values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SLOT = "{slot}"
"""Stands for the number of the slot in what is dialled."""

_SEPARATORS = re.compile(r"[\s()\[\]./\u2010-\u2015-]+")
_TRUNK_ZERO = re.compile(r"\(0\)")
_DIALLABLE = re.compile(r"\+?[0-9*#,]+")
SHORTEST_OUTSIDE = 7
"""A number with so many digits is none of the house's, unless an extension has it."""
SHORTEST_WITH_ZERO = 4
"""The same for a number that begins with a zero; a shorter one is an operator or a code."""


class Feature(StrEnum):
    """A feature of the PBX that is reached by a code."""

    VOICEMAIL = "voicemail"
    VOICEMAIL_OTHER = "voicemail_other"
    DND_ON = "dnd_on"
    DND_OFF = "dnd_off"
    DND_TOGGLE = "dnd_toggle"
    FORWARD_ON = "forward_on"
    FORWARD_OFF = "forward_off"
    FORWARD_TOGGLE = "forward_toggle"
    GROUP_PICKUP = "group_pickup"
    QUEUE_LOGIN = "queue_login"
    QUEUE_PAUSE = "queue_pause"

    @property
    def label(self) -> str:
        """The feature in words, short enough for a key."""
        return _FEATURE_WORDS[self]


_FEATURE_WORDS = {
    Feature.VOICEMAIL: "Voicemail",
    Feature.VOICEMAIL_OTHER: "Voicemail of another",
    Feature.DND_ON: "DND on",
    Feature.DND_OFF: "DND off",
    Feature.DND_TOGGLE: "DND on/off",
    Feature.FORWARD_ON: "Forward on",
    Feature.FORWARD_OFF: "Forward off",
    Feature.FORWARD_TOGGLE: "Forward on/off",
    Feature.GROUP_PICKUP: "Group pick-up",
    Feature.QUEUE_LOGIN: "Queue log-in",
    Feature.QUEUE_PAUSE: "Queue pause",
}


class ParkWay(StrEnum):
    """How a running call gets onto a slot."""

    TRANSFER = "transfer"
    """By a blind transfer to what is dialled."""
    CODE = "code"
    """By dialling it inside the call, as tones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What is dialled on one PBX."""

    name: str
    """A word of PBX kinds: asterisk, freeswitch, kamailio, own."""
    label: str
    codes: Mapping[str, str] = field(default_factory=dict)
    """Feature (a value of Feature, or a name of the provider's own) to its code."""
    pickup_code: str = ""
    """What a press on a ringing BLF dials before the number; empty for none."""
    park_way: ParkWay = ParkWay.TRANSFER
    park_code: str = ""
    """Parks the call on a slot of the PBX's choice; empty where it has none."""
    park_slot: str = ""
    """Parks the call on a given slot, with `{slot}` in it; empty where the PBX always chooses."""
    retrieve_slot: str = SLOT
    """Takes back, and watches, the call on a slot, with `{slot}` in it."""
    slots: tuple[str, ...] = ("71", "72", "73", "74", "75")
    outside_prefix: str = ""
    """Dialled before a number outside the house."""
    international_prefix: str = "+"
    """Dialled in place of a leading plus."""
    sources: Mapping[str, str] = field(default_factory=dict)

    def park(self, slot: str = "") -> str:
        """Return what parks the running call, on a slot if one is given; empty if nothing can."""
        if slot and self.park_slot:
            return self.park_slot.replace(SLOT, slot)
        return self.park_code

    def retrieve(self, slot: str) -> str:
        """Return what takes back the call on a slot."""
        return self.retrieve_slot.replace(SLOT, slot)

    def find_code(self, feature: str) -> str | None:
        """Return the code of a feature that the dialect knows by this name."""
        return self.codes.get(feature)

    def dial(self, number: str, *, is_internal: bool = False) -> str:
        """Return what is dialled for a number as people write it.

        Blanks, brackets, hyphens, dots and slashes go, the trunk zero of `+49 (0)30` too; a plus
        becomes the international prefix, and a number outside the house gets the outside prefix.
        Codes and SIP addresses stay as they are.
        """
        compact = _SEPARATORS.sub("", _TRUNK_ZERO.sub("", number) if "+" in number else number)
        if not _DIALLABLE.fullmatch(compact):
            return number.strip()
        if is_internal or not _is_outside(compact):
            return compact
        if compact.startswith("+"):
            compact = self.international_prefix + compact[1:]
        return self.outside_prefix + compact


def _is_outside(number: str) -> bool:
    """Tell whether a cleaned number leaves the house: by its plus, its zero or its length."""
    digits, _, _ = number.partition(",")
    if not digits.lstrip("+").isdigit():
        return False
    shortest = SHORTEST_WITH_ZERO if digits.startswith("0") else SHORTEST_OUTSIDE
    return digits.startswith("+") or len(digits) >= shortest
