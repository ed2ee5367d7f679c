"""What can be done to a PBX: add, change, delete; and what its fields may hold.

Phones on a PBX are the fleet's business: pages call the verbs of fleet.pbx_changes for a change.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.core.text import clean_text
from phoneprov.pbx.addresses import check_host, check_port, check_rtp_ports
from phoneprov.pbx.dialects.typed import (
    check_code,
    check_pickup,
    check_prefix,
    check_slots,
    read_codes,
)
from phoneprov.pbx.endpoint_names import check_endpoint_pattern
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.link import LinkSettings
from phoneprov.pbx.link_fields import (
    check_fingerprint,
    check_link_address,
    check_link_secret,
    check_link_user,
    check_register_expiry,
    check_silence,
    need_link_secret,
    refuse_typed_secret,
)
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Tenant

MASK = "•••"
TRANSPORTS = ("udp", "tcp", "tls")
DIALECTS = ("asterisk", "freeswitch", "kamailio", "own")
TOLD_TO_PHONES = frozenset(
    {
        "sip_domain",
        "registrar_host",
        "registrar_port",
        "transport",
        "register_expires_s",
        "pickup_code",
        "dialect",
        "park_slots",
        "park_code",
        "park_slot_code",
        "retrieve_code",
        "outside_prefix",
        "international_prefix",
        "feature_codes",
    }
)
"""Fields that change what the phones of its tenants are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxDraft:
    """What a person typed into the PBX form, as plain values."""

    name: str
    kind: str
    sip_domain: str
    registrar_host: str = ""
    """Empty: the SIP domain."""
    registrar_port: int = 5060
    transport: str = "udp"
    register_expires_s: int = 1800
    link_address: str = ""
    link_user: str = ""
    link_fingerprint: str = ""
    endpoint_pattern: str = ""
    silence_minutes: int = 5
    link_secret: str | None = None
    """None leaves the kept one alone; empty takes it away."""
    pickup_code: str = ""
    dialect: str = "own"
    park_slots: str = "71-75"
    park_code: str = ""
    park_slot_code: str = ""
    retrieve_code: str = ""
    outside_prefix: str = ""
    international_prefix: str = "+"
    feature_codes: str = ""
    """One a line, `Queue pause = *46`, where they differ from the dialect's."""
    rtp_ports: str = "10000-20000"
    is_active: bool = True


def add_pbx(session: Session, draft: PbxDraft, *, actor: Actor, now: datetime) -> Pbx:
    """Add a PBX. Raises InvalidValueError with the field that can't be taken."""
    values = _check_draft(draft)
    secret = check_link_secret(draft.link_secret or "")
    need_link_secret(_check_kind(draft.kind), secret)
    refuse_typed_secret(draft.kind, secret)
    _refuse_taken(session, str(values["name"]), own_id=None)
    pbx = Pbx(created_at=now, link_secret=secret or None, **values)
    session.add(pbx)
    _flush_unique(session)
    write_audit(session, actor, "pbx.add", pbx.name, at=now)
    return pbx


def change_pbx(
    session: Session, pbx: Pbx, draft: PbxDraft, *, actor: Actor, now: datetime
) -> frozenset[str]:
    """Change a PBX and return the names of the fields that are others now.

    Raises InvalidValueError with the field that can't be taken.
    """
    values = _check_draft(draft)
    kept = pbx.link_secret or ""
    secret = kept if _keeps_secret(pbx, draft) else check_link_secret(draft.link_secret or "")
    refuse_typed_secret(draft.kind, draft.link_secret)
    need_link_secret(_check_kind(draft.kind), secret)
    _refuse_taken(session, str(values["name"]), own_id=pbx.id)
    changes = {
        name: [getattr(pbx, name), value]
        for name, value in values.items()
        if getattr(pbx, name) != value
    }
    for name, (_, value) in changes.items():
        setattr(pbx, name, value)
    if secret != kept:
        pbx.link_secret = secret or None
        changes["link_secret"] = [MASK, MASK]
    if changes:
        _flush_unique(session)
        write_audit(session, actor, "pbx.change", pbx.name, at=now, changes=changes)
    return frozenset(changes)


def _keeps_secret(pbx: Pbx, draft: PbxDraft) -> bool:
    """Tell whether a PBX goes on with its secret; that of one that posts to us is only renewed."""
    return draft.link_secret is None or (pbx.kind == PbxKind.WEBHOOK and not draft.link_secret)


def delete_pbx(session: Session, pbx: Pbx, *, actor: Actor, now: datetime) -> None:
    """Delete a PBX that no tenant is on. Raises NotAllowedError naming those that are."""
    tenants = list_tenants_on(session, pbx.id)
    if tenants:
        message = f"In use by {_enumerate(tenants)}. Put them on another PBX first."
        raise NotAllowedError(message)
    write_audit(session, actor, "pbx.delete", pbx.name, at=now)
    session.delete(pbx)
    session.flush()


def find_pbx(session: Session, pbx_id: int) -> Pbx | None:
    """Return one PBX."""
    return session.get(Pbx, pbx_id)


def list_pbxs(session: Session) -> Sequence[Pbx]:
    """Return all PBXs, by name."""
    return session.scalars(select(Pbx).order_by(func.lower(Pbx.name))).all()


def list_tenants_on(session: Session, pbx_id: int) -> Sequence[str]:
    """Return the names of the tenants on a PBX."""
    query = select(Tenant.name).where(Tenant.pbx_id == pbx_id).order_by(func.lower(Tenant.name))
    return session.scalars(query).all()


def count_tenants(session: Session) -> dict[int, int]:
    """Return how many tenants are on each PBX, by its id."""
    query = select(Tenant.pbx_id, func.count()).group_by(Tenant.pbx_id)
    return {pbx_id: count for pbx_id, count in session.execute(query) if pbx_id is not None}


def link_settings(pbx: Pbx) -> LinkSettings:
    """Return what the link to a PBX needs to know."""
    return LinkSettings(
        address=pbx.link_address,
        user=pbx.link_user,
        secret=pbx.link_secret or "",
        fingerprint=pbx.link_fingerprint,
        sip_domain=pbx.sip_domain,
        registrar_host=pbx.registrar_host,
        registrar_port=pbx.registrar_port,
        register_expires_s=pbx.register_expires_s,
    )


def find_faults(draft: PbxDraft, *, kept_secret: str = "") -> Sequence[InvalidValueError]:
    """Return all that can't be taken as it was typed, one fault a field at most."""
    faults: dict[str, InvalidValueError] = {}
    secret = kept_secret if draft.link_secret is None else draft.link_secret
    checks: list[Callable[[], object]] = [*_checks(draft).values()]
    checks.append(lambda: need_link_secret(_check_kind(draft.kind), check_link_secret(secret)))
    for check in checks:
        try:
            check()
        except InvalidValueError as fault:
            faults.setdefault(fault.field or "", fault)
    return tuple(faults.values())


def _check_draft(draft: PbxDraft) -> dict[str, object]:
    return {name: check() for name, check in _checks(draft).items()}


def _checks(draft: PbxDraft) -> dict[str, Callable[[], object]]:
    """Return what each field becomes when it is asked for, or raises InvalidValueError."""
    host = draft.registrar_host.strip()
    return {
        "name": lambda: _check_name(draft.name),
        "kind": lambda: _check_kind(draft.kind).value,
        "sip_domain": lambda: check_host(draft.sip_domain, field="sip_domain"),
        "registrar_host": lambda: (
            check_host(host, field="registrar_host")
            if host
            else check_host(draft.sip_domain, field="sip_domain")
        ),
        "registrar_port": lambda: check_port(draft.registrar_port, field="registrar_port"),
        "transport": lambda: _check_choice(draft.transport, TRANSPORTS, field="transport"),
        "register_expires_s": lambda: check_register_expiry(draft.register_expires_s),
        "link_address": lambda: check_link_address(_check_kind(draft.kind), draft.link_address),
        "link_user": lambda: check_link_user(_check_kind(draft.kind), draft.link_user),
        "link_fingerprint": lambda: check_fingerprint(draft.link_fingerprint),
        "endpoint_pattern": lambda: check_endpoint_pattern(draft.endpoint_pattern),
        "silence_minutes": lambda: check_silence(draft.silence_minutes),
        "pickup_code": lambda: check_pickup(draft.pickup_code),
        "dialect": lambda: _check_choice(draft.dialect, DIALECTS, field="dialect"),
        "rtp_ports": lambda: check_rtp_ports(draft.rtp_ports, field="rtp_ports"),
        "is_active": lambda: draft.is_active,
        **_dialling_checks(draft),
    }


def _dialling_checks(draft: PbxDraft) -> dict[str, Callable[[], object]]:
    def code(name: str, *, with_slot: bool = False) -> Callable[[], object]:
        return lambda: check_code(getattr(draft, name), field=name, with_slot=with_slot)

    def prefix(name: str) -> Callable[[], object]:
        return lambda: check_prefix(getattr(draft, name), field=name)

    return {
        "park_slots": lambda: check_slots(draft.park_slots),
        "park_code": code("park_code"),
        "park_slot_code": code("park_slot_code", with_slot=True),
        "retrieve_code": code("retrieve_code", with_slot=True),
        "outside_prefix": prefix("outside_prefix"),
        "international_prefix": prefix("international_prefix"),
        "feature_codes": lambda: read_codes(draft.feature_codes),
    }


def _check_name(text: str) -> str:
    name = clean_text(text, field="name", longest=100)
    if not name:
        raise InvalidValueError("Give the PBX a name.", field="name")
    return name


def _check_kind(text: str) -> PbxKind:
    try:
        return PbxKind(text)
    except ValueError as error:
        raise InvalidValueError("Choose a kind from the list.", field="kind") from error


def _check_choice(text: str, choices: Sequence[str], *, field: str) -> str:
    if text not in choices:
        raise InvalidValueError("Choose one from the list.", field=field)
    return text


def _refuse_taken(session: Session, name: str, *, own_id: int | None) -> None:
    holder = session.scalar(select(Pbx.id).where(Pbx.name == name))
    if holder is not None and holder != own_id:
        raise _taken()


def _flush_unique(session: Session) -> None:
    """Write what is pending; the unique name decides between two clicks at once."""
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise _taken() from error


def _taken() -> InvalidValueError:
    return InvalidValueError("There is a PBX of this name already.", field="name")


def _enumerate(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
