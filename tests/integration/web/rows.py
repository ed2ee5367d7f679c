"""Rows for tests of pages: put in and looked at beside the app, so that only what was committed counts."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone, UnknownMac
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import AuditEntry, Extension, Tenant
from phoneprov.web.runtime import EXTENSION
from tests.factories import (
    ExtensionFactory,
    FarewellFactory,
    PbxFactory,
    PhoneFactory,
    UnknownMacFactory,
    use_session,
)

_makers: list[sessionmaker[Session]] = []


@pytest.fixture(autouse=True)
def rows_go_here(app: Flask) -> Iterator[None]:
    """Let the rows of a test go to its app's database."""
    _makers[:] = [app.extensions[EXTENSION].sessions]
    yield
    _makers.clear()


def open_session() -> Session:
    """Return a session of its own, which sees only what was committed."""
    session = _makers[0]()
    use_session(session)
    return session


def add_extension(slug: str, number: str, **fields: str) -> int:
    """Add an extension; return its id."""
    with open_session() as session:
        row = ExtensionFactory(tenant_id=_tenant(session, slug).id, number=number, **fields)
        return _keep(session, row)


def add_phone(slug: str, mac: str, **fields: object) -> int:
    """Add a phone; return its id."""
    with open_session() as session:
        row = PhoneFactory(tenant_id=_tenant(session, slug).id, mac=mac, **fields)
        return _keep(session, row)


def add_pbx(name: str) -> int:
    """Add a PBX; return its id."""
    with open_session() as session:
        return _keep(session, PbxFactory(name=name))


def change_pbx(pbx_id: int, **fields: object) -> None:
    """Set fields of a PBX, as its link does."""
    with open_session() as session:
        row = session.get_one(Pbx, pbx_id)
        for name, value in fields.items():
            setattr(row, name, value)
        session.commit()


def put_on_pbx(slug: str, pbx_id: int) -> None:
    """Put a tenant on a PBX."""
    with open_session() as session:
        _tenant(session, slug).pbx_id = pbx_id
        session.commit()


def add_unknown(mac: str, **fields: object) -> None:
    """Let an unknown MAC have asked."""
    with open_session() as session:
        UnknownMacFactory(mac=mac, **fields)
        session.commit()


def add_farewell(slug: str, mac: str, **fields: object) -> None:
    """Let a phone have been removed just now."""
    day = utc_now() + timedelta(hours=24)
    with open_session() as session:
        FarewellFactory(tenant_id=_tenant(session, slug).id, mac=mac, ends_at=day, **fields)
        session.commit()


def find_extension(slug: str, number: str) -> Extension:
    """Return a tenant's extension; AssertionError when it isn't there."""
    with open_session() as session:
        query = select(Extension).where(
            Extension.tenant_id == _tenant(session, slug).id, Extension.number == number
        )
        found = session.scalar(query)
        assert found is not None
        return found


def has_extension(slug: str, number: str) -> bool:
    """Tell whether a tenant has an extension."""
    with open_session() as session:
        query = select(Extension.id).where(
            Extension.tenant_id == _tenant(session, slug).id, Extension.number == number
        )
        return session.scalar(query) is not None


def count_extensions(slug: str) -> int:
    """Return how many extensions a tenant has."""
    with open_session() as session:
        query = select(func.count()).where(Extension.tenant_id == _tenant(session, slug).id)
        return session.scalar(query) or 0


def find_phone(phone_id: int) -> Phone:
    """Return a phone."""
    with open_session() as session:
        return session.get_one(Phone, phone_id)


def find_pbx(name: str) -> Pbx:
    """Return a PBX; AssertionError when it isn't there."""
    with open_session() as session:
        found = session.scalar(select(Pbx).where(Pbx.name == name))
        assert found is not None
        return found


def pbx_names() -> list[str]:
    """Return the names of all PBXs."""
    with open_session() as session:
        return list(session.scalars(select(Pbx.name).order_by(Pbx.name)))


def unknown_macs() -> list[str]:
    """Return all unknown MACs."""
    with open_session() as session:
        return list(session.scalars(select(UnknownMac.mac).order_by(UnknownMac.mac)))


def audit_actions() -> list[str]:
    """Return what the audit trail says was done, in order."""
    with open_session() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def _tenant(session: Session, slug: str) -> Tenant:
    return session.scalars(select(Tenant).where(Tenant.slug == slug)).one()


def _keep(session: Session, row: Extension | Phone | Pbx) -> int:
    session.commit()
    return row.id
