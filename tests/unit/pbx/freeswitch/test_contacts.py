"""What FreeSWITCH's lists and events say of a registration."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from phoneprov.core.errors import PbxError
from phoneprov.pbx.freeswitch.contacts import (
    contact_uri,
    read_key,
    read_profiles,
    read_register,
    read_registrations,
)
from phoneprov.pbx.freeswitch.frames import FrameReader, read_event
from phoneprov.pbx.link import Reachability
from tests.rigs.freeswitch import Line, listing, profiles, recorded

NOW = datetime(2026, 11, 23, 9, 12, 39, tzinfo=UTC)
RECORDED_LIST = next(
    frame.body
    for raw in recorded("freeswitch_api.txt")
    for frame in FrameReader().feed(raw)
    if frame.body.startswith(b"<?xml")
)
EVENTS = [
    read_event(frame)
    for frame in FrameReader().feed(b"".join(recorded("freeswitch_events.txt")))
    if frame.kind == "text/event-plain"
]


def read(*lines: Line) -> list[object]:
    return [one.contact for one in read_registrations(listing(*lines).encode(), "internal", NOW)]


def test_a_recorded_list_is_read() -> None:
    """As 1.11.3-dev wrote it; the phone that was not asked yet is not called reachable."""
    asked, not_yet = (one.contact for one in read_registrations(RECORDED_LIST, "internal", NOW))
    assert asked.aor == "1001@test.local"
    assert asked.uri == "sip:1001@127.0.0.1:6401;ob"
    assert asked.user_agent.startswith("PJSUA/v2.17-dev")
    assert asked.source == "127.0.0.1:6401"
    assert asked.expires_at == NOW + timedelta(seconds=117)
    assert (asked.reachability, asked.round_trip_us) == (Reachability.REACHABLE, 1040)
    assert asked.is_probed
    assert json.loads(asked.send_via) == {
        "profile": "internal",
        "call_id": "863386cc-d4a9-4f74-9a45-bab1847f2886",
    }
    assert not_yet.uri == "sip:1002@127.0.0.1:6402;transport=TCP;ob"
    assert not_yet.source == "127.0.0.1:43427"
    assert (not_yet.reachability, not_yet.is_probed) == (Reachability.UNKNOWN, False)


def test_reachable_without_a_ping_proves_nothing() -> None:
    """FreeSWITCH writes Reachable from the first REGISTER on, asked or not (R25)."""
    [contact] = read_registrations(
        listing(Line("1001@a", "<sip:1001@10.1.1.7>", ping_time="0.00")).encode(), "internal", NOW
    )
    assert contact.contact.reachability is Reachability.UNKNOWN
    [silent] = read_registrations(
        listing(
            Line("1001@a", "<sip:1001@10.1.1.7>", ping_time="0.00", ping_status="Unreachable")
        ).encode(),
        "internal",
        NOW,
    )
    assert silent.contact.reachability is Reachability.UNREACHABLE
    assert silent.contact.is_probed


def test_a_list_without_its_end_is_none() -> None:
    """Nobody is called gone because the answer was cut."""
    for cut in (20, len(RECORDED_LIST) // 2, len(RECORDED_LIST) - 12):
        with pytest.raises(PbxError, match="without its end"):
            read_registrations(RECORDED_LIST[:cut], "internal", NOW)


def test_a_profile_that_is_stopped_has_nobody() -> None:
    assert read_registrations(b"Invalid Profile!\n", "internal", NOW) == ()


@pytest.mark.parametrize(
    "call_id",
    [
        "x</call-id><user>1002@test.local</user><call-id>",
        "</call-id></registration><registration><user>9@test.local</user>",
        "a&b<c>\"'",
        "&lt;/registration&gt;",
    ],
)
def test_a_phones_call_id_cannot_put_lines_into_the_list(call_id: str) -> None:
    """FreeSWITCH writes it without escaping."""
    hostile = Line("1001@test.local", "<sip:1001@10.1.1.7>", call_id=call_id)
    honest = Line("1003@test.local", "<sip:1003@10.1.1.9>")
    found = read_registrations(listing(hostile, honest).encode(), "internal", NOW)
    assert [one.contact.aor for one in found] == ["1001@test.local", "1003@test.local"]


def test_bytes_are_read_as_declared() -> None:
    line = Line("1001@test.local", "<sip:1001@10.1.1.7>", agent="Büro \x7f\x85")
    raw = listing(line).encode("latin-1")
    [found] = read_registrations(raw, "internal", NOW)
    assert found.contact.user_agent.startswith("Büro")
    unknown = raw.replace(b"ISO-8859-1", b"x-klingon")
    assert read_registrations(unknown, "internal", NOW)[0].contact == found.contact


def test_strange_numbers_are_left_out() -> None:
    line = Line("1001@a", "<sip:1001@10.1.1.7>", ping_time="nan", left_s=-5, port="x")
    [found] = read_registrations(listing(line).encode(), "internal", NOW)
    assert found.contact.round_trip_us is None
    assert found.contact.source == ""
    assert found.contact.expires_at == NOW - timedelta(seconds=5)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ('"" <sip:1001@127.0.0.1:6401;ob>', "sip:1001@127.0.0.1:6401;ob"),
        ('"Anna" <sip:1001@10.1.1.7:5060;fs_nat=yes;fs_path=sip%3A1001%40192.0.2.7%3A6000>',
         "sip:1001@10.1.1.7:5060"),
        ("sip:1001@10.1.1.7", "sip:1001@10.1.1.7"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_contact_is_what_the_phone_gave(text: str, uri: str) -> None:
    """Without what FreeSWITCH adds for phones behind NAT: it differs between list and event."""
    assert contact_uri(text) == uri


def test_profiles_are_listed_once() -> None:
    """With TLS a profile is listed again, and an alias is no profile."""
    text = profiles("internal", "internal", "external").replace(
        "</profiles>",
        "<alias>\n<name>test.local</name>\n<type>alias</type>\n<data>internal</data>\n"
        "<state>ALIASED</state>\n</alias>\n</profiles>",
    )
    assert read_profiles(text.encode()) == ("internal", "external")
    with pytest.raises(PbxError, match="unknown shape"):
        read_profiles(b"+OK")


def test_recorded_events_name_the_same_contact() -> None:
    """Register, un-register, expire and ping state call user and domain differently."""
    kinds = {event["event-subclass"]: event for event in reversed(EVENTS)}
    register = read_register(kinds["sofia::register"], NOW)
    assert register is not None
    assert register.aor == "1001@test.local"
    assert register.registered_at == NOW
    assert register.expires_at == NOW + timedelta(seconds=120)
    keys = {kind: read_key(event)[:2] for kind, event in kinds.items()}
    assert keys["sofia::unregister"] == ("1001@test.local", "sip:1001@127.0.0.1:6401;ob")
    assert keys["sofia::expire"] == ("1003@test.local", "sip:1003@127.0.0.1:6403;ob")
    assert keys["sofia::sip_user_state"] == (
        "1002@test.local",
        "sip:1002@127.0.0.1:6402;transport=TCP;ob",
    )


@pytest.mark.parametrize("expires", ["", "-1", "99999999999999999999", "x"])
def test_a_strange_expiry_is_left_out(expires: str) -> None:
    event = {**EVENTS[0], "expires": expires}
    contact = read_register(event, NOW)
    assert contact is not None
    assert contact.expires_at is None


def test_an_event_without_a_contact_is_no_registration() -> None:
    assert read_register({"from-user": "1001", "from-host": "a"}, NOW) is None
