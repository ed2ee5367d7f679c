"""Update Firmware on one phone's page (R52, R53, R125, R128, R129)."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.firmware.models import FirmwareTurn, TurnState
from phoneprov.firmware.rollout_models import PartState
from tests.integration.web.rollouts.conftest import (
    NEW,
    OLD,
    add_image,
    add_old_phones,
    add_window,
    find_rollouts,
    set_phone,
)
from tests.integration.web.rows import add_phone, open_session
from tests.pages import Answer, Pages


def page_of(phone_id: int) -> str:
    return f"/t/acme/phones/{phone_id}"


def press(person: Pages, phone_id: int, image: int, **fields: str) -> Answer:
    values = {"firmware": str(image), "timing": "now", **fields}
    return person.post(f"{page_of(phone_id)}/update", values)


def add_turn(phone_id: int, **fields: object) -> None:
    with open_session() as session:
        values: dict[str, object] = {
            "to_version": NEW,
            "from_version": OLD,
            "revision": 99,
            "opened_at": utc_now() - timedelta(minutes=3),
            "opened_by": "alice@acme.example",
            "size_bytes": 1000,
        }
        session.add(FirmwareTurn(phone_id=phone_id, **{**values, **fields}))
        session.commit()


def test_the_indicator_has_the_button(alice: Pages, bob: Pages) -> None:
    """R52, R53."""
    add_image()
    (phone,) = add_old_phones(1)
    button = alice.get(page_of(phone)).soup.select_one("#update-phone")
    assert button is not None
    assert button.get_text() == "Update Firmware"
    assert button["href"] == f"{page_of(phone)}/update"
    assert bob.get(page_of(phone)).soup.select_one("#update-phone") is None


def test_before_it_starts_it_says_what_follows(alice: Pages) -> None:
    """R128: 5–10 minutes, offline meanwhile; the next window is named by the phone's clock."""
    add_image()
    (phone,) = add_old_phones(1)
    page = alice.get(f"{page_of(phone)}/update")
    assert "5–10 minutes, and the phone is offline meanwhile" in page.text
    assert "There is no maintenance window to wait for" in page.select_text("#field-timing")
    add_window(weekdays=0b1111111, opens=3, closes=3)
    timing = alice.get(f"{page_of(phone)}/update").select_text("#field-timing")
    assert "(Europe/Berlin)" in timing
    assert find_rollouts() == []


def test_one_press_makes_it_its_turn_and_a_second_nothing_more(alice: Pages) -> None:
    """R53, R128."""
    image = add_image()
    (phone,) = add_old_phones(1)
    answer = press(alice, phone, image)
    assert answer.status_code == 303
    again = press(alice, phone, image)
    assert again.status_code == 303
    assert again.location == page_of(phone)
    (rollout,) = find_rollouts()
    assert (rollout.canary_phones, rollout.batch_phones, rollout.in_windows) == (1, 1, False)
    shown = alice.get(page_of(phone))
    assert NEW in shown.select_text("#update-title")
    assert shown.soup.select_one("#update-phone") is None
    asked = alice.get(f"{page_of(phone)}/update")
    assert "is under way already" in asked.text
    assert not asked.soup.select("main form")


def test_in_its_next_window(alice: Pages) -> None:
    """R54, R130."""
    image = add_image()
    (phone,) = add_old_phones(1)
    add_window(weekdays=0b1111111, opens=3, closes=4)
    press(alice, phone, image, timing="window")
    assert find_rollouts()[0].in_windows
    words = alice.get(page_of(phone)).select_text("#update-words")
    assert "Its window is open" in words or "which opens" in words


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"firmware": "999999"}, "firmware"),
        ({"firmware": ""}, "firmware"),
        ({"timing": "window"}, "timing"),
        ({"timing": "<b>"}, "timing"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    alice: Pages, fields: dict[str, str], field: str
) -> None:
    image = add_image()
    (phone,) = add_old_phones(1)
    answer = press(alice, phone, image, **fields)
    assert answer.status_code == 422
    assert answer.select_text(f"#field-{field} .error")
    assert find_rollouts() == []


def test_an_older_version_only_on_purpose(alice: Pages) -> None:
    """Downgrade without its tick is refused with the reason, and what was chosen stays."""
    image = add_image(version="108.85.0.1")
    (phone,) = add_old_phones(1)
    assert "older than what it runs" in alice.get(f"{page_of(phone)}/update").text
    refused = press(alice, phone, image)
    assert refused.status_code == 422
    assert "which is newer than 108.85.0.1" in refused.select_text("#field-firmware .error")
    assert refused.soup.select_one(f"input[name=firmware][value='{image}'][checked]")
    assert press(alice, phone, image, allows_downgrade="y").status_code == 303


def test_its_page_follows_step_by_step(alice: Pages) -> None:
    """R53: waits, downloads n %, installs; the open page is told of each."""
    image = add_image()
    (phone,) = add_old_phones(1)
    press(alice, phone, image)
    add_turn(phone, started_at=utc_now(), sent_bytes=430)
    with open_session() as session:
        turn = session.scalars(select(FirmwareTurn.id)).one()
    set_phone(find_rollouts()[0].id, phone, state=PartState.UPDATING, turn_id=turn)
    page = alice.get(page_of(phone))
    assert page.select_text("#update-words") == f"Updating to {NEW}: downloading 43 %."
    assert page.soup.select_one("#update-card progress")["value"] == "43"  # type: ignore[index]
    poll = page.soup.select_one("#phone-poll")
    assert poll is not None
    with open_session() as session:
        session.get_one(FirmwareTurn, turn).downloaded_at = utc_now()
        session.commit()
    news = alice.get(str(poll["hx-get"]), headers={"HX-Request": "true"})
    assert "installs it" in news.select_text("#part-updating")


def test_the_verdict_stands_there_with_its_evidence(alice: Pages) -> None:
    """R129: named as such, and the way on is there."""
    add_image()
    (phone,) = add_old_phones(1)
    add_turn(
        phone,
        state=TurnState.FAILED,
        closed_at=utc_now(),
        evidence="It never asked for the file.",
    )
    page = alice.get(page_of(phone))
    assert "It never asked for the file." in page.select_text("#update-words")
    assert page.soup.select_one("#update-again")


def test_one_for_which_there_is_nothing(alice: Pages) -> None:
    phone = add_phone("acme", "805ec0000001")
    assert "The library has nothing for this phone" in alice.get(f"{page_of(phone)}/update").text


def test_the_menu_leads_there(alice: Pages) -> None:
    add_image()
    (phone,) = add_old_phones(1)
    item = alice.get("/t/acme/phones").soup.select_one(f"#menu-{phone}-update")
    assert item is not None
    assert item["href"] == f"{page_of(phone)}/update"


def test_nobody_else_can(bob: Pages, charlie: Pages, alice: Pages) -> None:
    """R65, and a viewer only looks."""
    image = add_image()
    (phone,) = add_old_phones(1)
    assert bob.get(f"{page_of(phone)}/update").status_code == 403
    assert press(bob, phone, image).status_code == 403
    assert charlie.get(f"/t/globex/phones/{phone}/update").status_code == 404
    assert charlie.post(f"/t/globex/phones/{phone}/update", {}).status_code == 404
    assert alice.client.post(f"{page_of(phone)}/update", data={}).status_code == 400
    assert find_rollouts() == []
