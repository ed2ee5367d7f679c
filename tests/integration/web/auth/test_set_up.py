"""The very first start: one link, one account, then the link is dead."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.core.errors import SettingsError
from phoneprov.tenancy.models import Installation, Role, User
from phoneprov.tenancy.setup import create_first_provider, open_setup
from tests.pages import Pages

TYPED = {
    "provider_name": "Voice & Data",
    "name": "Petra",
    "email": "Petra@voice.example",
    "password": "four unrelated words",
}


@pytest.fixture
def token(session: Session, now: datetime) -> str:
    session.execute(delete(User).where(User.role == Role.PROVIDER))
    found = open_setup(session, now)
    session.commit()
    assert found is not None
    return found


def test_it_makes_the_first_account_and_logs_it_in(
    nobody: Pages, session: Session, token: str
) -> None:
    assert nobody.get(f"/setup/{token}").status_code == 200
    assert nobody.post(f"/setup/{token}", TYPED).status_code == 303
    nobody.forget_token()
    assert nobody.get("/tenants").status_code == 200
    user = session.scalars(select(User).where(User.role == Role.PROVIDER)).one()
    assert (user.email, user.tenant_id) == ("petra@voice.example", None)
    assert session.get_one(Installation, 1).provider_name == "Voice & Data"


def test_the_link_is_dead_afterwards(nobody: Pages, app: Flask, token: str) -> None:
    nobody.post(f"/setup/{token}", TYPED)
    other = Pages(app.test_client())
    assert other.get(f"/setup/{token}").status_code == 404
    assert other.post(f"/setup/{token}", {**TYPED, "email": "eve@x.example"}).status_code == 404


def test_a_guessed_link_opens_nothing(nobody: Pages, token: str) -> None:
    assert nobody.get(f"/setup/{token[:-1]}x").status_code == 404


def test_only_the_newest_link_opens(
    nobody: Pages, session: Session, now: datetime, token: str
) -> None:
    open_setup(session, now)
    session.commit()
    assert nobody.get(f"/setup/{token}").status_code == 404


def test_the_link_itself_is_not_stored(session: Session, token: str) -> None:
    row = session.get_one(Installation, 1)
    assert token not in (row.setup_token_hash or "")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("password", "too short"),
        ("password", "aaaaaaaaaaaaaaaa"),
        ("email", "nobody"),
        ("name", ""),
        ("provider_name", " "),
    ],
)
def test_it_tells_beside_the_field_and_stays_open(
    nobody: Pages, token: str, field: str, text: str
) -> None:
    answer = nobody.post(f"/setup/{token}", {**TYPED, field: text})
    assert answer.status_code == 422
    assert answer.select_text(f"#field-{field}.has-error .error")
    assert nobody.post(f"/setup/{token}", TYPED).status_code == 303


def test_there_is_no_link_when_there_is_an_account(session: Session, now: datetime) -> None:
    assert open_setup(session, now) is None


def test_the_log_in_page_says_what_to_do_first(nobody: Pages, token: str) -> None:
    assert "set-up link" in nobody.get("/log-in").text


@pytest.mark.parametrize(
    ("email", "password", "variable"),
    [
        ("nobody", "four unrelated words", "PHONEPROV_ADMIN_EMAIL"),
        ("petra@voice.example", "short", "PHONEPROV_ADMIN_PASSWORD"),
    ],
)
def test_the_environment_is_told_by_name(
    session: Session, now: datetime, email: str, password: str, variable: str
) -> None:
    with pytest.raises(SettingsError, match=variable):
        create_first_provider(session, email, password, now)
