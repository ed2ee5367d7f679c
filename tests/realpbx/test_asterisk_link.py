"""The Asterisk link against a real Asterisk and real SIP user agents.

Collected where PHONEPROV_TEST_ASTERISK names an installed program.
"""

import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from phoneprov.core.clock import utc_now
from phoneprov.pbx.asterisk.link import AsteriskLink
from phoneprov.pbx.asterisk.watch import Pace
from phoneprov.pbx.link import (
    ContactGone,
    ContactSeen,
    ContactState,
    LinkSettings,
    LinkStatus,
    Notify,
    NotifyOutcome,
    Reachability,
    Snapshot,
)
from tests.rigs.asterisk_live import (
    DEAF_USER,
    NO_READ_USER,
    NO_WRITE_USER,
    QUALIFY_S,
    SECRET,
    USER,
    AsteriskRig,
)
from tests.rigs.components import require_component
from tests.rigs.live import find_program
from tests.rigs.ports import free_port
from tests.rigs.sinks import KeepingSink, wait_for
from tests.rigs.sipp import SippPhone

AGENT = "Yealink SIP-T46U 108.86.0.90 805ec01a2b3c"
pytestmark = pytest.mark.component("sipp")


@pytest.fixture
def asterisk(tmp_path: Path) -> Iterator[AsteriskRig]:
    require_component("sipp")
    program = find_program("PHONEPROV_TEST_ASTERISK")
    assert program is not None
    with AsteriskRig(tmp_path, program, {"201-acme": "secret-201"}) as rig:
        yield rig


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def link(asterisk: AsteriskRig, sink: KeepingSink) -> Iterator[AsteriskLink]:
    made = AsteriskLink(settings(asterisk), Pace(ping_s=2, answer_s=3, look_s=60))
    made.start(sink)
    wait_for(lambda: status(sink) is LinkStatus.UP, 15, "the link is up")
    yield made
    made.stop()


@pytest.fixture
def phone(tmp_path: Path, asterisk: AsteriskRig) -> Callable[[str], SippPhone]:
    def make(agent: str = AGENT) -> SippPhone:
        return SippPhone(
            tmp_path,
            user="201-acme",
            password="secret-201",
            domain="127.0.0.1",
            registrar=("127.0.0.1", asterisk.sip_port),
            local=("127.0.0.1", free_port()),
            agent=agent,
            expires=60,
            refresh_s=20,
        )

    return make


def settings(asterisk: AsteriskRig, user: str = USER, secret: str = SECRET) -> LinkSettings:
    return LinkSettings(address=asterisk.address, user=user, secret=secret, register_expires_s=60)


def status(sink: KeepingSink) -> LinkStatus | None:
    changes = sink.link_changes()
    return changes[-1].status if changes else None


def contacts(sink: KeepingSink) -> dict[str, ContactState]:
    """Return the contacts by URI as all observations together leave them."""
    left: dict[str, ContactState] = {}
    for one in sink.observations:
        if isinstance(one, Snapshot):
            left = {state.uri: state for state in one.contacts}
        elif isinstance(one, ContactSeen):
            left[one.contact.uri] = one.contact
        elif isinstance(one, ContactGone):
            left.pop(one.uri, None)
    return left


def reachable(sink: KeepingSink, count: int = 1) -> list[ContactState]:
    """Wait until so many contacts answer and return them."""

    def look() -> list[ContactState]:
        found = [one for one in contacts(sink).values() if one.reachability == "reachable"]
        return found if len(found) == count else []

    return wait_for(look, 20, f"{count} contacts answer")


def test_it_sees_a_phone_register_answer_and_obey(
    link: AsteriskLink, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    """R22, R91: registered with its user agent, reachable with its round trip; NOTIFY arrives."""
    with phone() as one:
        [contact] = reachable(sink)
        assert contact.aor == "201-acme"
        assert contact.user_agent == AGENT
        assert contact.is_probed
        assert contact.round_trip_us
        assert contact.source == f"127.0.0.1:{one._local[1]}"
        assert contact.registered_at is not None
        assert utc_now() - contact.registered_at < timedelta(seconds=30)
        notify = Notify(aor=contact.aor, uri=contact.uri, event="check-sync;reboot=true")
        assert link.send_notify(notify).outcome is NotifyOutcome.ACCEPTED
        wait_for(one.notify_events, 5, "the NOTIFY arrives")
        assert one.notify_events() == ["check-sync;reboot=true"]


def test_an_event_with_every_sign_arrives_as_it_is(
    link: AsteriskLink, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    """Commas, quotes, backslashes and brackets mean something to Asterisk, and nothing here."""
    event = 'x;a="1,2";b=\\c;d=(e];f=[g'
    with phone() as one:
        [contact] = reachable(sink)
        link.send_notify(Notify(aor=contact.aor, uri=contact.uri, event=event))
        wait_for(one.notify_events, 5, "the NOTIFY arrives")
        assert one.notify_events() == [event]


def test_of_two_phones_on_an_extension_one_is_told(
    link: AsteriskLink, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    """A command goes to this phone alone."""
    with phone() as first, phone("Yealink SIP-T46U 108.86.0.90 805ec0aaaaaa") as second:
        found = reachable(sink, 2)
        ours = next(one for one in found if "805ec0aaaaaa" in one.user_agent)
        result = link.send_notify(Notify(aor=ours.aor, uri=ours.uri, event="check-sync"))
        assert "default_outbound_endpoint" in result.evidence
        wait_for(second.notify_events, 5, "the NOTIFY arrives")
        assert first.notify_events() == []


def test_it_sees_a_phone_lose_power(
    link: AsteriskLink, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    """R26: found silent at the next OPTIONS; the last answer is told with it."""
    with phone():
        reachable(sink)
    lost_at = utc_now()

    def silent() -> list[ContactState]:
        found = contacts(sink).values()
        return [one for one in found if one.reachability is Reachability.UNREACHABLE]

    [contact] = wait_for(silent, QUALIFY_S + 10, "it is found silent")
    assert contact.keepalive_at is not None
    assert contact.keepalive_at <= lost_at + timedelta(seconds=1)
    wait_for(lambda: contacts(sink) == {}, 90, "it expires")


def test_it_tells_when_the_pbx_goes_and_comes_back(
    asterisk: AsteriskRig, link: AsteriskLink, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    """S13: its contacts outlive the restart; which of them answer is known soon after."""
    with phone():
        reachable(sink)
        asterisk.stop(signal.SIGTERM)
        wait_for(lambda: status(sink) is LinkStatus.DOWN, 15, "the link is down")
        asterisk.start()
        wait_for(lambda: status(sink) is LinkStatus.UP, 45, "the link is up again")
        [contact] = reachable(sink)
        assert contact.user_agent == AGENT


def test_a_pbx_that_hangs_is_noticed(
    asterisk: AsteriskRig, link: AsteriskLink, sink: KeepingSink
) -> None:
    """F15: connections stay open, nothing answers."""
    asterisk.stall()
    try:
        wait_for(lambda: status(sink) is LinkStatus.DOWN, 15, "the link is down")
        assert "in time" in sink.link_changes()[-1].reason
    finally:
        asterisk.resume()
    wait_for(lambda: status(sink) is LinkStatus.UP, 45, "the link is up again")


def test_testing_the_link_says_what_is_there(
    asterisk: AsteriskRig, link: AsteriskLink, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    with phone():
        reachable(sink)
        good = AsteriskLink(settings(asterisk)).check()
    assert good.is_ok
    assert "Contacts in its table: 1." in good.findings
    refused = AsteriskLink(settings(asterisk, secret="wrong")).check()
    assert "refuses the user phoneprov" in refused.findings[0]


def test_over_tls_the_one_certificate_is_trusted(
    asterisk: AsteriskRig, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    """Its own certificate is refused, shown with its fingerprint, and then taken by that."""
    plain = replace(settings(asterisk), address=asterisk.tls_address)
    refused = AsteriskLink(plain).check()
    assert not refused.is_ok
    told = " ".join(refused.findings).replace(":", "").lower()
    assert asterisk.certificate.fingerprint in told
    link = AsteriskLink(replace(plain, fingerprint=asterisk.certificate.fingerprint))
    link.start(sink)
    with phone() as one:
        [contact] = reachable(sink)
        link.send_notify(Notify(aor=contact.aor, uri=contact.uri, event="check-sync"))
        wait_for(one.notify_events, 5, "the NOTIFY arrives")
    link.stop()


def test_a_filter_that_keeps_changes_away_is_noticed(
    asterisk: AsteriskRig, sink: KeepingSink, phone: Callable[..., SippPhone]
) -> None:
    """The phone is seen all the same, by looking at the list."""
    link = AsteriskLink(settings(asterisk, user=DEAF_USER), Pace(look_s=1))
    link.start(sink)
    wait_for(lambda: status(sink) is LinkStatus.UP, 15, "the link is up")
    with phone():
        reachable(sink)
    link.stop()
    assert any("eventfilter lines of the AMI user" in one.reason for one in sink.link_changes())


@pytest.mark.parametrize(
    ("user", "missing"), [(NO_READ_USER, "read line"), (NO_WRITE_USER, "write line")]
)
def test_a_missing_right_is_named(
    asterisk: AsteriskRig, sink: KeepingSink, user: str, missing: str
) -> None:
    link = AsteriskLink(settings(asterisk, user=user), Pace(answer_s=2))
    link.start(sink)
    wait_for(lambda: status(sink) is LinkStatus.DOWN, 15, "the link is down")
    link.stop()
    assert missing in sink.link_changes()[0].reason
    checked = AsteriskLink(settings(asterisk, user=user)).check()
    assert not checked.is_ok
    assert missing in checked.findings[0]
