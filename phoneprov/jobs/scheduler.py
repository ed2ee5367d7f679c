"""The clock: APScheduler ticks, the work lives in our tables."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from phoneprov.core.precedence import in_background
from phoneprov.jobs.table import Job

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class JobRun:
    """How the last run of a job went."""

    finished_at: float = 0.0
    """Monotonic seconds."""
    took_s: float = 0.0
    failure: str = ""


class Scheduler:
    """Runs the jobs of the table; one failure never stops the next run."""

    def __init__(self, jobs: tuple[Job, ...], is_holder: Callable[[], bool]) -> None:
        self.jobs = jobs
        self.runs = {job.name: JobRun() for job in jobs}
        self._is_holder = is_holder
        self._lock = threading.Lock()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Start ticking."""
        for job in self.jobs:
            trigger = IntervalTrigger(seconds=int(job.every.total_seconds()), timezone=UTC)
            self._scheduler.add_job(self._run, trigger, args=(job,), id=job.name)
        self._scheduler.start()

    def stop(self) -> None:
        """Let running jobs finish, then stop."""
        self._scheduler.shutdown(wait=True)

    def _run(self, job: Job) -> None:
        if job.holder_only and not self._is_holder():
            return
        started = time.monotonic()
        failure = ""
        try:
            with in_background():
                job.run()
        except Exception as error:  # the border of a job: the next run must come
            failure = type(error).__name__
            log.exception("job failed", job=job.name)
        run = self.runs[job.name]
        run.finished_at, run.failure = time.monotonic(), failure
        run.took_s = run.finished_at - started
