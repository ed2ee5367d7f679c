"""A phone or module as its editor draws it: pages of keys in two columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import combining

from phoneprov.catalog.model import PhoneModel
from phoneprov.layouts.buttons import mark_of
from phoneprov.layouts.faults import find_fault
from phoneprov.layouts.models import LayoutButton
from phoneprov.layouts.resolve import Line, PhoneFacts, StoredButton, preview_label
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.layouts.words import KIND_WORDS

MANY_ACCOUNTS = 1000
"""A picture is of no single phone, so no line is one too many on it."""
MOST_COLUMNS = 8
"""The style sheet has so many."""
FEWEST_COLOURFUL = 200
"""Pixels of the shorter side from which a desk phone's screen shows colours."""
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}
_SKIN_TONES = range(0x1F3FB, 0x1F400)


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
    value: str = ""
    """As it can be typed: of a button that points at an extension its number."""
    typed_label: str = ""
    """What was typed as the label, with its variables; empty for what fits."""
    mark: str = mark_of(None)
    """Tells later whether the key still does this."""
    rule: str = ""
    """In words, the rule that fills it or may fill it; empty where it is none's."""

    @property
    def is_by_rule(self) -> bool:
        """Whether a rule made what it does."""
        return bool(self.rule and self.kind)

    @property
    def spoken(self) -> str:
        """What it does in words: type, number and label."""
        if self.kind is None:
            return "empty"
        value = "" if self.value == self.label else self.value
        return " ".join(filter(None, (KIND_WORDS[self.kind].name, value, self.label)))

    @property
    def title(self) -> str:
        """What it is, for those who don't see the picture."""
        what = f"{KIND_WORDS[self.kind].name} {self.label}".strip() if self.kind else "empty"
        rule = f" ({'by a rule' if self.kind else 'kept for a rule'})" if self.rule else ""
        fault = f". {self.fault}" if self.fault else ""
        return f"Key {self.position}: {what}{rule}{fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One page of a phone's or module's keys where they are, and how the whole is filled."""

    target: LayoutTarget
    page: int
    left: Sequence[Key] = ()
    right: Sequence[Key] = ()
    below: Sequence[Key] = ()
    block: Sequence[Key] = ()
    """Keys in `columns`: on a touch screen, or in a block beside the pages."""
    columns: int = 1
    assigned: int
    """Keys with a button, over all pages."""
    by_rule: int = 0
    """Keys that rules fill, over all pages."""
    faults: int
    out_of_range: Sequence[Key] = ()
    """Buttons on keys that the model does not have (any more)."""

    @property
    def keys(self) -> Sequence[Key]:
        """The keys in view in order."""
        return (*self.left, *self.right, *self.below, *self.block)

    def in_view(self, positions: Iterable[int]) -> list[Key]:
        """Return those of the keys that are in view, also beyond the model's last."""
        wanted = set(positions)
        return [key for key in (*self.keys, *self.out_of_range) if key.position in wanted]

    @property
    def is_colourful(self) -> bool:
        """Whether its screen shows colours; the small ones are grey."""
        screen = self.target.model.picture.screen
        return screen is not None and min(screen) >= FEWEST_COLOURFUL

    @property
    def turns_pages(self) -> bool:
        """Whether the last key of its front turns the pages instead of being one of them."""
        model, on_page = self.target.model, self.target.keys_per_page
        return isinstance(model, PhoneModel) and model.physical_keys == on_page + 1

    @property
    def has_handset(self) -> bool:
        """Whether it is a phone; a module stands beside one."""
        return self.target.accounts is not None

    @property
    def has_screen(self) -> bool:
        """Whether a screen stands between the keys."""
        return self.target.model.picture.screen is not None and self.target.accounts is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the labels of a picture depend on."""

    tenant: str
    dialect: Dialect
    extensions: Mapping[int, Line]


def draw(
    target: LayoutTarget, rows: Mapping[int, LayoutButton], desk: Desk, *, page: int
) -> Picture:
    """Return a page of the picture; one beyond the last is the last."""
    number = min(max(page, 1), target.last_page)
    faults = [find_fault(stored_of(row), desk.dialect) for row in rows.values()]

    def keys(positions: Iterable[int]) -> list[Key]:
        return [draw_key(target, one, rows.get(one), desk) for one in positions]

    places = _places(target, number)
    return Picture(
        target=target,
        page=number,
        left=keys(places.left),
        right=keys(places.right),
        below=keys(places.below),
        block=keys(places.block),
        columns=min(max(target.model.picture.columns, 1), MOST_COLUMNS),
        assigned=len(rows),
        faults=sum(fault is not None for fault in faults),
        out_of_range=keys(position for position in rows if position > target.keys),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Places:
    """Which positions are where on one page."""

    left: range
    right: range
    below: range
    block: range


def _places(target: LayoutTarget, page: int) -> _Places:
    """Return where the catalogue says that the keys of a page are.

    A page may have fewer keys than the phone has buttons: one of them turns the page.
    """
    picture = target.model.picture
    first = (page - 1) * target.keys_per_page + 1
    end = min(first + target.keys_per_page, target.paged_keys + 1)
    if picture.touch:
        return _Places(left=range(0), right=range(0), below=range(0), block=range(first, end))
    left = min(first + picture.left, end)
    right = min(left + picture.right, end) if picture.below else end
    return _Places(
        left=range(first, left),
        right=range(left, right),
        below=range(right, end),
        block=range(target.paged_keys + 1, target.keys + 1),
    )


def draw_key(target: LayoutTarget, position: int, row: LayoutButton | None, desk: Desk) -> Key:
    """Return one key with its label as it will be, variables of the phone left as they are."""
    if row is None:
        return Key(position=position)
    stored = stored_of(row)
    label = read_label(stored, desk)
    line = desk.extensions.get(row.extension_id or 0)
    return Key(
        position=position,
        kind=row.kind,
        label=label,
        shown=cut(label, target.label_chars),
        fault=find_fault(stored, desk.dialect),
        value=line.number if line else row.value,
        typed_label=row.label,
        mark=mark_of(row),
    )


def read_label(stored: StoredButton, desk: Desk) -> str:
    """Return the label of a key on any phone: the phone's own variables stay as they are."""
    facts = PhoneFacts(
        own=Line(id=0, number="{extension}", name="{name}"),
        tenant=desk.tenant,
        phone="{phone}",
        accounts=MANY_ACCOUNTS,
        dialect=desk.dialect,
        extensions=desk.extensions,
    )
    return preview_label(facts, stored) or ("{name}" if stored.kind is ButtonKind.LINE else "")


def cut(label: str, chars: int | None) -> str:
    """Return a label as far as it shows; an emoji or accented letter is never cut in two."""
    if chars is None or len(label) <= chars:
        return label
    end = chars
    while end and (_belongs_to_last(label[end]) or label[end - 1] == "\u200d"):
        end -= 1
    return label[:end]


def _belongs_to_last(char: str) -> bool:
    """Tell whether a character is drawn into the one before it."""
    return bool(combining(char)) or char in _JOINERS or ord(char) in _SKIN_TONES


def stored_of(row: LayoutButton) -> StoredButton:
    """Return a row as the value that rules work on."""
    return StoredButton(
        position=row.position,
        kind=row.kind,
        value=row.value,
        label=row.label,
        extension_id=row.extension_id,
    )
