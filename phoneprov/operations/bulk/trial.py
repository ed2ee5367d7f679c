"""What phones would be told after a bulk operation, before it is started."""

from datetime import datetime

from sqlalchemy.orm import Session, joinedload

from phoneprov.fleet.models import Phone
from phoneprov.operations.bulk.actions import do_batch
from phoneprov.operations.bulk.plan import Plan
from phoneprov.operations.bulk.tasks import read_task
from phoneprov.operations.models import BulkAction
from phoneprov.provisioning.trial import Frame, Outcome, try_out
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import for_tenant

MOST_TRIED = 500
"""The deed is done on trial to so many phones at most: some deeds are done phone by phone."""
TELL_NOTHING = frozenset(
    {BulkAction.RESYNC, BulkAction.REBOOT, BulkAction.RESET, BulkAction.DELETE}
)
"""Orders change no config; what a deleted phone is told is always the same, and nobody's to see."""


def can_be_tried(plan: Plan) -> bool:
    """Tell whether phones would be told something else that can be shown."""
    return bool(plan.will) and plan.task.action not in TELL_NOTHING


def try_bulk(  # noqa: PLR0913 - a verb with its actor and time
    session: Session, tenant_id: int, plan: Plan, frame: Frame, *, actor: Actor, now: datetime
) -> Outcome:
    """Return what would come of a plan for its first phones; nothing of it stays."""
    ids = [one.phone_id for one in plan.will[:MOST_TRIED]]

    def act(trial: Session) -> None:
        phones = trial.scalars(
            for_tenant(tenant_id, Phone)
            .where(Phone.id.in_(ids))
            .order_by(Phone.id)
            .options(
                joinedload(Phone.extension), joinedload(Phone.tenant), joinedload(Phone.profile)
            )
        ).all()
        task = read_task(trial, frame.catalog, tenant_id, plan.task.action, plan.task.value)
        do_batch(trial, task, phones, actor=actor, now=now)

    return try_out(session, tenant_id, act, frame)
