"""Apply now: a resync for exactly the phones that lack their newest config, as a bulk operation."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.deliveries import lacks_newest
from phoneprov.fleet.models import Phone, Registration
from phoneprov.operations.bulk.plan import MOST_PHONES, Plan, Planned, plan_bulk, start_bulk
from phoneprov.operations.bulk.tasks import read_task
from phoneprov.operations.commands import OPEN_STATES
from phoneprov.operations.models import BulkAction, BulkOperation, Command, CommandKind
from phoneprov.tenancy.audit import Actor

ON_ITS_WAY = "A resync is on its way to it already."
NO_LINK = "Nothing leads to it now; it takes the change at its next check."


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What was ordered, and which phones wait for their own next check."""

    operation: BulkOperation | None
    """None where there is nobody to order it of."""
    plan: Plan

    @property
    def waiting(self) -> list[Planned]:
        """The phones that no order reaches."""
        return [one for one in self.plan.phones if one.reason not in {None, ON_ITS_WAY}]

    @property
    def under_way(self) -> list[Planned]:
        """The phones that were told before."""
        return [one for one in self.plan.phones if one.reason == ON_ITS_WAY]


def apply_now(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    tenant_id: int,
    which: ColumnElement[bool],
    words: str,
    *,
    actor: Actor,
    now: datetime,
) -> Applied:
    """Order a resync of those of a tenant's phones that lack their newest config.

    It leaves at the pace of every order. A phone that nothing leads to gets none: it would only
    wait, and asks by itself as soon as it is back.
    """
    ids = session.scalars(
        select(Phone.id)
        .where(Phone.tenant_id == tenant_id, which, lacks_newest())
        .order_by(Phone.id)
        .limit(MOST_PHONES)
    ).all()
    task = read_task(session, catalog, tenant_id, BulkAction.RESYNC, "")
    plan = plan_bulk(session, tenant_id, replace(task, words=f"Apply now: {words}"), ids)
    plan = _leave_alone(plan, list_under_way(session, ids), _list_reached(session, ids))
    if not plan.will:
        return Applied(operation=None, plan=plan)
    return Applied(operation=start_bulk(session, tenant_id, plan, actor=actor, now=now), plan=plan)


def _leave_alone(plan: Plan, told: Collection[int], reached: Collection[int]) -> Plan:
    def judge(one: Planned) -> Planned:
        if one.phone_id in told:
            return replace(one, reason=ON_ITS_WAY)
        if one.reason is None and one.phone_id not in reached:
            return replace(one, reason=NO_LINK)
        return one

    return replace(plan, phones=[judge(one) for one in plan.phones])


def list_under_way(session: Session, phone_ids: Collection[int]) -> set[int]:
    """Return the phones with a resync under way."""
    query = select(Command.phone_id).where(
        Command.phone_id.in_(phone_ids),
        Command.kind == CommandKind.RESYNC,
        Command.state.in_(OPEN_STATES),
    )
    return set(session.scalars(query))


def _list_reached(session: Session, phone_ids: Collection[int]) -> set[int]:
    """Return the phones with a live contact."""
    query = select(Registration.phone_id).where(
        Registration.phone_id.in_(phone_ids), Registration.gone_at.is_(None)
    )
    return {one for one in session.scalars(query) if one is not None}
