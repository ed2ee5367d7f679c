"""The FreeSWITCH link against an event socket that plays what a real one was recorded to send."""

import json
import time
from collections.abc import Iterator

import pytest

from phoneprov.core.errors import PbxError
from phoneprov.pbx.freeswitch.link import FreeswitchLink
from phoneprov.pbx.link import (
    ContactGone,
    ContactSeen,
    LinkSettings,
    LinkStatus,
    Notify,
    NotifyOutcome,
    Reachability,
    Snapshot,
)
from tests.rigs.freeswitch import PASSWORD, FakeFreeswitch, Line, event, recorded, wait_until
from tests.rigs.sinks import KeepingSink, wait_for

AOR, URI = "1001@test.local", "sip:1001@127.0.0.1:6401;ob"


@pytest.fixture
def pbx() -> Iterator[FakeFreeswitch]:
    with FakeFreeswitch({"internal": [Line(AOR, f'"" <{URI}>')], "external": []}) as fake:
        yield fake


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def link(pbx: FakeFreeswitch, sink: KeepingSink) -> Iterator[FreeswitchLink]:
    made = FreeswitchLink(LinkSettings(address=pbx.address, secret=pbx.password), silent_s=1.0)
    yield made
    made.stop()


def begin(link: FreeswitchLink, sink: KeepingSink) -> Snapshot:
    link.start(sink)
    return wait_for(lambda: snapshots(sink), 5, "all is read")[0]


def snapshots(sink: KeepingSink) -> list[Snapshot]:
    return [one for one in sink.observations if isinstance(one, Snapshot)]


def seen(sink: KeepingSink) -> list[ContactSeen]:
    return [one for one in sink.observations if isinstance(one, ContactSeen)]


def gone(sink: KeepingSink) -> list[ContactGone]:
    return [one for one in sink.observations if isinstance(one, ContactGone)]


def test_it_subscribes_first_and_then_reads_every_profile(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    """Plain events stand before CUSTOM: all after it is read as a subclass (seen)."""
    snapshot = begin(link, sink)
    assert [one.status for one in sink.link_changes()] == [LinkStatus.UP]
    assert [contact.aor for contact in snapshot.contacts] == [AOR]
    assert snapshot.pbx_started_at is not None
    assert pbx.commands[:3] == [
        f"auth {PASSWORD}",
        (
            "event plain HEARTBEAT SHUTDOWN CUSTOM sofia::register sofia::unregister sofia::expire "
            "sofia::sip_user_state"
        ),
        "api status",
    ]
    assert pbx.commands[3:] == [
        "api sofia xmlstatus",
        "api sofia xmlstatus profile internal reg",
        "api sofia xmlstatus profile external reg",
    ]


@pytest.mark.parametrize("piece", [0, 1, 7])
def test_it_follows_a_recorded_day(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink, piece: int
) -> None:
    """Register, refresh, un-register, lost connection, expiry: as recorded, in whatever pieces."""
    pbx.tables["internal"].clear()
    begin(link, sink)
    pbx.piece = piece
    pbx.fire(*recorded("freeswitch_events.txt")[1:])
    wait_until(lambda: len(seen(sink)) >= 12, 10, "all is followed")
    time.sleep(0.2)
    told = [(one.contact.aor[:4], one.contact.reachability.value) for one in seen(sink)]
    assert told == [
        ("1001", "unknown"),
        ("1002", "unknown"),
        ("1001", "unknown"),
        ("1001", "unknown"),
        ("1002", "unreachable"),
        ("1003", "unknown"),
        ("1001", "unreachable"),
        ("1003", "unknown"),
        ("1003", "unknown"),
        ("1001", "reachable"),
        ("1001", "reachable"),
        ("1003", "unknown"),
    ]
    assert [(one.aor[:4], one.reason) for one in gone(sink)] == [
        ("1001", "un-registered"),
        ("1003", "expired"),
        ("1003", "expired"),
    ]


def test_what_happens_while_all_is_read_is_not_lost(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    """An event between subscription and list is older than the list: it goes before it."""
    register = recorded("freeswitch_events.txt")[1]
    pbx.answers = {"api status": register + _answered("UP 0 years, 0 days, 0 hours")}
    snapshot = begin(link, sink)
    order = [type(one).__name__ for one in sink.observations]
    assert order == ["LinkChanged", "ContactSeen", "Snapshot"]
    assert snapshot.taken_at <= seen(sink)[0].observed_at


def _answered(text: str) -> bytes:
    return f"Content-Type: api/response\nContent-Length: {len(text)}\n\n{text}".encode()


def test_a_notify_goes_to_this_registration_alone(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    """By its Call-ID, with all that mod_sofia asks for; nothing more than accepted is claimed."""
    begin(link, sink)
    result = link.send_notify(Notify(aor=AOR, uri=URI, event="check-sync;reboot=true"))
    assert result.outcome is NotifyOutcome.ACCEPTED
    assert pbx.sent("sendevent") == [
        (
            "sendevent NOTIFY\nprofile: internal\nuser: 1001\nhost: test.local\ncall-id: call-1\n"
            "event-string: check-sync;reboot=true\ncontent-type: application/simple-message-summary"
        )
    ]


def test_a_notify_has_the_vendors_type_and_body(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    begin(link, sink)
    link.send_notify(
        Notify(aor=AOR, uri=URI, event="sys-control", content_type="text/plain", body="a: b\n\nü")
    )
    [sent] = pbx.sent("sendevent")
    assert "content-type: text/plain\nContent-Length: 8\n\na: b" in sent
    assert sent.endswith("\n\na: b\n\nü")


def test_a_phone_that_registered_anew_is_told_by_its_new_call(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    """What was stored with the order may be old: FreeSWITCH would say +OK and send nothing."""
    begin(link, sink)
    pbx.fire(_register(call_id="call-2"))
    wait_until(lambda: bool(seen(sink)), 5, "it registers anew")
    stored = json.dumps({"profile": "internal", "call_id": "call-1"})
    link.send_notify(Notify(aor=AOR, uri=URI, event="check-sync", send_via=stored))
    assert "call-id: call-2\n" in pbx.sent("sendevent")[0]


def _register(**changes: str) -> bytes:
    headers = {
        "profile_name": "internal", "from_user": "1001", "from_host": "test.local",
        "contact": f"<{URI}>", "call_id": "call-1", "expires": "60", **changes,
    }  # fmt: skip
    return event("sofia::register", **headers)


def test_a_phone_that_left_is_not_told_anything(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    begin(link, sink)
    with pytest.raises(PbxError, match="no longer registered") as raised:
        link.send_notify(Notify(aor=AOR, uri="sip:1001@10.0.0.1", event="check-sync"))
    assert not raised.value.permanent
    assert pbx.sent("sendevent") == []


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("event", ""),
        ("event", "check-sync\nprofile: other"),
        ("event", "check-sync\r\n\r\napi system reboot"),
        ("content_type", "text/plain\n\napi shutdown"),
    ],
)
def test_nothing_but_the_notify_can_be_sent(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink, field: str, text: str
) -> None:
    begin(link, sink)
    values = {"aor": AOR, "uri": URI, "event": "check-sync", field: text}
    with pytest.raises(PbxError):
        link.send_notify(Notify(**values))
    assert pbx.sent("sendevent") == []
    assert pbx.sent("api s") == [one for one in pbx.commands if one.startswith("api s")]
    assert not pbx.sent("api system")
    assert not pbx.sent("api shutdown")


@pytest.mark.parametrize("call_id", ["", "a b", "a\tb"])
def test_a_call_id_that_is_no_word_is_never_an_argument(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink, call_id: str
) -> None:
    """An empty or split argument could mean every registration."""
    pbx.tables["internal"][0].call_id = call_id
    begin(link, sink)
    with pytest.raises(PbxError):
        link.send_notify(Notify(aor=AOR, uri=URI, event="check-sync"))
    assert pbx.sent("sendevent") == []


def test_a_profile_with_a_blank_in_its_name_is_never_an_argument(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    pbx.tables["internal reg x"] = []
    link.start(sink)
    change = wait_for(sink.link_changes, 5, "the link says so")[0]
    assert "a profile can't be told" in change.reason


def test_without_a_link_nothing_is_sent() -> None:
    link = FreeswitchLink(LinkSettings(address="127.0.0.1:9", secret="x"))
    with pytest.raises(PbxError, match="no connection"):
        link.send_notify(Notify(aor=AOR, uri=URI, event="check-sync"))


def test_testing_the_link_says_what_is_there(pbx: FakeFreeswitch) -> None:
    pbx.tables["external"] = [
        Line("1002@test.local", "<sip:1002@10.0.0.2>", ping_time="0.00"),
    ]
    found = FreeswitchLink(LinkSettings(address=pbx.address, secret=pbx.password)).check()
    assert found.is_ok
    assert found.findings == (
        "Reached FreeSWITCH 1.11.3-dev 64bit.",
        "Registrations by profile: internal 1, external 1.",
        "It asks its registrations by OPTIONS, so Online can be told from Registered.",
    )


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "Nobody is registered"),
        ([Line(AOR, f"<{URI}>", ping_time="0.00")], "Set all-reg-options-ping to true"),
        (
            [
                Line(AOR, f"<{URI}>", status="Registered(UDP-NAT)(unknown)"),
                Line("1002@test.local", "<sip:1002@10.0.0.2>", ping_time="0.00"),
            ],
            "Only phones behind NAT",
        ),
    ],
)
def test_testing_the_link_says_how_to_switch_pings_on(
    pbx: FakeFreeswitch, lines: list[Line], words: str
) -> None:
    pbx.tables = {"internal": lines}
    found = FreeswitchLink(LinkSettings(address=pbx.address, secret=pbx.password)).check()
    assert found.is_ok
    assert words in found.findings[-1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"password": "another"}, "refuses the password"),
        (
            {
                "greeting": b"Content-Type: text/rude-rejection\nContent-Length: 24\n\n"
                b"Access Denied, go away.\n"
            },
            "allow it in the event socket's ACL",
        ),
        ({"greeting": b"HTTP/1.1 400 Bad Request\r\n\r\n\n\n"}, "not FreeSWITCH's event socket"),
        ({"tables": {}}, "No SIP profile is running"),
        ({"answers": {"api sofia": _answered("-ERR sofia Command not found!\n")}}, "not found"),
    ],
)
def test_testing_the_link_says_what_is_wrong(
    pbx: FakeFreeswitch, change: dict[str, object], words: str
) -> None:
    for name, value in change.items():
        setattr(pbx, name, value)
    found = FreeswitchLink(LinkSettings(address=pbx.address, secret=PASSWORD)).check()
    assert not found.is_ok
    assert words in found.findings[0]


def test_testing_a_link_without_password_says_so(pbx: FakeFreeswitch) -> None:
    found = FreeswitchLink(LinkSettings(address=pbx.address)).check()
    assert found.findings == ("The event socket asks for a password; set it as the link secret.",)
    assert pbx.commands == []


def test_a_silent_but_healthy_freeswitch_is_asked_now_and_then(
    pbx: FakeFreeswitch, link: FreeswitchLink, sink: KeepingSink
) -> None:
    """Its answer is enough: no snapshot, no change of the link."""
    begin(link, sink)
    wait_until(lambda: len(pbx.sent("api status")) >= 2, 5, "it is asked")
    assert len(sink.link_changes()) == 1
    assert len(snapshots(sink)) == 1


def test_a_new_phone_is_looked_at_again_until_it_was_asked(
    pbx: FakeFreeswitch,
    link: FreeswitchLink,
    sink: KeepingSink,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No event tells of a first answer, only the list does; then it is left alone again."""
    monkeypatch.setattr("phoneprov.pbx.freeswitch.link.LOOK_AGAIN_S", 0.5)
    begin(link, sink)
    fresh = Line("1002@test.local", "<sip:1002@127.0.0.1:6402>", ping_time="0.00", call_id="call-2")
    pbx.tables["internal"].append(fresh)
    contact = {"contact": "<sip:1002@127.0.0.1:6402>", "from_user": "1002", "call_id": "call-2"}
    pbx.fire(_register(**contact))
    wait_until(lambda: len(snapshots(sink)) >= 2, 5, "it looks again")
    fresh.ping_time = "0.80"

    def is_reachable() -> bool:
        found = sink.contact("1002@test.local")
        return found is not None and found.reachability is Reachability.REACHABLE

    wait_until(is_reachable, 5, "its first answer is seen")
    count = len(snapshots(sink))
    time.sleep(1.2)
    assert len(snapshots(sink)) == count
