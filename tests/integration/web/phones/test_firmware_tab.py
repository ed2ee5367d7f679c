"""What a phone's page tells of its firmware: its turns, and the versions before (R125)."""

from datetime import timedelta

from phoneprov.core.clock import utc_now
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.fleet.models import PhoneEvent
from phoneprov.fleet.past_versions import say_change
from tests.integration.web.rows import add_phone, open_session, rows_go_here
from tests.pages import Pages

__all__ = ["rows_go_here"]


def test_it_names_the_versions_with_their_time(alice: Pages) -> None:
    """R125: those before, each from when to when."""
    now = utc_now()
    phone = add_phone("acme", "805ec0000001", firmware="108.87.0.15", firmware_seen_at=now)
    with open_session() as session:
        for days, before, after in (
            (9, "108.84.0.1", "108.86.0.1"),
            (2, "108.86.0.1", "108.87.0.15"),
        ):
            session.add(
                PhoneEvent(
                    phone_id=phone,
                    at=now - timedelta(days=days),
                    kind="config",
                    text=say_change(before, after),
                )
            )
        session.commit()
    page = alice.get(f"/t/acme/phones/{phone}?tab=firmware")
    rows = page.soup.select("[aria-labelledby=versions-title] tbody tr")
    assert [row.th.get_text() for row in rows if row.th] == [
        "108.87.0.15",
        "108.86.0.1",
        "108.84.0.1",
    ]
    assert "now" in rows[0].get_text()
    assert "the first that it told" in rows[2].get_text()


def test_it_names_its_turns_with_what_came_of_them(alice: Pages) -> None:
    """R129: the verdict and how it is known."""
    now = utc_now()
    phone = add_phone("acme", "805ec0000001", firmware="108.86.0.1")
    with open_session() as session:
        session.add(
            FirmwareTurn(
                phone_id=phone,
                to_version="108.87.0.15",
                from_version="108.86.0.1",
                state=TurnState.FAILED,
                revision=2,
                opened_at=now - timedelta(hours=1),
                closed_at=now,
                opened_by="alice@acme.example",
                size_bytes=10,
                evidence="It came back with the old version.",
            )
        )
        session.commit()
    page = alice.get(f"/t/acme/phones/{phone}?tab=firmware")
    row = page.select_text("[aria-labelledby=turns-title] tbody tr")
    assert "Failed It came back with the old version." in row
    assert "108.87.0.15" in row


def test_without_any_it_says_so(alice: Pages) -> None:
    phone = add_phone("acme", "805ec0000001")
    page = alice.get(f"/t/acme/phones/{phone}?tab=firmware").select_text("#part-tab")
    assert "never its turn" in page
    assert "hasn’t told any yet" in page
