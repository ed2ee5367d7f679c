"""Whether this process is well, for a watchdog: no log-in, no secret, no name."""

import time

from flask import Response, jsonify
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from phoneprov.web.access import public
from phoneprov.web.database import session
from phoneprov.web.runtime import runtime
from phoneprov.web.system.blueprint import blueprint

LATE_AFTER_S = 60.0
"""Some job ends every second; silence of a minute means that the clock stands still."""

_started = time.monotonic()


@blueprint.get("/health")
@public
def show_health() -> tuple[Response, int]:
    """Return 200 when the database answers and the jobs run, 503 otherwise."""
    has_database = _has_database()
    age_s = jobs_age_s()
    is_late = age_s is not None and age_s > LATE_AFTER_S
    is_ok = has_database and not is_late
    body = {
        "ok": is_ok,
        "database": "ok" if has_database else "unreachable",
        "jobs_age_s": None if age_s is None else round(age_s, 1),
    }
    return jsonify(body), 200 if is_ok else 503


def jobs_age_s() -> float | None:
    """Return how long ago a job of this process last ended, None where it runs none."""
    scheduler = runtime().scheduler
    if scheduler is None:
        return None
    latest = max((run.finished_at for run in scheduler.runs.values()), default=0.0)
    return time.monotonic() - max(latest, _started)


def _has_database() -> bool:
    try:
        session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        session().rollback()
        return False
    return True
