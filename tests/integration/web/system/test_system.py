"""The start page, health, system, search, how phones find us."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.pbx.link import LinkStatus
from phoneprov.tenancy.models import Tenant
from tests.factories import ExtensionFactory, PbxFactory, PhoneFactory, use_session
from tests.pages import Pages


@pytest.fixture(autouse=True)
def _rows(session: Session) -> None:
    use_session(session)


def acme(session: Session) -> Tenant:
    return session.scalars(select(Tenant).where(Tenant.slug == "acme")).one()


def test_the_start_page_leads_to_ones_work(petra: Pages, alice: Pages, session: Session) -> None:
    """R1, R68: a tenant's people to their phones, provider staff to the tenants."""
    assert alice.get("/").location == "/t/acme/phones"
    assert petra.get("/").location == "/tenants"
    session.delete(session.scalars(select(Tenant).where(Tenant.slug == "globex")).one())
    session.commit()
    assert petra.get("/").location == "/t/acme/phones"
    assert petra.get("/t/acme/").location == "/t/acme/phones"


def test_the_bar_holds_what_one_may_use(petra: Pages, alice: Pages) -> None:
    staff = petra.get("/t/acme/activity").select_text(".bar-wide")
    admin = alice.get("/t/acme/activity").select_text(".bar-wide")
    for place in ("Phones", "Provisioning", "Extensions", "Activity"):
        assert place in admin
    for place in ("Tenants", "PBXs", "System"):
        assert place in staff
        assert place not in admin


def test_the_bar_marks_where_one_is(alice: Pages) -> None:
    marked = alice.get("/t/acme/activity").soup.select(".bar-wide [aria-current=page]")
    assert [one.text for one in marked] == ["Activity"]


def test_the_switcher_names_all_tenants_to_staff_only(petra: Pages, alice: Pages) -> None:
    page = petra.get("/t/acme/activity")
    assert [one.text for one in page.soup.select("#tenant-list a")] == ["Acme Ltd", "Globex GmbH"]
    assert "Globex" not in alice.get("/t/acme/activity").text


def test_a_lost_link_is_told_to_those_who_can_act(
    petra: Pages, alice: Pages, bob: Pages, charlie: Pages, session: Session
) -> None:
    pbx = PbxFactory.create(name="Kamailio Berlin", link_status=LinkStatus.DOWN)
    acme(session).pbx_id = pbx.id
    session.commit()
    for person, address, is_told in (
        (petra, "/tenants", True),
        (petra, "/t/acme/activity", True),
        (petra, "/t/globex/activity", False),
        (alice, "/t/acme/activity", True),
        (bob, "/t/acme/activity", False),
        (charlie, "/t/globex/activity", False),
    ):
        assert ("No link to Kamailio Berlin" in person.get(address).text) == is_told, address


def test_health_is_public_and_names_nothing(nobody: Pages) -> None:
    answer = nobody.get("/health")
    assert answer.status_code == 200
    assert answer.json == {"ok": True, "database": "ok", "jobs_age_s": None}
    assert "Set-Cookie" not in answer.headers


def test_the_system_page_tells_of_links_jobs_and_disk(petra: Pages, session: Session) -> None:
    PbxFactory.create(name="Kamailio Berlin", link_reason="Connection refused")
    session.commit()
    text = petra.get("/system").select_text("main")
    for part in ("Connection refused", "SQLite", "free of", "runs no jobs", "none"):
        assert part in text


@pytest.mark.parametrize(
    "text", ["80:5E:C0:1A:2B:3C", "805ec01a", "1a-2b-3c", "Front", "201", "10.1.4.17", "t46u"]
)
def test_the_search_finds_a_phone_by_what_is_known_of_it(
    alice: Pages, session: Session, text: str
) -> None:
    extension = ExtensionFactory.create(tenant_id=acme(session).id, number="201", name="")
    phone = PhoneFactory.create(
        tenant_id=extension.tenant_id,
        extension_id=extension.id,
        mac="805ec01a2b3c",
        display_name="Front desk",
        ip_address="10.1.4.17",
    )
    session.commit()
    answer = alice.get(f"/t/acme/search?q={text}")
    if answer.status_code == 303:
        assert answer.location == f"/t/acme/phones/{phone.id}"
    else:
        assert "Front desk" in answer.select_text("main")


def test_the_search_finds_extensions(alice: Pages, session: Session) -> None:
    ExtensionFactory.create(tenant_id=acme(session).id, number="240", name="Zoë")
    session.commit()
    assert "240" in alice.get("/t/acme/search?q=zo").select_text("main table")


def test_the_search_stays_in_the_tenant(
    alice: Pages, charlie: Pages, petra: Pages, session: Session
) -> None:
    """R65; provider staff find over all tenants."""
    ExtensionFactory.create(tenant_id=acme(session).id, number="240", name="Zoë")
    session.commit()
    assert "Zoë" not in charlie.get("/t/globex/search?q=240").text
    assert "Acme Ltd" in petra.get("/search?q=240").select_text("main table")


@pytest.mark.parametrize("text", ["", "%00", "%25", "_", "'\"", "x" * 500, "%F0%9F%A6%8A"])
def test_the_search_takes_anything(alice: Pages, text: str) -> None:
    assert alice.get(f"/t/acme/search?q={text}").status_code == 200


def test_how_phones_find_us_is_ready_to_paste(app: Flask, alice: Pages) -> None:
    """R86: the exact address, DHCP lines, and what to type at each vendor's phone."""
    page = alice.get("/t/acme/how-phones-find-us")
    address = "http://127.0.0.1:8080/prov/"
    assert page.select_text(".copy code") == address
    assert f'dhcp-option=66,"{address}"' in page.soup.select("pre")[0].text
    main = page.select_text("main")
    for vendor in ("Yealink", "Grandstream", "Cisco SPA", "Polycom"):
        assert vendor in main
    assert f"{address}spa$PSN.cfg" in main


def test_errors_have_a_way_home(alice: Pages, nobody: Pages) -> None:
    page = alice.get("/t/acme/nothing-here")
    assert page.status_code == 404
    assert page.soup.select_one(".bar-wide") is not None
    assert page.soup.select_one("main a[href='/']") is not None
    assert nobody.get("/nothing-here").status_code == 404


def test_a_fault_of_ours_is_told_without_details(
    app: Flask, alice: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise RuntimeError("secret detail")

    app.testing = False
    monkeypatch.setitem(app.view_functions, "system.keys", fail)
    page = alice.get("/keys")
    assert page.status_code == 500
    assert "secret detail" not in page.text
    assert page.soup.select_one("main a[href='/']") is not None


def test_assets_are_kept_for_a_year_under_their_content(nobody: Pages) -> None:
    page = nobody.get("/log-in")
    for tag in page.soup.select("link[rel=stylesheet], script"):
        address = str(tag.get("href") or tag.get("src"))
        answer = nobody.get(address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers
    assert nobody.get("/assets/0/app.css").headers["Cache-Control"] == "no-cache"
    assert nobody.get("/assets/0/../../factory.py").status_code == 404
