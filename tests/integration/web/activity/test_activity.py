"""Who did what."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.tenancy.models import Tenant
from tests.factories import AuditEntryFactory, use_session
from tests.pages import Answer, Pages


def rows(answer: Answer) -> list[str]:
    return [" ".join(row.text.split()) for row in answer.soup.select("tbody tr")]


def add(session: Session, slug: str | None, count: int = 1, **fields: object) -> None:
    use_session(session)
    tenant_id = session.scalar(select(Tenant.id).where(Tenant.slug == slug)) if slug else None
    AuditEntryFactory.create_batch(count, tenant_id=tenant_id, **fields)
    session.commit()


def test_it_tells_who_did_what_from_where(alice: Pages, session: Session) -> None:
    add(
        session,
        "acme",
        action="tenant.change",
        subject="Acme <Ltd>",
        address="192.0.2.9",
        changes={"time_zone": ["Europe/Berlin", "Asia/Tokyo"], "admin_password": [None, "•••"]},
    )
    text = rows(alice.get("/t/acme/activity"))[0]
    assert "alice@acme.example Changed the settings of Acme <Ltd>" in text
    assert "time zone: Europe/Berlin → Asia/Tokyo" in text
    assert "admin password: nothing → •••" in text
    assert text.endswith("192.0.2.9")


def test_a_tenant_sees_only_its_own(alice: Pages, petra: Pages, session: Session) -> None:
    """Not the other tenants', and not what was done to the installation (R65)."""
    add(session, "acme", subject="ours")
    add(session, "globex", subject="theirs")
    add(session, None, subject="the provider's")
    assert len(rows(alice.get("/t/acme/activity"))) == 1
    assert len(rows(petra.get("/activity"))) == 3


def test_it_is_filtered_by_person_and_action(petra: Pages, session: Session) -> None:
    add(session, "acme", user_name="anna", action="phone.add")
    add(session, "acme", user_name="carl", action="phone.add")
    add(session, "acme", user_name="carl", action="phone.delete")
    assert len(rows(petra.get("/activity?person=carl"))) == 2
    assert len(rows(petra.get("/activity?person=carl&action=phone.delete"))) == 1
    assert "Nothing like that" in petra.get("/activity?person=anna&action=phone.delete").text


def test_it_goes_page_by_page(petra: Pages, session: Session) -> None:
    add(session, "acme", count=51, user_name="anna")
    first = petra.get("/activity?person=anna")
    assert len(rows(first)) == 50
    older = first.soup.select_one("a[rel=next]")
    assert older is not None
    second = petra.get(str(older["href"]))
    assert len(rows(second)) == 1
    assert second.soup.select_one("a[rel=prev]") is not None


def test_it_takes_any_question(petra: Pages) -> None:
    for query in ("page=-1", "page=x", "page=99999999999999999999", "person=%00", "action=%27"):
        assert petra.get(f"/activity?{query}").status_code == 200


def test_an_action_without_words_is_shown_by_its_code(petra: Pages, session: Session) -> None:
    add(session, "acme", action="layout.assign_button")
    assert "Layout assign button" in rows(petra.get("/activity"))[0]


def test_an_empty_trail_says_what_will_be_here(alice: Pages) -> None:
    assert "Nothing done yet" in alice.get("/t/acme/activity").text
