"""Lists and events brought together: nothing twice, nothing taken back by what is older."""

from datetime import UTC, datetime, timedelta

from phoneprov.pbx.freeswitch.contacts import read_registrations
from phoneprov.pbx.freeswitch.table import ContactTable
from phoneprov.pbx.link import ContactGone, ContactState, Reachability
from tests.rigs.freeswitch import Line, listing

NOW = datetime(2026, 11, 23, 9, 12, 39, tzinfo=UTC)
AOR, URI = "1001@test.local", "sip:1001@127.0.0.1:6401;ob"
REGISTER = {
    "profile-name": "internal",
    "from-user": "1001",
    "from-host": "test.local",
    "contact": f'"" <{URI}>',
    "call-id": "call-1",
    "expires": "60",
    "user-agent": "PJSUA",
    "network-ip": "127.0.0.1",
    "network-port": "6401",
}


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def take(table: ContactTable, *lines: Line, at: datetime = NOW) -> dict[str, ContactState]:
    listed = read_registrations(listing(*lines).encode(), "internal", at)
    return {contact.uri: contact for contact in table.replace_all(listed, at)}


def line(**changes: str) -> Line:
    values = {"user": AOR, "contact": f"<{URI}>", "call_id": "call-1", **changes}
    return Line(**values)  # type: ignore[arg-type]


def state(word: str, call_id: str = "call-1") -> dict[str, str]:
    return {
        "sip_user": AOR, "sip_contact": f'"" <{URI}>', "call-id": call_id, "ping-status": word,
    }  # fmt: skip


def test_a_refresh_keeps_what_it_does_not_tell() -> None:
    table = ContactTable()
    take(table, line())
    seen = table.register({**REGISTER, "update-reg": "true"}, later(10))
    assert seen is not None
    assert seen.contact.reachability is Reachability.REACHABLE
    assert seen.contact.is_probed
    assert seen.contact.round_trip_us == 1040
    assert seen.contact.registered_at == later(10)


def test_a_list_keeps_when_it_registered_last() -> None:
    table = ContactTable()
    table.register(REGISTER, NOW)
    assert take(table, line(), at=later(300))[URI].registered_at == NOW


def test_an_unchanged_list_is_the_same_list() -> None:
    """The moment it was first told to answer stays, so that nothing is written again."""
    table = ContactTable()
    first = take(table, line())[URI]
    again = take(table, line(), at=later(300))[URI]
    assert again.keepalive_at == first.keepalive_at == NOW


def test_it_stops_answering_and_answers_again() -> None:
    table = ContactTable()
    take(table, line())
    lost = table.answer(state("UNREACHABLE"), later(50))
    assert lost is not None
    assert lost.contact.reachability is Reachability.UNREACHABLE
    assert lost.contact.keepalive_at == NOW
    back = table.answer(state("REACHABLE"), later(90))
    assert back is not None
    assert back.contact.keepalive_at == later(90)


def test_the_same_answer_three_times_is_one() -> None:
    """A phone that thaws is told of three times in a row (seen)."""
    table = ContactTable()
    take(table, line(ping_status="Unreachable"))
    told = [table.answer(state("REACHABLE"), later(1)) for _ in range(3)]
    assert [one is not None for one in told] == [True, False, False]


def test_an_answer_of_an_unknown_contact_is_nothing() -> None:
    table = ContactTable()
    assert table.answer(state("REACHABLE"), NOW) is None
    take(table, line())
    assert table.answer(state("SLEEPING"), NOW) is None
    assert table.answer(state("UNREACHABLE", "another-call"), NOW) is None


def test_what_ran_out_under_an_old_call_id_leaves_the_new_one_alone() -> None:
    """A phone that restarts registers anew under another Call-ID, the old row expires later."""
    table = ContactTable()
    table.register(REGISTER, NOW)
    table.register({**REGISTER, "call-id": "call-2"}, later(5))
    expired = {"user": "1001", "host": "test.local", "contact": f"<{URI}>", "call-id": "call-1"}
    assert table.leave(expired, later(60), "expired") == []
    assert table.find(AOR, URI) is not None


def test_a_lost_connection_names_only_the_call() -> None:
    """Source: sofia.c:2080-2086; it has no contact."""
    table = ContactTable()
    table.register(REGISTER, NOW)
    event = {"from-user": "1001", "from-host": "test.local", "call-id": "call-1"}
    gone = table.leave(event, later(3), "socket-disconnection")
    assert gone == [
        ContactGone(aor=AOR, uri=URI, observed_at=later(3), reason="socket-disconnection")
    ]
    assert table.leave({**event, "call-id": ""}, later(4), "x") == []


def test_a_row_that_is_deleted_late_is_no_registration() -> None:
    """The list may still hold what has just left; a new registration counts at once."""
    table = ContactTable()
    table.register(REGISTER, NOW)
    table.leave(REGISTER, later(1), "un-registered")
    assert take(table, line(), at=later(2)) == {}
    assert URI in take(table, line(call_id="call-2"), at=later(2))
    table.leave({**REGISTER, "call-id": "call-2"}, later(3), "un-registered")
    table.register(REGISTER, later(3.5))
    assert URI in take(table, line(), at=later(4))


def test_it_looks_again_while_a_new_phone_was_not_asked_yet() -> None:
    """Only where the profile asks everybody, and not for ever."""
    table = ContactTable()
    table.register({**REGISTER, "contact": "<sip:1002@127.0.0.1:6402>"}, NOW)
    assert not table.waits_for_pings(later(1))
    fresh = Line("1002@test.local", "<sip:1002@127.0.0.1:6402>", ping_time="0.00")
    take(table, line(status="Registered(UDP-NAT)(unknown)"), fresh)
    assert not table.waits_for_pings(later(1))
    take(table, line(), fresh)
    assert table.waits_for_pings(later(1))
    assert not table.waits_for_pings(later(91))
    take(table, line(), Line("1002@test.local", "<sip:1002@127.0.0.1:6402>"), at=later(20))
    assert not table.waits_for_pings(later(21))
