"""The event socket's frames, cut as they come: recorded ones, garbage, half ones."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import PbxError
from phoneprov.pbx.freeswitch.frames import (
    LARGEST_BODY,
    LONGEST_HEAD,
    Frame,
    FrameReader,
    read_event,
)
from tests.rigs.freeswitch import recorded

TRANSCRIPTS = (
    "freeswitch_events.txt",
    "freeswitch_events_recovery_expiry.txt",
    "freeswitch_api.txt",
)
ALL = [frame for name in TRANSCRIPTS for frame in recorded(name)]


def read_whole(raw: bytes) -> list[Frame]:
    return FrameReader().feed(raw)


def test_recorded_frames_are_read_whole() -> None:
    frames = read_whole(b"".join(ALL))
    assert len(frames) == len(ALL) == 34
    kinds = {frame.kind for frame in frames}
    assert kinds == {"command/reply", "text/event-plain", "api/response"}


def test_they_are_the_same_however_they_are_split() -> None:
    """At every byte of a frame with a body, and one byte at a time through all of them."""
    raw = ALL[1] + ALL[2]
    whole = read_whole(raw)
    for cut in range(1, len(raw)):
        reader = FrameReader()
        assert reader.feed(raw[:cut]) + reader.feed(raw[cut:]) == whole
    reader = FrameReader()
    drop_by_drop = [frame for byte in b"".join(ALL) for frame in reader.feed(bytes([byte]))]
    assert drop_by_drop == read_whole(b"".join(ALL))


def test_a_truncated_frame_is_none_yet() -> None:
    for cut in range(len(ALL[1])):
        assert read_whole(ALL[1][:cut]) == []


def test_an_event_is_decoded() -> None:
    event = read_event(read_whole(ALL[1])[0])
    assert event["event-subclass"] == "sofia::register"
    assert event["contact"] == '"" <sip:1001@127.0.0.1:6401;ob>'
    assert event["user-agent"] == "PJSUA/v2.17-dev Linux-6.18.44 x86_64 glibc-2.36"


def test_a_value_cannot_make_a_header_of_its_own() -> None:
    """A line break inside a value arrives encoded, and stays inside it."""
    body = b"Event-Name: CUSTOM\nuser-agent: a%0Afrom-user%3A%20evil\nfrom-user: 1001\n\n"
    event = read_event(Frame(headers={}, body=body))
    assert event["from-user"] == "1001"
    assert event["user-agent"] == "a\nfrom-user: evil"


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n\n\n",
        b"X: y\n\n",
        b"Content-Type: api/response\nContent-Length: -1\n\n",
        b"Content-Type: api/response\nContent-Length: 1e9\n\n",
        f"Content-Type: api/response\nContent-Length: {LARGEST_BODY + 1}\n\n".encode(),
        b"A" * (LONGEST_HEAD + 3),
        bytes(range(14, 256)) * 100,
    ],
)
def test_what_is_no_event_socket_is_refused(raw: bytes) -> None:
    """With words that tell what to check, and without ever holding more than a bound."""
    with pytest.raises(PbxError, match="not FreeSWITCH's event socket"):
        read_whole(raw)


@given(st.binary(max_size=3000), st.integers(min_value=1, max_value=50))
def test_garbage_ends_in_frames_or_a_refusal(raw: bytes, piece: int) -> None:
    """Never in another exception."""
    reader = FrameReader()
    with suppress(PbxError):
        for start in range(0, len(raw), piece):
            for frame in reader.feed(raw[start : start + piece]):
                assert set(read_event(frame)) == {name.lower() for name in read_event(frame)}
