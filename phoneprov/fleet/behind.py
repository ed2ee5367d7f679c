"""What phones run, and which of it is behind: versions can't be compared in the database.

So the few combinations of model, hardware and version that a fleet has are read, compared by
whoever knows the library, and handed back as a condition.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A model, its hardware revision as the phone told it, and the firmware it runs."""

    model_slug: str
    hardware: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningCount:
    """How many phones run that."""

    running: Running
    phones: int


def running_of(phone: Phone) -> Running:
    """Return what a phone runs."""
    return Running(
        model_slug=phone.model_slug, hardware=phone.hardware_revision, version=phone.firmware
    )


def count_running(session: Session, tenant_id: int | None = None) -> Sequence[RunningCount]:
    """Return what the phones of a tenant, or all phones, run; the version is empty if unknown."""
    query = select(
        Phone.model_slug, Phone.hardware_revision, Phone.firmware, func.count()
    ).group_by(Phone.model_slug, Phone.hardware_revision, Phone.firmware)
    if tenant_id is not None:
        query = query.where(Phone.tenant_id == tenant_id)
    return [
        RunningCount(
            running=Running(model_slug=slug, hardware=hardware, version=version), phones=count
        )
        for slug, hardware, version, count in session.execute(query)
    ]


def runs_any_of(runnings: Collection[Running]) -> ColumnElement[bool]:
    """Return the condition of a phone that runs one of these."""
    versions: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in runnings:
        versions[one.model_slug, one.hardware].append(one.version)
    alternatives = [
        and_(
            Phone.model_slug == slug,
            Phone.hardware_revision == hardware,
            Phone.firmware.in_(sorted(found)),
        )
        for (slug, hardware), found in sorted(versions.items())
    ]
    return or_(*alternatives) if alternatives else false()
