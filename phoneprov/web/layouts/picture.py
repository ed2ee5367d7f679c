"""A phone or module as its editor draws it: pages of keys in two columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from phoneprov.layouts.faults import find_fault
from phoneprov.layouts.models import LayoutButton
from phoneprov.layouts.resolve import Line, PhoneFacts, StoredButton, preview_label
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.layouts.words import KIND_WORDS

MANY_ACCOUNTS = 1000
"""A picture is of no single phone, so no line is one too many on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of the picture."""

    position: int
    kind: ButtonKind | None = None
    label: str = ""
    """In full."""
    shown: str = ""
    """As far as the phone shows it."""
    fault: str | None = None

    @property
    def title(self) -> str:
        """What it is, for those who don't see the picture."""
        what = f"{KIND_WORDS[self.kind].name} {self.label}".strip() if self.kind else "empty"
        fault = f". {self.fault}" if self.fault else ""
        return f"Key {self.position}: {what}{fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One page of a phone's or module's keys, and how the whole is filled."""

    target: LayoutTarget
    page: int
    left: Sequence[Key]
    right: Sequence[Key]
    assigned: int
    """Keys with a button, over all pages."""
    faults: int
    out_of_range: Sequence[Key] = ()
    """Buttons on keys that the model does not have (any more)."""

    @property
    def keys(self) -> Sequence[Key]:
        """The keys of the page in order."""
        return (*self.left, *self.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the labels of a picture depend on."""

    tenant: str
    dialect: Dialect
    extensions: Mapping[int, Line]


def page_of(target: LayoutTarget, position: int) -> int:
    """Return on which page a key is; counts from 1."""
    return (position - 1) // target.keys_per_page + 1


def draw(
    target: LayoutTarget, rows: Mapping[int, LayoutButton], desk: Desk, *, page: int
) -> Picture:
    """Return a page of the picture; one beyond the last is the last."""
    last = page_of(target, target.keys)
    number = min(max(page, 1), last)
    first = (number - 1) * target.keys_per_page + 1
    end = min(first + target.keys_per_page, target.keys + 1)
    every = [draw_key(target, position, rows.get(position), desk) for position in range(first, end)]
    half = -(-len(every) // 2)
    faults = [find_fault(stored_of(row), desk.dialect) for row in rows.values()]
    return Picture(
        target=target,
        page=number,
        left=every[:half],
        right=every[half:],
        assigned=len(rows),
        faults=sum(fault is not None for fault in faults),
        out_of_range=[
            draw_key(target, position, row, desk)
            for position, row in rows.items()
            if position > target.keys
        ],
    )


def draw_key(target: LayoutTarget, position: int, row: LayoutButton | None, desk: Desk) -> Key:
    """Return one key with its label as it will be, variables of the phone left as they are."""
    if row is None:
        return Key(position=position)
    stored = stored_of(row)
    facts = PhoneFacts(
        own=Line(id=0, number="{extension}", name="{name}"),
        tenant=desk.tenant,
        phone="{phone}",
        accounts=MANY_ACCOUNTS,
        dialect=desk.dialect,
        extensions=desk.extensions,
    )
    label = preview_label(facts, stored) or ("{name}" if stored.kind is ButtonKind.LINE else "")
    return Key(
        position=position,
        kind=row.kind,
        label=label,
        shown=cut(label, target.label_chars),
        fault=find_fault(stored, desk.dialect),
    )


def cut(label: str, chars: int | None) -> str:
    """Return a label as far as it shows."""
    return label if chars is None or len(label) <= chars else label[:chars]


def stored_of(row: LayoutButton) -> StoredButton:
    """Return a row as the value that rules work on."""
    return StoredButton(
        position=row.position,
        kind=row.kind,
        value=row.value,
        label=row.label,
        extension_id=row.extension_id,
    )
