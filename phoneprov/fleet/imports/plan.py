"""What taking a list of phones would do: planned without touching anything, shown, then done."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace

from phoneprov.catalog.model import PhoneModel
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import Mac, find_mac, format_mac, parse_mac
from phoneprov.core.sheets import is_shortened
from phoneprov.fleet.drafts import PhoneDraft, draft_of
from phoneprov.fleet.imports.cells import FIELDS, CellValue, find_named_model, read_cell
from phoneprov.fleet.imports.known import Known
from phoneprov.fleet.imports.sheet import TOLD_ONLY, PhoneColumn, PhoneRow, show_phone
from phoneprov.fleet.models import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneChange:
    """A cell before and after, as an export shows it."""

    column: PhoneColumn
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPhone:
    """A row that adds a phone, or changes one."""

    line: int
    mac: Mac
    model: PhoneModel
    draft: PhoneDraft
    phone_id: int | None
    """None: it is added."""
    has_password: bool
    shown: Mapping[PhoneColumn, str]
    changes: tuple[PhoneChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCell:
    """A cell that can't be taken. No column: the row as a whole."""

    line: int
    mac: str
    column: PhoneColumn | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePlan:
    """What each row of a list comes to, in its order. One refused row stops all of it."""

    added: tuple[PlannedPhone, ...] = ()
    changed: tuple[PlannedPhone, ...] = ()
    unchanged: int = 0
    refused: tuple[RefusedCell, ...] = ()

    @property
    def can_start(self) -> bool:
        """Whether there is anything to do, and nothing in its way."""
        return bool(self.added or self.changed) and not self.refused

    @property
    def refused_lines(self) -> int:
        """How many rows can't be taken; one row may have several faults."""
        return len({one.line for one in self.refused})

    @property
    def fingerprint(self) -> str:
        """A mark that is the same only where the plan would do exactly the same."""
        doings = [
            (one.line, one.phone_id, astuple(one.draft), one.changes)
            for one in (*self.added, *self.changed)
        ]
        return hashlib.sha256(repr(doings).encode()).hexdigest()


@dataclass(slots=True)
class _Reading:
    """A row while it is read."""

    line: int
    mac: str
    refused: list[RefusedCell] = field(default_factory=list)

    def refuse(self, column: PhoneColumn | None, reason: str) -> None:
        one = RefusedCell(line=self.line, mac=self.mac, column=column, reason=reason)
        self.refused.append(one)


def list_macs(rows: Sequence[PhoneRow]) -> set[str]:
    """Return the MAC addresses that a list is about, as far as they are any."""
    found = (find_mac(row.cells.get(PhoneColumn.MAC, "")) for row in rows)
    return {mac for mac in found if mac}


def plan_phones(rows: Sequence[PhoneRow], known: Known) -> PhonePlan:
    """Return what a list would do.

    A column that it lacks leaves the field as it is; so do empty cells of passwords, profiles,
    layouts and modules. Nothing is ever deleted: a phone that is not in the list stays.
    """
    added: list[PlannedPhone] = []
    changed: list[PlannedPhone] = []
    refused: list[RefusedCell] = []
    unchanged = 0
    lines: dict[str, int] = {}
    for row in rows:
        reading = _Reading(row.line, row.cells.get(PhoneColumn.MAC, "")[:40])
        planned = _read_row(row, reading, known, lines)
        refused += reading.refused
        if planned is None or reading.refused:
            continue
        if planned.phone_id is None:
            added.append(planned)
        elif planned.changes:
            changed.append(planned)
        else:
            unchanged += 1
    return PhonePlan(
        added=tuple(added), changed=tuple(changed), unchanged=unchanged, refused=tuple(refused)
    )


def _read_row(
    row: PhoneRow, reading: _Reading, known: Known, lines: dict[str, int]
) -> PlannedPhone | None:
    mac = _read_mac(row, reading, known, lines)
    if mac is None:
        return None
    phone = known.phones.get(mac)
    model = _read_model(row, reading, known, phone)
    if model is None:
        return None
    before = _show(phone, known) if phone else {}
    cells = dict(_read_cells(row, reading, known, model))
    shown = {column: cell.shown for column, cell in cells.items() if cell.shown is not None}
    after = {
        **before,
        **shown,
        PhoneColumn.MAC: format_mac(mac),
        PhoneColumn.MODEL: model.full_name,
    }
    changes = tuple(
        PhoneChange(column=column, before=before.get(column, ""), after=after[column])
        for column in PhoneColumn
        if phone and column in after and after[column] != before.get(column, "")
    )
    as_it_is = draft_of(phone) if phone else PhoneDraft(mac=mac, model_slug="")
    draft = replace(as_it_is, model_slug=model.slug)
    fields = {FIELDS[column]: cell.value for column, cell in cells.items()}
    return PlannedPhone(
        line=row.line,
        mac=mac,
        model=model,
        draft=replace(draft, **fields),  # type: ignore[arg-type]
        phone_id=phone.id if phone else None,
        has_password=bool(row.cells.get(PhoneColumn.ADMIN_PASSWORD)),
        shown=after,
        changes=changes,
    )


def _read_mac(row: PhoneRow, reading: _Reading, known: Known, lines: dict[str, int]) -> Mac | None:
    if row.fault:
        reading.refuse(None, row.fault)
        return None
    text = row.cells.get(PhoneColumn.MAC, "")
    if is_shortened(text):
        reason = "A spreadsheet has shortened this address; format the column as text."
        reading.refuse(PhoneColumn.MAC, reason)
        return None
    try:
        mac = parse_mac(text)
    except InvalidValueError as fault:
        reading.refuse(PhoneColumn.MAC, fault.message)
        return None
    if mac in lines:
        reading.refuse(PhoneColumn.MAC, f"Line {lines[mac]} has this MAC address already.")
        return None
    lines[mac] = row.line
    if mac in known.taken:
        reading.refuse(PhoneColumn.MAC, "This MAC address is already in use; ask your provider.")
        return None
    return mac


def _read_model(
    row: PhoneRow, reading: _Reading, known: Known, phone: Phone | None
) -> PhoneModel | None:
    text = row.cells.get(PhoneColumn.MODEL, "")
    if phone is not None and not text:
        return known.catalog.find_model(phone.model_slug)
    try:
        return find_named_model(text, known)
    except InvalidValueError as fault:
        reading.refuse(PhoneColumn.MODEL, fault.message)
        return None


def _read_cells(
    row: PhoneRow, reading: _Reading, known: Known, model: PhoneModel
) -> Iterator[tuple[PhoneColumn, CellValue]]:
    """Yield what each cell gives; each that can't be taken is refused with its own reason."""
    for column, text in row.cells.items():
        if column in TOLD_ONLY or column not in FIELDS:
            continue
        try:
            yield column, read_cell(column, text, model, known)
        except InvalidValueError as fault:
            reading.refuse(column, fault.message)


def _show(phone: Phone, known: Known) -> dict[PhoneColumn, str]:
    modules = known.modules.get(phone.id, ())
    return show_phone(phone, known.catalog, known.layout_names, modules)
