"""The farewell of a removed phone: what its old address still answers, and for how long."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from phoneprov.fleet.models import Farewell
from phoneprov.fleet.phones import delete_phone
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from phoneprov.provisioning.farewells import forget_old_farewells
from tests.integration.rows import ALICE, MAC, NOON, World


@pytest.fixture
def token(world: World) -> str:
    """Remove a phone; return the token it had."""
    phone = world.phone(extension=world.extension())
    token = phone.token
    delete_phone(world.session, phone, actor=ALICE, now=NOON)
    world.session.commit()
    return token


def fetch(answering: Answering, token: str, name: str, method: str = "GET") -> Answer:
    ask = Ask(method=method, path=f"/prov/t/{token}/{name}", address="10.1.1.7")
    return answering.answer(ask)


def test_a_look_does_not_end_it(world: World, answering: Answering, token: str) -> None:
    """R140: only a whole config that was sent counts as told."""
    assert fetch(answering, token, f"{MAC}.cfg", "HEAD").status == 200
    assert fetch(answering, token, f"{MAC}.boot").status in {200, 404}
    assert world.session.scalars(select(Farewell.fetched_at)).one() is None
    assert fetch(answering, token, f"{MAC}.cfg").status == 200
    world.session.expire_all()
    assert world.session.scalars(select(Farewell.fetched_at)).one() == NOON
    assert fetch(answering, token, f"{MAC}.cfg") == NOT_FOUND


@pytest.mark.parametrize(
    ("name", "method"),
    [("805ec0ffffff.cfg", "GET"), (f"{MAC}.cfg", "DELETE"), (f"{MAC}-firmware.rom", "GET")],
)
def test_anything_else_is_not_there(
    answering: Answering, token: str, name: str, method: str
) -> None:
    assert fetch(answering, token, name, method) == NOT_FOUND


def test_after_its_day_nothing_is_left(world: World, answering: Answering, token: str) -> None:
    """R62: not even the hash of the token."""
    farewell = world.session.scalars(select(Farewell)).one()
    farewell.ends_at = NOON
    world.session.commit()
    assert fetch(answering, token, f"{MAC}.cfg") == NOT_FOUND
    assert forget_old_farewells(world.session, NOON - timedelta(seconds=1)) == 0
    assert forget_old_farewells(world.session, NOON) == 1
    assert world.session.scalar(select(func.count()).select_from(Farewell)) == 0
