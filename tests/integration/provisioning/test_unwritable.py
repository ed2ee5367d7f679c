"""A config that can't be written: the phone keeps what it has, and people are told why."""

import pytest
from sqlalchemy import select

from phoneprov.fleet.models import Phone, PhoneEvent
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from phoneprov.tenancy.models import Extension
from tests.integration.rows import MAC, World

COMMAND_WORD = "%NULL%"
"""What a Yealink takes for an order to forget the value, not for a password."""


@pytest.fixture
def phone(world: World) -> Phone:
    """A phone whose SIP password its firmware would take for a command."""
    line = world.extension()
    line.sip_password = COMMAND_WORD
    made = world.phone(extension=line)
    world.session.commit()
    return made


def fetch(world: World, answering: Answering, phone: Phone, path: str | None = None) -> Answer:
    asked = Ask(
        method="GET",
        path=path or f"/prov/t/{phone.token}/{MAC}.cfg",
        address="10.1.1.7",
        user_agent="Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c",
    )
    answer = answering.answer(asked)
    world.session.expire_all()
    return answer


def events(world: World) -> list[str]:
    found = world.session.scalars(select(PhoneEvent).where(PhoneEvent.kind == "warning"))
    return [event.text for event in found]


def test_the_phone_is_told_to_come_again(world: World, answering: Answering, phone: Phone) -> None:
    """Not 404, after which some phones look elsewhere; and nothing half written."""
    answer = fetch(world, answering, phone)
    assert (answer.status, answer.body) == (503, b"")
    assert int(dict(answer.headers)["Retry-After"]) > 0
    note = answering.check_ins.drain()[0][-1]
    assert (note.answer, note.revision) == (503, None)


def test_it_is_said_once_and_without_the_secret(
    world: World, answering: Answering, phone: Phone
) -> None:
    for _ in range(3):
        fetch(world, answering, phone)
    assert "takes for a command" in phone.unwritable_reason
    assert len(events(world)) == 1
    assert COMMAND_WORD not in phone.unwritable_reason + events(world)[0]


def test_once_mended_it_is_forgotten(world: World, answering: Answering, phone: Phone) -> None:
    fetch(world, answering, phone)
    assert phone.extension_id is not None
    line = world.session.get_one(Extension, phone.extension_id)
    line.sip_password = "a-real-one"
    world.session.commit()
    assert fetch(world, answering, phone).status == 200
    assert not phone.unwritable_reason


def test_a_stranger_learns_nothing(world: World, answering: Answering, phone: Phone) -> None:
    """Whoever isn't let in gets the one refusal, whatever is the matter with the config."""
    phone.window_opened_at = None
    world.session.commit()
    assert fetch(world, answering, phone, f"/prov/{MAC}.cfg") == NOT_FOUND
    assert events(world) == []


def test_a_model_that_has_left_the_catalogue(
    world: World, answering: Answering, phone: Phone
) -> None:
    """A provider's own model, whose file was taken away."""
    phone.model_slug = "own-model"
    world.session.commit()
    assert fetch(world, answering, phone).status == 503
    assert "no model own-model" in phone.unwritable_reason
