"""A change on trial: done for real, looked at, and taken back before anybody could see it.

The verb that a save calls runs in a session of its own, inside a savepoint of the request's
transaction; what phones would be told then is composed by the composer and written by the writers
that answer phones. Then the savepoint is rolled back: no row, event, revision or audit entry stays,
no cache lets go of anything, and no object of the request has noticed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import RebootRule
from phoneprov.core.database import lock_for_writing
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.fleet.revisions import TOUCHED
from phoneprov.provisioning.differences import Difference, list_differences
from phoneprov.provisioning.kinds import Kind, PhoneFacts, choose_kinds, read_facts, sort_kinds
from phoneprov.provisioning.line_diff import FileDiff, diff_files
from phoneprov.provisioning.preview import Told, list_losses, load_told
from phoneprov.provisioning.unwritable import UNWRITABLE_ERRORS

MOST_SAMPLES = 20
"""Configs of so many phones are made and compared at most."""

Act = Callable[[Session], object]
"""The verb of a save, on what it finds in the session it is given; it may raise what it raises."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a trial needs beside the rows."""

    catalog: Catalog
    phones_address: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One phone, before and after, and for how many it stands."""

    phone_id: int
    phone_name: str
    model: str
    count: int
    differences: tuple[Difference, ...]
    files: tuple[FileDiff, ...]
    losses: tuple[str, ...] = ()
    """What the change asks of it and its model can't do."""
    trouble: str = ""
    """Why its config can't be written then; it would keep the one it has."""
    is_ruled: bool = False
    """Whether the keys of the others that it stands for may stand in other places."""
    reboot: RebootRule | None = None
    """What is known of a reboot after such a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What would come of a change."""

    reached: int
    """Phones that get a new config revision."""
    samples: tuple[Sample, ...] = ()
    """Phones that are told otherwise, the most usual kind of difference first."""
    unchanged: int = 0
    """Phones that get a new revision and are told the same."""
    left_out: int = 0
    """Phones of kinds that were not compared."""
    asks_by: datetime | None = None
    """When the last of those that ask asks at the latest."""
    silent: int = 0
    """Phones of which it is not known when they ask: overdue, or not plugged in yet."""

    @property
    def groups(self) -> list[list[Sample]]:
        """The samples by what they are told, one for each model, the most phones first."""
        found: dict[object, list[Sample]] = {}
        for one in self.samples:
            key = (one.differences or one.files, one.losses, one.trouble)
            found.setdefault(key, []).append(one)
        return sorted(found.values(), key=lambda ones: -sum(one.count for one in ones))


def try_out(session: Session, tenant_id: int, act: Act, frame: Frame) -> Outcome:
    """Return what would come of `act` for the phones of a tenant; nothing of it stays.

    Raises what `act` raises.
    """
    before = read_facts(session, tenant_id)
    with on_trial(session) as trial:
        act(trial)
        trial.flush()
        trial.expire_all()
        after = read_facts(trial, tenant_id, trial.info.get(TOUCHED, ()))
        chosen = choose_kinds(sort_kinds(before, after), MOST_SAMPLES)
        then = _load(trial, chosen, frame)
    told = _load(session, chosen, frame)
    names = _read_names(session, list(told))
    samples = [
        _compare(kind, told[number], then[number], names[number], frame.catalog)
        for kind in chosen
        if (number := kind.phones[0].phone_id) in told and number in then
    ]
    return _sum_up(after, samples, frame.now)


@contextmanager
def on_trial(session: Session) -> Iterator[Session]:
    """Give a session that sees what `session` sees; all that is done in it is taken back."""
    session.flush()
    lock_for_writing(session)
    trial = Session(session.connection(), join_transaction_mode="create_savepoint")
    try:
        yield trial
    finally:
        trial.rollback()
        trial.close()


def _load(session: Session, kinds: Sequence[Kind], frame: Frame) -> dict[int, Told]:
    """Return what the first phone of each kind is told now."""
    ids = [kind.phones[0].phone_id for kind in kinds]
    found = {}
    for phone in session.scalars(select(Phone).where(Phone.id.in_(ids))).all():
        told = load_told(
            session,
            frame.catalog,
            phone,
            phones_address=frame.phones_address,
            now=frame.now,
            reveals=True,
        )
        if told is not None:
            found[phone.id] = told
    return found


def _read_names(session: Session, phone_ids: Sequence[int]) -> Mapping[int, str]:
    query = select(Phone).where(Phone.id.in_(phone_ids)).options(joinedload(Phone.extension))
    return {phone.id: title_phone(phone) for phone in session.scalars(query)}


def _compare(kind: Kind, old: Told, new: Told, name: str, catalog: Catalog) -> Sample:
    model = new.config.model
    differences = list_differences(old.config, new.config)
    files, losses, trouble = _write(old, new)
    topics = frozenset(one.topic for one in differences)
    rules = catalog.vendors[model.vendor].reboot_rules
    return Sample(
        phone_id=kind.phones[0].phone_id,
        phone_name=name,
        model=model.full_name,
        count=len(kind.phones),
        differences=differences,
        files=files,
        losses=losses,
        trouble=trouble,
        is_ruled=kind.is_ruled,
        reboot=next((one for one in rules if one.holds_for(model.family, topics)), None),
    )


def _write(old: Told, new: Told) -> tuple[tuple[FileDiff, ...], tuple[str, ...], str]:
    """Return the lines that differ, what can't be done, and why it can't be written."""
    try:
        files = diff_files(old.config, new.config)
        known = list_losses(old)
        return files, tuple(one for one in list_losses(new) if one not in known), ""
    except UNWRITABLE_ERRORS as error:
        return (), (), str(error)


def _merge(samples: Sequence[Sample]) -> tuple[Sample, ...]:
    """Return one sample for all phones of a model that are told the same new things."""
    found: dict[object, Sample] = {}
    for one in samples:
        key = (one.model, one.differences, one.losses, one.trouble, bool(one.files))
        first = found.get(key)
        found[key] = replace(first, count=first.count + one.count) if first else one
    return tuple(sorted(found.values(), key=lambda one: -one.count))


def _sum_up(after: Mapping[int, PhoneFacts], samples: Sequence[Sample], now: datetime) -> Outcome:
    differing = [one for one in samples if one.differences or one.files or one.trouble]
    compared = sum(one.count for one in samples)
    times = [one.asks_by for one in after.values() if one.asks_by and one.asks_by >= now]
    return Outcome(
        reached=len(after),
        samples=_merge(differing),
        unchanged=compared - sum(one.count for one in differing),
        left_out=len(after) - compared,
        asks_by=max(times, default=None),
        silent=len(after) - len(times),
    )
