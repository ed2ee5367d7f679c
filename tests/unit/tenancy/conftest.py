"""A database in memory with one tenant, for verbs that are nothing without rows."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from phoneprov.core.database import Model, apply_engine_rules
from phoneprov.core.secrets import SecretBox, use_secret_box
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import Tenant

NOW = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)
NEEDED = {
    Pbx.__tablename__,
    "tenant",
    "extension",
    "extension_group",
    "extension_in_group",
    "audit_entry",
}
ALICE = Actor(name="alice@acme.example", address="192.0.2.9")


@pytest.fixture
def session() -> Iterator[Session]:
    use_secret_box(SecretBox([Fernet.generate_key()]))
    engine = create_engine("sqlite://")
    apply_engine_rules(engine)
    tables = [table for table in Model.metadata.sorted_tables if table.name in NEEDED]
    Model.metadata.create_all(engine, tables=tables)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def acme(session: Session) -> Tenant:
    return _tenant(session, "acme")


@pytest.fixture
def globex(session: Session) -> Tenant:
    return _tenant(session, "globex")


def _tenant(session: Session, slug: str) -> Tenant:
    tenant = Tenant(slug=slug, name=slug.capitalize(), created_at=NOW)
    session.add(tenant)
    session.flush()
    return tenant
