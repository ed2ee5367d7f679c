"""What a tenant sees of firmware: what concerns its phones, and nothing else (R52, R126, R127)."""

from datetime import timedelta

import pytest

from phoneprov.core.clock import utc_now
from phoneprov.firmware.models import FirmwareFit, FirmwareTurn
from tests.integration.web.firmware.conftest import Counter, add_firmware
from tests.integration.web.rows import add_phone, open_session
from tests.pages import Pages

PAGE = "/t/acme/firmware"


def test_it_shows_what_concerns_its_phones(alice: Pages, bob: Pages) -> None:
    add_firmware(notes="Repairs the clock.")
    add_firmware(
        vendor="cisco",
        version="7.6.2c",
        file_name="spa50x-30x-7-6-2c.bin",
        fits=[FirmwareFit(model_slug="cisco-spa504g")],
    )
    add_firmware(version="108.88.0.1", retired_at=utc_now())
    add_firmware(version="108.89.0.1", confirmed_at=None)
    add_phone("acme", "805ec0000001", firmware="108.86.0.1")
    add_phone("globex", "805ec0000002", firmware="108.80.0.1")
    for person in (alice, bob):
        page = person.get(PAGE)
        assert "Repairs the clock." in page.text
        assert "108.86.0.1" in page.text
        for hidden in ("7.6.2c", "108.88.0.1", "108.89.0.1", "108.80.0.1", "globex"):
            assert hidden not in page.text, hidden


def test_another_tenants_is_not_there(charlie: Pages) -> None:
    """R65."""
    assert charlie.get(PAGE).status_code == 404


def test_without_phones_it_says_what_will_be_here(alice: Pages) -> None:
    assert "No phones yet" in alice.get(PAGE).text


def test_the_phone_says_that_there_is_an_update(alice: Pages) -> None:
    """R52, R127: from where to where; not for what runs it already."""
    add_firmware()
    old = add_phone("acme", "805ec0000001", firmware="108.86.0.90", firmware_seen_at=utc_now())
    new = add_phone("acme", "805ec0000002", firmware="108.87.0.15", firmware_seen_at=utc_now())
    page = alice.get(f"/t/acme/phones/{old}")
    offer = page.select_text("#firmware-offer")
    assert offer == "⬆ Firmware update available: 108.86.0.90 → 108.87.0.15"
    assert alice.get(f"/t/acme/phones/{new}").soup.select_one("#firmware-offer") is None


@pytest.mark.parametrize(
    "fields",
    [
        {"retired_at": utc_now()},
        {"confirmed_at": None},
        {"hardware": "96"},
        {"version": "108.86.0.90"},
        {"version": "108.85.0.1"},
        {"fits": [FirmwareFit(model_slug="yealink-t54w")]},
    ],
    ids=["retired", "unconfirmed", "hardware", "equal", "older", "model"],
)
def test_it_says_nothing_of_what_is_not_for_it(alice: Pages, fields: dict[str, object]) -> None:
    """R127."""
    add_firmware(**fields)
    phone = add_phone("acme", "805ec0000001", firmware="108.86.0.90", firmware_seen_at=utc_now())
    assert alice.get(f"/t/acme/phones/{phone}").soup.select_one("#firmware-offer") is None
    assert alice.get("/t/acme/phones").soup.select_one(".update-mark") is None


def test_it_says_how_to_come_there_in_steps(alice: Pages) -> None:
    phone = add_phone("acme", "805ec0000001", firmware="108.84.0.1", firmware_seen_at=utc_now())
    add_firmware(required_version="108.86.0.1")
    offer = alice.get(f"/t/acme/phones/{phone}").select_text("#firmware-offer")
    assert offer.endswith("it needs 108.86.0.1 first, which the library lacks")
    add_firmware(version="108.86.0.90")
    offer = alice.get(f"/t/acme/phones/{phone}").select_text("#firmware-offer")
    assert offer.endswith("108.84.0.1 → 108.87.0.15, by way of 108.86.0.90")


def test_the_list_marks_and_filters_it(alice: Pages) -> None:
    """R127: an arrow with words, a filter with its number."""
    add_firmware()
    add_phone("acme", "805ec0000001", firmware="108.86.0.90", display_name="Old")
    add_phone("acme", "805ec0000002", firmware="108.87.0.15", display_name="New")
    add_phone("acme", "805ec0000003", firmware="", display_name="Silent")
    page = alice.get("/t/acme/phones?flag=update")
    assert [one.get_text(strip=True) for one in page.soup.select(".cell-name a")] == ["Old"]
    assert page.select_text("#count-update") == "1"
    assert "108.86.0.90 → 108.87.0.15" in str(page.soup.select_one("abbr.update-mark"))
    everybody = alice.get("/t/acme/phones")
    assert len(everybody.soup.select("abbr.update-mark")) == 1
    ticked = alice.post("/t/acme/bulk/new", {"scope": "all", "filter": "flag=update"})
    assert "1 phone" in ticked.text


def test_an_open_page_learns_of_it(alice: Pages) -> None:
    """A new image in the library changes the rows of whom it is for."""
    add_phone("acme", "805ec0000001", firmware="108.86.0.90")
    page = alice.get("/t/acme/phones")
    poll = page.soup.select_one("[hx-get*='/live']")
    assert poll is not None
    live = str(poll["hx-get"])
    htmx = {"HX-Request": "true"}
    assert alice.get(live, htmx).status_code == 204
    add_firmware()
    assert "update-mark" in alice.get(live, htmx).text


def test_the_number_of_queries_does_not_grow(alice: Pages, queries: Counter) -> None:
    """However many phones, versions and images there are."""
    add_firmware()
    add_phone("acme", "805ec0000001", firmware="108.86.0.90")
    for round_, path in enumerate(("/t/acme/phones", "/t/acme/phones?flag=update", PAGE)):
        alice.get(path)
        queries.statements.clear()
        alice.get(path)
        few = len(queries.statements)
        for number in range(2, 12):
            add_firmware(version=f"108.87.{round_}.{number}")
            add_phone(
                "acme", f"805ec0{round_:02x}{number:04x}", firmware=f"108.8{number % 6}.0.{number}"
            )
        alice.get(path)
        queries.statements.clear()
        alice.get(path)
        assert len(queries.statements) == few, path


def test_a_phone_whose_turn_it_is_says_how_far_it_is(alice: Pages) -> None:
    """Downloading 43 %, while it does."""
    firmware = add_firmware()
    phone = add_phone(
        "acme",
        "805ec0000001",
        firmware="108.86.0.90",
        firmware_seen_at=utc_now(),
        config_revision=5,
        fetched_revision=5,
        fetched_at=utc_now(),
    )
    with open_session() as session:
        turn = FirmwareTurn(
            phone_id=phone,
            firmware_id=firmware,
            to_version="108.87.0.15",
            from_version="108.86.0.90",
            revision=5,
            opened_at=utc_now() - timedelta(minutes=1),
            opened_by="petra@provider.example",
            started_at=utc_now(),
            sent_bytes=17_200_000,
            size_bytes=40_000_000,
        )
        session.add(turn)
        session.commit()
    page = alice.get(f"/t/acme/phones/{phone}")
    assert page.select_text("#firmware-turn") == "⬇ Updating to 108.87.0.15: downloading 43 %"
    assert page.soup.select_one("#firmware-offer") is None
