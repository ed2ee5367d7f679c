"""What the phone saw: its requests in order, beside what its vendor's firmware asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import CheckIn, Phone
from phoneprov.provisioning.admission import Reason
from phoneprov.vendors.registry import WRITERS

LONGEST = 200
ONE_BOOT = timedelta(minutes=5)
"""Requests closer than this to the next one belong to the same boot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedStep:
    """One file that the vendor's firmware asks for, and what became of it."""

    name: str
    is_needed: bool
    note: str
    answer: int | None
    """HTTP status of the last request for it in the newest boot; None: not asked for."""
    is_first_gap: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptRow:
    """One request, with how it was admitted in words."""

    check_in: CheckIn
    admitted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """The newest requests of a phone, newest first, and its expected boot."""

    rows: Sequence[TranscriptRow]
    expected: Sequence[ExpectedStep]


def read_transcript(session: Session, catalog: Catalog, phone: Phone) -> Transcript:
    """Return what the phone asked for lately and the first gap in its boot."""
    rows = session.scalars(
        select(CheckIn)
        .where(CheckIn.phone_id == phone.id)
        .order_by(CheckIn.at.desc(), CheckIn.id.desc())
        .limit(LONGEST)
    ).all()
    return Transcript(
        rows=[TranscriptRow(check_in=row, admitted_by=_reason_words(row)) for row in rows],
        expected=expected_steps(catalog, phone, newest_boot(rows)),
    )


def newest_boot(rows: Sequence[CheckIn]) -> dict[str, int]:
    """Return, by lower-case name, the answers of the requests that belong together."""
    answers: dict[str, int] = {}
    later = None
    for row in rows:
        if later is not None and later - row.at > ONE_BOOT:
            break
        answers.setdefault(row.file_name.lower(), row.answer)
        later = row.at
    return answers


def expected_steps(
    catalog: Catalog, phone: Phone, answers: dict[str, int]
) -> Sequence[ExpectedStep]:
    """Return the boot that the vendor's firmware goes through, with the first gap marked."""
    model = catalog.find_model(phone.model_slug)
    if model is None:
        return []
    steps: list[ExpectedStep] = []
    has_gap = False
    for file in WRITERS[model.vendor].boot_sequence(model, phone.mac):
        answer = answers.get(file.name.lower())
        is_gap = file.needed and answer not in {200, 304} and bool(answers) and not has_gap
        has_gap = has_gap or is_gap
        steps.append(
            ExpectedStep(
                name=file.name,
                is_needed=file.needed,
                note=file.note,
                answer=answer,
                is_first_gap=is_gap,
            )
        )
    return steps


def _reason_words(row: CheckIn) -> str:
    try:
        return Reason(row.admitted_by).label
    except ValueError:
        return row.admitted_by
