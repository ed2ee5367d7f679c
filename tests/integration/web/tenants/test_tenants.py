"""Tenants: list, add, settings, delete."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Farewell, Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.link import LinkStatus
from phoneprov.tenancy.models import AuditEntry, Tenant
from tests.factories import ExtensionFactory, PbxFactory, PhoneFactory, use_session
from tests.pages import Answer, Pages

SETTINGS = "/t/acme/settings"
OWN = {"time_zone": "Europe/Berlin", "poll_minutes": "60", "keepalive_limit_s": "60"}
ALL = {
    **OWN,
    "name": "Acme Ltd",
    "pbx_id": "0",
    "sip_domain": "",
    "ntp_server": "pool.ntp.org",
    "contact_wait_days": "14",
    "contact_window_minutes": "60",
    "is_window_closed_by_token": "y",
}


@pytest.fixture(autouse=True)
def _rows(session: Session) -> None:
    use_session(session)


def acme(session: Session) -> Tenant:
    session.rollback()
    return session.scalars(select(Tenant).where(Tenant.slug == "acme")).one()


def add_phone(session: Session) -> int:
    extension = ExtensionFactory.create(tenant_id=acme(session).id)
    phone = PhoneFactory.create(
        tenant_id=extension.tenant_id, extension_id=extension.id, status=PhoneStatus.ONLINE
    )
    session.commit()
    return int(phone.id)


def revision(session: Session, phone_id: int) -> int:
    session.rollback()
    return session.get_one(Phone, phone_id).config_revision


def error(answer: Answer, field: str) -> str:
    assert answer.status_code == 422
    return answer.select_text(f"#field-{field}.has-error .error")


def test_the_list_shows_each_tenant_with_its_phones(petra: Pages, session: Session) -> None:
    pbx = PbxFactory.create(name="Kamailio Berlin", link_status=LinkStatus.DOWN)
    session.commit()
    acme(session).pbx_id = pbx.id
    session.commit()
    add_phone(session)
    rows = [" ".join(row.text.split()) for row in petra.get("/tenants").soup.select("tbody tr")]
    assert rows == [
        "Acme Ltd 1 1 0 Kamailio Berlin no link Europe/Berlin Settings",
        "Globex GmbH 0 0 0 none yet Europe/Berlin Settings",
    ]


def test_it_adds_a_tenant_with_an_address_from_its_name(petra: Pages, session: Session) -> None:
    answer = petra.post("/tenants/add", {**ALL, "name": "Müller & Söhne"})
    assert (answer.status_code, answer.location) == (303, "/t/muller-sohne/")
    assert session.scalars(select(Tenant.name).where(Tenant.slug == "muller-sohne")).one()
    assert session.scalars(select(AuditEntry.action)).all() == ["tenant.add"]


@pytest.mark.parametrize(
    ("name", "slug"), [("ACME", "acme-2"), ("客户", "tenant"), ("🦊 !", "tenant")]
)
def test_every_name_gets_an_address_of_its_own(petra: Pages, name: str, slug: str) -> None:
    assert petra.post("/tenants/add", {**ALL, "name": name}).location == f"/t/{slug}/"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("name", "globex gmbh"),
        ("name", "a\x1bb"),
        ("time_zone", "Europe/Atlantis"),
        ("poll_minutes", "61"),
        ("poll_minutes", "4"),
        ("poll_minutes", "1_0"),
        ("keepalive_limit_s", "10"),
        ("contact_wait_days", "-1"),
        ("contact_window_minutes", "99999999999999999999"),
        ("ntp_server", ""),
        ("ntp_server", "pool.ntp.org\r\nevil=1"),
        ("sip_domain", "sip:evil@example"),
        ("pbx_id", "4711"),
    ],
)
def test_it_tells_beside_the_field(petra: Pages, field: str, text: str) -> None:
    assert error(petra.post(SETTINGS, {**ALL, field: text}), field)


def test_the_admins_own_part_is_all_they_change(alice: Pages, session: Session) -> None:
    """Time zone, interval, keepalive and password are the tenant's own; the rest the provider's."""
    page = alice.get(SETTINGS)
    assert page.soup.select_one("#time_zone") is not None
    assert page.soup.select_one("#pbx_id") is None
    alice.post(SETTINGS, {**ALL, "time_zone": "Asia/Tokyo", "name": "Mine", "ntp_server": "evil"})
    tenant = acme(session)
    assert tenant.time_zone == "Asia/Tokyo"
    assert (tenant.name, tenant.ntp_server) == ("Acme Ltd", "pool.ntp.org")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("time_zone", "Asia/Tokyo"),
        ("poll_minutes", "30"),
        ("ntp_server", "ntp.example.net"),
        ("sip_domain", "acme.example.net"),
        ("admin_password", "Qx7-vR2m-Kp9"),
    ],
)
def test_what_phones_are_told_bumps_each_phone(
    petra: Pages, session: Session, field: str, text: str
) -> None:
    """In the same transaction, so that every phone takes it at its next check (R111, R144)."""
    phone = add_phone(session)
    before = revision(session, phone)
    assert petra.post(SETTINGS, {**ALL, field: text}).status_code == 303
    assert revision(session, phone) == before + 1


def test_what_phones_are_not_told_bumps_none(petra: Pages, session: Session) -> None:
    phone = add_phone(session)
    before = revision(session, phone)
    petra.post(SETTINGS, {**ALL, "name": "Acme Limited", "keepalive_limit_s": "120"})
    assert acme(session).keepalive_limit_s == 120
    assert revision(session, phone) == before


def test_saving_without_a_change_is_no_event(petra: Pages, session: Session) -> None:
    phone = add_phone(session)
    before = revision(session, phone)
    assert petra.post(SETTINGS, ALL).status_code == 303
    assert revision(session, phone) == before
    assert session.scalars(select(AuditEntry.action)).all() == []


def test_the_password_is_kept_shown_to_nobody_and_removed(alice: Pages, session: Session) -> None:
    secret = "Qx7-vR2m-Kp9"
    alice.post(SETTINGS, {**OWN, "admin_password": secret})
    assert acme(session).admin_password == secret
    assert secret not in alice.get(SETTINGS).text
    alice.post(SETTINGS, OWN)
    assert acme(session).admin_password == secret
    alice.post(SETTINGS, {**OWN, "remove_password": "y"})
    assert acme(session).admin_password is None
    changes = session.scalars(select(AuditEntry.changes)).all()
    assert secret not in str(changes)
    assert secret not in alice.get("/t/acme/activity").text


def test_a_password_that_some_vendor_refuses_is_refused(alice: Pages) -> None:
    assert "Yealink" in error(
        alice.post(SETTINGS, {**OWN, "admin_password": "a:b:c:d:e"}), "admin_password"
    )


def test_a_tenant_goes_only_after_its_phones(petra: Pages, session: Session) -> None:
    """Each phone is told to switch off; one that merely gets 404 would go on phoning (R140)."""
    add_phone(session)
    answer = petra.post("/t/acme/delete", {"typed_name": "Acme Ltd"})
    assert answer.location == "/t/acme/delete"
    assert acme(session).name == "Acme Ltd"
    assert session.scalar(select(func.count()).select_from(Phone)) == 0
    assert session.scalar(select(func.count()).select_from(Farewell)) == 1
    page = petra.get("/t/acme/delete")
    assert "hasn’t been told yet" in page.text
    session.rollback()
    assert petra.post("/t/acme/delete", {"typed_name": "Acme Ltd"}).location == "/tenants"
    assert session.scalars(select(Tenant.slug)).all() == ["globex"]


def test_it_deletes_nothing_without_the_typed_name(petra: Pages, session: Session) -> None:
    add_phone(session)
    for typed in ("", "acme ltd", "Globex GmbH"):
        assert error(petra.post("/t/acme/delete", {"typed_name": typed}), "typed_name")
    assert session.scalar(select(func.count()).select_from(Phone)) == 1


def test_a_first_tenant_is_asked_for(petra: Pages, session: Session) -> None:
    for tenant in session.scalars(select(Tenant)):
        session.delete(tenant)
    session.commit()
    assert "No tenants yet" in petra.get("/tenants").text
