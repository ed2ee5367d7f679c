"""The Kamailio link against a real Kamailio and real SIP user agents."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneprov.core.errors import PbxError
from phoneprov.pbx.kamailio.link import KamailioLink
from phoneprov.pbx.link import (
    LinkSettings,
    LinkStatus,
    Notify,
    NotifyOutcome,
    Reachability,
    Snapshot,
)
from tests.rigs.components import require_component
from tests.rigs.kamailio import KamailioRig
from tests.rigs.ports import free_port
from tests.rigs.sinks import KeepingSink, wait_for
from tests.rigs.sipp import SippPhone

AOR = "201@sip.acme.example"
pytestmark = [pytest.mark.component("kamailio"), pytest.mark.component("sipp")]


@pytest.fixture
def kamailio(tmp_path: Path) -> Iterator[KamailioRig]:
    require_component("kamailio")
    require_component("sipp")
    with KamailioRig(tmp_path, {"201": "secret-201"}) as rig:
        yield rig


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def link(kamailio: KamailioRig, sink: KeepingSink) -> Iterator[KamailioLink]:
    settings = LinkSettings(address=kamailio.rpc_url, sip_domain="sip.acme.example", poll_s=1.0)
    made = KamailioLink(settings)
    made.start(sink)
    yield made
    made.stop()


@pytest.fixture
def phone(tmp_path: Path, kamailio: KamailioRig) -> SippPhone:
    return SippPhone(
        tmp_path,
        user="201",
        password="secret-201",
        domain="sip.acme.example",
        registrar=("127.0.0.1", kamailio.sip_port),
        local=("127.0.0.1", free_port()),
        agent="Yealink SIP-T46U 108.86.0.90 805ec01a2b3c",
        expires=30,
        refresh_s=10,
    )


def test_it_sees_a_phone_register_answer_and_obey(
    link: KamailioLink, sink: KeepingSink, phone: SippPhone
) -> None:
    """R22, R91: within 5 s registered, then reachable with its round trip; NOTIFY is answered."""
    wait_for(sink.link_changes, 5, "the link is up")
    with phone:
        contact = wait_for(lambda: sink.contact(AOR), 5, "the contact is seen")
        assert contact.user_agent == "Yealink SIP-T46U 108.86.0.90 805ec01a2b3c"
        assert contact.registered_at is not None

        def answering() -> bool:
            seen = sink.contact(AOR)
            return seen is not None and seen.reachability is Reachability.REACHABLE

        wait_for(answering, 10, "OPTIONS is answered")
        reached = sink.contact(AOR)
        assert reached is not None
        contact = reached
        assert contact.is_probed
        assert contact.round_trip_us
        assert contact.source == f"127.0.0.1:{phone._local[1]}"
        notify = Notify(
            aor=AOR, uri=contact.uri, event="check-sync;reboot=true", send_via=contact.send_via
        )
        result = link.send_notify(notify)
        assert result.outcome is NotifyOutcome.ANSWERED
        assert result.evidence.startswith("answered 200")
        assert phone.notify_events() == ["check-sync;reboot=true"]


def test_it_sees_a_phone_lose_power(
    link: KamailioLink, sink: KeepingSink, phone: SippPhone
) -> None:
    """R26: the signs of life stop, and the contact goes."""
    with phone:
        wait_for(lambda: sink.contact(AOR), 6, "the contact is seen")
    last = sink.contact(AOR)
    assert last is not None
    wait_for(lambda: sink.contact(AOR) is None, 45, "the contact is gone")


def test_a_notify_to_a_silent_phone_says_so(
    link: KamailioLink, sink: KeepingSink, phone: SippPhone
) -> None:
    """It never hangs, and never claims an answer."""
    with phone:
        contact = wait_for(lambda: sink.contact(AOR), 6, "the contact is seen")
    started = time.monotonic()
    notify = Notify(aor=AOR, uri=contact.uri, event="check-sync", send_via=contact.send_via)
    result = link.send_notify(notify)
    assert result.outcome is NotifyOutcome.NO_ANSWER
    assert time.monotonic() - started < 7


def test_a_line_break_never_becomes_a_header(link: KamailioLink) -> None:
    with pytest.raises(PbxError, match="line break"):
        link.send_notify(Notify(aor=AOR, uri="sip:201@127.0.0.1:1", event="x\r\nEvil: 1"))


def test_it_tells_when_the_pbx_goes_and_comes_back(
    kamailio: KamailioRig, link: KamailioLink, sink: KeepingSink
) -> None:
    """S13: the link's own state, with a reason, and a restarted PBX is known as such."""
    wait_for(sink.link_changes, 5, "the link is up")
    first = next(one for one in sink.observations if isinstance(one, Snapshot))
    kamailio.stop()
    wait_for(lambda: len(sink.link_changes()) > 1, 10, "the link is down")
    assert sink.link_changes()[-1].status is LinkStatus.DOWN
    assert "nothing listens" in sink.link_changes()[-1].reason
    time.sleep(3)
    kamailio.start()
    wait_for(lambda: sink.link_changes()[-1].status is LinkStatus.UP, 12, "the link is up again")
    snapshots = [one for one in sink.observations if isinstance(one, Snapshot)]
    assert snapshots[-1].pbx_started_at is not None
    assert first.pbx_started_at is not None
    assert snapshots[-1].pbx_started_at > first.pbx_started_at


def test_a_pbx_that_hangs_is_noticed(
    kamailio: KamailioRig, link: KamailioLink, sink: KeepingSink
) -> None:
    """F15: connections stay open, nothing answers."""
    wait_for(sink.link_changes, 5, "the link is up")
    kamailio.stall()
    try:
        wait_for(lambda: len(sink.link_changes()) > 1, 15, "the link is down")
        assert "in time" in sink.link_changes()[-1].reason
    finally:
        kamailio.resume()
    wait_for(lambda: sink.link_changes()[-1].status is LinkStatus.UP, 15, "the link is up again")


def test_testing_the_link_says_what_is_there(kamailio: KamailioRig) -> None:
    good = KamailioLink(LinkSettings(address=kamailio.rpc_url)).check()
    assert good.is_ok
    assert "kamailio 5" in good.findings[0]
    bad = KamailioLink(LinkSettings(address="http://127.0.0.1:9/RPC")).check()
    assert not bad.is_ok
    assert "Nothing listens" in bad.findings[0]
