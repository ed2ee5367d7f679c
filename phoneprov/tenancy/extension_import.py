"""What an import of extensions would do: planned without touching anything, shown, then done."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.sheets import is_shortened
from phoneprov.tenancy.extension_file import ImportRow
from phoneprov.tenancy.extension_values import (
    ExtensionField,
    ExtensionValues,
    check_values,
    find_faults,
)
from phoneprov.tenancy.extensions import MASK, differing_fields


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedAdd:
    """A row that becomes an extension."""

    line: int
    values: ExtensionValues


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field before and after; of a password only that it changes."""

    field: ExtensionField
    before: str
    after: str

    @property
    def is_secret(self) -> bool:
        """Whether the values may not be shown."""
        return self.field is ExtensionField.SIP_PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedChange:
    """A row that changes an extension."""

    line: int
    values: ExtensionValues
    changes: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """A row that says what is so already."""

    line: int
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that can't be taken: which cell and why. No field: the row as a whole."""

    line: int
    number: str
    field: ExtensionField | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """What each row of a file comes to, in the order of the file."""

    added: tuple[PlannedAdd, ...] = ()
    changed: tuple[PlannedChange, ...] = ()
    unchanged: tuple[Unchanged, ...] = ()
    refused: tuple[Refusal, ...] = ()

    @property
    def can_start(self) -> bool:
        """Whether there is anything to import."""
        return bool(self.added or self.changed)

    @property
    def refused_lines(self) -> int:
        """How many rows are left out; one row may have several faults."""
        return len({refusal.line for refusal in self.refused})

    @property
    def fingerprint(self) -> str:
        """A mark that is the same only where the plan would do exactly the same."""
        doings = [
            *(("add", add.line, astuple(add.values)) for add in self.added),
            *(("change", change.line, astuple(change.values)) for change in self.changed),
            *(("refuse", refusal.line, refusal.reason) for refusal in self.refused),
        ]
        return hashlib.sha256(repr(doings).encode()).hexdigest()


def plan_import(rows: Sequence[ImportRow], existing: Mapping[str, ExtensionValues]) -> ImportPlan:
    """Return what an import of `rows` would do to the `existing` extensions, by number.

    A column that the file lacks leaves the field as it is; so does an empty password. Nothing is
    ever deleted: an extension that is not in the file stays.
    """
    outcomes = list(_outcomes(rows, existing))
    return ImportPlan(
        added=tuple(o for o in outcomes if isinstance(o, PlannedAdd)),
        changed=tuple(o for o in outcomes if isinstance(o, PlannedChange)),
        unchanged=tuple(o for o in outcomes if isinstance(o, Unchanged)),
        refused=tuple(o for o in outcomes if isinstance(o, Refusal)),
    )


Outcome = PlannedAdd | PlannedChange | Unchanged | Refusal


def _outcomes(rows: Sequence[ImportRow], existing: Mapping[str, ExtensionValues]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    first_lines: dict[str, int] = {}
    for row in rows:
        number = row.cells.get(ExtensionField.NUMBER, "")
        refused = _refuse_row(row, number, first_lines)
        if refused:
            outcomes.append(refused)
            continue
        first_lines[number] = row.line
        outcomes += _settle(row, existing.get(number))
    return outcomes


def _refuse_row(row: ImportRow, number: str, first_lines: Mapping[str, int]) -> Refusal | None:
    if row.fault:
        return Refusal(line=row.line, number=number, field=None, reason=row.fault)
    reason = ""
    if number in first_lines:
        reason = f"Line {first_lines[number]} has this number already."
    elif is_shortened(number):
        reason = "A spreadsheet has shortened this number; format the column as text."
    if not reason:
        return None
    return Refusal(line=row.line, number=number, field=ExtensionField.NUMBER, reason=reason)


def _settle(row: ImportRow, before: ExtensionValues | None) -> list[Outcome]:
    wanted = _wanted(row, before)
    faults = find_faults(wanted)
    if faults:
        return [_refusal(row, wanted.number, fault) for fault in faults]
    after = check_values(wanted)
    if before is None:
        return [PlannedAdd(line=row.line, values=after)]
    changes = tuple(_change(field, before, after) for field in differing_fields(before, after))
    if not changes:
        return [Unchanged(line=row.line, number=after.number)]
    return [PlannedChange(line=row.line, values=after, changes=changes)]


def _wanted(row: ImportRow, before: ExtensionValues | None) -> ExtensionValues:
    cells = {field.value: text for field, text in row.cells.items()}
    if before is None:
        return ExtensionValues(**{"number": "", **cells})
    if not cells.get(ExtensionField.SIP_PASSWORD):
        cells.pop(ExtensionField.SIP_PASSWORD, None)
    return replace(before, **cells)


def _refusal(row: ImportRow, number: str, fault: InvalidValueError) -> Refusal:
    field = ExtensionField(fault.field) if fault.field else None
    return Refusal(line=row.line, number=number, field=field, reason=fault.message)


def _change(field: ExtensionField, before: ExtensionValues, after: ExtensionValues) -> FieldChange:
    if field is ExtensionField.SIP_PASSWORD:
        return FieldChange(field=field, before=MASK, after=MASK)
    return FieldChange(field=field, before=getattr(before, field), after=getattr(after, field))
