"""What a phone tells of itself by action URL."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.contact_signs import agent_model
from phoneprov.fleet.events import write_event
from phoneprov.fleet.inherited import local_sip_port_of
from phoneprov.fleet.matching import DIRECT_PREFIX
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.pbx.models import Pbx
from phoneprov.vendors.writer import PhoneReport

WORDS = {
    "registered": "The phone says that it is registered.",
    "unregistered": "The phone says that it is no longer registered.",
    "register_failed": "The phone says that its registration was refused.",
    "booted": "The phone says that it has booted.",
}


def record_report(
    session: Session, phone: Phone, report: PhoneReport, address: str, now: datetime
) -> None:
    """Write what the phone told to its timeline.

    On a PBX without a link of its own it is also the evidence of the registration: there the
    phone is the only one who can tell.
    """
    text = WORDS.get(report.kind, f"The phone reports: {report.kind}.")
    write_event(session, phone.id, "report", text, at=now)
    if report.kind == "register_failed":
        phone.register_failed_at = now
    elif report.kind == "registered":
        phone.register_failed_at = None
    pbx = session.get(Pbx, phone.tenant.pbx_id) if phone.tenant.pbx_id else None
    if pbx is None or pbx.kind != "direct":
        return
    if report.kind == "registered":
        _note_registered(session, pbx, phone, address, now)
    elif report.kind in {"unregistered", "register_failed"}:
        _note_left(session, phone, WORDS[report.kind], now)
    refresh_statuses(session, [phone.id], now)


def _note_registered(session: Session, pbx: Pbx, phone: Phone, address: str, now: datetime) -> None:
    aor = f"{DIRECT_PREFIX}{phone.id}"
    port = local_sip_port_of(phone).value
    uri = f"sip:{address}:{port}"
    row = session.scalar(
        select(Registration).where(
            Registration.pbx_id == pbx.id, Registration.aor == aor, Registration.uri == uri
        )
    )
    if row is None:
        row = Registration(pbx_id=pbx.id, aor=aor, uri=uri, phone_id=phone.id, observed_at=now)
        session.add(row)
    row.match_note = "told by the phone"
    row.source = f"{address}:{port}"
    row.user_agent = phone.user_agent
    row.agent_model = agent_model(phone.user_agent)
    row.registered_at = row.keepalive_at = row.observed_at = now
    row.gone_at = row.unconfirmed_since_at = None
    row.gone_reason = ""


def _note_left(session: Session, phone: Phone, reason: str, now: datetime) -> None:
    rows = session.scalars(
        select(Registration).where(
            Registration.phone_id == phone.id, Registration.gone_at.is_(None)
        )
    )
    for row in rows:
        row.gone_at, row.gone_reason = now, reason[:100]
