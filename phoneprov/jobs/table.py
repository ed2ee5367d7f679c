"""The table of jobs: what runs when. Each is a few lines over a domain verb."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session, sessionmaker

from phoneprov.alerts.incidents import forget_old_alerts
from phoneprov.alerts.outbox import send_messages
from phoneprov.alerts.tell import watch_and_tell
from phoneprov.catalog.catalog import Catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.settings import Settings
from phoneprov.firmware.progress import flush_downloads
from phoneprov.firmware.store import FirmwareStore
from phoneprov.firmware.uploads import tidy_store
from phoneprov.fleet.check_ins import forget_old_check_ins
from phoneprov.fleet.polls import check_polls
from phoneprov.fleet.refresh import mark_overdue_phones_offline
from phoneprov.fleet.registrations import forget_old_registrations
from phoneprov.fleet.strays import match_strays
from phoneprov.jobs.changes import ChangeFollower
from phoneprov.jobs.own_files import OwnFiles
from phoneprov.operations.bulk.run import run_bulks
from phoneprov.operations.delivery import (
    close_overdue_commands,
    deliver_commands,
)
from phoneprov.operations.farewells import send_farewells
from phoneprov.operations.links import LinkSupervisor
from phoneprov.operations.pace import Pace
from phoneprov.operations.posted import note_silent_webhooks
from phoneprov.operations.recording import flush_check_ins
from phoneprov.operations.rollouts.advance import advance_rollouts
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.farewells import forget_old_farewells
from phoneprov.provisioning.zones import renew_zone_rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What jobs work with."""

    catalog: Catalog
    sessions: sessionmaker[Session]
    answering: Answering
    links: LinkSupervisor
    own_files: OwnFiles
    settings: Settings
    firmware: FirmwareStore
    pace: Pace = field(default_factory=Pace)
    """How fast orders leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One line of the table. `holder_only` jobs run in one process of several."""

    name: str
    every: timedelta
    run: Callable[[], object]
    meaning: str
    holder_only: bool = True


def list_jobs(bench: Workbench) -> tuple[Job, ...]:
    """Return all jobs of a process."""
    return (
        *_jobs_of_each_process(bench),
        *_jobs_of_the_links(bench),
        *_jobs_of_the_holder(bench),
        *_jobs_of_the_rollouts(bench),
        *_jobs_of_the_alerts(bench),
        *_jobs_of_the_day(bench),
    )


def _jobs_of_each_process(bench: Workbench) -> tuple[Job, ...]:
    follower = ChangeFollower(bench.sessions, bench.answering.cache)
    return (
        Job(
            name="write_check_ins",
            every=timedelta(seconds=1),
            run=lambda: flush_check_ins(bench.sessions, bench.answering.check_ins),
            meaning="writes what phones asked for since the last second",
            holder_only=False,
        ),
        Job(
            name="write_downloads",
            every=timedelta(seconds=2),
            run=lambda: flush_downloads(bench.sessions, bench.answering.images.downloads),
            meaning="writes how far phones have come with downloading firmware",
            holder_only=False,
        ),
        Job(
            name="follow_changes",
            every=timedelta(seconds=1),
            run=follower.follow,
            meaning="drops cached configs that another process changed",
            holder_only=False,
        ),
        Job(
            name="follow_own_files",
            every=timedelta(seconds=3),
            run=bench.own_files.follow,
            meaning="reads the provider's own models and templates again when they change",
            holder_only=False,
        ),
    )


def _jobs_of_the_links(bench: Workbench) -> tuple[Job, ...]:
    return (
        Job(
            name="follow_pbxs",
            every=timedelta(seconds=5),
            run=bench.links.reload_soon,
            meaning="starts, renews and ends links as PBXs were changed, by whichever process",
        ),
        Job(
            name="note_silent_pbxs",
            every=timedelta(seconds=15),
            run=_in_transaction(bench, note_silent_webhooks),
            meaning="notes PBXs that should post to us and have fallen silent",
        ),
        Job(
            name="match_strays",
            every=timedelta(seconds=30),
            run=_in_transaction(bench, match_strays),
            meaning="finds the phones of registrations that were nobody's so far",
        ),
    )


def _jobs_of_the_holder(bench: Workbench) -> tuple[Job, ...]:
    return (
        Job(
            name="mark_overdue_phones_offline",
            every=timedelta(seconds=5),
            run=_in_transaction(bench, mark_overdue_phones_offline),
            meaning="turns phones Offline whose last sign of life is too old",
        ),
        Job(
            name="deliver_commands",
            every=timedelta(seconds=1),
            run=lambda: _deliver_commands(bench),
            meaning="sends orders whose turn it is",
        ),
        Job(
            name="run_bulk_operations",
            every=timedelta(seconds=1),
            run=lambda: run_bulks(bench.sessions, bench.catalog),
            meaning="does what was ordered for many phones, batch by batch",
        ),
        Job(
            name="close_overdue_commands",
            every=timedelta(seconds=15),
            run=_in_transaction(bench, close_overdue_commands),
            meaning="expires orders that found no way, fails those that nothing followed",
        ),
        Job(
            name="send_farewells",
            every=timedelta(seconds=2),
            run=lambda: send_farewells(bench.sessions, bench.catalog, bench.links),
            meaning="tells removed phones to switch their accounts off",
        ),
    )


def _jobs_of_the_rollouts(bench: Workbench) -> tuple[Job, ...]:
    return (
        Job(
            name="advance_rollouts",
            every=timedelta(seconds=5),
            run=lambda: advance_rollouts(
                bench.sessions,
                bench.catalog,
                utc_now(),
                most_downloads=bench.settings.firmware_downloads,
            ),
            meaning="judges firmware updates under way and begins those whose turn it is",
        ),
    )


def _jobs_of_the_alerts(bench: Workbench) -> tuple[Job, ...]:
    address = bench.settings.address_for_phones
    return (
        Job(
            name="watch_for_alerts",
            every=timedelta(seconds=10),
            run=_in_transaction(bench, lambda session, now: watch_and_tell(session, address, now)),
            meaning="notes what is wrong and writes who has to be told of it",
        ),
        Job(
            name="send_alerts",
            every=timedelta(seconds=3),
            run=lambda: send_messages(bench.sessions, bench.settings),
            meaning="sends waiting alerts by mail and webhook",
        ),
    )


def _jobs_of_the_day(bench: Workbench) -> tuple[Job, ...]:
    return (
        Job(
            name="check_polls",
            every=timedelta(hours=1),
            run=_in_transaction(bench, check_polls),
            meaning="notes phones that missed their hourly check",
        ),
        Job(
            name="renew_zone_rules",
            every=timedelta(hours=6),
            run=_in_transaction(bench, renew_zone_rules),
            meaning="gives phones next year's daylight-saving dates",
        ),
        Job(
            name="forget_old_rows",
            every=timedelta(hours=1),
            run=_in_transaction(bench, _forget_old_rows),
            meaning="deletes old transcripts, ended registrations, farewells and alerts",
        ),
        Job(
            name="tidy_firmware",
            every=timedelta(hours=1),
            run=_in_transaction(
                bench, lambda session, now: tidy_store(session, bench.firmware, now)
            ),
            meaning="deletes unfinished uploads of firmware and files that the library forgot",
        ),
    )


def _in_transaction(
    bench: Workbench, verb: Callable[[Session, datetime], object]
) -> Callable[[], object]:
    def run() -> object:
        with bench.sessions.begin() as session:
            return verb(session, utc_now())

    return run


def _deliver_commands(bench: Workbench) -> int:
    return deliver_commands(bench.sessions, bench.catalog, bench.links, utc_now(), pace=bench.pace)


def _forget_old_rows(session: Session, now: datetime) -> None:
    forget_old_check_ins(session, now)
    forget_old_registrations(session, now)
    forget_old_farewells(session, now)
    forget_old_alerts(session, now)
