"""The steps of a layout: each change of its keys or rules can be taken back and done again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.layouts.models import ButtonLayout, LayoutButton, LayoutStep
from phoneprov.layouts.rule_history import restore_rules, snapshot_rules
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Extension
from phoneprov.vendors.config import ButtonKind

MOST_STEPS = 100

Snapshot = list[list[object]]
"""Position, kind, value, label and extension id of each button, by position."""


@contextmanager
def one_step(
    session: Session, layout: ButtonLayout, words: str, *, actor: Actor, now: datetime
) -> Iterator[None]:
    """Make one step of what is done inside; what had been taken back can't be done again then."""
    before, rules_before = _snapshot(session, layout.id), snapshot_rules(session, layout.id)
    yield
    session.flush()
    after, rules_after = _snapshot(session, layout.id), snapshot_rules(session, layout.id)
    if (after, rules_after) == (before, rules_before):
        return
    mine = LayoutStep.layout_id == layout.id
    session.execute(delete(LayoutStep).where(mine, LayoutStep.number > layout.step))
    layout.step += 1
    session.execute(delete(LayoutStep).where(mine, LayoutStep.number <= layout.step - MOST_STEPS))
    session.add(
        LayoutStep(
            layout_id=layout.id,
            number=layout.step,
            words=words,
            made_by=actor.name,
            made_at=now,
            before=before,
            after=after,
            rules_before=rules_before,
            rules_after=rules_after,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        message = "Somebody else has just changed this layout; look at it again."
        raise InvalidValueError(message) from error


def find_undo(session: Session, layout: ButtonLayout) -> LayoutStep | None:
    """Return the step that Undo takes back, if there is one."""
    return _find(session, layout, layout.step)


def find_redo(session: Session, layout: ButtonLayout) -> LayoutStep | None:
    """Return the step that Redo does again, if there is one."""
    return _find(session, layout, layout.step + 1)


def undo(
    session: Session, layout: ButtonLayout, seen: int, *, actor: Actor, now: datetime
) -> str | None:
    """Take back the last step; return what it was, None where there is none.

    `seen` is the last step that the person knew of. Raises NotAllowedError with what has happened
    since, so that nobody takes back what somebody else has just done.
    """
    _refuse_unseen(session, layout, seen)
    step = find_undo(session, layout)
    if step is None:
        return None
    restore_rules(session, layout.id, step.rules_before)
    _restore(session, layout, step.before)
    layout.step -= 1
    _audit(session, layout, "layout.undo", step, actor=actor, now=now)
    return step.words


def redo(
    session: Session, layout: ButtonLayout, seen: int, *, actor: Actor, now: datetime
) -> str | None:
    """Do again what was taken back last; return what it was, None where there is nothing.

    Raises NotAllowedError as `undo` does.
    """
    _refuse_unseen(session, layout, seen)
    step = find_redo(session, layout)
    if step is None:
        return None
    restore_rules(session, layout.id, step.rules_after)
    _restore(session, layout, step.after)
    layout.step += 1
    _audit(session, layout, "layout.redo", step, actor=actor, now=now)
    return step.words


def say_newer(session: Session, layout: ButtonLayout, seen: int) -> str:
    """Return what was done since the step `seen`, and by whom."""
    query = select(LayoutStep).where(
        LayoutStep.layout_id == layout.id,
        LayoutStep.number > seen,
        LayoutStep.number <= layout.step,
    )
    newer = session.scalars(query.order_by(LayoutStep.number)).all()
    done = "; ".join(f"{step.made_by}: {step.words}" for step in newer[:3])
    return done or "a step was taken back"


def _find(session: Session, layout: ButtonLayout, number: int) -> LayoutStep | None:
    query = select(LayoutStep).where(LayoutStep.layout_id == layout.id, LayoutStep.number == number)
    return session.scalar(query)


def _refuse_unseen(session: Session, layout: ButtonLayout, seen: int) -> None:
    if seen == layout.step:
        return
    said = say_newer(session, layout, seen)
    message = f"The layout was changed meanwhile ({said}). Look at it again first."
    raise NotAllowedError(message)


def _snapshot(session: Session, layout_id: int) -> Snapshot:
    rows = session.execute(
        select(
            LayoutButton.position,
            LayoutButton.kind,
            LayoutButton.value,
            LayoutButton.label,
            LayoutButton.extension_id,
        )
        .where(LayoutButton.layout_id == layout_id)
        .order_by(LayoutButton.position)
    )
    return [[position, str(kind), *rest] for position, kind, *rest in rows]


def _restore(session: Session, layout: ButtonLayout, buttons: Snapshot) -> None:
    """Put the buttons back; one whose extension is gone keeps its number."""
    there = set(session.scalars(select(Extension.id).where(Extension.id.in_(_lines(buttons)))))
    session.execute(delete(LayoutButton).where(LayoutButton.layout_id == layout.id))
    session.expire_all()
    session.add_all(
        LayoutButton(
            layout_id=layout.id,
            position=position,
            kind=ButtonKind(str(kind)),
            value=value,
            label=label,
            extension_id=line if line in there else None,
        )
        for position, kind, value, label, line in buttons
    )
    layout.revision += 1
    session.flush()


def _lines(buttons: Snapshot) -> Sequence[object]:
    return [line for *_, line in buttons if line is not None]


def _audit(  # noqa: PLR0913 - what one row of the audit needs
    session: Session,
    layout: ButtonLayout,
    action: str,
    step: LayoutStep,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    write_audit(
        session,
        actor,
        action,
        layout.name,
        at=now,
        tenant_id=layout.tenant_id,
        note=step.words[:200],
    )
