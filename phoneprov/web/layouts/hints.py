"""What is said about a key while its form is being filled in, before anything is saved."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.buttons import list_lines
from phoneprov.layouts.drafts import ButtonDraft, ButtonRules, check_button
from phoneprov.layouts.faults import find_fault, find_twins
from phoneprov.layouts.models import LayoutButton
from phoneprov.layouts.resolve import Line, StoredButton
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.layouts.picture import Desk, cut, read_label, stored_of

MOST_OFFERED = 200
"""Extensions in the list below the field; what is typed narrows it."""
MOST_TWINS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What a draft would come to."""

    label: str = ""
    """What the phone will show, in a sentence; empty where there is nothing to say."""
    warnings: tuple[str, ...] = ()
    """What can be saved and is yet worth another look."""
    fault: InvalidValueError | None = None
    """Why it can't be saved as it is."""


def find_hints(
    target: LayoutTarget,
    rows: Mapping[int, LayoutButton],
    desk: Desk,
    position: int,
    draft: ButtonDraft,
) -> Hints:
    """Check what is typed as a save would; a value that is not typed yet is no mistake."""
    rules = ButtonRules(
        target=target, dialect=desk.dialect, other_lines=list_lines(dict(rows), without=position)
    )
    try:
        values = check_button(session(), current_tenant().id, position, draft, rules)
    except InvalidValueError as fault:
        is_unfinished = fault.field == "value" and not draft.value.strip()
        shown = StoredButton(position=position, kind=ButtonKind.CUSTOM, label=draft.label)
        label = "" if fault.field == "label" else _say_label(target, read_label(shown, desk))
        return Hints(label=label, fault=None if is_unfinished else fault)
    stored = StoredButton(
        position=position,
        kind=values.kind,
        value=values.value,
        label=values.label,
        extension_id=values.extension_id,
    )
    return Hints(
        label=_say_label(target, read_label(stored, desk)),
        warnings=tuple(_warn(stored, rows, desk)),
    )


def _warn(stored: StoredButton, rows: Mapping[int, LayoutButton], desk: Desk) -> Iterable[str]:
    twins = find_twins(stored, map(stored_of, rows.values()))
    if twins:
        named = ", ".join(str(one) for one in twins[:MOST_TWINS])
        more = ", …" if len(twins) > MOST_TWINS else ""
        yield f"Also on key{'s' if len(twins) > 1 else ''} {named}{more}."
    fault = find_fault(stored, desk.dialect)
    if fault:
        yield fault


def _say_label(target: LayoutTarget, label: str) -> str:
    """Return how a label will show, and how much room is left for it."""
    chars = target.label_chars
    if not label:
        return ""
    if "{" in label:
        return f"Shows “{label}”, filled in on each phone."
    if chars is None:
        return f"Shows “{label}”."
    if len(label) <= chars:
        left = chars - len(label)
        return f"Shows “{label}”; {left} character{'' if left == 1 else 's'} left."
    return f"Shows “{cut(label, chars)}”; cut after {chars} of {len(label)} characters."


def offer_extensions(lines: Iterable[Line], typed: str) -> list[Line]:
    """Return the extensions that what is typed may mean, by number or by part of the name."""
    words = typed.casefold().split()
    found = []
    for line in lines:
        text = f"{line.number} {line.name}".casefold()
        if all(word in text for word in words):
            found.append(line)
        if len(found) == MOST_OFFERED:
            break
    return found
