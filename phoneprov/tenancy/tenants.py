"""What can be done to a tenant: add, change, delete."""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.core.zones import ZONE_NAMES
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import FoundBy, Tenant

LONGEST_NAME, LONGEST_SLUG, LONGEST_HOST, LONGEST_PASSWORD = 100, 40, 255, 64
POLL_MINUTES = (5, 60)
KEEPALIVE_S = (60, 3600)
WAIT_DAYS = (0, 90)
WINDOW_MINUTES = (5, 1440)
MASK = "•••"
TOLD_TO_PHONES = frozenset(
    {
        "time_zone",
        "poll_minutes",
        "ntp_server",
        "pbx_id",
        "sip_domain",
        "admin_password",
        "encrypts_configs",
    }
)
"""Fields that change what the tenant's phones are told."""

_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.\-:]*[0-9A-Za-z])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantDraft:
    """What was typed about a tenant. `admin_password` None: as it is; empty: none."""

    name: str
    time_zone: str = "Europe/Berlin"
    poll_minutes: int = 60
    keepalive_limit_s: int = 60
    ntp_server: str = "pool.ntp.org"
    pbx_id: int | None = None
    sip_domain: str = ""
    admin_password: str | None = None
    contact_wait_days: int = 14
    contact_window_minutes: int = 60
    is_window_closed_by_token: bool = True
    encrypts_configs: bool = False
    found_by: FoundBy = FoundBy.UNKNOWN


def add_tenant(session: Session, draft: TenantDraft, *, actor: Actor, now: datetime) -> Tenant:
    """Add a tenant; its slug is made from its name and stays.

    Raises InvalidValueError with the field that is wrong.
    """
    values = _check(draft)
    _refuse_taken(session, draft.name, None)
    slug = _free_slug(session, make_slug(str(values["name"])))
    tenant = Tenant(slug=slug, created_at=now, **values)
    tenant.admin_password = draft.admin_password or None
    with _refusing_doubles(session):
        session.add(tenant)
    write_audit(session, actor, "tenant.add", tenant.name, at=now, tenant_id=tenant.id)
    return tenant


def change_tenant(
    session: Session, tenant: Tenant, draft: TenantDraft, *, actor: Actor, now: datetime
) -> frozenset[str]:
    """Change a tenant; return the names of the fields that are other than before.

    Whoever calls this touches the tenant's phones when one of TOLD_TO_PHONES is among them.
    Raises InvalidValueError with the field that is wrong.
    """
    values = _check(draft)
    _refuse_taken(session, draft.name, tenant.id)
    changes: dict[str, list[object]] = {
        name: [getattr(tenant, name), value]
        for name, value in values.items()
        if getattr(tenant, name) != value
    }
    with _refusing_doubles(session):
        for name in changes:
            setattr(tenant, name, values[name])
    if draft.admin_password is not None:
        password = draft.admin_password or None
        if tenant.admin_password != password:
            changes["admin_password"] = [_masked(tenant.admin_password), _masked(password)]
            tenant.admin_password = password
    if changes:
        write_audit(
            session,
            actor,
            "tenant.change",
            tenant.name,
            at=now,
            tenant_id=tenant.id,
            changes=changes,
        )
    return frozenset(changes)


def delete_tenant(
    session: Session, tenant: Tenant, typed_name: str, *, actor: Actor, now: datetime
) -> None:
    """Delete a tenant with its extensions, users and activity; its phones go before.

    Raises InvalidValueError unless the tenant's name was typed.
    """
    check_typed_name(tenant, typed_name)
    write_audit(session, actor, "tenant.delete", tenant.name, at=now)
    session.delete(tenant)
    session.flush()


def check_typed_name(tenant: Tenant, typed_name: str) -> None:
    """Refuse to go on unless the tenant's name was typed.

    Raises InvalidValueError.
    """
    if typed_name.strip() != tenant.name:
        message = f"Type the name exactly as it stands there: {tenant.name}"
        raise InvalidValueError(message, field="typed_name")


def make_slug(name: str) -> str:
    """Return the part of the address that a name gives: `Müller & Söhne` → `muller-sohne`."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return slug[:LONGEST_SLUG].strip("-") or "tenant"


def _check(draft: TenantDraft) -> dict[str, object]:
    name = clean_text(draft.name, field="name", longest=LONGEST_NAME)
    if not name:
        raise InvalidValueError("Enter the customer's name.", field="name")
    if draft.time_zone not in ZONE_NAMES:
        message = "Choose a time zone from the list, such as Europe/Berlin."
        raise InvalidValueError(message, field="time_zone")
    _check_range(draft.poll_minutes, POLL_MINUTES, "minutes", "poll_minutes")
    _check_range(draft.keepalive_limit_s, KEEPALIVE_S, "seconds", "keepalive_limit_s")
    _check_range(draft.contact_wait_days, WAIT_DAYS, "days", "contact_wait_days")
    _check_range(draft.contact_window_minutes, WINDOW_MINUTES, "minutes", "contact_window_minutes")
    if draft.admin_password:
        clean_text(draft.admin_password, field="admin_password", longest=LONGEST_PASSWORD)
    return {
        "name": name,
        "time_zone": draft.time_zone,
        "poll_minutes": draft.poll_minutes,
        "keepalive_limit_s": draft.keepalive_limit_s,
        "ntp_server": _check_host(draft.ntp_server, "ntp_server", needed=True),
        "pbx_id": draft.pbx_id,
        "sip_domain": _check_host(draft.sip_domain, "sip_domain", needed=False),
        "contact_wait_days": draft.contact_wait_days,
        "contact_window_minutes": draft.contact_window_minutes,
        "is_window_closed_by_token": draft.is_window_closed_by_token,
        "encrypts_configs": draft.encrypts_configs,
        "found_by": draft.found_by,
    }


def _check_range(value: int, limits: tuple[int, int], unit: str, field: str) -> None:
    lowest, highest = limits
    if not lowest <= value <= highest:
        raise InvalidValueError(f"From {lowest} to {highest} {unit}.", field=field)


def _check_host(text: str, field: str, *, needed: bool) -> str:
    host = clean_text(text, field=field, longest=LONGEST_HOST).lower()
    if not host and not needed:
        return ""
    if not _HOST.fullmatch(host):
        message = "Enter a host name or an IP address, such as sip.example.net."
        raise InvalidValueError(message, field=field)
    return host


def _refuse_taken(session: Session, name: str, tenant_id: int | None) -> None:
    query = select(Tenant.id).where(func.lower(Tenant.name) == name.strip().lower())
    if tenant_id is not None:
        query = query.where(Tenant.id != tenant_id)
    if session.scalar(query) is not None:
        raise InvalidValueError("There is a tenant of this name already.", field="name")


def _free_slug(session: Session, slug: str) -> str:
    taken = set(session.scalars(select(Tenant.slug).where(Tenant.slug.startswith(slug[:34]))))
    if slug not in taken:
        return slug
    number = 2
    while f"{slug[:34]}-{number}" in taken:
        number += 1
    return f"{slug[:34]}-{number}"


@contextmanager
def _refusing_doubles(session: Session) -> Iterator[None]:
    """Write what is done inside; a name that another took in this very moment is refused."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        message = "There is a tenant of this name already."
        raise InvalidValueError(message, field="name") from error


def _masked(password: str | None) -> str | None:
    return MASK if password else None
