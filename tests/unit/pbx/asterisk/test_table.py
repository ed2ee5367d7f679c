"""What becomes of the contacts that Asterisk lists and of the changes it tells."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from phoneprov.pbx.asterisk.contacts import ContactDetail, read_change, read_detail
from phoneprov.pbx.asterisk.frames import Frame, FrameReader
from phoneprov.pbx.asterisk.table import ContactTable
from phoneprov.pbx.link import ContactGone, ContactSeen, ContactState, Observation, Reachability
from tests.rigs.recordings import (
    LIST,
    change_event,
    detail_item,
    recorded_answer,
    recorded_events,
)

AOR, URI = "1001", "sip:1001@127.0.0.1:6001;ob"
RECORDED_AT = datetime(2026, 11, 23, 8, 47, 54, tzinfo=UTC)
EXPIRES_AT = datetime(2026, 11, 23, 8, 48, 53, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def frames(text: str) -> Sequence[Frame]:
    return FrameReader().feed(text.encode())


def details(*items: str) -> list[ContactDetail]:
    return [one for item in items for frame in frames(item) if (one := read_detail(frame))]


def recorded_list() -> list[ContactDetail]:
    return details(recorded_answer("list_actions", f"Action: {LIST}"))


def table(*items: str, at: datetime = RECORDED_AT) -> ContactTable:
    made = ContactTable(HALF_HOUR)
    made.take_list(details(*items), at)
    return made


def tell(made: ContactTable, status: str, at: datetime, uri: str = URI) -> Observation | None:
    [frame] = frames(change_event(AOR, uri, status, 700 if status == "Reachable" else 0))
    change = read_change(frame)
    assert change is not None
    return made.take_change(change, at)


def seen(observation: Observation | None) -> ContactState:
    assert isinstance(observation, ContactSeen)
    return observation.contact


def test_the_recorded_contact_is_read_with_all_that_is_known() -> None:
    """R91: user agent, address, expiry, whether it answers and how fast."""
    [contact] = ContactTable(seconds(60)).take_list(recorded_list(), RECORDED_AT)
    assert (contact.aor, contact.uri) == (AOR, URI)
    assert contact.user_agent == "PJSUA/v2.17-dev Linux-6.18.44 x86_64 glibc-2.36"
    assert contact.source == "127.0.0.1:6001"
    assert contact.call_id == "0f3e5d53-13c8-4190-8524-afaaced44501"
    assert contact.expires_at == EXPIRES_AT
    assert contact.registered_at == EXPIRES_AT - seconds(60)
    assert contact.reachability is Reachability.REACHABLE
    assert contact.round_trip_us == 568
    assert contact.is_probed
    assert contact.is_watched


@pytest.mark.parametrize(
    ("every_s", "is_probed"), [(0, False), (30, True), (60, True), (61, False)]
)
def test_probed_is_who_is_asked_at_least_once_a_minute(*, every_s: int, is_probed: bool) -> None:
    """R26, R91: an answer of ten minutes ago says nothing about a call now."""
    [detail] = details(detail_item(AOR, URI, every_s=every_s))
    assert detail.is_probed is is_probed


@pytest.mark.parametrize(
    "line", ["RegExpire: x", "RegExpire: -5", "RegExpire: nan", "RegExpire: 9e99", "RegExpire: "]
)
def test_a_strange_expiry_is_none(line: str) -> None:
    item = detail_item(AOR, URI).replace("RegExpire: 1795423733", line)
    assert details(item)[0].expires_at is None


@pytest.mark.parametrize("missing", ["AOR: 1001\r\n", f"URI: {URI}\r\n"])
def test_what_has_no_name_is_no_contact(missing: str) -> None:
    assert details(detail_item(AOR, URI).replace(missing, "")) == []


def test_the_recorded_life_of_phones_ends_as_it_did() -> None:
    """Frozen, thawed, a second phone on the AOR that is killed, expiry, sign-off: all in order."""
    made = ContactTable(seconds(60))
    told: dict[str, list[str]] = {}
    listed: dict[tuple[str, str], str] = {}
    at = RECORDED_AT
    for text in recorded_events("lifecycle", "ContactStatus"):
        [frame] = frames(text)
        change = read_change(frame)
        assert change is not None
        at += seconds(1)
        observation = made.take_change(change, at)
        if isinstance(observation, ContactGone):
            listed.pop((change.aor, change.uri), None)
            told.setdefault(change.uri, []).append("gone")
        elif isinstance(observation, ContactSeen):
            told.setdefault(change.uri, []).append(observation.contact.reachability.value)
        if not change.is_removed:
            status = frame.get("ContactStatus")
            listed[change.aor, change.uri] = detail_item(change.aor, change.uri, status=status)
        if made.has_new:
            for one in made.take_news(details(*listed.values()), at):
                assert isinstance(one, ContactSeen)
                told.setdefault(one.contact.uri, []).append(one.contact.reachability.value)
    first = told[URI]
    assert first[:4] == ["gone", "unknown", "reachable", "unreachable"]
    assert first[4:] == ["reachable", "gone"]
    assert told["sip:1001@127.0.0.1:6011;transport=TCP;ob"] == [
        "unknown",
        "reachable",
        "unreachable",
        "gone",
    ]
    assert told["sip:1002@127.0.0.1:6002;ob"][-2:] == ["unreachable", "gone"]


def test_a_new_contact_is_told_once_the_list_says_whose_it_is() -> None:
    """Without its user agent it could be taken for another phone of the extension."""
    made = table()
    assert tell(made, "NonQualified", RECORDED_AT) is None
    assert tell(made, "Reachable", RECORDED_AT + seconds(0.1)) is None
    assert made.has_new
    item = detail_item(AOR, URI, agent="Yealink SIP-T46U 108.86.0.90 805ec01a2b3c")
    [news] = made.take_news(details(item), RECORDED_AT + seconds(1))
    contact = seen(news)
    assert contact.user_agent.startswith("Yealink")
    assert contact.registered_at == RECORDED_AT
    assert contact.reachability is Reachability.REACHABLE
    assert not made.has_new


def test_a_new_contact_that_left_before_the_list_is_no_news() -> None:
    made = table()
    tell(made, "NonQualified", RECORDED_AT)
    assert isinstance(tell(made, "Removed", RECORDED_AT + seconds(1)), ContactGone)
    assert not made.has_new
    assert made.take_news([], RECORDED_AT + seconds(2)) == []


def test_an_address_change_never_leaves_the_phone_without_contact() -> None:
    """The recorded order with remove_existing: new, new reachable, and then the old one goes."""
    texts = recorded_events("remove_existing_tcp_badpass", "ContactStatus")
    of_1006 = [text for text in texts if "AOR: 1006" in text]
    assert [text.split("ContactStatus: ")[1].split("\r\n")[0] for text in of_1006][2:5] == [
        "NonQualified",
        "Reachable",
        "Removed",
    ]
    made = ContactTable(HALF_HOUR)
    old, new = "sip:1006@127.0.0.1:6006;ob", "sip:1006@127.0.0.1:6016;ob"
    made.take_list(details(detail_item("1006", old)), RECORDED_AT)
    for text in of_1006[2:5]:
        change = read_change(frames(text)[0])
        assert change is not None
        observation = made.take_change(change, RECORDED_AT + seconds(1))
    assert observation == ContactGone(
        aor="1006",
        uri=old,
        observed_at=RECORDED_AT + seconds(1),
        reason="signed off, or expired at the registrar",
    )
    [news] = made.take_news(details(detail_item("1006", new)), RECORDED_AT + seconds(2))
    assert seen(news).uri == new


def test_silence_counts_from_the_last_answer_that_is_certain() -> None:
    """R26: asked every 30 s with 3 s to answer, it did answer 33 s before it is found silent."""
    made = table(detail_item(AOR, URI))
    later = RECORDED_AT + seconds(3600)
    contact = seen(tell(made, "Unreachable", later))
    assert contact.reachability is Reachability.UNREACHABLE
    assert contact.keepalive_at == later - seconds(33)
    assert tell(made, "Unreachable", later + seconds(30)) is None


def test_an_answer_after_silence_is_a_sign_of_life() -> None:
    made = table(detail_item(AOR, URI, status="Unreachable"))
    contact = seen(tell(made, "Reachable", RECORDED_AT + seconds(40)))
    assert contact.keepalive_at == RECORDED_AT + seconds(40)
    assert contact.round_trip_us == 700


def test_a_restarted_asterisk_that_has_asked_nobody_yet_says_nothing() -> None:
    """Contacts outlive its restart as NonQualified; the last answer is the one before it."""
    made = table(detail_item(AOR, URI))
    lost_at = RECORDED_AT + seconds(500)
    made.note_lost(lost_at)
    [contact] = made.take_list(
        details(detail_item(AOR, URI, status="NonQualified")), RECORDED_AT + seconds(520)
    )
    assert contact.reachability is Reachability.UNKNOWN
    assert contact.keepalive_at == lost_at - seconds(33)
    silent = seen(tell(made, "Unreachable", RECORDED_AT + seconds(540)))
    assert silent.keepalive_at == lost_at - seconds(33)


def test_an_unchanged_list_is_the_same_contact_to_the_bit() -> None:
    """What wavers (round trips, our own clock) must not be a row that is written."""
    made = ContactTable(HALF_HOUR)
    first = made.take_list(details(detail_item(AOR, URI, round_trip_us=568)), RECORDED_AT)
    later = RECORDED_AT + seconds(300)
    again = made.take_list(details(detail_item(AOR, URI, round_trip_us=4_100)), later)
    assert again == first
    assert made.take_news(details(detail_item(AOR, URI)), later) == []


def test_a_round_trip_that_is_another_is_told() -> None:
    made = table(detail_item(AOR, URI, round_trip_us=568))
    [contact] = made.take_list(details(detail_item(AOR, URI, round_trip_us=90_000)), RECORDED_AT)
    assert contact.round_trip_us == 90_000


def test_a_refresh_shows_in_the_next_list_alone() -> None:
    """Asterisk tells no refresh; its time follows from the expiry and how long they last."""
    made = table()
    tell(made, "NonQualified", EXPIRES_AT - seconds(600))
    made.take_news(details(detail_item(AOR, URI)), EXPIRES_AT - seconds(599))
    refreshed = int((EXPIRES_AT + seconds(250)).timestamp())
    [news] = made.take_news(
        details(detail_item(AOR, URI, expires=refreshed)), EXPIRES_AT - seconds(300)
    )
    contact = seen(news)
    assert contact.registered_at == EXPIRES_AT + seconds(250) - seconds(600)
    assert contact.expires_at == EXPIRES_AT + seconds(250)


def test_no_registration_lies_in_the_future() -> None:
    """One that lasts longer than phones are told to ask for."""
    made = ContactTable(seconds(60))
    early = EXPIRES_AT - seconds(3600)
    assert made.take_list(details(detail_item(AOR, URI)), early)[0].registered_at == early


def test_the_list_tells_who_left_unnoticed() -> None:
    made = table(detail_item(AOR, URI), detail_item("1002", "sip:1002@10.0.0.2:5060"))
    [news] = made.take_news(details(detail_item(AOR, URI)), RECORDED_AT + seconds(9))
    assert isinstance(news, ContactGone)
    assert news.aor == "1002"


def test_an_endpoint_is_named_only_where_it_has_this_contact_alone() -> None:
    """A command goes to this phone, not to every phone of its extension."""
    other = "sip:1001@127.0.0.1:6011;transport=TCP;ob"
    made = table(detail_item(AOR, URI))
    assert made.sole_endpoint(AOR, URI) == "1001"
    assert made.sole_endpoint(AOR, other) == ""
    made.take_list(
        details(detail_item(AOR, URI), detail_item("1001-mobile", other, endpoint=AOR)),
        RECORDED_AT,
    )
    assert made.sole_endpoint(AOR, URI) == ""
