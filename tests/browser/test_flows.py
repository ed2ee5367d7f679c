"""What people do with phones, from the first click to the last, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.rigs.browser import TOO_WIDE, find_violations
from tests.rigs.components import require_component
from tests.rigs.demo import add_states
from tests.rigs.many import NARROW, PHONES, WIDE, ManyPhones, many_phones

pytestmark = [pytest.mark.component("chromium")]

WIDTHS = pytest.mark.parametrize("width", [WIDE, NARROW])
ONLINE_MS = 150_000
CSV = """mac;model;extension;display_name;place
{oui}00001;Yealink T46U;1001;Waiting room {width};Room 1
{oui}00002;Yealink T4G;1002;Lab {width};Room 2
{oui}00003;Grandstream GXP2170;9999;Store {width};Room 3
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManyPhones]:
    require_component("chromium")
    with many_phones(tmp_path_factory.mktemp("flows"), more=12) as made:
        add_states(made.person)
        yield made


def looks_right(page: Page) -> None:
    """Nothing is cut off, and axe finds nothing at all."""
    assert page.evaluate(TOO_WIDE) <= 0
    assert find_violations(page) == []


def add_phone(where: ManyPhones, mac: str, model: str = "yealink-t46u", **values: str) -> str:
    """Add a phone through its form; return the address of its page."""
    page = where.person.submit(f"{PHONES}/add", mac=mac, model_slug=model, **values)
    link = page.select_one("#edit-phone")
    assert link is not None
    return str(link["href"]).removesuffix("/edit")


@WIDTHS
def test_a_list_is_refused_corrected_and_taken_as_a_whole(place: ManyPhones, width: int) -> None:
    """Faults with line and column first; nothing is added before all of it is right."""
    watched = place.open(f"{PHONES}/import", width=width)
    page = watched.page
    text = CSV.format(oui=f"80:5e:c0:{'a7' if width == WIDE else 'a8'}:0", width=width)
    text = text.replace("0000", "0:0")
    page.fill("#text", text)
    page.keyboard.press("Tab")
    page.click("main .form-actions button")
    page.wait_for_selector("#refused")
    assert "2 refused" in page.inner_text(".counts")
    faults = page.locator("[aria-labelledby=refused] tbody tr").all_inner_texts()
    assert [("model" in one, "extension" in one) for one in faults] == [
        (True, False),
        (False, True),
    ]
    assert page.locator("text=Import 1 phone").count() == 0
    looks_right(page)
    page.click("text=Choose another list")
    page.fill("#text", text.replace("T4G", "T46U").replace("9999", ""))
    page.click("main .form-actions button")
    page.wait_for_selector("#added")
    looks_right(page)
    page.click("text=Import 3 phones")
    page.wait_for_selector("text=Import done: 3 added, 0 changed.")
    page.fill("#phone-search", f"lab {width}")
    expect(page.locator("#phone-rows tr")).to_have_count(1)
    watched.close()


def test_an_export_is_changed_in_a_spreadsheet_and_taken_back(place: ManyPhones) -> None:
    """What is filtered goes out; what comes back changes what is different, and no more."""
    watched = place.open(f"{PHONES}?q=desk")
    page = watched.page
    with page.expect_download() as download:
        page.click("text=Export as CSV")
    path: Path = download.value.path()
    text = path.read_text("utf-8-sig")
    assert len(text.splitlines()) == 13
    assert "sip" not in text.splitlines()[0].replace("local_sip_port", "")
    path.write_text(text.replace("Basement", "Ground floor"), "utf-8-sig")
    page.click("text=Import")
    page.set_input_files("#file", path)
    page.click("main .form-actions button")
    page.wait_for_selector("#changed")
    assert "3 changed" in page.inner_text(".counts")
    assert "9 unchanged" in page.inner_text(".counts")
    page.click("text=Import 3 phones")
    page.wait_for_selector("text=Import done: 0 added, 3 changed.")
    page.fill("#phone-search", "ground floor")
    expect(page.locator("#phone-rows tr")).to_have_count(3)
    watched.close()


@WIDTHS
def test_a_broken_phone_is_replaced(place: ManyPhones, width: int) -> None:
    """By keyboard: the new MAC, another model; all else stays."""
    end = "31" if width == WIDE else "32"
    address = add_phone(place, f"80:5e:c0:c1:00:{end}", extension="1004", place="Room 9")
    watched = place.open(address, width=width)
    page = watched.page
    page.click("text=More ▾")
    page.click(".row-menu:popover-open >> text=Replace hardware")
    page.wait_for_url("**/replace")
    looks_right(page)
    page.focus("#mac")
    page.keyboard.press("Control+A")
    page.keyboard.type(f"c0-74-ad-c1-00-{end}")
    page.keyboard.press("Tab")
    page.keyboard.type("Grandstream GXP2170")
    page.keyboard.press("Tab")
    page.keyboard.type(f"SN-{end}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{address}")
    facts = page.inner_text("dl.facts")
    assert f"c0:74:ad:c1:00:{end}" in facts
    assert "Grandstream GXP2170" in facts
    assert "Room 9" in facts
    watched.close()


@WIDTHS
def test_a_phone_is_given_to_somebody_else(place: ManyPhones, width: int) -> None:
    """R143: in one step; what the last user had goes, and its page says what comes next."""
    end = "41" if width == WIDE else "42"
    address = add_phone(
        place, f"80:5e:c0:c2:00:{end}", extension="1005", display_name="Old desk", place="Room 4"
    )
    watched = place.open(address, width=width)
    page = watched.page
    page.click("text=More ▾")
    page.click(".row-menu:popover-open >> text=Reassign")
    page.wait_for_url("**/reassign")
    looks_right(page)
    assert page.get_attribute("#mac", "readonly") is not None
    page.fill("#extension", "1006")
    page.click("main .form-actions button")
    page.wait_for_selector("text=starts over")
    assert "Old desk" not in page.inner_text("h1")
    assert "1006" in page.inner_text("main")
    watched.close()


def test_the_installers_list_is_made_for_paper(place: ManyPhones, tmp_path: Path) -> None:
    """By place, with a box to tick; on paper without bar and buttons, on as few pages as it takes."""
    watched = place.open(f"{PHONES}?q=desk")
    page = watched.page
    page.click("text=Installer’s list")
    page.wait_for_selector(".tick-box")
    places = page.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert places == sorted(places, key=str.casefold)
    looks_right(page)
    page.emulate_media(media="print")
    assert not page.is_visible("header")
    assert not page.is_visible("text=As CSV")
    assert page.locator("tbody tr").first.is_visible()
    paper = tmp_path / "list.pdf"
    page.pdf(path=paper, format="A4")
    content = paper.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") + content.count(b"/Type/Page/") <= 1
    watched.close()
    narrow = place.open(f"{PHONES}/installer?q=desk", width=NARROW)
    looks_right(narrow.page)
    narrow.close()


def test_phones_follow_a_profile_keep_what_is_theirs_and_leave(place: ManyPhones) -> None:
    """R49, R124: made, given to many, changed later; the own value stays, is marked, and stays."""
    first = add_phone(place, "80:5e:c0:c3:00:51", display_name="Follower 1")
    own = add_phone(place, "80:5e:c0:c3:00:52", display_name="Follower 2", time_zone="Asia/Tokyo")
    watched = place.open("/t/demo/profiles/add")
    page = watched.page
    looks_right(page)
    page.focus("#name")
    page.keyboard.type("Call centre")
    page.select_option("#time_zone", "Europe/Vienna")
    page.fill("#local_sip_port", "5090")
    page.click("main .form-actions button")
    page.wait_for_selector("text=Call centre added")
    page.goto(f"{place.demo.url}{PHONES}?q=follower")
    page.click("#bulk-all")
    page.check("text=Apply profile")
    page.select_option("#profile", label="Call centre")
    page.click("text=See what would happen")
    page.wait_for_selector("#will-title")
    assert page.inner_text("#will-title") == "2 phones change"
    looks_right(page)
    page.click("main button.primary")
    page.wait_for_selector("#bulk-progress .counts:has-text('2 done')", timeout=15_000)
    assert zone_of(page, place, first) == "Europe/Vienna from profile Call centre"
    assert zone_of(page, place, own) == "Asia/Tokyo its own"
    page.goto(f"{place.demo.url}/t/demo/profiles")
    page.click("[aria-label='Edit Call centre']")
    page.select_option("#time_zone", "America/New_York")
    page.click("main .form-actions button")
    page.wait_for_selector("text=Call centre saved. 1 phone takes the change at the next check")
    assert zone_of(page, place, first) == "America/New_York from profile Call centre"
    assert zone_of(page, place, own) == "Asia/Tokyo its own"
    page.goto(f"{place.demo.url}{own}/edit")
    page.select_option("#profile_id", "")
    expect(page.locator("#profile_id-note")).to_contain_text("5090")
    page.click("main .form > .form-actions button")
    page.wait_for_url(f"**{own}")
    assert zone_of(page, place, own) == "Asia/Tokyo"
    watched.close()
    narrow = place.open(f"{PHONES}?q=follower", width=NARROW)
    narrow.page.click("#bulk-all")
    narrow.page.wait_for_selector("#field-action")
    looks_right(narrow.page)
    narrow.close()


def zone_of(page: Page, place: ManyPhones, address: str) -> str:
    """Return what the page of a phone says of its time zone."""
    page.goto(place.demo.url + address)
    return " ".join(page.inner_text("dt:text-is('Timezone') + dd").split())


@WIDTHS
def test_a_phone_that_nobody_added_is_added(place: ManyPhones, width: int) -> None:
    """R76: it has asked; two clicks, and MAC and model are there already."""
    watched = place.open("/unknown-phones", width=width)
    page = watched.page
    looks_right(page)
    mac, model = ("80:5e:c0:ff:ee:01", "yealink-t54w")
    if width == NARROW:
        mac, model = ("c0:74:ad:ff:ee:02", "grandstream-gxp2170")
    page.select_option("#tenant", "demo")
    page.click(f"[aria-label='Add {mac}']")
    page.wait_for_url("**/phones/add?**")
    assert page.input_value("#mac") == mac
    assert page.input_value("#model_slug") == model
    looks_right(page)
    page.click("main .form-actions button")
    page.wait_for_selector("text=Its config waits for it.")
    page.goto(f"{place.demo.url}/unknown-phones")
    assert mac not in page.inner_text("main")
    watched.close()


def test_orders_to_many_are_seen_through_to_the_end(place: ManyPhones) -> None:
    """R48, R122, R123: planned, queued, sent, confirmed by what the phones do; the rest is named."""
    watched = place.open(f"{PHONES}?model=yealink-t46u")
    page = watched.page
    status = page.locator("#phone-1 .cell-status .status")
    expect(status).to_have_class(re.compile("status-(online|registered)"), timeout=ONLINE_MS)
    page.click("#bulk-all")
    page.check("text=Resync (read config again)")
    page.click("text=See what would happen")
    page.wait_for_selector("#left-title")
    assert page.inner_text("#will-title") == "1 phone gets the order"
    looks_right(page)
    page.focus("main button.primary")
    page.keyboard.press("Enter")
    page.wait_for_selector("#bulk-progress")
    page.wait_for_selector("#only-confirmed", timeout=60_000)
    assert page.inner_text("#only-confirmed") == "1 confirmed"
    page.wait_for_selector("#bulk-progress:not([hx-get])")
    looks_right(page)
    page.click("#only-confirmed")
    assert "later" in page.inner_text("#bulk-results tbody")
    page.focus("#repeat-bulk")
    page.keyboard.press("Enter")
    page.wait_for_selector("#left-title")
    assert page.inner_text("#will-title").startswith("0 phones")
    watched.close()
    narrow = place.open("/t/demo/bulk", width=NARROW)
    narrow.page.locator("main tbody a").first.click()
    narrow.page.wait_for_selector("#bulk-progress")
    looks_right(narrow.page)
    narrow.close()
