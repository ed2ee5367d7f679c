"""The search of the bar: phones and extensions of a tenant, or of all for the provider."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app, redirect, render_template, request, url_for
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, defer
from werkzeug.wrappers import Response

from phoneprov.fleet.filters import LONGEST_SEARCH, matches_search
from phoneprov.fleet.models import Phone
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.web.access import current_tenant, provider_only
from phoneprov.web.database import session
from phoneprov.web.runtime import runtime
from phoneprov.web.system.blueprint import blueprint

Answer = str | Response | tuple[str, int]

MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found, at most `MOST` of each."""

    phones: Sequence[Phone]
    extensions: Sequence[Extension]
    tenants: dict[int, Tenant]


@blueprint.get("/t/<tenant_slug>/search")
def search() -> Answer:
    """Search the tenant's phones and extensions."""
    return _answer([current_tenant()])


@blueprint.get("/search")
@provider_only
def search_all() -> Answer:
    """Search the phones and extensions of all tenants."""
    tenants = session().scalars(select(Tenant).options(defer(Tenant.admin_password))).all()
    return _answer(tenants)


def _answer(tenants: Sequence[Tenant]) -> Answer:
    text = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    found = _search(text, tenants) if text else None
    if found and len(found.phones) == 1 and not found.extensions:
        phone = found.phones[0]
        slug = found.tenants[phone.tenant_id].slug
        if "phones.show" in current_app.view_functions:
            return redirect(url_for("phones.show", tenant_slug=slug, phone_id=phone.id), 303)
    return render_template(
        "system/search.html", text=text, found=found, most=MOST, catalog=runtime().catalog
    )


def _search(text: str, tenants: Sequence[Tenant]) -> Found:
    ids = [tenant.id for tenant in tenants]
    return Found(
        phones=session().scalars(_phones(text, ids)).all() if tenants else (),
        extensions=session().scalars(_extensions(text, ids)).all(),
        tenants={tenant.id: tenant for tenant in tenants},
    )


def _phones(text: str, ids: Sequence[int]) -> Select[Phone]:
    return (
        select(Phone)
        .outerjoin(Phone.extension)
        .where(
            Phone.tenant_id.in_(ids),
            matches_search(text, runtime().catalog),
        )
        .order_by(func.lower(Phone.display_name), Phone.mac)
        .limit(MOST)
        .options(
            defer(Phone.token),
            defer(Phone.admin_password),
            contains_eager(Phone.extension).defer(Extension.sip_password),
        )
    )


def _extensions(text: str, ids: Sequence[int]) -> Select[Extension]:
    return (
        select(Extension)
        .where(
            Extension.tenant_id.in_(ids),
            or_(
                Extension.number.icontains(text, autoescape=True),
                Extension.name.icontains(text, autoescape=True),
            ),
        )
        .order_by(func.length(Extension.number), Extension.number)
        .limit(MOST)
        .options(defer(Extension.sip_password))
    )
