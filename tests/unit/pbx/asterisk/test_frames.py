"""Asterisk's frames: cut at any byte, among garbage, never more than a bound; and what is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import PbxError
from phoneprov.pbx.asterisk.frames import (
    LONGEST_LINE_BYTES,
    MOST_LINES,
    FrameReader,
    write_action,
    write_variable,
)
from tests.rigs.recordings import recorded_events, recorded_frames

RECORDINGS = (
    "lifecycle",
    "list_actions",
    "minimal_user_eventfilter",
    "PJSIPNotify",
    "remove_existing_tcp_badpass",
    "restart_after",
    "restart_before",
)
BANNER = "Asterisk Call Manager/13.0.0\r\n"
PONG = b"Response: Success\r\nActionID: 7\r\nPing: Pong\r\n\r\n"


def stream(name: str) -> bytes:
    return (BANNER + "".join(recorded_frames(name))).encode()


def read(*pieces: bytes) -> tuple[FrameReader, list[dict[str, str]]]:
    reader = FrameReader()
    frames = [frame.fields for piece in pieces for frame in reader.feed(piece)]
    return reader, frames


@pytest.mark.parametrize("name", RECORDINGS)
def test_what_asterisk_sent_is_read_whole(name: str) -> None:
    """Each recorded frame comes out, with the banner before it."""
    reader, frames = read(stream(name))
    assert reader.version == "13.0.0"
    assert len(frames) == len(recorded_frames(name))
    assert all("event" in frame or "response" in frame for frame in frames)


@pytest.mark.parametrize("name", RECORDINGS)
def test_one_byte_at_a_time_gives_the_same_frames(name: str) -> None:
    raw = stream(name)
    _, whole = read(raw)
    _, bytewise = read(*(raw[place : place + 1] for place in range(len(raw))))
    assert bytewise == whole


@pytest.mark.parametrize("name", ["minimal_user_eventfilter", "restart_after", "restart_before"])
def test_cut_at_every_byte_it_gives_the_same_frames(name: str) -> None:
    raw = stream(name)
    _, whole = read(raw)
    for place in range(len(raw) + 1):
        _, cut = read(raw[:place], raw[place:])
        assert cut == whole, place


@pytest.mark.parametrize("name", RECORDINGS)
def test_a_truncated_stream_gives_only_whole_frames(name: str) -> None:
    raw = stream(name)
    _, whole = read(raw)
    for place in range(0, len(raw), 97):
        _, cut = read(raw[:place])
        assert cut == whole[: len(cut)]


@given(st.lists(st.binary(max_size=400), max_size=8))
def test_garbage_is_survived_and_the_next_frame_is_read(pieces: list[bytes]) -> None:
    """Whatever came before: after an empty line a frame is a frame again."""
    reader = FrameReader()
    for piece in pieces:
        reader.feed(piece)
    reader.feed(b"\n\r\n\r\n")
    assert [frame.get("Ping") for frame in reader.feed(PONG)] == ["Pong"]


def test_an_endless_line_costs_no_memory_and_no_later_frame() -> None:
    reader = FrameReader()
    for _ in range(100):
        assert reader.feed(b"x" * 10_000) == []
        assert len(reader._rest) <= LONGEST_LINE_BYTES
    assert reader.feed(b"\r\n\r\n") == []
    assert len(reader.feed(PONG)) == 1


def test_an_endless_frame_is_dropped() -> None:
    reader = FrameReader()
    lines = b"".join(b"Event%d: x\r\n" % number for number in range(MOST_LINES * 3))
    assert reader.feed(b"Event: A\r\n" + lines) == []
    assert len(reader._fields) <= MOST_LINES
    assert reader.feed(b"\r\n") == []
    assert len(reader.feed(PONG)) == 1


def test_a_name_that_comes_twice_keeps_its_first_value() -> None:
    _, frames = read(b"Event: ContactStatus\r\nAOR: 1001\r\nAOR: 1002\r\n\r\n")
    assert frames[0]["aor"] == "1001"


def test_bytes_that_are_no_text_are_replaced() -> None:
    _, frames = read(b"Event: ContactStatus\r\nAOR: \xff\xfe\r\n\r\n")
    assert frames[0]["aor"] == "��"


def test_the_end_of_a_list_is_known() -> None:
    reader = FrameReader()
    frames = reader.feed(stream("list_actions"))
    assert [frame.event for frame in frames if frame.ends_list] == [
        "ContactListComplete",
        "ContactStatusDetailComplete",
    ]


def test_an_action_is_lines_and_an_empty_one() -> None:
    assert write_action("Ping", [("ActionID", "1")]) == b"Action: Ping\r\nActionID: 1\r\n\r\n"


@pytest.mark.parametrize("value", ["a\r\nAction: Originate", "a\nb", "a\rb", "a\0b", "a\x7fb"])
@pytest.mark.parametrize("field", ["URI", "Endpoint", "Variable", "Username"])
def test_no_value_becomes_a_field_or_an_action(field: str, value: str) -> None:
    with pytest.raises(PbxError, match="line break"):
        write_action("PJSIPNotify", [(field, value)])


def test_a_value_that_asterisk_would_drop_is_refused() -> None:
    with pytest.raises(PbxError, match="too long"):
        write_action("PJSIPNotify", [("URI", "sip:" + "a" * 1000)])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("check-sync;reboot=true", "Event=check-sync;reboot=true"),
        ("a,Event=b", r"Event=a\,Event=b"),
        ('say "x"', r"Event=say \"x\""),
        ("back\\slash", r"Event=back\\slash"),
        ("a(b]c", r"Event=a\(b\]c"),
    ],
)
def test_a_variable_stays_one_variable(value: str, written: str) -> None:
    """Asterisk splits the field at commas, and takes quotes and backslashes away."""
    assert write_variable("Event", value) == ("Variable", written)


def test_recordings_hold_no_password() -> None:
    """PJSIPShowEndpoint tells SIP passwords in clear; it is neither asked nor kept."""
    names = {
        frame.fields.get("event")
        for name in RECORDINGS
        for frame in FrameReader().feed(stream(name))
    }
    assert "AuthDetail" not in names
    assert recorded_events("lifecycle", "ContactStatus")
