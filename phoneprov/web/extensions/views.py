"""Screen of a tenant's extensions: list, add, edit, delete, show a password."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.extensions import (
    add_extension,
    find_extension_page,
    list_phones_on,
    update_extension,
)
from phoneprov.fleet.models import Phone
from phoneprov.layouts.queries import list_pointing
from phoneprov.operations.changes import remove_extension
from phoneprov.tenancy.extension_file import SAMPLE
from phoneprov.tenancy.extension_values import new_sip_password
from phoneprov.tenancy.extensions import reveal_sip_password
from phoneprov.tenancy.group_names import group_key
from phoneprov.tenancy.groups import list_groups
from phoneprov.tenancy.models import Extension
from phoneprov.tenancy.queries import find_extension
from phoneprov.web.access import admin_only, current_tenant, provider_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.extensions import import_views
from phoneprov.web.extensions.blueprint import blueprint
from phoneprov.web.extensions.forms import ExtensionForm, extension_form
from phoneprov.web.htmx import is_htmx

__all__ = ["blueprint", "import_views"]

Answer = str | Response | tuple[str, int]

REFUSED = 422
LONGEST_SEARCH = 100


@blueprint.get("/t/<tenant_slug>/extensions")
def index() -> Answer:
    """Show the extensions, or the table alone while somebody types a search."""
    search = request.args.get("q", "").replace("\0", "")[:LONGEST_SEARCH]
    group = group_key(request.args.get("group", "").replace("\0", "")[:LONGEST_SEARCH])
    page = find_extension_page(
        session(),
        current_tenant().id,
        search=search,
        group=group,
        number=request.args.get("page", 1, type=int),
    )
    template = "extensions/_list.html" if is_htmx() else "extensions/index.html"
    groups = list_groups(session(), current_tenant().id)
    return render_template(
        template, page=page, search=search, group=group, groups=groups, sample=SAMPLE
    )


@blueprint.route("/t/<tenant_slug>/extensions/add", methods=["GET", "POST"])
@admin_only
def add() -> Answer:
    """Add an extension."""
    form = ExtensionForm()
    if "generate" in request.form:
        return _with_new_password(form, None)
    if not form.validate_on_submit():
        return _form_page(form, None)
    tenant = current_tenant()
    try:
        extension = add_extension(
            session(), tenant, form.read_values(), actor=current_actor(), now=utc_now()
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, None)
    flash(f"Extension {extension.title} added.", "done")
    return redirect(url_for("extensions.index", tenant_slug=tenant.slug), 303)


@blueprint.route("/t/<tenant_slug>/extensions/<int:extension_id>/edit", methods=["GET", "POST"])
@admin_only
def edit(extension_id: int) -> Answer:
    """Edit an extension; a password that is not touched stays."""
    extension = _get_extension(extension_id)
    form = extension_form(extension)
    if "generate" in request.form:
        return _with_new_password(form, extension)
    if not form.validate_on_submit():
        return _form_page(form, extension)
    try:
        changed = update_extension(
            session(), extension, form.read_values(), actor=current_actor(), now=utc_now()
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, _get_extension(extension_id))
    flash(_what_follows(extension, is_changed=bool(changed)), "done")
    return redirect(url_for("extensions.index", tenant_slug=current_tenant().slug), 303)


@blueprint.route("/t/<tenant_slug>/extensions/<int:extension_id>/delete", methods=["GET", "POST"])
@admin_only
def delete(extension_id: int) -> Answer:
    """Say what follows from deleting an extension, then do it."""
    extension = _get_extension(extension_id)
    if request.method == "GET":
        phones = list_phones_on(session(), extension.id)
        layouts = list_pointing(session(), current_tenant().id, extension.id)
        return render_template(
            "extensions/delete.html", extension=extension, phones=phones, layouts=layouts
        )
    title = extension.title
    count = remove_extension(session(), extension, actor=current_actor(), now=utc_now())
    left = {0: "", 1: " One phone is unassigned now."}.get(
        count, f" {count} phones are unassigned now."
    )
    flash(f"Extension {title} deleted.{left}", "done")
    return redirect(url_for("extensions.index", tenant_slug=current_tenant().slug), 303)


@blueprint.post("/t/<tenant_slug>/extensions/<int:extension_id>/reveal")
@provider_only
def reveal(extension_id: int) -> Answer:
    """Show the SIP password once; the audit trail says who asked."""
    extension = _get_extension(extension_id)
    password = reveal_sip_password(session(), extension, actor=current_actor(), now=utc_now())
    template = "extensions/_password.html" if is_htmx() else "extensions/password.html"
    return render_template(template, extension=extension, password=password)


def _get_extension(extension_id: int) -> Extension:
    return find_extension(session(), current_tenant().id, extension_id) or abort(404)


def _with_new_password(form: ExtensionForm, extension: Extension | None) -> Answer:
    """Fill in a password made here; nothing is kept before Save."""
    if not form.validate():
        return _form_page(form, extension)
    form.show_password(new_sip_password())
    if is_htmx():
        return render_template("extensions/_password_field.html", form=form, extension=extension)
    return _render_form(form, extension)


def _form_page(form: ExtensionForm, extension: Extension | None) -> Answer:
    """Show the form; after a refused post with what was typed and the messages."""
    phones = list_phones_on(session(), extension.id) if extension else ()
    page = _render_form(form, extension, phones)
    return (page, REFUSED) if request.method == "POST" else page


def _render_form(
    form: ExtensionForm, extension: Extension | None, phones: Sequence[Phone] = ()
) -> str:
    known = form.offer_groups(list_groups(session(), current_tenant().id))
    return render_template(
        "extensions/form.html", form=form, extension=extension, phones=phones, known_groups=known
    )


def _what_follows(extension: Extension, *, is_changed: bool) -> str:
    if not is_changed:
        return f"Extension {extension.title}: nothing was changed."
    count = len(list_phones_on(session(), extension.id))
    if not count:
        return f"Extension {extension.title} changed."
    phones = "Its phone takes" if count == 1 else f"Its {count} phones take"
    return f"Extension {extension.title} changed. {phones} the new config at the next check."
