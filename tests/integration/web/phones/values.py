"""What these tests put into the database and send in forms."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Flask
from sqlalchemy import Engine, event, func, select

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone, PhoneEvent, Registration
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import Command
from phoneprov.tenancy.models import Installation, Tenant
from phoneprov.web.database import db
from tests.integration.web.rows import add_phone, open_session

LIST = "/t/acme/phones"
MAC = "805ec01a2b3c"
HTMX = {"HX-Request": "true"}
HOSTILE = '<script>alert("x")</script>'


def add_online(mac: str = MAC, slug: str = "acme", **fields: object) -> int:
    """Add a phone that is Online; return its id."""
    now = utc_now()
    values: dict[str, object] = {
        "status": PhoneStatus.ONLINE,
        "status_reason": "Registered, and answered OPTIONS in 38 ms.",
        "first_check_in_at": now - timedelta(minutes=20),
        "last_check_in_at": now - timedelta(minutes=2),
        "fetched_revision": 1,
        "fetched_at": now - timedelta(minutes=2),
        "last_registered_at": now - timedelta(minutes=2),
        "ip_address": "10.1.4.17",
        "ip_seen_at": now - timedelta(minutes=2),
        "firmware": "108.86.0.90",
        "firmware_seen_at": now - timedelta(minutes=2),
        "user_agent": "Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c",
    }
    return add_phone(slug, mac, **{**values, **fields})


def change(phone_id: int, **fields: object) -> None:
    """Set fields of a phone, as a job would."""
    with open_session() as session:
        phone = session.get_one(Phone, phone_id)
        for name, value in fields.items():
            setattr(phone, name, value)
        session.commit()


def change_tenant(slug: str, **fields: object) -> None:
    """Set fields of a tenant."""
    with open_session() as session:
        tenant = session.scalars(select(Tenant).where(Tenant.slug == slug)).one()
        for name, value in fields.items():
            setattr(tenant, name, value)
        session.commit()


def keep(*rows: object) -> None:
    """Put rows into the database."""
    with open_session() as session:
        session.add_all(rows)
        session.commit()


def remove(phone_id: int) -> None:
    """Take a phone away, as somebody else's delete would."""
    with open_session() as session:
        session.delete(session.get_one(Phone, phone_id))
        session.commit()


def find_by_mac(mac: str = MAC) -> Phone | None:
    """Return the phone with this MAC address."""
    with open_session() as session:
        return session.scalar(select(Phone).where(Phone.mac == mac))


def get_by_mac(mac: str = MAC) -> Phone:
    """Return the phone with this MAC address; AssertionError when there is none."""
    found = find_by_mac(mac)
    assert found is not None
    return found


def count_phones() -> int:
    """Return how many phones there are."""
    with open_session() as session:
        return session.scalar(select(func.count()).select_from(Phone)) or 0


def commands_of(phone_id: int) -> list[str]:
    """Return the orders of a phone by kind."""
    with open_session() as session:
        query = select(Command.kind).where(Command.phone_id == phone_id)
        return [str(kind) for kind in session.scalars(query)]


def contact(phone_id: int, pbx_id: int, **fields: object) -> Registration:
    """Return a contact of a phone that was refreshed two minutes ago."""
    now = utc_now()
    values: dict[str, object] = {
        "aor": "201",
        "uri": "sip:201@10.1.4.17:5060",
        "source": "10.1.4.17:5060",
        "registered_at": now - timedelta(minutes=2),
        "keepalive_at": now - timedelta(seconds=11),
        "round_trip_us": 38_000,
        "is_probed": True,
        "observed_at": now,
    }
    return Registration(phone_id=phone_id, pbx_id=pbx_id, **{**values, **fields})


def happened(phone_id: int, kind: str, text: str, minutes_ago: float, **detail: str) -> PhoneEvent:
    """Return a line of a phone's timeline."""
    at = utc_now() - timedelta(minutes=minutes_ago)
    return PhoneEvent(phone_id=phone_id, kind=kind, text=text, at=at, detail=detail)


def provider(contact_text: str) -> Installation:
    """Return the installation's row with a support contact."""
    return Installation(id=1, provider_name="Petra's MSP", support_contact=contact_text)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Yield the list of SQL statements that the app's pages run meanwhile."""
    statements: list[str] = []
    with app.app_context():
        engine: Engine = db.engine

    def note(*args: object) -> None:
        statements.append(str(args[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
