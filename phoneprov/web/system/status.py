"""The installation at a glance, for provider staff."""

import platform
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from phoneprov import __version__
from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Tenant
from phoneprov.web.access import provider_only
from phoneprov.web.database import db, session
from phoneprov.web.runtime import runtime
from phoneprov.web.system.blueprint import blueprint

Answer = str | Response | tuple[str, int]

LOW_DISK = 0.1
LATE_RUNS = 3
GRACE_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as the page shows it."""

    name: str
    meaning: str
    every: timedelta
    ended_at: datetime | None
    took_ms: int
    failure: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """The disk of the data folder, in bytes."""

    total_bytes: int
    free_bytes: int

    @property
    def is_low(self) -> bool:
        """Whether it is about to run full."""
        return self.free_bytes < self.total_bytes * LOW_DISK


@blueprint.get("/system")
@provider_only
def status() -> Answer:
    """Show version, database, jobs, PBX links and disk."""
    return render_template(
        "system/status.html",
        version=__version__,
        python=platform.python_version(),
        database=db.engine.dialect.name,
        address=runtime().settings.address_for_phones,
        has_tls=runtime().settings.has_tls,
        phones=_count(Phone),
        tenants=_count(Tenant),
        models=len(runtime().catalog.phone_models),
        own_files=runtime().own_files,
        disk=_disk(),
        jobs=list_job_rows(utc_now()),
        pbxs=session().scalars(select(Pbx).order_by(func.lower(Pbx.name))).all(),
    )


def list_job_rows(now: datetime) -> Sequence[JobRow]:
    """Return the jobs of this process with how their last run went."""
    scheduler = runtime().scheduler
    if scheduler is None:
        return ()
    clock = time.monotonic()
    rows = []
    for job in scheduler.jobs:
        run = scheduler.runs[job.name]
        age_s = clock - run.finished_at
        late_after_s = job.every.total_seconds() * LATE_RUNS + GRACE_S
        rows.append(
            JobRow(
                name=job.name,
                meaning=job.meaning,
                every=job.every,
                ended_at=now - timedelta(seconds=age_s) if run.finished_at else None,
                took_ms=round(run.took_s * 1000),
                failure=run.failure,
                is_late=bool(run.finished_at) and age_s > late_after_s,
            )
        )
    return rows


def _count(model: type[Phone | Tenant]) -> int:
    return session().scalar(select(func.count()).select_from(model)) or 0


def _disk() -> Disk:
    usage = shutil.disk_usage(runtime().settings.data_dir)
    return Disk(total_bytes=usage.total, free_bytes=usage.free)
