"""Changing one's own password."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.tenancy.models import User
from phoneprov.tenancy.passwords import is_password
from tests.cast import ALICE, PASSWORD
from tests.pages import Pages

PATH = "/account/password"
NEW = "quiet amber kettle hums"


def typed(**other: str) -> dict[str, str]:
    return {"old_password": PASSWORD, "password": NEW, "again": NEW, **other}


def test_it_changes_and_ends_the_other_log_ins(
    log_in: Callable[[str], Pages], session: Session
) -> None:
    """Whoever sat at another computer is out; this one stays (S9)."""
    here, elsewhere = log_in(ALICE), log_in(ALICE)
    assert here.post(PATH, typed()).status_code == 303
    kept = session.scalars(select(User.password_hash).where(User.email == ALICE)).one()
    assert is_password(kept, NEW)
    assert here.get("/t/acme/activity").status_code == 200
    assert elsewhere.get("/t/acme/activity").status_code == 303


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"old_password": "not mine at all"}, "old_password"),
        ({"password": "short", "again": "short"}, "password"),
        ({"password": PASSWORD, "again": PASSWORD}, "password"),
        ({"again": "something else here"}, "again"),
        ({"old_password": ""}, "old_password"),
    ],
)
def test_it_tells_beside_the_field(alice: Pages, other: dict[str, str], field: str) -> None:
    answer = alice.post(PATH, typed(**other))
    assert answer.status_code == 422
    assert answer.select_text(f"#field-{field}.has-error .error")
    assert NEW not in answer.text


def test_a_viewer_may_change_their_own(bob: Pages) -> None:
    assert bob.post(PATH, typed()).status_code == 303
