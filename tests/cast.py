"""The people of the tests: acme with alice and bob, globex with charlie, petra at the provider."""

from datetime import datetime
from functools import cache

from sqlalchemy.orm import Session

from phoneprov.tenancy.models import Role, Tenant, User
from phoneprov.tenancy.passwords import hash_password

PASSWORD = "correct horse battery"
PETRA, ALICE, BOB, CHARLIE = (
    "petra@provider.example",
    "alice@acme.example",
    "bob@acme.example",
    "charlie@globex.example",
)


@cache
def password_hash() -> str:
    """Return the hash of everybody's password; making one takes a fifth of a second."""
    return hash_password(PASSWORD)


def add_cast(session: Session, now: datetime) -> None:
    """Put everybody into an empty database."""
    acme = Tenant(slug="acme", name="Acme Ltd", created_at=now)
    globex = Tenant(slug="globex", name="Globex GmbH", created_at=now)
    session.add_all([acme, globex])
    session.flush()
    people = (
        (PETRA, "Petra Provider", Role.PROVIDER, None),
        (ALICE, "Alice Adams", Role.ADMIN, acme.id),
        (BOB, "Bob Brown", Role.VIEWER, acme.id),
        (CHARLIE, "Charlie Chen", Role.ADMIN, globex.id),
    )
    for email, name, role, tenant_id in people:
        session.add(
            User(
                email=email,
                name=name,
                role=role,
                tenant_id=tenant_id,
                password_hash=password_hash(),
                created_at=now,
            )
        )
