"""Before a bulk operation: what it will do and what it leaves alone; and its start."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session, defer, joinedload

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.operations.bulk.actions import find_obstacle, say_effect
from phoneprov.operations.bulk.tasks import Task
from phoneprov.operations.models import BulkItem, BulkOperation, BulkState, ItemState
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Extension, for_tenant

AT_ONCE = 500
MOST_PHONES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One phone of a plan; `reason` says why it is left alone, `effect` what changes on it."""

    phone_id: int
    name: str
    reason: str | None
    effect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a bulk operation would do."""

    task: Task
    phones: Sequence[Planned]

    @property
    def will(self) -> list[Planned]:
        """The phones it is done to."""
        return [one for one in self.phones if one.reason is None]

    @property
    def needs_typing(self) -> bool:
        """Whether the person has to type how many phones they are: it can't be undone for many."""
        return self.task.action.is_dangerous and len(self.will) > 1

    @property
    def effects(self) -> dict[str, list[Planned]]:
        """Those it is done to by what changes on them, the most usual first."""
        found: dict[str, list[Planned]] = {}
        for one in self.will:
            if one.effect:
                found.setdefault(one.effect, []).append(one)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))

    @property
    def left_alone(self) -> dict[str, list[Planned]]:
        """The others, by reason."""
        found: dict[str, list[Planned]] = {}
        for one in self.phones:
            if one.reason is not None:
                found.setdefault(one.reason, []).append(one)
        return found


def plan_bulk(session: Session, tenant_id: int, task: Task, phone_ids: Collection[int]) -> Plan:
    """Return what would be done to these phones; those of another tenant are none.

    Reads in batches. Raises InvalidValueError for more phones than can be done at once.
    """
    if len(phone_ids) > MOST_PHONES:
        raise InvalidValueError(f"At most {MOST_PHONES:,} phones at once.", field="value")
    phones = _read(session, tenant_id, phone_ids, with_password=task.given is not None)
    return Plan(task=task, phones=[_plan(task, one) for one in phones])


def _plan(task: Task, phone: Phone) -> Planned:
    reason = find_obstacle(task, phone)
    effect = "" if reason else say_effect(task, phone)
    return Planned(phone_id=phone.id, name=title_phone(phone), reason=reason, effect=effect)


def start_bulk(
    session: Session, tenant_id: int, plan: Plan, *, actor: Actor, now: datetime
) -> BulkOperation:
    """Write down what is to be done; the job does it from then on."""
    task = plan.task
    operation = BulkOperation(
        tenant_id=tenant_id,
        action=task.action,
        value=task.value,
        words=task.words[:200],
        state=BulkState.RUNNING,
        ordered_by=actor.name,
        ordered_at=now,
    )
    session.add(operation)
    session.flush()
    rows = [_row(operation.id, one) for one in plan.phones]
    if rows:
        session.execute(insert(BulkItem), rows)
    note = f"{len(plan.will)} phones, {len(plan.phones) - len(plan.will)} left alone"
    write_audit(
        session, actor, "phones.bulk", operation.words, at=now, tenant_id=tenant_id, note=note
    )
    return operation


def _row(operation_id: int, one: Planned) -> dict[str, object]:
    return {
        "operation_id": operation_id,
        "phone_id": one.phone_id,
        "phone_name": one.name[:120],
        "state": ItemState.WAITING if one.reason is None else ItemState.SKIPPED,
        "note": (one.reason or "")[:200],
    }


def _read(
    session: Session, tenant_id: int, phone_ids: Collection[int], *, with_password: bool
) -> Iterator[Phone]:
    """Yield the phones in batches, without the secrets that are not asked about."""
    unread = (Phone.token,) if with_password else (Phone.token, Phone.admin_password)
    wanted = sorted(set(phone_ids))
    for start in range(0, len(wanted), AT_ONCE):
        ids = wanted[start : start + AT_ONCE]
        query = for_tenant(tenant_id, Phone).where(Phone.id.in_(ids)).order_by(Phone.id)
        yield from session.scalars(
            query.options(
                *(defer(secret, raiseload=True) for secret in unread),
                joinedload(Phone.profile),
                joinedload(Phone.tenant),
                joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            )
        )
