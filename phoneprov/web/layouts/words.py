"""The eight kinds of button in words, and what each asks for."""

from dataclasses import dataclass

from phoneprov.layouts.targets import LayoutTarget
from phoneprov.vendors.config import ButtonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """How a kind is named and what its value is."""

    name: str
    does: str
    """In one line."""
    asks: str
    """The name of its value's field."""
    help: str = ""
    suggestions: str = ""
    """The list that is offered while its value is typed: extensions, features, slots."""


KIND_WORDS = {
    ButtonKind.LINE: KindWords(
        name="Line",
        does="A SIP line of the phone.",
        asks="Extension",
        help="Empty: the phone's own. Another one is registered on the phone as well.",
        suggestions="extensions",
    ),
    ButtonKind.BLF: KindWords(
        name="BLF",
        does="A lamp for another extension: free, ringing, busy; a press calls it.",
        asks="Extension",
        help="By number or name. The label is its name unless you type one.",
        suggestions="extensions",
    ),
    ButtonKind.SPEED_DIAL: KindWords(
        name="Speed Dial",
        does="Calls a number.",
        asks="Number",
        help="Inside or outside, as people write it: +49 30 1234567.",
        suggestions="extensions",
    ),
    ButtonKind.FEATURE_CODE: KindWords(
        name="Feature Code",
        does="Dials a star code of the PBX.",
        asks="Feature or code",
        help="A feature by name follows the PBX; a code, such as *46, is dialled as it is.",
        suggestions="features",
    ),
    ButtonKind.PARK: KindWords(
        name="Park",
        does="Parks the active call.",
        asks="Slot",
        help="Empty: the PBX chooses the slot.",
        suggestions="slots",
    ),
    ButtonKind.PARK_RETRIEVE: KindWords(
        name="Park Retrieve",
        does="Takes back the call parked on a slot; its lamp shows whether there is one.",
        asks="Slot",
        suggestions="slots",
    ),
    ButtonKind.CONFERENCE: KindWords(
        name="Conference",
        does="Starts a conference.",
        asks="Conference room",
        help="Empty: the phone's own conference. A number: the room of the PBX it calls.",
    ),
    ButtonKind.CUSTOM: KindWords(
        name="Custom",
        does="Dials exactly what you type.",
        asks="Dial string",
        help="*, #, commas, + and letters stay as they are.",
    ),
}
"""In the order in which they are offered."""


def list_refusals(target: LayoutTarget, position: int) -> list[tuple[str, str]]:
    """Return the kinds that a key can't carry however they are filled in, with the reason."""
    return [
        (words.name, reason)
        for kind, words in KIND_WORDS.items()
        if (reason := target.why_not(position, kind, has_value=True))
    ]
