"""Users: the provider's own, and each tenant's."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.tenancy.models import Role, Tenant, User
from phoneprov.tenancy.passwords import is_password
from tests.cast import ALICE, BOB, CHARLIE, PETRA
from tests.factories import UserFactory, use_session
from tests.pages import Answer, Pages

OWN = "/t/acme/users"


def find(session: Session, email: str) -> User | None:
    session.rollback()
    return session.scalar(select(User).where(User.email == email))


def id_of(session: Session, email: str) -> int:
    user = find(session, email)
    assert user is not None
    return user.id


def shown_password(answer: Answer) -> str:
    assert answer.status_code == 200
    return answer.select_text(".copy code")


def names(answer: Answer) -> list[str]:
    return [" ".join(cell.text.split()) for cell in answer.soup.select("tbody th")]


def test_everybody_sees_their_own(petra: Pages, alice: Pages) -> None:
    assert names(petra.get("/users")) == ["Petra Provider you"]
    assert names(petra.get(OWN)) == ["Alice Adams", "Bob Brown"]
    assert names(alice.get(OWN)) == ["Alice Adams you", "Bob Brown"]


def test_it_adds_a_user_and_shows_the_password_once(alice: Pages, session: Session) -> None:
    typed = {"name": "Dora", "email": "Dora@Acme.example", "role": "viewer"}
    answer = alice.post(f"{OWN}/add", typed)
    password = shown_password(answer)
    dora = find(session, "dora@acme.example")
    assert dora is not None
    assert dora.role == Role.VIEWER
    assert is_password(dora.password_hash, password)
    assert password not in alice.get(OWN).text
    assert password not in alice.get("/t/acme/activity").text


@pytest.mark.parametrize("role", ["provider", "", "root"])
def test_a_tenant_admin_makes_no_provider(alice: Pages, session: Session, role: str) -> None:
    """Nobody can raise anybody above their own tenant (R65, R66)."""
    typed = {"name": "Eve", "email": "eve@acme.example", "role": role}
    assert alice.post(f"{OWN}/add", typed).status_code == 422
    assert find(session, "eve@acme.example") is None
    typed = {"name": "Bob Brown", "email": BOB, "role": role}
    assert alice.post(f"{OWN}/{id_of(session, BOB)}/edit", typed).status_code == 422
    bob = find(session, BOB)
    assert bob is not None
    assert bob.role == Role.VIEWER


@pytest.mark.parametrize(
    "email", ["", "nobody", "a b@c.example", "a@b@c", CHARLIE.upper(), "x@\ny"]
)
def test_it_tells_beside_the_e_mail(alice: Pages, email: str) -> None:
    answer = alice.post(f"{OWN}/add", {"name": "Dora", "email": email, "role": "viewer"})
    assert answer.status_code == 422
    assert answer.select_text("#field-email.has-error .error")


def test_a_new_role_ends_the_log_ins(alice: Pages, bob: Pages, session: Session) -> None:
    typed = {"name": "Bob Brown", "email": BOB, "role": "admin"}
    assert alice.post(f"{OWN}/{id_of(session, BOB)}/edit", typed).status_code == 303
    assert bob.get(OWN).status_code == 303


def test_nobody_changes_their_own_role(alice: Pages, session: Session) -> None:
    typed = {"name": "Alice Adams", "email": ALICE, "role": "viewer"}
    answer = alice.post(f"{OWN}/{id_of(session, ALICE)}/edit", typed)
    assert answer.status_code == 422
    assert "your own role" in answer.text


def test_switching_off_ends_the_log_ins_at_once(alice: Pages, bob: Pages, session: Session) -> None:
    address = f"{OWN}/{id_of(session, BOB)}/switch"
    assert alice.post(address).status_code == 303
    assert bob.get("/t/acme/activity").status_code == 303
    assert alice.post(address).status_code == 303
    found = find(session, BOB)
    assert found is not None
    assert found.is_active


def test_a_new_password_is_shown_once_and_ends_the_log_ins(
    alice: Pages, bob: Pages, session: Session
) -> None:
    address = f"{OWN}/{id_of(session, BOB)}/password"
    assert alice.get(address).status_code == 200
    password = shown_password(alice.post(address))
    found = find(session, BOB)
    assert found is not None
    assert is_password(found.password_hash, password)
    assert bob.get("/t/acme/activity").status_code == 303


def test_it_deletes_after_asking(alice: Pages, session: Session) -> None:
    address = f"{OWN}/{id_of(session, BOB)}/delete"
    assert alice.get(address).select_text("h1") == "Delete Bob Brown"
    assert find(session, BOB) is not None
    assert alice.post(address).location == OWN
    assert find(session, BOB) is None


@pytest.mark.parametrize("verb", ["switch", "delete"])
def test_nobody_removes_themselves(
    log_in: Callable[[str], Pages], session: Session, verb: str
) -> None:
    for email, base in ((ALICE, OWN), (PETRA, "/users")):
        answer = log_in(email).post(f"{base}/{id_of(session, email)}/{verb}")
        assert answer.status_code == 409
        assert "your own account" in answer.text
        found = find(session, email)
        assert found is not None
        assert found.is_active


def test_the_last_provider_stays(petra: Pages, session: Session) -> None:
    """Of two, one may go; a switched-off one doesn't count."""
    use_session(session)
    other = UserFactory.create(role=Role.PROVIDER, email="paul@provider.example")
    session.commit()
    assert petra.post(f"/users/{other.id}/switch").status_code == 303
    session.rollback()
    assert petra.post(f"/users/{other.id}/delete").status_code == 303


def test_a_tenants_user_is_not_under_the_providers_address(petra: Pages, session: Session) -> None:
    assert petra.get(f"/users/{id_of(session, BOB)}/edit").status_code == 404
    assert petra.get(f"{OWN}/{id_of(session, CHARLIE)}/edit").status_code == 404


def test_an_empty_list_says_what_users_are_for(petra: Pages, session: Session) -> None:
    for user in session.scalars(select(User).join(Tenant).where(Tenant.slug == "acme")):
        session.delete(user)
    session.commit()
    assert "Nobody here yet" in petra.get(OWN).text
