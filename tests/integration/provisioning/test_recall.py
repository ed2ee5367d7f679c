"""A phone that asks again is answered and noted as the first time, without reading it anew."""

from collections.abc import Iterator

import pytest

from phoneprov.core.settings import load_settings
from phoneprov.fleet.revisions import touch_phones
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import Answer
from tests.integration.provisioning.test_answer import PHONES, ask, own
from tests.integration.rows import MAC, NOON, World

AGENT = "Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c"


@pytest.fixture
def answering(world: World) -> Iterator[Answering]:
    settings = load_settings(public_url="https://phones.example.net")
    made = Answering(
        catalog=world.catalog, settings=settings, sessions=world.sessions, clock=lambda: NOON
    )
    yield made
    made.close()


def recall(answering: Answering, path: str, agent: str = AGENT, etag: str = "") -> Answer | None:
    return answering.recall.answer(path, agent, etag, "10.1.1.7", is_tls=True)


@pytest.mark.parametrize("model", PHONES)
def test_it_is_answered_and_noted_as_the_long_way_would(
    world: World, answering: Answering, model: str
) -> None:
    """R24: each vendor's config; whole, and unchanged to a phone that has it."""
    mac, name, agent = PHONES[model]
    path = own(world.phone(mac, model, extension=world.extension()), name)
    world.session.commit()
    assert recall(answering, path, agent) is None
    answering.answer(ask(path, agent))
    assert recall(answering, path, agent) is None
    asked = ask(path, agent, is_tls=True)
    whole = answering.answer(asked)
    unchanged = answering.answer(asked._replace(if_none_match=dict(whole.headers)["ETag"]))
    answering.check_ins.drain()
    assert recall(answering, path, agent) == whole
    assert recall(answering, path, agent, dict(whole.headers)["ETag"]) == unchanged
    assert (whole.status, unchanged.status) == (200, 304)
    recalled, _ = answering.check_ins.drain()
    answering.answer(asked)
    answering.answer(asked._replace(if_none_match=dict(whole.headers)["ETag"]))
    assert recalled == answering.check_ins.drain()[0]
    assert len(recalled) == 2


def test_a_changed_phone_is_never_answered_from_memory(world: World, answering: Answering) -> None:
    phone = world.phone(extension=world.extension())
    path = own(phone, f"{MAC}.cfg")
    world.session.commit()
    for _ in range(2):
        answering.answer(ask(path, AGENT))
    assert recall(answering, path) is not None
    phone.display_name = "Somebody else"
    touch_phones(world.session, [phone.id], NOON)
    world.session.commit()
    assert recall(answering, path) is None
    assert b"Somebody else" in answering.answer(ask(path, AGENT)).body


def test_only_what_its_token_admitted_is_remembered(world: World, answering: Answering) -> None:
    """Neither another MAC in the User-Agent, nor a HEAD, nor the window's plain path."""
    path = own(world.phone(extension=world.extension()), f"{MAC}.cfg")
    world.session.commit()
    stranger = AGENT.replace("1a:2b:3c", "1a:2b:3d")
    for agent, method in ((stranger, "GET"), (AGENT, "HEAD"), (stranger, "HEAD")):
        for _ in range(3):
            answering.answer(ask(path, agent, method=method))
        assert recall(answering, path, agent) is None
    for _ in range(3):
        answering.answer(ask(f"/prov/{MAC}.cfg", AGENT))
    assert recall(answering, f"/prov/{MAC}.cfg") is None


def test_a_user_agent_too_long_to_be_a_phones_is_not_kept(
    world: World, answering: Answering
) -> None:
    path = own(world.phone(extension=world.extension()), f"{MAC}.cfg")
    world.session.commit()
    agent = AGENT + " " * 300
    for _ in range(3):
        assert answering.answer(ask(path, agent)).status == 200
    assert recall(answering, path, agent) is None
