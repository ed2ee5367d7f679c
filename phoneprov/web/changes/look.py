"""“What would change”: the button beside Save, on every form that changes what phones are told.

The same form goes to the same address with `look`: the same checks, the same messages, and instead
of the change what would come of it. With script only the place for that is swapped, so that what
was typed, passwords too, stays as it is.
"""

from flask import request
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.provisioning.trial import Act, Frame, Outcome, try_out
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx, swap_instead
from phoneprov.web.runtime import runtime

REFUSED = 422


def wants_look() -> bool:
    """Tell whether the button was pressed, and not Save."""
    return request.method == "POST" and "look" in request.form


def look(act: Act) -> Outcome:
    """Return what would come of a change for the phones of this page's tenant.

    Raises what `act` raises.
    """
    return try_out(session(), current_tenant().id, act, current_frame())


def current_frame() -> Frame:
    """Return what a trial needs of this process."""
    found = runtime()
    return Frame(
        catalog=found.catalog,
        phones_address=found.settings.address_for_phones,
        now=utc_now(),
    )


def refuse(body: str, selector: str = "#main") -> Response | tuple[str, int]:
    """Return a form with its messages; after the button all of the form is swapped."""
    if wants_look() and is_htmx():
        return swap_instead(body, REFUSED, selector)
    return body, REFUSED
