"""The Asterisk link against what a real Asterisk has sent, and against all that can go wrong."""

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.pbx.asterisk.link import AsteriskLink
from phoneprov.pbx.asterisk.watch import Pace
from phoneprov.pbx.link import (
    ContactGone,
    ContactSeen,
    LinkChanged,
    LinkSettings,
    LinkStatus,
    Notify,
    NotifyOutcome,
    Reachability,
    Snapshot,
)
from tests.rigs.asterisk import DENIED, SECRET, USER, FakeAsterisk
from tests.rigs.certificate import OwnCertificate, make_certificate
from tests.rigs.recordings import (
    LIST,
    change_event,
    detail_item,
    recorded_answer,
    recorded_events,
    recorded_frames,
)
from tests.rigs.sinks import KeepingSink, wait_for

URI = "sip:1001@127.0.0.1:6001;ob"
FAST = Pace(
    ping_s=0.2,
    answer_s=0.6,
    look_s=0.3,
    new_contact_s=0.05,
    back_off_s=(0.05, 0.1),
    refused_s=0.1,
    steady_s=0.2,
)


@pytest.fixture
def asterisk() -> Iterator[FakeAsterisk]:
    with FakeAsterisk() as rig:
        rig.items = [detail_item("1001", URI)]
        yield rig


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def link(asterisk: FakeAsterisk, sink: KeepingSink) -> Iterator[AsteriskLink]:
    made = AsteriskLink(settings(asterisk), FAST)
    made.start(sink)
    wait_for(lambda: status(sink) is LinkStatus.UP and snapshots(sink), 5, "the link is up")
    yield made
    made.stop()


def settings(asterisk: FakeAsterisk, **changes: object) -> LinkSettings:
    plain = LinkSettings(address=asterisk.address, user=USER, secret=SECRET)
    return replace(plain, **changes)  # type: ignore[arg-type]


def status(sink: KeepingSink) -> LinkStatus | None:
    changes = sink.link_changes()
    return changes[-1].status if changes else None


def snapshots(sink: KeepingSink) -> list[Snapshot]:
    return [one for one in sink.observations if isinstance(one, Snapshot)]


def seen(sink: KeepingSink) -> list[ContactSeen]:
    return [one for one in sink.observations if isinstance(one, ContactSeen)]


def gone(sink: KeepingSink) -> list[ContactGone]:
    return [one for one in sink.observations if isinstance(one, ContactGone)]


def losses(sink: KeepingSink) -> list[LinkChanged]:
    return [one for one in sink.link_changes() if one.status is LinkStatus.DOWN]


def reason(sink: KeepingSink) -> str:
    """Return why the link was down at first."""
    return wait_for(lambda: losses(sink), 5, "the link is down")[0].reason


def notify(**changes: object) -> Notify:
    plain = Notify(aor="1001", uri=URI, event="check-sync;reboot=true")
    return replace(plain, **changes)  # type: ignore[arg-type]


def test_it_logs_in_and_takes_the_list(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """R91, R92: one log-in with the least events, then all contacts at once."""
    [snapshot] = snapshots(sink)
    [contact] = snapshot.contacts
    assert (contact.aor, contact.uri) == ("1001", URI)
    assert contact.is_probed
    assert snapshot.pbx_started_at is not None
    assert not snapshot.is_memory_only
    [log_in] = asterisk.sent_to("Login")
    assert log_in["Events"] == "system"
    assert SECRET not in str(asterisk.actions)


@pytest.mark.parametrize("chop", [1, 2, 7, 1000])
def test_it_reads_the_same_however_it_is_cut(chop: int, sink: KeepingSink) -> None:
    with FakeAsterisk(chop=chop) as asterisk:
        asterisk.items = [detail_item("1001", URI), detail_item("1002", "sip:1002@10.0.0.2:5060")]
        link = AsteriskLink(settings(asterisk), replace(FAST, answer_s=5.0, ping_s=5.0))
        link.start(sink)
        wait_for(lambda: snapshots(sink), 10, "the snapshot is there")
        for text in recorded_events("lifecycle", "ContactStatus")[:4]:
            asterisk.tell(text)
        wait_for(lambda: gone(sink), 5, "the events are read")
        link.stop()
    assert [one.aor for one in snapshots(sink)[0].contacts] == ["1001", "1002"]
    assert gone(sink)[0].uri == URI


def test_events_change_what_is_known(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """R26: silence and its end within the second, as Asterisk tells them."""
    asterisk.tell(change_event("1001", URI, "Unreachable"))
    wait_for(lambda: seen(sink), 5, "the silence is told")
    assert seen(sink)[-1].contact.reachability is Reachability.UNREACHABLE
    asterisk.tell(change_event("1001", URI, "Reachable", 730))
    wait_for(lambda: len(seen(sink)) > 1, 5, "the answer is told")
    assert seen(sink)[-1].contact.reachability is Reachability.REACHABLE
    asterisk.items = []
    asterisk.tell(change_event("1001", URI, "Removed"))
    wait_for(lambda: gone(sink), 5, "the sign-off is told")


def test_a_new_contact_comes_with_its_user_agent(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """Events lack it; the list is asked once for all that came together."""
    uri = "sip:1003@127.0.0.1:6003;ob"
    asterisk.items.append(detail_item("1003", uri, agent="Yealink SIP-T46U 108 805ec01a2b3c"))
    for text in recorded_events("minimal_user_eventfilter", "ContactStatus")[:2]:
        asterisk.tell(text)
    wait_for(lambda: seen(sink), 5, "the contact is told")
    assert [one.contact.user_agent for one in seen(sink)] == ["Yealink SIP-T46U 108 805ec01a2b3c"]
    assert len(asterisk.sent_to(LIST)) == 2


def test_events_in_the_midst_of_a_list_come_after_it(
    asterisk: FakeAsterisk, sink: KeepingSink
) -> None:
    """The list still has a contact that is gone by its end."""
    asterisk.before_list = lambda: change_event("1001", URI, "Removed")
    link = AsteriskLink(settings(asterisk), replace(FAST, look_s=60))
    link.start(sink)
    wait_for(lambda: gone(sink), 5, "the sign-off is told")
    link.stop()
    kinds = [type(one).__name__ for one in sink.observations]
    assert kinds.index("Snapshot") < kinds.index("ContactGone")
    assert gone(sink)[0].observed_at >= snapshots(sink)[0].taken_at


def test_it_looks_at_the_whole_list_now_and_then(asterisk: FakeAsterisk, sink: KeepingSink) -> None:
    link = AsteriskLink(settings(asterisk), replace(FAST, snapshot_s=0.2))
    link.start(sink)
    wait_for(lambda: len(snapshots(sink)) > 2, 5, "three snapshots are there")
    link.stop()
    first, second, *_ = snapshots(sink)
    assert first.contacts == second.contacts


def test_garbage_between_frames_is_survived(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    asterisk.tell(bytes(range(256)) * 200 + b"\r\n\r\n")
    asterisk.tell("Event: ContactStatus\r\n\r\nAOR: 1001\r\nContactStatus: Removed\r\n\r\n")
    asterisk.tell("x" * 100_000 + "\r\n\r\n")
    asterisk.tell(change_event("1001", URI, "Unreachable"))
    wait_for(lambda: seen(sink), 5, "the event after it is read")
    assert gone(sink) == []
    assert [one.status for one in sink.link_changes()] == [LinkStatus.UP]


@pytest.mark.parametrize(
    ("greeting", "expected"),
    [
        ("SSH-2.0-OpenSSH_9.2\r\n", "not Asterisk's AMI"),
        ("HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n", "not Asterisk's AMI"),
        ("", "not Asterisk's AMI"),
    ],
)
def test_what_is_no_asterisk_is_said(greeting: str, expected: str, sink: KeepingSink) -> None:
    with FakeAsterisk() as asterisk:
        asterisk.greeting = greeting
        link = AsteriskLink(settings(asterisk), FAST)
        link.start(sink)
        assert expected in reason(sink)
        link.stop()


def test_a_wrong_password_is_said_and_not_hammered(
    asterisk: FakeAsterisk, sink: KeepingSink
) -> None:
    """A ban by fail2ban would take the link away for good."""
    link = AsteriskLink(settings(asterisk, secret="other"), replace(FAST, refused_s=60))
    link.start(sink)
    assert "refuses the user phoneprov or its password" in reason(sink)
    assert "other" not in reason(sink)
    time.sleep(0.5)
    assert len(asterisk.sent_to("Login")) == 1
    link.stop()


def test_it_comes_back_once_the_password_is_right(
    asterisk: FakeAsterisk, sink: KeepingSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.rigs.asterisk.SECRET", "another")
    link = AsteriskLink(settings(asterisk, secret="hidden-secret"), FAST)
    link.start(sink)
    reason(sink)
    monkeypatch.undo()
    wait_for(lambda: status(sink) is LinkStatus.UP, 5, "the link is up")
    link.stop()
    assert len(losses(sink)) == 2, "the refusal once, and the stop"


def test_a_missing_privilege_is_named(asterisk: FakeAsterisk, sink: KeepingSink) -> None:
    asterisk.answers[LIST] = DENIED
    link = AsteriskLink(settings(asterisk), FAST)
    link.start(sink)
    assert "add system to its write line in manager.conf" in reason(sink)
    link.stop()


def test_a_filter_that_keeps_changes_away_is_noticed(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """Until an event comes the list is looked at often, so statuses are right all the same."""
    asterisk.items = []
    wait_for(lambda: gone(sink), 5, "the change is seen without an event")
    change = wait_for(lambda: sink.link_changes()[1:], 5, "the link says so")[0]
    assert change.status is LinkStatus.UP
    assert "eventfilter lines of the AMI user" in change.reason
    asterisk.tell(change_event("1001", URI, "NonQualified"))
    wait_for(lambda: len(sink.link_changes()) > 2, 5, "an event takes it back")
    assert sink.link_changes()[-1].reason == ""


def test_a_half_open_connection_is_noticed(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """F15: packets vanish, the connection stays; known is what was heard until then."""
    asterisk.stall()
    assert "does not answer in time" in reason(sink)
    silent_for = utc_now() - losses(sink)[0].at
    assert silent_for.total_seconds() >= FAST.answer_s
    asterisk.stop()
    asterisk.start_again()
    wait_for(lambda: status(sink) is LinkStatus.UP, 5, "the link is up again")
    assert len(snapshots(sink)) == 2


def test_a_list_without_its_end_is_no_list(asterisk: FakeAsterisk, sink: KeepingSink) -> None:
    """Half a list would turn the other half of the phones Offline."""
    whole = recorded_answer("list_actions", f"Action: {LIST}")
    asterisk.answers[LIST] = whole[: whole.index("Event: ContactStatusDetailComplete")]
    link = AsteriskLink(settings(asterisk), FAST)
    link.start(sink)
    assert "does not answer in time" in reason(sink)
    link.stop()
    assert snapshots(sink) == []


def test_an_asterisk_that_is_still_starting_is_waited_for(
    asterisk: FakeAsterisk, sink: KeepingSink
) -> None:
    """Before FullyBooted its list may lack contacts; who may read no events never hears of it."""
    booted, asterisk.booted = asterisk.booted, ""
    link = AsteriskLink(settings(asterisk), FAST)
    link.start(sink)
    assert "still is starting" in reason(sink)
    assert "lacks system in its read line" in reason(sink)
    assert snapshots(sink) == []
    asterisk.booted = booted
    wait_for(lambda: snapshots(sink), 5, "the snapshot is there")
    link.stop()


def test_a_shutdown_is_told_by_its_name(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    asterisk.tell(recorded_frames("restart_before")[-1])
    asterisk.stop()
    assert reason(sink) == "Asterisk was shut down"
    wait_for(lambda: "nothing listens" in sink.link_changes()[-1].reason, 5, "and what follows")
    asterisk.start_again()
    wait_for(lambda: status(sink) is LinkStatus.UP, 5, "the link is up again")


def test_a_notify_goes_to_the_endpoint_of_this_phone_alone(
    asterisk: FakeAsterisk, link: AsteriskLink
) -> None:
    """R3, R48: accepted, and not a word about what the phone did."""
    result = link.send_notify(notify())
    assert result.outcome is NotifyOutcome.ACCEPTED
    assert "does not tell" in result.evidence
    [action] = asterisk.sent_to("PJSIPNotify")
    assert action["Endpoint"] == "1001"
    assert action["Variable"] == "Event=check-sync;reboot=true"
    assert "URI" not in action


def test_with_two_phones_on_the_extension_only_one_is_named(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    second = "sip:1001@127.0.0.1:6011;transport=TCP;ob"
    asterisk.items.append(detail_item("1001", second))
    asterisk.tell(change_event("1001", second, "NonQualified"))
    wait_for(lambda: seen(sink), 5, "the second phone is known")
    result = link.send_notify(notify(uri=second))
    assert "default_outbound_endpoint" in result.evidence
    [action] = asterisk.sent_to("PJSIPNotify")
    assert action["URI"] == second
    assert "Endpoint" not in action


def test_a_body_travels_line_by_line(asterisk: FakeAsterisk, link: AsteriskLink) -> None:
    link.send_notify(notify(content_type="text/plain", body="hello\r\nworld, again"))
    [action] = asterisk.sent_to("PJSIPNotify")
    assert action["Variable"].split("\n") == [
        "Event=check-sync;reboot=true",
        "Content-Type=text/plain",
        "Content=hello",
        "Content=world\\, again",
    ]


@pytest.mark.parametrize("field", ["event", "uri", "content_type"])
def test_no_value_becomes_an_action(asterisk: FakeAsterisk, link: AsteriskLink, field: str) -> None:
    evil = "x\r\n\r\nAction: Command\r\nCommand: core stop now"
    with pytest.raises(PbxError, match="line break"):
        link.send_notify(notify(**{"content_type": "a", "aor": "other", field: evil}))
    link.send_notify(notify())
    assert {action["Action"] for action in asterisk.actions} <= {
        "Challenge",
        "Login",
        "Ping",
        "PJSIPNotify",
        LIST,
    }


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (DENIED, "add system to its write line"),
        (
            recorded_answer(
                "PJSIPNotify",
                "sent: Action: PJSIPNotify Endpoint: 9999 Variable: Event=check-sync",
            ),
            "Unable to retrieve endpoint 9999",
        ),
    ],
)
def test_a_notify_that_asterisk_refuses_is_told(
    asterisk: FakeAsterisk, link: AsteriskLink, answer: str, message: str
) -> None:
    asterisk.answers["PJSIPNotify"] = answer
    with pytest.raises(PbxError, match=message):
        link.send_notify(notify())


def test_a_notify_whose_fate_is_unknown_is_not_sent_again(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """A second reboot would be worse than one that a person repeats."""
    asterisk.answers["PJSIPNotify"] = ""
    asterisk.stall()
    assert link.send_notify(notify()).outcome is NotifyOutcome.NO_ANSWER
    reason(sink)
    with pytest.raises(PbxError, match="is down"):
        link.send_notify(notify())


def test_a_stopped_link_ends_at_once_and_says_so(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """Nothing would tell that its phones are no longer watched."""
    began = time.monotonic()
    link.stop()
    assert time.monotonic() - began < 2
    assert sink.link_changes()[-1].reason == "the link was switched off"


def test_one_slow_asterisk_holds_nobody_up(sink: KeepingSink) -> None:
    """It takes the connection and says nothing; starting and stopping return at once."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        link = AsteriskLink(LinkSettings(address=address, user=USER, secret=SECRET))
        began = time.monotonic()
        link.start(sink)
        with pytest.raises(PbxError, match="is down"):
            link.send_notify(notify())
        link.stop()
        assert time.monotonic() - began < 3


def test_many_events_at_once_are_all_read(
    asterisk: FakeAsterisk, sink: KeepingSink, link: AsteriskLink
) -> None:
    """R51: 500 phones register and answer: a thousand events, but few lists."""
    uris = {str(number): f"sip:{number}@10.0.0.9:{number}" for number in range(2000, 2500)}
    asterisk.items += [detail_item(aor, uri) for aor, uri in uris.items()]
    asterisk.tell(
        "".join(
            change_event(aor, uri, word)
            for aor, uri in uris.items()
            for word in ("NonQualified", "Reachable")
        )
    )
    wait_for(lambda: len(seen(sink)) >= 500, 10, "all are told")
    assert {one.contact.aor for one in seen(sink)} == set(uris)
    assert len(seen(sink)) == 500
    assert len(asterisk.sent_to(LIST)) <= 6


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> OwnCertificate:
    """A certificate that nobody vouches for."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: OwnCertificate) -> Iterator[FakeAsterisk]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.shown, certificate.key)
    with FakeAsterisk(tls=context) as rig:
        rig.items = [detail_item("1001", URI)]
        yield rig


def test_over_tls_the_one_certificate_is_trusted(
    tls: FakeAsterisk, certificate: OwnCertificate, sink: KeepingSink
) -> None:
    """What it is told goes over TLS, a large list too."""
    tls.items += [detail_item(str(n), f"sip:{n}@10.0.0.9:{n}") for n in range(2000, 2300)]
    link = AsteriskLink(settings(tls, fingerprint=certificate.fingerprint), FAST)
    link.start(sink)
    wait_for(lambda: snapshots(sink), 10, "the snapshot is there")
    assert len(snapshots(sink)[0].contacts) == 301
    assert link.send_notify(notify()).outcome is NotifyOutcome.ACCEPTED
    link.stop()


@pytest.mark.parametrize(
    ("trusted", "expected"), [("", "can't be trusted"), ("ab" * 32, "another certificate")]
)
def test_another_certificate_gets_no_password(
    tls: FakeAsterisk, sink: KeepingSink, trusted: str, expected: str
) -> None:
    link = AsteriskLink(settings(tls, fingerprint=trusted), FAST)
    link.start(sink)
    assert expected in reason(sink)
    link.stop()
    assert tls.actions == []


def test_a_plain_port_is_no_tls_port(asterisk: FakeAsterisk, sink: KeepingSink) -> None:
    link = AsteriskLink(settings(asterisk, address=f"tls://127.0.0.1:{asterisk.port}"), FAST)
    link.start(sink)
    assert "does not speak TLS" in reason(sink)
    link.stop()


def test_testing_the_link_says_what_is_there(asterisk: FakeAsterisk) -> None:
    """Version, contacts, who is asked by OPTIONS, and how to have the rest asked."""
    asterisk.items += [
        detail_item("1002", "sip:1002@10.0.0.2:5060", every_s=0, status="NonQualified"),
        detail_item("1001", "sip:1001@10.0.0.3:5060"),
    ]
    result = AsteriskLink(settings(asterisk)).check()
    text = " ".join(result.findings)
    assert result.is_ok
    assert "Reached Asterisk GIT-master-f0c1c1a7 (AMI 13.0.0)." in text
    assert "Contacts in its table: 3." in text
    assert "at least every 60 s: 2 of 3." in text
    assert "too seldom: 1002." in text
    assert "qualify_frequency=30" in text
    assert "Endpoints with several contacts: 1." in text
    assert "not encrypted" not in text


def test_testing_the_link_names_what_is_missing(asterisk: FakeAsterisk) -> None:
    asterisk.answers["CoreSettings"] = DENIED
    result = AsteriskLink(settings(asterisk)).check()
    assert not result.is_ok
    assert "add system to its write line" in result.findings[0]
    asterisk.booted = ""
    deaf = AsteriskLink(settings(asterisk)).check()
    assert not deaf.is_ok
    assert "lacks system in its read line" in deaf.findings[0]
    refused = AsteriskLink(settings(asterisk, secret="x")).check()
    assert "refuses the user" in refused.findings[0]


def test_testing_the_link_shows_the_certificate_to_trust(
    tls: FakeAsterisk, certificate: OwnCertificate
) -> None:
    result = AsteriskLink(settings(tls)).check()
    assert not result.is_ok
    told = " ".join(result.findings).replace(":", "").lower()
    assert certificate.fingerprint in told
    trusted = settings(tls, fingerprint=certificate.fingerprint)
    assert AsteriskLink(trusted).check().is_ok


def test_testing_an_empty_asterisk_says_so(asterisk: FakeAsterisk) -> None:
    asterisk.items = []
    assert "Nobody is registered" in " ".join(AsteriskLink(settings(asterisk)).check().findings)
