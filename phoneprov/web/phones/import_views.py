"""Import of a list of phones in two steps."""

from flask import request

from phoneprov.core.clock import utc_now
from phoneprov.fleet.imports.known import read_known
from phoneprov.fleet.imports.plan import PhonePlan, list_macs, plan_phones
from phoneprov.fleet.imports.sheet import SAMPLE, PhoneColumn, read_phone_rows
from phoneprov.fleet.unknown_macs import list_for_import
from phoneprov.operations.phone_import import import_phones
from phoneprov.web.access import admin_only, current_tenant, is_provider
from phoneprov.web.acting import current_actor
from phoneprov.web.database import session
from phoneprov.web.list_import import ListImport
from phoneprov.web.phones.blueprint import PHONES, Answer, blueprint
from phoneprov.web.runtime import runtime
from phoneprov.web.security import with_camera


@blueprint.route(f"{PHONES}/import", methods=["GET", "POST"])
@admin_only
@with_camera
def import_list() -> Answer:
    """Take a list and show what it would do."""
    return _IMPORT.take()


@blueprint.post(f"{PHONES}/import/confirm")
@admin_only
@with_camera
def confirm_import() -> Answer:
    """Do what the preview showed, all of it or nothing."""
    return _IMPORT.confirm()


def _plan(text: str) -> PhonePlan:
    rows = read_phone_rows(text)
    known = read_known(session(), runtime().catalog, current_tenant().id, list_macs(rows))
    return plan_phones(rows, known)


def _carry_out(plan: PhonePlan) -> None:
    import_phones(
        session(),
        runtime().catalog,
        current_tenant(),
        plan,
        actor=current_actor(),
        now=utc_now(),
    )


def _suggest() -> str:
    """Return the unknown phones, where provider staff asked for them."""
    if request.args.get("start") != "unknown" or not is_provider():
        return ""
    return list_for_import(session(), runtime().catalog)


_IMPORT = ListImport(
    form_page="phones/import.html",
    preview_page="phones/preview.html",
    noun="phone",
    sample=SAMPLE,
    plan=_plan,
    carry_out=_carry_out,
    suggest=_suggest,
    words={"Column": PhoneColumn},
)
