"""Screen of the alerts: the provider's below `/alerts`, a tenant's below its own address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from phoneprov.alerts.kinds import AlertKind, Channel
from phoneprov.alerts.models import AlertSubscription
from phoneprov.alerts.queries import (
    find_mail_health,
    find_messages,
    find_subscription,
    list_subscriptions,
    read_last,
)
from phoneprov.alerts.subscriptions import (
    Mailing,
    add_subscription,
    change_subscription,
    delete_subscription,
    renew_secret,
    send_test,
)
from phoneprov.alerts.unsubscribing import end_by_link, find_by_link
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.tenancy.models import Role, Tenant
from phoneprov.web.access import admin_only, provider_only, public, signed_in_user
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.alerts.forms import ALL_TENANTS, AlertForm, form_values
from phoneprov.web.alerts.words import pace_words, quiet_words, where_words
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.runtime import runtime
from phoneprov.web.security import client_address

Answer = str | Response | tuple[str, int]
View = Callable[..., Answer]

blueprint = Blueprint("alerts", __name__)

REFUSED = 422
PROVIDER_ZONE = "UTC"
_BOTH = ["GET", "POST"]


def index() -> Answer:
    """Show who is told of what, and how the last messages went."""
    rows = list_subscriptions(session(), signed_in_user(), _tenant_id())
    return render_template(
        "alerts/index.html",
        rows=rows,
        last=read_last(session(), [row.id for row in rows]),
        health=find_mail_health(session()),
        has_mail=_mailing().has_mail,
        own_id=signed_in_user().id,
    )


def add() -> Answer:
    """Let the one who asks be told of something."""
    form = AlertForm()
    _prepare(form, None)
    if form.channel.data is None:
        form.channel.data = (Channel.EMAIL if _mailing().has_mail else Channel.WEBHOOK).value
    if request.method == "GET":
        form.kinds.data = [AlertKind.PHONE_OFFLINE.value, AlertKind.MANY_OFFLINE.value]
        form.daily_at.data = "08:00"
    if not form.validate_on_submit():
        return _form_page(form, None)
    try:
        row = add_subscription(
            session(),
            form.read_draft(),
            user=signed_in_user(),
            tenant=_chosen_tenant(form),
            mailing=_mailing(),
            actor=current_actor(),
            now=utc_now(),
        )
    except (InvalidValueError, NotAllowedError) as fault:
        return _refused_page(form, None, fault)
    return _saved(row, is_new_webhook=row.channel is Channel.WEBHOOK)


def edit(subscription_id: int) -> Answer:
    """Change what somebody is told; one that was ended by its link begins again."""
    row = _get(subscription_id)
    form = AlertForm(data=form_values(row))
    form.offer_tenants(())
    _prepare(form, row)
    if not form.validate_on_submit():
        return _form_page(form, row)
    was_webhook = row.channel is Channel.WEBHOOK
    try:
        change_subscription(
            session(),
            row,
            form.read_draft(),
            mailing=_mailing(),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        return _refused_page(form, row, fault)
    return _saved(row, is_new_webhook=row.channel is Channel.WEBHOOK and not was_webhook)


def delete(subscription_id: int) -> Answer:
    """Delete a subscription, after asking."""
    row = _get(subscription_id)
    if request.method == "GET":
        return render_template("alerts/delete.html", row=row)
    delete_subscription(session(), row, actor=current_actor(), now=utc_now())
    flash("Subscription deleted.", "done")
    return redirect(address("index"), 303)


def messages(subscription_id: int) -> Answer:
    """Show what a subscription was sent, what waits, and why something failed."""
    row = _get(subscription_id)
    page = find_messages(session(), row, number=max(1, request.args.get("page", 1, type=int)))
    template = "alerts/_messages.html" if is_htmx() else "alerts/messages.html"
    return render_template(
        template,
        row=row,
        page=page,
        health=find_mail_health(session()),
        has_mail=_mailing().has_mail,
    )


def test(subscription_id: int) -> Answer:
    """Send a message that only shows whether messages arrive."""
    row = _get(subscription_id)
    base = runtime().settings.address_for_phones
    try:
        send_test(session(), row, address=base, now=utc_now())
    except NotAllowedError as fault:
        flash(fault.message, "warning")
        return redirect(address("messages", subscription_id=row.id), 303)
    flash("A test message is on its way; below is what becomes of it.", "done")
    return redirect(address("messages", subscription_id=row.id), 303)


def secret(subscription_id: int) -> Answer:
    """Make a new secret for a webhook, after asking, and show it this once."""
    row = _get(subscription_id)
    if row.channel is not Channel.WEBHOOK:
        abort(404)
    if request.method == "GET":
        return render_template("alerts/renew.html", row=row)
    made = renew_secret(session(), row, actor=current_actor(), now=utc_now())
    return render_template("alerts/secret.html", row=row, secret=made)


@blueprint.route("/unsubscribe/<token>", methods=_BOTH)
@public
def unsubscribe(token: str) -> Answer:
    """Ask whether to end a subscription, and end it; the signed link is all it takes."""
    row = find_by_link(session(), token)
    if row is None:
        abort(404)
    if request.method == "POST":
        end_by_link(session(), row, address=client_address(), now=utc_now())
    return render_template("alerts/unsubscribe.html", row=row, token=token)


def address(verb: str, subscription_id: int | None = None, page: int | None = None) -> str:
    """Return the address of a view of this screen, for the tenant of this page or the provider."""
    tenant = g.get("tenant")
    values: dict[str, Any] = {"subscription_id": subscription_id, "page": page}
    if tenant is None:
        return url_for(f"alerts.{verb}", **values)
    return url_for(f"alerts.tenant_{verb}", **values, tenant_slug=tenant.slug)


@blueprint.context_processor
def _give_words() -> dict[str, object]:
    return {
        "address": address,
        "where_words": where_words,
        "quiet_words": quiet_words,
        "pace_words": pace_words,
        "kind_labels": {kind.value: kind.label for kind in AlertKind},
    }


def _register(rule: str, view: View, methods: list[str]) -> None:
    """Put one view at both addresses, each with the guard that fits it."""
    name = view.__name__

    @wraps(view)
    def of_provider(**values: int) -> Answer:
        return view(**values)

    @wraps(view)
    def of_tenant(**values: int) -> Answer:
        return view(**values)

    blueprint.add_url_rule(f"/alerts{rule}", name, provider_only(of_provider), methods=methods)
    blueprint.add_url_rule(
        f"/t/<tenant_slug>/alerts{rule}", f"tenant_{name}", admin_only(of_tenant), methods=methods
    )


_register("", index, ["GET"])
_register("/add", add, _BOTH)
_register("/<int:subscription_id>/edit", edit, _BOTH)
_register("/<int:subscription_id>/delete", delete, _BOTH)
_register("/<int:subscription_id>/messages", messages, ["GET"])
_register("/<int:subscription_id>/test", test, ["POST"])
_register("/<int:subscription_id>/secret", secret, _BOTH)


def _tenant() -> Tenant | None:
    tenant = g.get("tenant")
    return tenant if isinstance(tenant, Tenant) else None


def _tenant_id() -> int | None:
    tenant = _tenant()
    return tenant.id if tenant else None


def _get(subscription_id: int) -> AlertSubscription:
    found = find_subscription(session(), signed_in_user(), _tenant_id(), subscription_id)
    return found or abort(404)


def _mailing() -> Mailing:
    settings = runtime().settings
    return Mailing(has_mail=settings.has_mail, webhook_allow=settings.webhook_allow)


def _prepare(form: AlertForm, row: AlertSubscription | None) -> None:
    """Offer what the one who is told may be told."""
    tenant, user = _tenant(), row.user if row else signed_in_user()
    is_everywhere = row.tenant_id is None if row else tenant is None
    kinds = [
        kind
        for kind in AlertKind
        if user.role == Role.PROVIDER or not kind.is_for_provider
        if is_everywhere or kind is not AlertKind.UNKNOWN_MAC
    ]
    zone = row.time_zone if row else tenant.time_zone if tenant else PROVIDER_ZONE
    form.prepare(kinds, zone)
    if row is None:
        query = select(Tenant.id, Tenant.name).order_by(func.lower(Tenant.name))
        names = [] if tenant else [(one.id, one.name) for one in session().execute(query)]
        form.offer_tenants(names)


def _chosen_tenant(form: AlertForm) -> Tenant | None:
    """Return the tenant of the page, or on the provider's page the one that was chosen."""
    here = _tenant()
    if here is not None or form.tenant_id is None or form.tenant_id.data == ALL_TENANTS:
        return here
    return session().get(Tenant, form.tenant_id.data)


def _saved(row: AlertSubscription, *, is_new_webhook: bool) -> Answer:
    """Go on after a save; a webhook that is new shows the secret it is signed with, this once."""
    if is_new_webhook:
        return render_template("alerts/secret.html", row=row, secret=row.webhook_secret)
    flash("Saved. Send a test to see that it arrives.", "done")
    return redirect(address("index"), 303)


def _refused_page(
    form: AlertForm, row: AlertSubscription | None, fault: InvalidValueError | NotAllowedError
) -> Answer:
    if isinstance(fault, InvalidValueError):
        tell_fault(form, fault)
    else:
        form.form_errors.append(fault.message)
    return _form_page(form, row)


def _form_page(form: AlertForm, row: AlertSubscription | None) -> Answer:
    """Show the form; after a refused post with what was typed and the messages."""
    page = render_template(
        "alerts/form.html",
        form=form,
        row=row,
        has_mail=_mailing().has_mail,
        email=row.user.email if row else signed_in_user().email,
    )
    return page, REFUSED if request.method == "POST" else 200
