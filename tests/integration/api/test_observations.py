"""Any PBX posts its registrations: what it tells counts once, in the order it happened."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.api.limits import RateLimit
from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Registration
from phoneprov.fleet.refresh import mark_overdue_phones_offline
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.posted import note_silent_webhooks
from phoneprov.pbx.link import LinkStatus
from tests.integration.api.conftest import AOR, CONTACT, SECRET, Poster, item
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    change_pbx,
    find_phone,
    open_session,
    put_on_pbx,
)

Moment = Callable[[float], datetime]


def registrations() -> list[Registration]:
    with open_session() as session:
        return list(session.scalars(select(Registration)))


def test_a_phone_goes_through_its_life(poster: Poster, moment: Moment) -> None:
    """R23, R25, R26: registered, reachable, silent, gone, from what is posted alone."""
    answer = poster.post(item("registered", moment(-200)))
    assert (answer.status_code, answer.json) == (200, {"taken": 1, "late": 0})
    phone = poster.phone()
    assert phone.status == PhoneStatus.REGISTERED
    assert phone.last_registered_at == moment(-200)
    poster.post(item("reachable", moment(-5), round_trip_ms=12.5))
    phone = poster.phone()
    assert phone.status == PhoneStatus.ONLINE
    assert "in 12 ms" in phone.status_reason
    [row] = registrations()
    assert row.user_agent.startswith("Yealink SIP-T46U")
    assert row.source == "192.0.2.7:40111"
    poster.post(item("unregistered", moment(-1)))
    assert registrations()[0].gone_reason == "un-registered"


def test_the_same_post_again_changes_nothing(poster: Poster, moment: Moment) -> None:
    """A PBX that got no answer posts again: known by contact and time."""
    batch = [item("registered", moment(-30)), item("reachable", moment(-20))]
    poster.post(*batch)
    before = [vars(row) | {"_sa_instance_state": None} for row in registrations()]
    again = poster.post(*batch)
    assert again.json == {"taken": 1, "late": 1}
    assert [vars(row) | {"_sa_instance_state": None} for row in registrations()] == before


def test_what_comes_late_takes_nothing_back(poster: Poster, moment: Moment) -> None:
    """Posts overtake each other on their way."""
    poster.post(item("reachable", moment(-5)), item("registered", moment(-4)))
    late = [
        item("unregistered", moment(-60)),
        item("unreachable", moment(-50)),
        item("registered", moment(-40), expires_s=1),
    ]
    assert poster.post(*late).json == {"taken": 0, "late": 3}
    assert poster.phone().status == PhoneStatus.ONLINE


def test_an_end_that_overtakes_its_beginning_stays_an_end(poster: Poster, moment: Moment) -> None:
    poster.post(item("unregistered", moment(-10)))
    assert poster.post(item("registered", moment(-20))).json == {"taken": 0, "late": 1}
    assert poster.phone().status == PhoneStatus.PENDING
    poster.post(item("registered", moment(-5)))
    assert poster.phone().status == PhoneStatus.REGISTERED


def test_a_whole_list_says_who_is_gone(poster: Poster, moment: Moment) -> None:
    """And keeps what was known of those that are in it."""
    poster.post(item("registered", moment(-90)), item("reachable", moment(-5)))
    other = {"contact": "sip:201@10.1.1.8:5060", "at": moment(-90).isoformat()}
    poster.post(item("registered", moment(-90)) | other)
    listed = item("registered", moment(-90))
    assert poster.post(listed, complete_at=moment(-1).isoformat()).status_code == 200
    held = {row.uri: row.gone_at for row in registrations()}
    assert held == {CONTACT: None, "sip:201@10.1.1.8:5060": moment(-1)}
    assert poster.phone().status == PhoneStatus.ONLINE


def test_two_tenants_with_the_same_number_are_never_confused(
    poster: Poster, moment: Moment
) -> None:
    """R65: also where neither User-Agent nor address tells them apart."""
    other = add_pbx("Other")
    change_pbx(other, kind="webhook", link_secret="another-secret", link_status="up")
    put_on_pbx("globex", other)
    theirs = add_phone("globex", "805ec0bbbbbb", extension_id=add_extension("globex", "201"))
    poster.post(item("registered", moment(-5), user_agent="some"))
    assert poster.phone().status == PhoneStatus.REGISTERED
    assert find_phone(theirs).status == PhoneStatus.PENDING


def test_the_token_of_one_pbx_is_worth_nothing_at_another(poster: Poster, moment: Moment) -> None:
    """And the answer is the one for a PBX that isn't there."""
    other = add_pbx("Other")
    change_pbx(other, kind="webhook", link_secret="another-secret", link_status="up")
    polled = add_pbx("Polled")
    change_pbx(polled, kind="kamailio", link_secret=SECRET)
    bodies = set()
    for pbx_id in (other, polled, 987_654):
        answer = Poster(poster.client, pbx_id, poster.phone_id).post(item("registered", moment(-5)))
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        bodies.add(answer.data)
    assert len(bodies) == 1
    assert registrations() == []


@pytest.mark.parametrize("token", ["", "x", SECRET[:-1], SECRET + "x", "é"])
def test_a_wrong_token_is_refused(poster: Poster, moment: Moment, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"observations": [item("registered", moment(-5))]}
    answer = poster.client.post(poster.path, json=body, headers=headers)
    assert answer.status_code == 401
    assert registrations() == []


def test_guessing_is_slowed_down_but_the_pbx_gets_in(poster: Poster) -> None:
    """Behind one address there may be both."""
    poster.token = "wrong"
    codes = [poster.post().status_code for _ in range(12)]
    assert codes[:10] == [401] * 10
    assert codes[-1] == 429
    assert int(poster.post().headers["Retry-After"]) >= 1
    poster.token = SECRET
    assert poster.post().status_code == 200


def test_a_pbx_that_posts_too_often_is_told_to_wait(
    poster: Poster, moment: Moment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RateLimit, "take", lambda _, key: 7 if key == str(poster.pbx_id) else 0)
    answer = poster.post(item("registered", moment(-5)))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"
    assert registrations() == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"event": "exploded"}, "event", "registered"),
        ({"aor": ""}, "aor", "at least 1"),
        ({"aor": "a" * 256}, "aor", "at most 255"),
        ({"aor": "201\x00@a"}, "aor", "control character"),
        ({"contact": "sip:201@10.1.1.7\r\nX: y"}, "contact", "control character"),
        ({"contact": None}, "contact", "string"),
        ({"at": "yesterday"}, "at", "datetime"),
        ({"at": "2026-11-23T12:00:00"}, "at", "timezone"),
        ({"at": "2999-11-23T12:00:00Z"}, "at", "future"),
        ({"expires_s": 0}, "expires_s", "greater than or equal to 1"),
        ({"expires_s": 10**12}, "expires_s", "less than or equal"),
        ({"expires_s": None}, "", "needs expires_s"),
        ({"source": "10.1.1.7"}, "source", "address and port"),
        ({"round_trip_ms": "NaN"}, "round_trip_ms", "finite"),
        ({"tenant": "globex"}, "tenant", "not permitted"),
    ],
)
def test_what_cannot_be_taken_is_named_and_nothing_is(
    poster: Poster, moment: Moment, changes: dict[str, object], field: str, words: str
) -> None:
    """By item and field; the items beside it are not taken either."""
    answer = poster.post(item("registered", moment(-5)), item("registered", moment(-5)) | changes)
    assert answer.status_code == 422
    problems = answer.get_json()["problems"]
    assert any(one["item"] == 1 and one["field"] == field for one in problems), problems
    assert any(words in one["problem"] for one in problems), problems
    assert registrations() == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"[]", 422),
        (b'{"observations": 3}', 422),
        (b'{"observations": [], "extra": 1}', 422),
        (b"[" * 100_000, 422),
        (b"\xff\xfe", 422),
        (b'{"observations": [' + b"{}," * 501 + b"{}]}", 422),
        (b" " * 1_100_000, 413),
    ],
)
def test_a_body_that_is_none_is_refused(poster: Poster, body: bytes, status: int) -> None:
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "application/json"}
    answer = poster.client.post(poster.path, data=body, headers=headers)
    assert answer.status_code == status
    assert answer.get_json()["error"]


def test_only_json_is_taken(poster: Poster) -> None:
    headers = {"Authorization": f"Bearer {SECRET}", "Content-Type": "text/plain"}
    assert poster.client.post(poster.path, data=b"{}", headers=headers).status_code == 415


def test_a_list_of_all_holds_registrations_only(poster: Poster, moment: Moment) -> None:
    answer = poster.post(item("reachable", moment(-5)), complete_at=moment(0).isoformat())
    assert answer.status_code == 422
    assert answer.get_json()["problems"] == [
        {"item": 0, "field": "event", "problem": "a complete list holds registrations only"}
    ]


def test_a_link_that_is_switched_off_takes_nothing(poster: Poster, moment: Moment) -> None:
    change_pbx(poster.pbx_id, is_active=False)
    assert poster.post(item("registered", moment(-5))).status_code == 403
    assert registrations() == []


def test_a_pbx_that_falls_silent_turns_nobody_offline(poster: Poster, moment: Moment) -> None:
    """S13: its last post is as far as anything is known; health says so, recovery is by itself."""
    poster.post(item("registered", moment(-5)), item("reachable", moment(-5)))
    later = utc_now() + timedelta(seconds=200)
    with open_session() as session:
        mark_overdue_phones_offline(session, later)
        assert note_silent_webhooks(session, later) == 0
        session.commit()
    assert poster.phone().status == PhoneStatus.ONLINE
    later += timedelta(seconds=200)
    with open_session() as session:
        assert note_silent_webhooks(session, later) == 1
        mark_overdue_phones_offline(session, later)
        assert note_silent_webhooks(session, later) == 0
        session.commit()
    pbx = poster.pbx()
    assert pbx.link_status is LinkStatus.DOWN
    assert pbx.link_reason == "nothing was posted for 5 minutes"
    assert pbx.link_lost_at == pbx.heard_at
    phone = poster.phone()
    assert phone.status == PhoneStatus.ONLINE
    assert phone.unconfirmed_since_at == pbx.heard_at
    poster.post(item("reachable", moment(0)))
    assert poster.pbx().link_status is LinkStatus.UP
    assert poster.phone().unconfirmed_since_at is None


def test_a_phone_that_falls_silent_is_offline_once_its_pbx_says_more(
    poster: Poster, moment: Moment
) -> None:
    """R26: the PBX goes on posting, of this phone nothing comes any more."""
    poster.post(item("registered", moment(-90)), item("reachable", moment(-58)))
    assert poster.phone().status == PhoneStatus.ONLINE
    change_pbx(poster.pbx_id, heard_at=moment(3))
    with open_session() as session:
        assert mark_overdue_phones_offline(session, moment(4)) == 1
        session.commit()
    assert poster.phone().status == PhoneStatus.OFFLINE


def test_a_pbx_that_never_posted_is_said_to_be_silent(poster: Poster) -> None:
    change_pbx(poster.pbx_id, silence_minutes=1)
    with open_session() as session:
        assert note_silent_webhooks(session, utc_now() + timedelta(seconds=61)) == 1
        session.commit()
    assert poster.pbx().link_reason == "nothing was posted yet"


def test_an_empty_post_says_that_the_pbx_is_there(poster: Poster) -> None:
    change_pbx(poster.pbx_id, link_status="down", link_reason="x", link_lost_at=utc_now())
    assert poster.post().json == {"taken": 0, "late": 0}
    pbx = poster.pbx()
    assert (pbx.link_status, pbx.link_lost_at, pbx.link_reason) == (LinkStatus.UP, None, "")


def test_a_busy_database_asks_for_the_same_again(
    poster: Poster, moment: Moment, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sqlalchemy.exc import OperationalError

    def busy(*_: object) -> None:
        raise OperationalError("insert", {}, Exception("database is locked"))

    monkeypatch.setattr("phoneprov.api.views.take_posted", busy)
    answer = poster.post(item("registered", moment(-5)))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"


def test_no_answer_names_a_secret(poster: Poster, moment: Moment) -> None:
    bodies: tuple[object, ...] = ({"observations": [{"aor": SECRET}]}, {"observations": []}, 3)
    for body in bodies:
        assert SECRET.encode() not in poster.send(body).data


def test_an_aor_without_domain_is_taken_where_it_is_unambiguous(
    poster: Poster, moment: Moment
) -> None:
    poster.post(item("registered", moment(-5), aor=AOR.partition("@")[0], user_agent="some"))
    assert poster.phone().status == PhoneStatus.REGISTERED


def test_a_call_is_told_and_kept_until_it_ends(poster: Poster, moment: Moment) -> None:
    """R123: an order that would end it waits; what isn't told stays as it was."""
    poster.post(item("registered", moment(-30)))
    assert registrations()[0].is_in_call is None
    poster.post(item("reachable", moment(-20), in_call=True))
    assert registrations()[0].is_in_call is True
    poster.post(item("reachable", moment(-10)))
    assert registrations()[0].is_in_call is True
    poster.post(item("reachable", moment(-5), in_call=False))
    assert registrations()[0].is_in_call is False
