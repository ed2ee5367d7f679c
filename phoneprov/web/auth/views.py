"""Log in, log out, first set-up, own password."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.audit import write_audit
from phoneprov.tenancy.log_in import LogIn, authenticate
from phoneprov.tenancy.models import Role
from phoneprov.tenancy.passwords import BusyError
from phoneprov.tenancy.queries import has_provider
from phoneprov.tenancy.setup import finish_setup, is_setup_open
from phoneprov.tenancy.users import UserDraft, change_own_password
from phoneprov.web.access import own_account, public, signed_in_user
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.auth.forms import LogInForm, PasswordForm, SetUpForm
from phoneprov.web.auth.sessions import find_signed_in, log_user_in, log_user_out
from phoneprov.web.database import session
from phoneprov.web.security import client_address, is_local_path
from phoneprov.web.times import clock_time

Answer = str | Response | tuple[str, int]

blueprint = Blueprint("auth", __name__)

_REFUSED = HTTPStatus.UNPROCESSABLE_ENTITY
WRONG = "E-mail and password don't fit together."


@blueprint.route("/log-in", methods=["GET", "POST"])
@public
def log_in() -> Answer:
    """Take e-mail and password; one message for all that doesn't fit."""
    form = LogInForm()
    target = _target(form.next.data or request.args.get("next", ""))
    if request.method == "GET" and find_signed_in() is not None:
        return redirect(target, 303)
    form.next.data = target
    if not form.validate_on_submit():
        return _log_in_page(form, HTTPStatus.OK if request.method == "GET" else _REFUSED)
    email, password = form.email.data or "", form.password.data or ""
    now = utc_now()
    try:
        result = authenticate(session(), email, password, address=client_address(), now=now)
    except BusyError as busy:
        form.form_errors.append(busy.message)
        return _log_in_page(form, HTTPStatus.TOO_MANY_REQUESTS)
    if result.user is None:
        return _refuse_log_in(form, result)
    log_user_in(result.user, client_address(), now)
    return redirect(target, 303)


@blueprint.post("/log-out")
@own_account
def log_out() -> Answer:
    """End this log-in."""
    signed_in = find_signed_in()
    if signed_in is not None:
        email = signed_in.account.email
        tenant_id = signed_in.account.tenant_id
        now = utc_now()
        write_audit(session(), current_actor(), "user.log_out", email, at=now, tenant_id=tenant_id)
        log_user_out(signed_in)
    return redirect(url_for("auth.log_in"), 303)


@blueprint.route("/setup/<token>", methods=["GET", "POST"])
@public
def set_up(token: str) -> Answer:
    """Create the first provider account; the link is dead afterwards."""
    if not is_setup_open(session(), token):
        abort(404)
    form = SetUpForm()
    if not form.validate_on_submit():
        return _page("auth/set_up.html", form)
    now = utc_now()
    draft = UserDraft(
        name=form.name.data or "",
        email=form.email.data or "",
        role=Role.PROVIDER,
        password=form.password.data or "",
    )
    try:
        user = finish_setup(
            session(),
            token,
            draft,
            provider_name=form.provider_name.data or "",
            address=client_address(),
            now=now,
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page("auth/set_up.html", form)
    log_user_in(user, client_address(), now)
    return redirect(url_for("system.home"), 303)


@blueprint.route("/account/password", methods=["GET", "POST"])
@own_account
def change_password() -> Answer:
    """Change one's own password; other log-ins of the account end."""
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page("auth/password.html", form)
    signed_in = find_signed_in()
    if signed_in is None:
        abort(404)
    try:
        change_own_password(
            session(),
            signed_in_user(),
            form.old_password.data or "",
            form.password.data or "",
            actor=current_actor(),
            now=utc_now(),
            token=signed_in.token,
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _page("auth/password.html", form)
    flash("Your password is changed. Other log-ins of this account have ended.", "done")
    return redirect(url_for("system.home"), 303)


def _refuse_log_in(form: LogInForm, result: LogIn) -> Answer:
    # A refused answer is rolled back at its end; the failure has to count all the same.
    session().commit()
    if result.wait_until is None:
        form.form_errors.append(WRONG)
        return _log_in_page(form, _REFUSED)
    until = clock_time(result.wait_until).striptags()
    form.form_errors.append(f"Too many tries. The next one counts at {until} UTC.")
    return _log_in_page(form, HTTPStatus.TOO_MANY_REQUESTS)


def _log_in_page(form: LogInForm, status: int) -> Answer:
    is_set_up = has_provider(session())
    return render_template("auth/log_in.html", form=form, is_set_up=is_set_up), int(status)


def _page(template: str, form: SetUpForm | PasswordForm) -> Answer:
    """Return a form; what was sent and not taken comes back as 422."""
    is_refused = request.method == "POST"
    return render_template(template, form=form), int(_REFUSED if is_refused else HTTPStatus.OK)


def _target(wanted: str) -> str:
    return wanted if is_local_path(wanted) else url_for("system.home")
