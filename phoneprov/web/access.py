"""Who may see what: one place decides, before any view runs.

Every endpoint needs a log-in unless it is marked public. An endpoint below `/t/<tenant>/` gets
its tenant from the address: one that the user may not see gives the same 404 as a missing one.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from phoneprov.tenancy.models import Role, Tenant, User
from phoneprov.tenancy.queries import find_tenant_for
from phoneprov.web.auth.sessions import find_signed_in
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx, redirect_whole_page

View = TypeVar("View", bound=Callable[..., Any])

_PUBLIC = "_is_public"
_NEEDS = "_needs_role"
_OWN_ACCOUNT = "_is_own_account"
_WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def public(view: View) -> View:
    """Mark a view that needs no log-in."""
    setattr(view, _PUBLIC, True)
    return view


def provider_only(view: View) -> View:
    """Mark a view that only provider staff may use; for others it does not exist."""
    setattr(view, _NEEDS, Role.PROVIDER)
    return view


def admin_only(view: View) -> View:
    """Mark a view that changes something: provider staff and admins of the tenant."""
    setattr(view, _NEEDS, Role.ADMIN)
    return view


def own_account(view: View) -> View:
    """Mark a view that changes only the user's own account (log out, own password)."""
    setattr(view, _OWN_ACCOUNT, True)
    return view


def signed_in_user() -> User:
    """Return the user of this request; only after the guard has passed."""
    signed_in = find_signed_in()
    assert signed_in is not None  # noqa: S101 - the guard has passed
    return signed_in.account


def current_tenant() -> Tenant:
    """Return the tenant in the address of this request."""
    tenant = g.tenant
    assert isinstance(tenant, Tenant)  # noqa: S101 - narrows Flask's untyped g
    return tenant


def can_edit() -> bool:
    """Tell whether the user may change what is on this page."""
    signed_in = find_signed_in()
    return signed_in is not None and signed_in.account.role != Role.VIEWER


def is_provider() -> bool:
    """Tell whether the user is provider staff."""
    signed_in = find_signed_in()
    return signed_in is not None and signed_in.account.role == Role.PROVIDER


def init_access(app: Flask) -> None:
    """Put the guard in front of every view."""
    app.before_request(_guard)
    app.jinja_env.globals.update(can_edit=can_edit, is_provider=is_provider)


def _guard() -> Response | None:
    g.tenant = None
    view = current_app.view_functions.get(request.endpoint) if request.endpoint else None
    if view is None or getattr(view, _PUBLIC, False):
        return None
    if find_signed_in() is None:
        return _to_log_in()
    needs = getattr(view, _NEEDS, None)
    if needs == Role.PROVIDER and not is_provider():
        abort(404)
    _load_tenant()
    is_change = request.method in _WRITES or needs == Role.ADMIN
    if is_change and not can_edit() and not getattr(view, _OWN_ACCOUNT, False):
        abort(403)
    return None


def _load_tenant() -> None:
    view_args = request.view_args or {}
    if "tenant_slug" not in view_args:
        return
    tenant = find_tenant_for(session(), signed_in_user(), view_args.pop("tenant_slug"))
    if tenant is None:
        abort(404)
    g.tenant = tenant


def _to_log_in() -> Response:
    here = request.full_path.rstrip("?") if request.method == "GET" else None
    where = url_for("auth.log_in", next=here)
    return redirect_whole_page(where) if is_htmx() else redirect(where, 303)
