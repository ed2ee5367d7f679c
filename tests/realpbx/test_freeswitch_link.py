"""The FreeSWITCH link against a real FreeSWITCH and real SIP user agents.

Collected where PHONEPROV_TEST_FREESWITCH names an installed program.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from phoneprov.pbx.freeswitch.link import FreeswitchLink
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
from tests.rigs.components import require_component
from tests.rigs.freeswitch_live import PASSWORD, FreeswitchRig
from tests.rigs.live import find_program
from tests.rigs.ports import free_port
from tests.rigs.sinks import KeepingSink, wait_for
from tests.rigs.sipp import SippPhone

ACME, GLOBEX = "acme.pbx.example", "globex.pbx.example"
pytestmark = pytest.mark.component("sipp")


@pytest.fixture
def freeswitch(tmp_path: Path) -> Iterator[FreeswitchRig]:
    require_component("sipp")
    program = find_program("PHONEPROV_TEST_FREESWITCH")
    assert program is not None
    accounts = {name: {"201": f"secret-of-{name}"} for name in (ACME, GLOBEX)}
    with FreeswitchRig(tmp_path, program, accounts) as rig:
        yield rig


@pytest.fixture
def sink() -> KeepingSink:
    return KeepingSink()


@pytest.fixture
def link(freeswitch: FreeswitchRig, sink: KeepingSink) -> Iterator[FreeswitchLink]:
    made = FreeswitchLink(LinkSettings(address=freeswitch.address, secret=PASSWORD))
    made.start(sink)
    wait_for(lambda: [one for one in sink.observations if isinstance(one, Snapshot)], 15, "is read")
    yield made
    made.stop()


@pytest.fixture
def phone(tmp_path: Path, freeswitch: FreeswitchRig) -> Callable[[str], SippPhone]:
    def make(domain: str) -> SippPhone:
        return SippPhone(
            tmp_path,
            user="201",
            password=f"secret-of-{domain}",
            domain=domain,
            registrar=("127.0.0.1", freeswitch.sip_port),
            local=("127.0.0.1", free_port()),
            agent="Yealink SIP-T46U 108.86.0.90 805ec01a2b3c",
            expires=60,
            refresh_s=20,
        )

    return make


def newest(sink: KeepingSink, aor: str) -> ContactState | None:
    """Return a contact as it was told last."""
    found = None
    for one in list(sink.observations):
        if isinstance(one, ContactSeen) and one.contact.aor == aor:
            found = one.contact
        elif isinstance(one, Snapshot):
            found = next((each for each in one.contacts if each.aor == aor), None)
        elif isinstance(one, ContactGone) and one.aor == aor:
            found = None
    return found


def test_two_domains_register_answer_and_obey(
    link: FreeswitchLink, sink: KeepingSink, phone: Callable[[str], SippPhone]
) -> None:
    """R22, R65, R91: the same number in two domains; a NOTIFY goes to one phone alone."""
    ours, theirs = f"201@{ACME}", f"201@{GLOBEX}"
    with phone(ACME) as our_phone, phone(GLOBEX) as their_phone:
        assert wait_for(lambda: newest(sink, ours), 10, "ours is there").registered_at
        assert wait_for(lambda: newest(sink, theirs), 10, "theirs is there").registered_at

        def answers() -> ContactState | None:
            seen = newest(sink, ours)
            return seen if seen and seen.reachability is Reachability.REACHABLE else None

        contact = wait_for(answers, 60, "OPTIONS is answered")
        assert contact.round_trip_us
        result = link.send_notify(Notify(aor=ours, uri=contact.uri, event="check-sync"))
        assert result.outcome is NotifyOutcome.ACCEPTED
        wait_for(lambda: our_phone.notify_events() == ["check-sync"], 10, "the NOTIFY arrives")
        assert their_phone.notify_events() == []


def test_it_tells_when_freeswitch_goes_and_comes_back(
    freeswitch: FreeswitchRig, link: FreeswitchLink, sink: KeepingSink
) -> None:
    freeswitch.stop()
    wait_for(lambda: sink.link_changes()[-1].status is LinkStatus.DOWN, 10, "the link is down")
    freeswitch.start()
    wait_for(lambda: sink.link_changes()[-1].status is LinkStatus.UP, 60, "the link is up again")


def test_a_wrong_password_is_said(freeswitch: FreeswitchRig) -> None:
    found = FreeswitchLink(LinkSettings(address=freeswitch.address, secret="wrong")).check()
    assert not found.is_ok
    assert "refuses the password" in found.findings[0]
    good = FreeswitchLink(LinkSettings(address=freeswitch.address, secret=PASSWORD)).check()
    assert good.is_ok
    assert good.findings[0].startswith("Reached FreeSWITCH")
