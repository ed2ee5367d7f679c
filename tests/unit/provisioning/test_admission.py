"""Admit: one function, one table of reasons. A MAC address is no secret."""

from datetime import UTC, datetime, timedelta

import pytest

from phoneprov.provisioning.admission import Claim, Reason, Window, admit

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MAC = "805ec01a2b3c"
CLOSED = Window(opened_at=None, waits_until=None, ends_at=None)
WAITING = Window(opened_at=NOON, waits_until=NOON + timedelta(days=14), ends_at=None)
STARTED = Window(
    opened_at=NOON, waits_until=NOON + timedelta(days=14), ends_at=NOON + timedelta(minutes=60)
)


def claim(
    *, has_token: bool = False, file_mac: str | None = MAC, agent_mac: str | None = None
) -> Claim:
    return Claim(has_token=has_token, file_mac=file_mac, agent_mac=agent_mac)


@pytest.mark.parametrize(
    ("asked", "window", "after", "expected"),
    [
        (claim(has_token=True), CLOSED, timedelta(), Reason.TOKEN),
        (claim(has_token=True, file_mac=None), CLOSED, timedelta(), Reason.TOKEN),
        (claim(has_token=True, agent_mac=MAC), CLOSED, timedelta(), Reason.TOKEN),
        (claim(), CLOSED, timedelta(), Reason.WINDOW_CLOSED),
        (claim(), WAITING, timedelta(days=13), Reason.WINDOW),
        (claim(), WAITING, timedelta(days=14), Reason.WINDOW_WAITED_OUT),
        (claim(), STARTED, timedelta(minutes=59), Reason.WINDOW),
        (claim(), STARTED, timedelta(minutes=60), Reason.WINDOW_CLOSED),
        (claim(agent_mac="001565aabbcc"), WAITING, timedelta(), Reason.WRONG_MAC),
        (claim(has_token=True, agent_mac="001565aabbcc"), CLOSED, timedelta(), Reason.WRONG_MAC),
        (claim(has_token=True, file_mac="001565aabbcc"), CLOSED, timedelta(), Reason.WRONG_MAC),
    ],
)
def test_the_table_of_reasons(
    asked: Claim, window: Window, after: timedelta, expected: Reason
) -> None:
    """S3, S4: token, or first contact; claims that disagree open nothing."""
    assert admit(asked, MAC, window, NOON + after) is expected


def test_only_token_window_and_farewell_let_in() -> None:
    assert {reason for reason in Reason if reason.is_admitted} == {
        Reason.TOKEN,
        Reason.WINDOW,
        Reason.FAREWELL,
    }


def test_each_reason_has_words_for_the_phones_page() -> None:
    assert all(reason.label for reason in Reason)
