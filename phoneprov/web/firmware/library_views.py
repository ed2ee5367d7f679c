"""The library: list, what an image is, delete. Provider staff only."""

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import event

from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.firmware.library import (
    delete_firmware,
    list_concerned,
    name_firmware,
    save_firmware,
)
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.queries import (
    LibraryFilters,
    Shelf,
    count_open_turns,
    list_firmware,
    list_models_in_library,
    list_models_in_use,
)
from phoneprov.firmware.uploads import list_uploads
from phoneprov.web.access import provider_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.firmware.blueprint import FIRMWARE, REFUSED, Answer, blueprint, get_firmware
from phoneprov.web.firmware.forms import FirmwareForm
from phoneprov.web.htmx import is_htmx
from phoneprov.web.runtime import runtime

LONGEST_SEARCH = 100


@blueprint.get("/firmware")
@provider_only
def index() -> Answer:
    """Show the library; while somebody filters, only its table."""
    filters = _read_filters()
    store = runtime().firmware
    values: dict[str, object] = {
        "images": list_firmware(session(), filters),
        "filters": filters,
        "turns": count_open_turns(session()),
    }
    if is_htmx():
        return render_template("firmware/_list.html", **values)
    uploads = [(one, store.received(one.key)) for one in list_uploads(session())]
    return render_template(
        "firmware/index.html",
        **values,
        models=list_models_in_library(session(), runtime().catalog),
        vendors=tuple(Vendor),
        shelves=tuple(Shelf),
        uploads=uploads,
    )


@blueprint.get("/firmware/in-use")
@provider_only
def in_use() -> Answer:
    """Show what all tenants' phones run, and how far behind that is."""
    models = list_models_in_use(session(), runtime().catalog)
    return render_template("firmware/in_use.html", models=models)


@blueprint.route(f"{FIRMWARE}/edit", methods=["GET", "POST"])
@provider_only
def edit(firmware_id: int) -> Answer:
    """Confirm what an image is, or change it."""
    firmware = get_firmware(firmware_id)
    was_confirmed = firmware.confirmed_at is not None
    form = FirmwareForm(runtime().catalog, firmware)
    if not form.validate_on_submit():
        return _form_page(form, firmware)
    try:
        told = save_firmware(
            session(),
            runtime().catalog,
            firmware,
            form.read_draft(),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _form_page(form, firmware)
    done = "saved" if was_confirmed else "is in the library"
    also = f" {told} phones whose turn it is are told." if told else ""
    flash(f"Firmware {firmware.version} {done}.{also}", "done")
    return redirect(url_for("firmware.index"), 303)


@blueprint.route(f"{FIRMWARE}/delete", methods=["GET", "POST"])
@provider_only
def delete(firmware_id: int) -> Answer:
    """Delete an image, after saying whom that concerns."""
    firmware = get_firmware(firmware_id)
    if request.method == "GET":
        return _delete_page(firmware)
    name, sha256 = name_firmware(firmware), firmware.sha256
    try:
        delete_firmware(session(), firmware, actor=current_actor(), now=utc_now())
    except NotAllowedError:
        return _delete_page(firmware), REFUSED
    store = runtime().firmware
    event.listen(session(), "after_commit", lambda _: store.remove(sha256), once=True)
    flash(f"{name} deleted.", "done")
    return redirect(url_for("firmware.index"), 303)


def _read_filters() -> LibraryFilters:
    """Return what the address asks for; what makes no sense counts as not asked."""
    vendor, shelf = request.args.get("vendor", ""), request.args.get("shelf", "")
    return LibraryFilters(
        vendor=Vendor(vendor) if vendor in set(Vendor) else None,
        model_slug=request.args.get("model", "").replace("\0", "")[:LONGEST_SEARCH],
        search=request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
        shelf=Shelf(shelf) if shelf in set(Shelf) else None,
    )


def _form_page(form: FirmwareForm, firmware: Firmware) -> Answer:
    page = render_template("firmware/form.html", form=form, firmware=firmware)
    return (page, REFUSED) if request.method == "POST" else page


def _delete_page(firmware: Firmware) -> str:
    concerned = list_concerned(session(), firmware)
    return render_template("firmware/delete.html", firmware=firmware, concerned=concerned)
