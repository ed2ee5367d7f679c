"""Reads of phones for screens, as far as the pages' own tests don't show them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.loader import load_catalog
from phoneprov.core.database import Model, apply_engine_rules
from phoneprov.core.secrets import SecretBox, use_secret_box
from phoneprov.fleet.check_ins import CheckInNote, record_check_ins
from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.filters import PhoneFilters, mac_part
from phoneprov.fleet.late import read_late_limits
from phoneprov.fleet.models import Phone
from phoneprov.fleet.ordering import Sort
from phoneprov.fleet.phones import add_phone
from phoneprov.fleet.queries import (
    count_by_status,
    find_phone_details,
    list_phones,
    list_window_visitors,
    title_phone,
)
from phoneprov.fleet.status import PhoneStatus
from phoneprov.fleet.steps import read_journey
from phoneprov.provisioning.admission import Reason
from phoneprov.tenancy.audit import SYSTEM
from phoneprov.tenancy.models import Extension, Tenant

NOW = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)
MAC = "805ec01a2b3c"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def session() -> Iterator[Session]:
    use_secret_box(SecretBox([Fernet.generate_key()]))
    engine = create_engine("sqlite://")
    apply_engine_rules(engine)
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def acme(session: Session) -> Tenant:
    return make_tenant(session, "acme")


def make_tenant(session: Session, slug: str) -> Tenant:
    tenant = Tenant(slug=slug, name=slug, created_at=NOW)
    session.add(tenant)
    session.flush()
    return tenant


def make_phone(session: Session, catalog: Catalog, tenant: Tenant, mac: str = MAC) -> Phone:
    draft = PhoneDraft(mac=mac, model_slug="yealink-t46u")
    return add_phone(session, catalog, tenant, draft, actor=SYSTEM, now=NOW)


def check_in(session: Session, phone: Phone, after_s: int, reason: Reason, address: str) -> None:
    """Let the phone have taken its config, as the endpoint writes it."""
    note = CheckInNote(
        phone_id=phone.id,
        at=NOW + timedelta(seconds=after_s),
        method="GET",
        file_name=f"{MAC}.cfg",
        answer=200,
        size_bytes=100,
        address=address,
        admitted_by=reason.value,
        user_agent="",
        is_admitted=True,
        revision=1,
    )
    record_check_ins(session, [note], note.at)


def test_a_phone_is_called_by_its_name_line_place_or_mac(
    session: Session, catalog: Catalog, acme: Tenant
) -> None:
    phone = make_phone(session, catalog, acme)
    phone.extension = None
    assert title_phone(phone) == "80:5e:c0:1a:2b:3c"
    phone.place = "Lobby"
    assert title_phone(phone) == "Lobby"
    phone.extension = Extension(number="201", name="Anna Berg")
    assert title_phone(phone) == "Anna Berg"
    phone.display_name = "Front desk"
    assert title_phone(phone) == "Front desk"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("80:5E", "805e"),
        ("1a2b3c", "1a2b3c"),
        ("201", None),
        ("80:5g", None),
        ("", None),
        ("....", None),
    ],
)
def test_a_part_of_a_mac_is_told_from_a_word(text: str, part: str | None) -> None:
    """A short number is an extension, not a piece of every third MAC address."""
    assert mac_part(text) == part


def test_only_the_tenants_phones_are_listed_and_counted(
    session: Session, catalog: Catalog, acme: Tenant
) -> None:
    """R65: in the query itself."""
    globex = make_tenant(session, "globex")
    make_phone(session, catalog, acme)
    make_phone(session, catalog, globex, "805ec0000001")
    page = list_phones(session, catalog, acme, PhoneFilters(), now=NOW)
    assert [phone.mac for phone in page.phones] == [MAC]
    assert page.counts == count_by_status(session, acme, read_late_limits(session, acme, NOW))
    assert page.counts.total == 1
    assert page.counts.by_status[PhoneStatus.PENDING] == 1
    assert page.counts.by_model == {"yealink-t46u": 1}
    phone_id = page.phones[0].id
    assert find_phone_details(session, globex.id, phone_id, now=NOW) is None


def test_no_secret_is_read_for_the_list(session: Session, catalog: Catalog, acme: Tenant) -> None:
    make_phone(session, catalog, acme)
    session.expunge_all()
    tenant = session.get_one(Tenant, acme.id)
    for sort in Sort:
        page = list_phones(session, catalog, tenant, PhoneFilters(sort=sort), now=NOW)
        with pytest.raises(InvalidRequestError):
            _ = page.phones[0].token
        with pytest.raises(InvalidRequestError):
            _ = page.phones[0].admin_password


def test_the_journey_follows_what_the_endpoint_and_the_status_write(
    session: Session, catalog: Catalog, acme: Tenant
) -> None:
    """R87: the steps stand on the lines that check-ins really write."""
    phone = make_phone(session, catalog, acme)
    assert [step.at for step in read_journey(session, phone).steps] == [NOW, *[None] * 4]
    check_in(session, phone, 60, Reason.WINDOW, "203.0.113.9")
    session.flush()
    journey = read_journey(session, phone)
    checked_in_at = NOW + timedelta(seconds=60)
    assert [step.at for step in journey.steps[:3]] == [NOW, checked_in_at, checked_in_at]
    assert not journey.is_done
    assert journey.total is None


def test_who_came_in_the_window_is_counted_by_address(
    session: Session, catalog: Catalog, acme: Tenant
) -> None:
    """Only what first contact let in, only since the window began."""
    phone = make_phone(session, catalog, acme)
    assert list_window_visitors(session, phone) == ()
    phone.window_started_at = NOW + timedelta(seconds=10)
    for after_s, reason, address in (
        (5, Reason.WINDOW, "203.0.113.1"),
        (10, Reason.WINDOW, "203.0.113.9"),
        (20, Reason.WINDOW, "203.0.113.9"),
        (30, Reason.TOKEN, "203.0.113.2"),
    ):
        check_in(session, phone, after_s, reason, address)
    visitors = list_window_visitors(session, phone)
    assert [(one.address, one.requests) for one in visitors] == [("203.0.113.9", 2)]
    assert visitors[0].first_at == NOW + timedelta(seconds=10)
    assert visitors[0].last_at == NOW + timedelta(seconds=20)
