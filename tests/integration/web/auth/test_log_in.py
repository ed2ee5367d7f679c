"""Coming in and going out."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.tenancy.models import AuditEntry, LogInThrottle, User, UserSession
from phoneprov.tenancy.sessions import IDLE_LIMIT
from tests.cast import ALICE, PASSWORD
from tests.pages import Answer, Pages

WRONG = "E-mail and password don't fit together."


def log_in(person: Pages, email: str = ALICE, password: str = PASSWORD, **fields: str) -> Answer:
    person.forget_token()
    answer = person.post("/log-in", {"email": email, "password": password, **fields})
    person.forget_token()
    return answer


def message(answer: Answer) -> str:
    return answer.select_text(".message-error[role=alert]:not([hidden])")


def count_sessions(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(UserSession)) or 0


def test_it_lets_in_and_remembers_when(nobody: Pages, session: Session) -> None:
    answer = log_in(nobody)
    assert (answer.status_code, answer.location) == (303, "/")
    assert nobody.get("/t/acme/activity").status_code == 200
    alice = session.scalars(select(User).where(User.email == ALICE)).one()
    assert alice.last_log_in_at is not None


def test_it_takes_the_e_mail_in_any_letter_case(nobody: Pages) -> None:
    assert log_in(nobody, email="  Alice@ACME.example ").status_code == 303


def test_it_leads_on_to_the_page_that_was_asked_for(nobody: Pages) -> None:
    asked = nobody.get("/t/acme/activity?person=x")
    assert asked.location == "/log-in?next=/t/acme/activity?person%3Dx"
    assert log_in(nobody, next="/t/acme/activity?person=x").location == "/t/acme/activity?person=x"


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil",
        "/a\nSet-Cookie: x",
    ],
)
def test_it_never_leads_elsewhere(nobody: Pages, target: str) -> None:
    assert log_in(nobody, next=target).location == "/"


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (ALICE, "not her password"),
        ("unknown@acme.example", PASSWORD),
        ("\x00", PASSWORD),
        ("’" * 254, "\ud7ff" * 128),
    ],
)
def test_it_says_the_same_for_all_that_is_wrong(
    nobody: Pages, session: Session, email: str, password: str
) -> None:
    """An unknown account can't be told from a wrong password (S10)."""
    answer = log_in(nobody, email, password)
    assert answer.status_code == 422
    assert message(answer) == WRONG
    assert password not in answer.text
    assert count_sessions(session) == 0


def test_it_lets_nobody_in_who_is_switched_off(nobody: Pages, session: Session) -> None:
    session.scalars(select(User).where(User.email == ALICE)).one().is_active = False
    session.commit()
    assert message(log_in(nobody)) == WRONG


def test_it_makes_one_wait_after_five_failures(nobody: Pages, session: Session) -> None:
    """The right password doesn't help until then, and the failures outlive the refusals (S10)."""
    for _ in range(4):
        assert log_in(nobody, password="wrong wrong wrong").status_code == 422
    assert log_in(nobody, password="wrong wrong wrong").status_code == 429
    refused = log_in(nobody)
    assert refused.status_code == 429
    assert message(refused).startswith("Too many tries.")
    failures = session.scalars(select(LogInThrottle.failures)).all()
    assert list(failures) == [5, 5]


def test_it_lets_in_again_when_the_wait_is_over(nobody: Pages, session: Session) -> None:
    for _ in range(5):
        log_in(nobody, password="wrong wrong wrong")
    for row in session.scalars(select(LogInThrottle)):
        row.blocked_until = datetime.now(UTC) - timedelta(seconds=1)
    session.commit()
    assert log_in(nobody).status_code == 303


def test_it_notes_who_failed_but_not_what_was_typed(nobody: Pages, session: Session) -> None:
    """People type passwords into the field above; an unknown account's name is not kept."""
    log_in(nobody, password="wrong wrong wrong")
    log_in(nobody, email="my secret password")
    rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.action, row.user_name) for row in rows] == [
        ("user.log_in_failed", ALICE),
        ("user.log_in_failed", "unknown account"),
    ]
    keys = session.scalars(select(LogInThrottle.key)).all()
    assert not any("secret" in key for key in keys)


def test_it_starts_under_a_new_id(app: Flask, nobody: Pages) -> None:
    """What the cookie held before the log-in is gone (S9)."""
    with nobody.client.session_transaction() as cookie:
        cookie["planted"] = "x"
    log_in(nobody)
    with nobody.client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie["_user_id"]
    held = nobody.client.get_cookie("session")
    assert held is not None
    assert (held.http_only, held.same_site) == (True, "Lax")


def test_it_ends_on_the_server(alice: Pages, session: Session) -> None:
    """A copy of the cookie is worth nothing after the log-out."""
    held = alice.client.get_cookie("session")
    assert held is not None
    assert alice.post("/log-out").location == "/log-in"
    assert count_sessions(session) == 0
    alice.client.set_cookie("session", held.value)
    assert alice.get("/t/acme/activity").status_code == 303


def test_it_ends_by_itself_when_it_is_not_used(alice: Pages, session: Session) -> None:
    session.scalars(select(UserSession)).one().seen_at -= IDLE_LIMIT + timedelta(seconds=1)
    session.commit()
    assert alice.get("/t/acme/activity").status_code == 303


def test_a_page_that_asks_by_itself_is_no_use(alice: Pages, session: Session) -> None:
    """An open screen grows idle however often it refreshes itself."""
    then = datetime.now(UTC) - timedelta(hours=1)
    session.scalars(select(UserSession)).one().seen_at = then
    session.commit()
    alice.get("/t/acme/activity", headers={"HX-Request": "true"})
    session.expire_all()
    assert session.scalars(select(UserSession)).one().seen_at == then
    session.rollback()
    alice.get("/t/acme/activity")
    session.expire_all()
    assert session.scalars(select(UserSession)).one().seen_at > then


def test_a_fragment_is_never_the_log_in_page(nobody: Pages) -> None:
    """HTMX is told to load the whole page instead."""
    answer = nobody.get("/t/acme/activity", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"].startswith("/log-in")


def test_addresses_count_only_from_the_proxy(nobody: Pages, session: Session) -> None:
    """A forged X-Forwarded-For doesn't give a new address to guess from (S6)."""
    for number in range(6):
        nobody.forget_token()
        nobody.post(
            "/log-in",
            {"email": f"person{number}@acme.example", "password": "wrong wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        )
    keys = session.scalars(select(LogInThrottle.key).where(LogInThrottle.key.like("address:%")))
    assert list(keys) == ["address:127.0.0.1"]
