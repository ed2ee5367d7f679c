"""Add, change and delete a PBX."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from phoneprov.core.database import Model, apply_engine_rules
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.core.secrets import SecretBox, use_secret_box
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.pbxs import (
    TOLD_TO_PHONES,
    PbxDraft,
    add_pbx,
    change_pbx,
    count_tenants,
    delete_pbx,
    list_pbxs,
)
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import AuditEntry, Tenant

NOW = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)
PETRA = Actor(name="petra@msp.example")


@pytest.fixture
def session() -> Iterator[Session]:
    use_secret_box(SecretBox([Fernet.generate_key()]))
    engine = create_engine("sqlite://")
    apply_engine_rules(engine)
    needed = {"pbx", "tenant", "audit_entry"}
    Model.metadata.create_all(
        engine, tables=[table for table in Model.metadata.sorted_tables if table.name in needed]
    )
    with Session(engine) as session:
        yield session
    engine.dispose()


def draft(**changes: object) -> PbxDraft:
    plain: dict[str, object] = {
        "name": "Main",
        "kind": PbxKind.KAMAILIO.value,
        "sip_domain": "sip.example.net",
        "link_address": "http://127.0.0.1:5060/RPC",
    }
    return PbxDraft(**(plain | changes))  # type: ignore[arg-type]


def add(session: Session, **changes: object) -> Pbx:
    return add_pbx(session, draft(**changes), actor=PETRA, now=NOW)


def change(session: Session, pbx: Pbx, **changes: object) -> frozenset[str]:
    return change_pbx(session, pbx, draft(**changes), actor=PETRA, now=NOW)


def test_it_adds_a_pbx_that_registers_at_its_domain(session: Session) -> None:
    pbx = add(session)
    assert (pbx.sip_domain, pbx.registrar_host, pbx.registrar_port) == (
        "sip.example.net",
        "sip.example.net",
        5060,
    )
    assert [entry.action for entry in session.scalars(select(AuditEntry))] == ["pbx.add"]


def test_it_lists_by_name_whatever_the_case(session: Session) -> None:
    for name in ("beta", "Alpha", "Gamma"):
        add(session, name=name)
    assert [pbx.name for pbx in list_pbxs(session)] == ["Alpha", "beta", "Gamma"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "x" * 101),
        ("name", "a\nb"),
        ("kind", "panasonic"),
        ("sip_domain", ""),
        ("sip_domain", "a b"),
        ("registrar_host", "http://x"),
        ("registrar_port", 0),
        ("registrar_port", 65536),
        ("transport", "sctp"),
        ("register_expires_s", 59),
        ("register_expires_s", 86_401),
        ("link_address", ""),
        ("link_address", "127.0.0.1:5060"),
        ("link_secret", "x" * 201),
        ("link_secret", "line\nbreak"),
        ("pickup_code", "8 8"),
        ("pickup_code", "1" * 17),
        ("dialect", "klingon"),
        ("rtp_ports", "20000"),
    ],
)
def test_it_names_the_field_that_is_wrong(session: Session, field: str, value: object) -> None:
    with pytest.raises(InvalidValueError) as caught:
        add(session, **{field: value})
    assert caught.value.field == field
    assert session.scalars(select(Pbx)).all() == []


@pytest.mark.parametrize("seconds", [60, 1800, 86_400])
def test_it_takes_the_edges_of_the_register_expiry(session: Session, seconds: int) -> None:
    assert add(session, register_expires_s=seconds).register_expires_s == seconds


def test_it_needs_no_address_for_a_direct_link(session: Session) -> None:
    assert add(session, kind=PbxKind.DIRECT.value, link_address="").link_address == ""


def test_it_refuses_a_name_twice(session: Session) -> None:
    add(session)
    with pytest.raises(InvalidValueError) as caught:
        add(session)
    assert caught.value.field == "name"


def test_it_says_which_fields_are_others_now(session: Session) -> None:
    pbx = add(session)
    assert change(session, pbx, registrar_port=5070, rtp_ports="16384-32767") == {
        "registrar_port",
        "rtp_ports",
    }
    assert session.scalars(select(AuditEntry)).all()[-1].changes == {
        "registrar_port": [5060, 5070],
        "rtp_ports": ["10000-20000", "16384-32767"],
    }


def test_it_writes_nothing_when_nothing_changes(session: Session) -> None:
    pbx = add(session)
    assert change(session, pbx) == frozenset()
    assert len(session.scalars(select(AuditEntry)).all()) == 1


def test_it_keeps_the_secret_that_was_not_touched(session: Session) -> None:
    pbx = add(session, link_secret="hidden-secret")
    change(session, pbx, name="Renamed")
    assert pbx.link_secret == "hidden-secret"
    assert change(session, pbx, name="Renamed", link_secret="") == {"link_secret"}
    assert pbx.link_secret is None
    trail = repr([entry.changes for entry in session.scalars(select(AuditEntry))])
    assert "hidden-secret" not in trail


def test_it_lets_phones_alone_when_only_the_link_changes() -> None:
    """Where we reach the PBX is nothing a phone is told."""
    assert not TOLD_TO_PHONES & {"name", "link_address", "link_secret", "rtp_ports", "is_active"}
    assert set(PbxDraft.__dataclass_fields__) >= TOLD_TO_PHONES


def test_it_refuses_to_delete_a_pbx_in_use_and_names_by_whom(session: Session) -> None:
    pbx = add(session)
    for slug in ("acme", "globex"):
        session.add(Tenant(slug=slug, name=slug.capitalize(), created_at=NOW, pbx_id=pbx.id))
    session.flush()
    assert count_tenants(session) == {pbx.id: 2}
    with pytest.raises(NotAllowedError) as caught:
        delete_pbx(session, pbx, actor=PETRA, now=NOW)
    assert "Acme and Globex" in caught.value.message


def test_it_deletes_a_pbx_that_nobody_is_on(session: Session) -> None:
    delete_pbx(session, add(session), actor=PETRA, now=NOW)
    assert list_pbxs(session) == []
    assert session.scalars(select(AuditEntry)).all()[-1].action == "pbx.delete"
