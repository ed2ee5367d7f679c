"""A small world in a real database, for tests of domain verbs without the web."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.loader import load_catalog
from phoneprov.core.database import Model, apply_engine_rules
from phoneprov.core.secrets import SecretBox, use_secret_box
from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phones import add_phone
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import Extension, Tenant

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ALICE = Actor(name="alice@acme.example", address="10.0.0.9")
MAC = "805ec01a2b3c"


@dataclass
class World:
    """One PBX, one tenant, and verbs to add more."""

    sessions: sessionmaker[Session]
    session: Session
    catalog: Catalog
    pbx: Pbx
    tenant: Tenant

    def extension(self, number: str = "201", *, tenant: Tenant | None = None) -> Extension:
        """Add an extension; its SIP password is `secret-<number>`."""
        row = Extension(
            tenant_id=(tenant or self.tenant).id,
            number=number,
            name=f"Person {number}",
            sip_user=number,
            sip_password=f"secret-{number}",
            created_at=NOON,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def phone(
        self,
        mac: str = MAC,
        model: str = "yealink-t46u",
        *,
        extension: Extension | None = None,
        tenant: Tenant | None = None,
        now: datetime = NOON,
        **fields: object,
    ) -> Phone:
        """Add a phone through the domain verb."""
        draft = PhoneDraft(
            mac=mac,
            model_slug=model,
            extension_id=extension.id if extension else None,
            **fields,  # type: ignore[arg-type]
        )
        return add_phone(
            self.session, self.catalog, tenant or self.tenant, draft, actor=ALICE, now=now
        )

    def other_tenant(self, name: str = "Globex", **fields: object) -> Tenant:
        """Add a second tenant on the same PBX."""
        row = Tenant(slug=name.lower(), name=name, pbx_id=self.pbx.id, created_at=NOON, **fields)
        self.session.add(row)
        self.session.flush()
        return row


@contextmanager
def small_world(folder: Path, *, kind: str = "kamailio", address: str = "") -> Iterator[World]:
    """Yield a world whose database is a file in `folder`, or an empty one at `address`."""
    use_secret_box(SecretBox([Fernet.generate_key()]))
    engine = create_engine(address or f"sqlite:///{folder / 'world.db'}")
    apply_engine_rules(engine)
    Model.metadata.create_all(engine)
    sessions = sessionmaker(engine)
    with sessions() as session:
        pbx = Pbx(
            name="Main",
            kind=kind,
            sip_domain="sip.acme.example",
            registrar_host="pbx.acme.example",
            registrar_port=5070,
            created_at=NOON,
        )
        session.add(pbx)
        session.flush()
        tenant = Tenant(slug="acme", name="Acme", pbx_id=pbx.id, created_at=NOON)
        session.add(tenant)
        session.flush()
        yield World(
            sessions=sessions,
            session=session,
            catalog=load_catalog(),
            pbx=pbx,
            tenant=tenant,
        )
    engine.dispose()
