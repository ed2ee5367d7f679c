"""Screen of the users: the provider's below `/users`, a tenant's below its own address."""

from collections.abc import Callable
from functools import wraps

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.tenancy.models import Tenant, User
from phoneprov.tenancy.users import (
    activate_user,
    add_user,
    change_user,
    deactivate_user,
    delete_user,
    find_user,
    is_own,
    list_users,
    make_password,
    set_password,
)
from phoneprov.web.access import admin_only, provider_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.users.forms import UserForm

Answer = str | Response | tuple[str, int]
View = Callable[..., Answer]

blueprint = Blueprint("users", __name__)

REFUSED = 422
_BOTH = ["GET", "POST"]


def index() -> Answer:
    """Show who may log in here."""
    users = list_users(session(), _tenant_id())
    own = next((user.id for user in users if is_own(user, current_actor())), None)
    return render_template("users/index.html", users=users, own_id=own)


def add() -> Answer:
    """Add a user; the first password is made here and shown once."""
    form = UserForm()
    form.offer_roles(_tenant_id())
    if not form.validate_on_submit():
        return _form_page(form, None)
    password = make_password()
    draft = form.read_draft(password)
    try:
        user = add_user(
            session(), draft, tenant_id=_tenant_id(), actor=current_actor(), now=utc_now()
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, None)
    return render_template("users/password.html", account=user, password=password, is_new=True)


def edit(user_id: int) -> Answer:
    """Change a user's name, e-mail or role."""
    user = _get_user(user_id)
    form = UserForm(obj=user)
    form.offer_roles(_tenant_id())
    if not form.validate_on_submit():
        return _form_page(form, user)
    try:
        change_user(session(), user, form.read_draft(), actor=current_actor(), now=utc_now())
    except (InvalidValueError, NotAllowedError) as fault:
        _tell(form, fault)
        return _form_page(form, user)
    flash(f"{user.name} saved.", "done")
    return redirect(address("index"), 303)


def new_password(user_id: int) -> Answer:
    """Make a new password for a user and show it once; their log-ins end."""
    user = _get_user(user_id)
    if is_own(user, current_actor()):
        return redirect(url_for("auth.change_password"), 303)
    if request.method == "GET":
        return render_template("users/confirm.html", account=user, action="new_password")
    password = make_password()
    set_password(session(), user, password, actor=current_actor(), now=utc_now())
    return render_template("users/password.html", account=user, password=password, is_new=False)


def switch(user_id: int) -> Answer:
    """Switch an account off, or on again."""
    user = _get_user(user_id)
    if user.is_active:
        deactivate_user(session(), user, actor=current_actor(), now=utc_now())
        flash(f"{user.name} can't log in any more.", "done")
    else:
        activate_user(session(), user, actor=current_actor(), now=utc_now())
        flash(f"{user.name} can log in again.", "done")
    return redirect(address("index"), 303)


def delete(user_id: int) -> Answer:
    """Delete an account, after asking."""
    user = _get_user(user_id)
    if request.method == "GET":
        return render_template("users/confirm.html", account=user, action="delete")
    name = user.name
    delete_user(session(), user, actor=current_actor(), now=utc_now())
    flash(f"{name} deleted.", "done")
    return redirect(address("index"), 303)


def address(verb: str, user_id: int | None = None) -> str:
    """Return the address of a view of this screen, for the tenant of this page or the provider."""
    tenant = g.get("tenant")
    if tenant is None:
        return url_for(f"users.{verb}", user_id=user_id)
    return url_for(f"users.tenant_{verb}", tenant_slug=tenant.slug, user_id=user_id)


@blueprint.context_processor
def _give_address() -> dict[str, Callable[..., str]]:
    return {"address": address}


def _register(rule: str, view: View, methods: list[str]) -> None:
    """Put one view at both addresses, each with the guard that fits it."""
    name = view.__name__

    @wraps(view)
    def of_provider(**values: int) -> Answer:
        return view(**values)

    @wraps(view)
    def of_tenant(**values: int) -> Answer:
        return view(**values)

    blueprint.add_url_rule(f"/users{rule}", name, provider_only(of_provider), methods=methods)
    blueprint.add_url_rule(
        f"/t/<tenant_slug>/users{rule}", f"tenant_{name}", admin_only(of_tenant), methods=methods
    )


_register("", index, ["GET"])
_register("/add", add, _BOTH)
_register("/<int:user_id>/edit", edit, _BOTH)
_register("/<int:user_id>/password", new_password, _BOTH)
_register("/<int:user_id>/switch", switch, ["POST"])
_register("/<int:user_id>/delete", delete, _BOTH)


def _tenant_id() -> int | None:
    tenant = g.get("tenant")
    return tenant.id if isinstance(tenant, Tenant) else None


def _get_user(user_id: int) -> User:
    user = find_user(session(), _tenant_id(), user_id)
    if user is None:
        abort(404)
    return user


def _tell(form: UserForm, fault: InvalidValueError | NotAllowedError) -> None:
    if isinstance(fault, InvalidValueError):
        tell_fault(form, fault)
    else:
        form.form_errors.append(fault.message)


def _form_page(form: UserForm, user: User | None) -> Answer:
    page = render_template("users/form.html", form=form, account=user)
    return page, REFUSED if request.method == "POST" else 200
