"""A tenant's maintenance windows: read, added, changed, deleted."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.rollout_models import MaintenanceWindow
from phoneprov.firmware.window_words import DAY_NAMES, days_words, hours_words, length_of
from phoneprov.firmware.windows import UPDATE_TAKES, Window
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import for_tenant

MOST_WINDOWS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowDraft:
    """A window as a person gives it."""

    weekdays: frozenset[int]
    """0 is Monday."""
    opens: time
    closes: time


def list_windows(session: Session, tenant_id: int) -> Sequence[MaintenanceWindow]:
    """Return a tenant's windows by when they open; `row.window` is each as the rules take it."""
    query = for_tenant(tenant_id, MaintenanceWindow)
    return session.scalars(query.order_by(MaintenanceWindow.opens, MaintenanceWindow.id)).all()


def read_rules(session: Session, tenant_id: int) -> tuple[Window, ...]:
    """Return a tenant's windows as the rules take them."""
    return tuple(row.window for row in list_windows(session, tenant_id))


def find_window(session: Session, tenant_id: int, window_id: int) -> MaintenanceWindow | None:
    """Return one window of a tenant."""
    query = for_tenant(tenant_id, MaintenanceWindow).where(MaintenanceWindow.id == window_id)
    return session.scalar(query)


def add_window(
    session: Session, tenant_id: int, draft: WindowDraft, *, actor: Actor, now: datetime
) -> MaintenanceWindow:
    """Add a window; raises InvalidValueError with its field."""
    _check(draft)
    rows = list_windows(session, tenant_id)
    if len(rows) >= MOST_WINDOWS:
        raise InvalidValueError(f"At most {MOST_WINDOWS} windows; delete one first.", field="opens")
    _check_double(rows, draft)
    row = MaintenanceWindow(tenant_id=tenant_id)
    _fill(row, draft)
    session.add(row)
    session.flush()
    write_audit(session, actor, "window.add", say_window(row), at=now, tenant_id=tenant_id)
    return row


def change_window(
    session: Session, row: MaintenanceWindow, draft: WindowDraft, *, actor: Actor, now: datetime
) -> None:
    """Change a window; raises InvalidValueError with its field."""
    _check(draft)
    others = [one for one in list_windows(session, row.tenant_id) if one.id != row.id]
    _check_double(others, draft)
    before = say_window(row)
    _fill(row, draft)
    session.flush()
    after = say_window(row)
    if after != before:
        changes = {"window": [before, after]}
        write_audit(
            session, actor, "window.edit", after, at=now, tenant_id=row.tenant_id, changes=changes
        )


def delete_window(session: Session, row: MaintenanceWindow, *, actor: Actor, now: datetime) -> None:
    """Delete a window; what it let begin ends normally, nothing new begins in it."""
    write_audit(session, actor, "window.delete", say_window(row), at=now, tenant_id=row.tenant_id)
    session.delete(row)
    session.flush()


def say_window(row: MaintenanceWindow) -> str:
    """Return a window in words: `Mon, Tue, 22:00–04:00 the next morning`."""
    return f"{days_words(row.weekdays)}, {hours_words(row.opens, row.closes)}"


def _check(draft: WindowDraft) -> None:
    if not draft.weekdays or not draft.weekdays <= frozenset(range(len(DAY_NAMES))):
        raise InvalidValueError("Tick at least one day.", field="weekdays")
    if length_of(draft.opens, draft.closes) < UPDATE_TAKES:
        least = int(UPDATE_TAKES.total_seconds() // 60)
        message = f"An update takes {least} minutes; let the window be at least that long."
        raise InvalidValueError(message, field="closes")


def _check_double(rows: Collection[MaintenanceWindow], draft: WindowDraft) -> None:
    wanted = Window(weekdays=draft.weekdays, opens=draft.opens, closes=draft.closes)
    if any(row.window == wanted for row in rows):
        raise InvalidValueError("There is such a window already.", field="opens")


def _fill(row: MaintenanceWindow, draft: WindowDraft) -> None:
    row.weekdays = sum(1 << day for day in draft.weekdays)
    row.opens, row.closes = draft.opens, draft.closes
