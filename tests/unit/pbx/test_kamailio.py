"""What Kamailio's RPC answers, read; and the NOTIFY that it is asked to send."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from phoneprov.core.errors import PbxError
from phoneprov.pbx.kamailio.contacts import read_dump
from phoneprov.pbx.kamailio.notify import send_notify
from phoneprov.pbx.kamailio.rpc import KamailioRpc
from phoneprov.pbx.link import Notify, NotifyOutcome, Reachability

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
EPOCH = int(NOW.timestamp())


def dump(**changes: object) -> dict[str, Any]:
    """Return an `ul.dump` reply as 5.6.3 gives it, with one contact."""
    contact: dict[str, object] = {
        "Address": "sip:1003@127.0.0.1:6103;ob",
        "Expires": 57,
        "Q": -1.0,
        "Call-ID": "1-12280@127.0.0.1",
        "User-Agent": "Yealink SIP-T46U 108.86.0.90 805ec01a2b3c",
        "Received": "[not set]",
        "Path": "[not set]",
        "State": "CS_NEW",
        "Socket": "udp:127.0.0.1:5070",
        "Instance": "[not set]",
        "Last-Keepalive": EPOCH - 3,
        "KA-Roundtrip": 412,
        "Last-Modified": EPOCH - 20,
    }
    info = {"AoR": "1003@test.local", "Contacts": [{"Contact": {**contact, **changes}}]}
    return {"Domains": [{"Domain": {"Domain": "location", "AoRs": [{"Info": info}]}}]}


def test_a_contact_is_read_with_all_that_is_known() -> None:
    [contact] = read_dump(dump(), NOW)
    assert contact.aor == "1003@test.local"
    assert contact.source == "127.0.0.1:6103"
    assert contact.expires_at == NOW + timedelta(seconds=57)
    assert contact.registered_at == NOW - timedelta(seconds=20)
    assert contact.keepalive_at == NOW - timedelta(seconds=3)
    assert contact.reachability is Reachability.REACHABLE
    assert contact.instance == ""


@pytest.mark.parametrize(
    ("changes", "reachability"),
    [
        ({"KA-Roundtrip": 0}, Reachability.UNKNOWN),
        ({"Last-Keepalive": EPOCH - 60}, Reachability.UNREACHABLE),
    ],
)
def test_reachable_is_only_what_answers(
    changes: dict[str, object], reachability: Reachability
) -> None:
    """R92: without pings nothing is known, which is neither Online nor Offline."""
    [contact] = read_dump(dump(**changes), NOW)
    assert contact.reachability is reachability
    assert contact.is_probed is (reachability is not Reachability.UNKNOWN)


@pytest.mark.parametrize("state", ["expired", "deleted"])
def test_a_contact_that_ran_out_is_none(state: str) -> None:
    assert read_dump(dump(Expires=state), NOW) == ()


def test_a_permanent_contact_never_expires() -> None:
    assert read_dump(dump(Expires="permanent"), NOW)[0].expires_at is None


def test_another_shape_is_refused() -> None:
    with pytest.raises(PbxError, match="unknown shape"):
        read_dump({"Domains": 3}, NOW)


class Rpc:
    """Keeps what it is asked, and answers as told."""

    def __init__(self, answer: object) -> None:
        self.answer = answer
        self.params: tuple[object, ...] = ()

    def call(self, _method: str, *params: object, answer_s: float) -> object:
        assert answer_s == 5.0
        self.params = params
        if isinstance(self.answer, PbxError):
            raise self.answer
        return self.answer


def notify(rpc: Rpc, **changes: str) -> Any:
    values = {"aor": "1003", "uri": "sip:1003@127.0.0.1:6103", "event": "check-sync", **changes}
    return send_notify(cast("KamailioRpc", rpc), Notify(**values), "test.local")


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"code": 200, "text": "OK"}, NotifyOutcome.ANSWERED),
        ({"code": 481, "text": "Subscription does not exist"}, NotifyOutcome.REFUSED),
        ({"code": 408, "text": "Request Timeout"}, NotifyOutcome.NO_ANSWER),
        ([], NotifyOutcome.REFUSED),
        (PbxError("Kamailio does not answer in time"), NotifyOutcome.NO_ANSWER),
    ],
)
def test_the_phones_answer_is_told(answer: object, outcome: NotifyOutcome) -> None:
    assert notify(Rpc(answer)).outcome is outcome


def test_it_goes_over_the_connection_the_phone_registered_by() -> None:
    rpc = Rpc({"code": 200, "text": "OK"})
    via = '{"socket": "tcp:127.0.0.1:5070", "received": "sip:127.0.0.1:39551", "path": "<sip:p>"}'
    notify(rpc, send_via=via, content_type="text/plain", body="x")
    assert rpc.params[:4] == (
        "NOTIFY",
        "sip:1003@127.0.0.1:6103",
        "sip:127.0.0.1:39551",
        "tcp:127.0.0.1:5070",
    )
    assert "To: <sip:1003@test.local>\r\n" in str(rpc.params[4])
    assert "Route: <sip:p>\r\n" in str(rpc.params[4])
    assert rpc.params[5] == "x"


def test_other_failures_and_line_breaks_are_raised() -> None:
    with pytest.raises(PbxError, match="nothing listens"):
        notify(Rpc(PbxError("nothing listens at the address of the JSON-RPC")))
    with pytest.raises(PbxError, match="line break"):
        notify(Rpc({}), event="check-sync\r\nX: y")
