"""The lock of a key: whether phones may differ from the layout there."""

from flask import abort, flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.layout_changes import lock_key
from phoneprov.web.access import admin_only
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.layouts.common import Answer, to
from phoneprov.web.layouts.opened import editor_values, lock_values, open_layout


@admin_only
def lock(layout_id: int, position: int) -> Answer:
    """Lock a key or unlock it; a tick is the whole form."""
    opened = open_layout(layout_id)
    if not 1 <= position <= opened.target.keys and position not in opened.locked:
        abort(404)
    is_locked = bool(request.form.get("is_locked"))
    try:
        told = lock_key(
            session(),
            opened.layout,
            position,
            is_locked=is_locked,
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError:  # somebody else had the same idea, so it is as wanted
        told = 0
    page = opened.target.page_of(position)
    if not is_htmx():
        flash(f"Key {position} is {'locked' if is_locked else 'no longer locked'}.", "done")
        return redirect(to("key", layout_id=layout_id, position=position), 303)
    after = open_layout(layout_id, opened.desk)
    return render_template(
        "layouts/_locked.html",
        **editor_values(after, page),
        **lock_values(after, position),
        position=position,
        told=told,
    )
