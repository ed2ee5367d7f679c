"""What a bulk action does to a batch of phones, and which phones it leaves alone.

Another action is another line in the tables at the end: its obstacle and its deed.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from phoneprov.fleet.following import follow_profile
from phoneprov.fleet.models import LayoutSource, Phone, PhoneEvent, PhoneModule
from phoneprov.fleet.phones import delete_phone
from phoneprov.fleet.profile_effects import has_own_values, list_effects
from phoneprov.fleet.revisions import touch_phones
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.bulk.tasks import Task
from phoneprov.operations.changes import disable_phone, enable_phone, unassign_phone
from phoneprov.operations.commands import OPEN_STATES, WAITS, why_not
from phoneprov.operations.models import BulkAction, Command, CommandKind, CommandState
from phoneprov.tenancy.audit import Actor

Reason = str | None

REACHABLE = frozenset({PhoneStatus.REGISTERED, PhoneStatus.ONLINE})
"""Statuses of phones that a NOTIFY finds."""


def say_effect(task: Task, phone: Phone) -> str:
    """Return what the action would change on this phone, where that differs by phone."""
    if task.given is None:
        return ""
    return list_effects(phone, task.given, drops_own=task.drops_own).text


def find_obstacle(task: Task, phone: Phone) -> Reason:
    """Return why the action leaves this phone alone, or None if it doesn't."""
    return _OBSTACLES[task.action](task, phone)


def do_batch(
    session: Session, task: Task, phones: Sequence[Phone], *, actor: Actor, now: datetime
) -> str:
    """Do the action to a batch of phones; return in words what each of them got."""
    return _DEEDS[task.action](session, task, phones, actor, now)


def find_orders(session: Session, task: Task, phone_ids: Sequence[int]) -> Mapping[int, int]:
    """Return the open order of each phone that the action gave it, or found there already."""
    kind = task.action.command
    if kind is None:
        return {}
    rows = session.execute(
        select(Command.phone_id, Command.id).where(
            Command.phone_id.in_(phone_ids), Command.kind == kind, Command.state.in_(OPEN_STATES)
        )
    )
    return {phone_id: command_id for phone_id, command_id in rows}  # noqa: C416 - dict() of rows loses the types


def _no_new_profile(task: Task, phone: Phone) -> Reason:
    profile = task.given.profile if task.given else None
    if phone.profile_id != (profile.id if profile else None):
        return None
    if task.drops_own and has_own_values(phone):
        return None
    return "It follows this profile already." if profile else "It follows no profile."


def _no_layout_for(task: Task, phone: Phone) -> Reason:
    if phone.model_slug != task.layout_model:
        found = task.catalog.find_model(task.layout_model)
        return f"The layout is for the {found.full_name if found else task.layout_model}."
    is_given = phone.layout_source is LayoutSource.PROFILE  # and goes when the profile goes
    has_it = phone.button_layout_id == task.layout_id and not is_given
    return "It has this layout already." if has_it else None


def _no_module_for(task: Task, phone: Phone) -> Reason:
    layouts = task.carriers.get(phone.id)
    if layouts is None:
        found = task.catalog.module_models.get(task.layout_model)
        where = f" as module {task.module_number}" if task.module_number else ""
        return f"It has no {found.name if found else task.layout_model}{where}."
    if layouts != {task.layout_id}:
        return None
    return f"Its module{'' if task.module_number else 's'} have this layout already."


def _has_no_line(task: Task, phone: Phone) -> Reason:
    del task
    return "It has no extension." if phone.extension_id is None else None


def _nothing_in_the_way(task: Task, phone: Phone) -> Reason:
    del task, phone
    return None


def _same_zone(task: Task, phone: Phone) -> Reason:
    return "It has this time zone already." if (phone.time_zone or "") == task.value else None


def _no_order(task: Task, phone: Phone) -> Reason:
    return why_not(phone, CommandKind(task.action.value), task.catalog)


def _no_restart(task: Task, phone: Phone) -> Reason:
    """Leave out who can't be reached now: a restart hours later would come as a surprise."""
    return _no_order(task, phone) or _not_reachable(phone)


def _not_reachable(phone: Phone) -> Reason:
    if phone.status not in REACHABLE:
        return f"It is {phone.status.label}, so nothing can reach it now."
    if phone.unconfirmed_since_at is not None:
        return "The link to its PBX is down, so nothing can reach it now."
    return None


def _is_enabled(task: Task, phone: Phone) -> Reason:
    del task
    return "It is enabled already." if phone.disabled_at is None else None


def _is_disabled(task: Task, phone: Phone) -> Reason:
    del task
    return "It is disabled already." if phone.disabled_at is not None else None


def _apply_layout(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    values = {"button_layout_id": task.layout_id, "layout_source": LayoutSource.PHONE}
    return _set(session, task, phones, values, actor=actor, now=now)


def _apply_module_layout(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    ids = [phone.id for phone in phones]
    change = update(PhoneModule).where(
        PhoneModule.phone_id.in_(ids), PhoneModule.module_slug == task.layout_model
    )
    if task.module_number:
        change = change.where(PhoneModule.number == task.module_number)
    session.execute(change.values(layout_id=task.layout_id))
    return _note_set(session, task, phones, actor=actor, now=now)


def _apply_profile(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    profile = task.given.profile if task.given else None
    follow_profile(session, task.catalog, phones, profile, drops_own=task.drops_own, now=now)
    return _note_set(session, task, phones, actor=actor, now=now)


def _set_zone(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    values = {"time_zone": task.value or None}
    return _set(session, task, phones, values, actor=actor, now=now)


def _set(  # noqa: PLR0913 - a batch with its actor and time
    session: Session,
    task: Task,
    phones: Sequence[Phone],
    values: Mapping[str, object],
    *,
    actor: Actor,
    now: datetime,
) -> str:
    ids = [phone.id for phone in phones]
    change = update(Phone).where(Phone.id.in_(ids)).values(**values)
    session.execute(change.execution_options(synchronize_session=False))
    return _note_set(session, task, phones, actor=actor, now=now)


def _note_set(
    session: Session, task: Task, phones: Sequence[Phone], *, actor: Actor, now: datetime
) -> str:
    """Bump the phones and write to their timelines what was set; return what each got."""
    ids = [phone.id for phone in phones]
    touch_phones(session, ids, now)
    text = f"{task.words}, by {actor.name} for many phones."
    _write_events(session, ids, "config", text, now)
    return "Set; it takes it at its next check."


def _order(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    kind = CommandKind(task.action.value)
    ids = [phone.id for phone in phones]
    has_one = find_orders(session, task, ids)
    new = [phone_id for phone_id in ids if phone_id not in has_one]
    if new:
        session.execute(insert(Command), [_command(one, kind, actor, now) for one in new])
    _write_events(session, new, "command", f"{kind.label} ordered by {actor.name}.", now)
    return "Ordered."


def _command(phone_id: int, kind: CommandKind, actor: Actor, now: datetime) -> dict[str, object]:
    return {
        "phone_id": phone_id,
        "kind": kind,
        "state": CommandState.QUEUED,
        "ordered_by": actor.name,
        "queued_at": now,
        "next_try_at": now,
        "expires_at": now + WAITS[kind],
        "evidence": "Waits for its turn.",
    }


def _enable(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    del task
    for phone in phones:
        enable_phone(session, phone, actor=actor, now=now)
    return "Enabled."


def _disable(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    del task
    for phone in phones:
        disable_phone(session, phone, actor=actor, now=now)
    return "Disabled."


def _unassign(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    del task
    for phone in phones:
        unassign_phone(session, phone, actor=actor, now=now)
    return "Unassigned."


def _delete(
    session: Session, task: Task, phones: Sequence[Phone], actor: Actor, now: datetime
) -> str:
    del task
    for phone in phones:
        delete_phone(session, phone, actor=actor, now=now)
    return "Deleted; it is told to switch its line off."


def _write_events(
    session: Session, phone_ids: Sequence[int], kind: str, text: str, now: datetime
) -> None:
    if phone_ids:
        rows = [
            {"phone_id": one, "at": now, "kind": kind, "text": text[:300], "detail": {}}
            for one in phone_ids
        ]
        session.execute(insert(PhoneEvent), rows)


_OBSTACLES: Mapping[BulkAction, Callable[[Task, Phone], Reason]] = {
    BulkAction.APPLY_LAYOUT: _no_layout_for,
    BulkAction.APPLY_PROFILE: _no_new_profile,
    BulkAction.APPLY_MODULE_LAYOUT: _no_module_for,
    BulkAction.UNASSIGN: _has_no_line,
    BulkAction.DELETE: _nothing_in_the_way,
    BulkAction.SET_TIME_ZONE: _same_zone,
    BulkAction.RESYNC: _no_order,
    BulkAction.REBOOT: _no_restart,
    BulkAction.RESET: _no_restart,
    BulkAction.ENABLE: _is_enabled,
    BulkAction.DISABLE: _is_disabled,
}
_DEEDS: Mapping[BulkAction, Callable[[Session, Task, Sequence[Phone], Actor, datetime], str]] = {
    BulkAction.APPLY_LAYOUT: _apply_layout,
    BulkAction.APPLY_PROFILE: _apply_profile,
    BulkAction.APPLY_MODULE_LAYOUT: _apply_module_layout,
    BulkAction.UNASSIGN: _unassign,
    BulkAction.DELETE: _delete,
    BulkAction.SET_TIME_ZONE: _set_zone,
    BulkAction.RESYNC: _order,
    BulkAction.REBOOT: _order,
    BulkAction.RESET: _order,
    BulkAction.ENABLE: _enable,
    BulkAction.DISABLE: _disable,
}
