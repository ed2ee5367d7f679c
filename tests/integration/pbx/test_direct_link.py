"""The direct link against a phone on loopback that answers, refuses, or stays silent."""

import socket
from collections.abc import Iterator

import pytest

from phoneprov.core.errors import PbxError
from phoneprov.pbx.direct.link import DirectLink
from phoneprov.pbx.direct.socket import SipSocket
from phoneprov.pbx.link import (
    ContactSeen,
    LinkSettings,
    LinkStatus,
    Notify,
    NotifyOutcome,
    ProbeTarget,
    Reachability,
)
from phoneprov.pbx.sip import SipMessage, SipRequest, answer_to
from tests.rigs.responder import Responder
from tests.rigs.sinks import KeepingSink, wait_for


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def link(sink: KeepingSink) -> Iterator[DirectLink]:
    made = DirectLink(LinkSettings(local_host="127.0.0.1", probe_s=1.0))
    made.start(sink)
    wait_for(sink.link_changes, 5, "the socket is open")
    yield made
    made.stop()


def notify_to(phone: Responder) -> Notify:
    return Notify(
        aor="phone:1",
        uri=f"sip:201@127.0.0.1:{phone.port}",
        event="resync",
        content_type="text/plain",
        body="now",
        auth_user="201",
        auth_password="secret-201",
    )


def test_a_phone_that_answers_options_is_reachable(link: DirectLink, sink: KeepingSink) -> None:
    """R22: by whatever it answers, with its round trip, under the mark we gave it."""
    with Responder(OPTIONS=(404,)) as phone:
        sink.targets = [ProbeTarget(key="phone:1", host="127.0.0.1", port=phone.port, user="201")]

        def seen() -> list[ContactSeen]:
            return [one for one in sink.observations if isinstance(one, ContactSeen)]

        contact = wait_for(seen, 8, "OPTIONS is answered")[0].contact
    assert contact.aor == "phone:1"
    assert contact.reachability is Reachability.REACHABLE
    assert contact.is_probed
    assert contact.round_trip_us


@pytest.mark.parametrize(
    ("codes", "outcome", "requests"),
    [
        ((200,), NotifyOutcome.ANSWERED, 1),
        ((401, 200), NotifyOutcome.ANSWERED, 2),
        ((481,), NotifyOutcome.REFUSED, 1),
    ],
)
def test_a_notify_is_answered(
    link: DirectLink, codes: tuple[int, ...], outcome: NotifyOutcome, requests: int
) -> None:
    """R3: a challenge is met once with the line's own credentials."""
    with Responder(NOTIFY=codes) as phone:
        result = link.send_notify(notify_to(phone))
    assert result.outcome is outcome
    assert result.evidence.startswith(f"answered {codes[-1]} Said after ")
    assert len(phone.requests) == requests
    assert "Event: resync\r\n" in phone.requests[-1]
    assert phone.requests[-1].endswith("\r\n\r\nnow")
    assert ('Authorization: Digest username="201"' in phone.requests[-1]) is (requests == 2)


def test_a_phone_that_stays_silent_is_asked_again(link: DirectLink) -> None:
    with Responder() as phone:
        result = link.send_notify(notify_to(phone))
    assert result.outcome is NotifyOutcome.NO_ANSWER
    assert len(phone.requests) > 2


def test_without_a_socket_nothing_is_sent() -> None:
    with pytest.raises(PbxError, match="no SIP socket"):
        DirectLink(LinkSettings()).send_notify(Notify(aor="a", uri="sip:a@127.0.0.1:9", event="e"))


def test_a_port_that_is_taken_is_said(sink: KeepingSink) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        link = DirectLink(LinkSettings(local_host="127.0.0.1", local_port=port))
        link.start(sink)
        change = wait_for(sink.link_changes, 5, "the link says so")[0]
        link.stop()
    assert change.status is LinkStatus.DOWN
    assert "can't be opened" in change.reason


def test_an_answer_from_elsewhere_is_no_answer() -> None:
    """Another host that knows the Call-ID can't make a phone reachable; the phone still can."""
    ended: list[SipMessage | None] = []
    ours = SipSocket("127.0.0.1", 0)
    forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    phone = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        forger.bind(("127.0.0.2", 0))
        phone.bind(("127.0.0.1", 0))
        uri = "sip:201@127.0.0.1"
        request = SipRequest(
            method="OPTIONS", uri=uri, from_uri=uri, to_uri=uri, local=f"127.0.0.1:{ours.port}"
        )
        address = ("127.0.0.1", phone.getsockname()[1])
        ours.send(request, address, wait_s=5, on_end=lambda message, _: ended.append(message))
        forged = answer_to(request.encode(), 200, "Forged")
        forger.sendto(forged, ("127.0.0.1", ours.port))
        phone.sendto(answer_to(request.encode(), 200, "Real"), ("127.0.0.1", ours.port))
        wait_for(lambda: ended, 4, "the answer is taken")
    finally:
        ours.close()
        forger.close()
        phone.close()
    assert [one.reason for one in ended if one] == ["Real"]
