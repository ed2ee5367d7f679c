"""A layout that is open in the editor, and what its fragments show of it."""

from dataclasses import dataclass, replace

from flask import request

from phoneprov.fleet.layout_uses import count_delivered
from phoneprov.fleet.own_key_uses import count_differing
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.history import find_redo, find_undo, say_newer
from phoneprov.layouts.locks import list_locks
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.web.changes.delivery import latest_check
from phoneprov.web.database import session
from phoneprov.web.layouts.common import get_own_layout, get_target, load_desk, reach_of
from phoneprov.web.layouts.picture import Desk, Key, Picture, draw, draw_key
from phoneprov.web.layouts.ruled import Ruled, load_ruled
from phoneprov.web.layouts.words import KIND_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A layout that is open in the editor."""

    layout: ButtonLayout
    target: LayoutTarget
    desk: Desk
    rows: dict[int, LayoutButton]
    ruled: Ruled
    locked: frozenset[int] = frozenset()
    news: str = ""
    """What others have done to it since the page in view was loaded."""

    def draw(self, page: int) -> Picture:
        """Return a page of the picture."""
        picture = draw(self.target, self.rows, self.desk, page=page, locked=self.locked)
        return self.ruled.paint(picture)

    def draw_key(self, position: int) -> Key:
        """Return one key of the picture, also of another page."""
        key = draw_key(self.target, position, self.rows.get(position), self.desk)
        locked = replace(key, is_locked=position in self.locked)
        return self.ruled.paint_key(locked, self.target)


def open_layout(layout_id: int, desk: Desk | None = None) -> Open:
    """Return a layout of this page with all that the editor shows of it."""
    layout = get_own_layout(layout_id)
    seen = request.values.get("revision", type=int)
    is_news = seen is not None and seen != layout.revision
    step = request.values.get("step", -1, type=int)
    news = say_newer(session(), layout, step) if is_news and desk is None else ""
    target, desk = get_target(layout), desk or load_desk()
    rows = list_buttons(session(), layout.id)
    return Open(
        layout=layout,
        target=target,
        desk=desk,
        rows=rows,
        ruled=load_ruled(layout, target, desk, rows),
        locked=list_locks(session(), layout.id),
        news=news,
    )


def editor_values(opened: Open, page: int) -> dict[str, object]:
    """Return what the fragments of the editor need."""
    return {
        "layout": opened.layout,
        "target": opened.target,
        "picture": opened.draw(page),
        "ruled": opened.ruled,
        "delivery": count_delivered(session(), opened.layout),
        "undo_step": find_undo(session(), opened.layout),
        "redo_step": find_redo(session(), opened.layout),
        "kinds": KIND_WORDS,
        "reach": reach_of(opened.layout),
        "by": latest_check(),
        "news": opened.news,
    }


def lock_values(opened: Open, position: int) -> dict[str, object]:
    """Return what the lock of a key says."""
    return {
        "is_assigned": position in opened.rows,
        "is_locked": position in opened.locked,
        "differing": count_differing(session(), opened.layout).get(position, 0),
    }
