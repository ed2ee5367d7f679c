"""Which bytes are wanted: every kind of Range header against a file of a thousand bytes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.firmware.ranges import (
    ByteRange,
    NotSatisfiable,
    has_etag,
    http_date,
    is_same_file,
    read_range,
)

SIZE = 1000
ETAG = '"0123abcd"'
MODIFIED = datetime(2026, 5, 17, 12, 0, 30, 250_000, tzinfo=UTC)
NOTHING = NotSatisfiable.INSTANCE


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-", ByteRange(0, 1000)),
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=0-499", ByteRange(0, 500)),
        ("bytes=500-999", ByteRange(500, 500)),
        ("bytes=500-", ByteRange(500, 500)),
        ("bytes=999-", ByteRange(999, 1)),
        ("bytes=600-5000", ByteRange(600, 400)),
        ("bytes=-1", ByteRange(999, 1)),
        ("bytes=-1000", ByteRange(0, 1000)),
        ("bytes=-5000", ByteRange(0, 1000)),
        ("BYTES=0-9", ByteRange(0, 10)),
        (" bytes = 0 - 9 ", ByteRange(0, 10)),
    ],
)
def test_it_gives_one_range(header: str, wanted: ByteRange) -> None:
    assert read_range(header, SIZE) == wanted


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_what_the_file_lacks_is_not_satisfiable(header: str) -> None:
    assert read_range(header, SIZE) is NOTHING


@pytest.mark.parametrize(
    "header",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=10-5",
        "bytes=0-9,20-29",
        "bytes=0-0,-1",
        "items=0-9",
        "bytes=0-9; drop",
        "bytes=0x0-0x9",
        "bytes=" + "9" * 400 + "-",
        "bytes=--5",
        "bytes=٠-٩",
    ],
)
def test_what_it_does_not_know_gives_the_whole_file(header: str) -> None:
    """The standard lets a server ignore it; several parts at once are one of these."""
    assert read_range(header, SIZE) is None


@given(header=st.text(max_size=40), size=st.integers(min_value=1, max_value=10**12))
def test_any_text_is_within_the_file_or_nothing(header: str, size: int) -> None:
    for text in (header, f"bytes={header}"):
        wanted = read_range(text, size)
        if isinstance(wanted, ByteRange):
            assert 0 <= wanted.start < size
            assert 0 < wanted.length <= size - wanted.start


def test_it_names_the_range() -> None:
    assert ByteRange(500, 100).content_range(SIZE) == "bytes 500-599/1000"


@pytest.mark.parametrize(
    ("if_range", "is_same"),
    [
        ("", True),
        (ETAG, True),
        (f"W/{ETAG}", False),
        ('"another"', False),
        (http_date(MODIFIED), True),
        ("Sun, 17 May 2026 12:00:31 GMT", False),
        ("Sun, 17 May 2026 12:00:29 GMT", False),
        ("yesterday", False),
    ],
)
def test_if_range_counts_only_for_the_very_file(if_range: str, *, is_same: bool) -> None:
    assert is_same_file(if_range, ETAG, MODIFIED) is is_same


@pytest.mark.parametrize(
    ("header", "has_it"),
    [(ETAG, True), (f"W/{ETAG}", True), (f'"x", {ETAG}', True), ("*", True), ('"x"', False)],
)
def test_if_none_match_compares_weakly(header: str, *, has_it: bool) -> None:
    assert has_etag(header, ETAG) is has_it
