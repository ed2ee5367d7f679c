"""The list with 312 phones in a real browser: ticks, keys, columns, filters, live changes."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.rigs.browser import TOO_WIDE, find_violations
from tests.rigs.components import require_component
from tests.rigs.many import ALL_PHONES, NARROW, PHONES, WIDE, ManyPhones, many_phones
from tests.rigs.sinks import wait_for

pytestmark = [pytest.mark.component("chromium")]

LIVE_MS = 10_000
ON_TOP = """(id) => {
  const one = document.getElementById(id).getBoundingClientRect();
  const there = document.elementFromPoint(one.x + one.width / 2, one.y + one.height / 2);
  return there?.id === id;
}"""
"""Whether nothing lies over it."""
NOBODY = "/t/nobody-here/phones"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManyPhones]:
    require_component("chromium")
    with many_phones(tmp_path_factory.mktemp("many")) as made:
        yield made


def boxes(page: Page) -> list[str]:
    """Return the ids of the phones in sight, in their order."""
    return [
        str(one.get_attribute("value")) for one in page.locator("#phone-rows [name=phone]").all()
    ]


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def switch(place: ManyPhones, phone_id: str, verb: str) -> None:
    """Let somebody else disable or enable a phone meanwhile."""
    values = {"confirm": "1"} if verb == "disable" else {}
    place.person.submit(f"{PHONES}/{phone_id}/{verb}", **values)


def wait_for_status(page: Page, phone_id: str, word: str) -> None:
    status = page.locator(f"#phone-{phone_id} .cell-status .status")
    expect(status).to_have_text(word, timeout=LIVE_MS)


def test_one_a_range_a_page_and_all_that_match_are_ticked(place: ManyPhones) -> None:
    """R121: over pages and live changes, and their number never leaves the sight."""
    watched = place.open(f"{PHONES}?q=desk")
    page = watched.page
    count = page.locator("#bulk-ticked")
    page.locator("#phone-rows [name=phone]").nth(0).check()
    expect(count).to_have_text("With 1 ticked phone…")
    page.locator("#phone-rows [name=phone]").nth(2).click()
    page.locator("#phone-rows [name=phone]").nth(9).click(modifiers=["Shift"])
    expect(count).to_have_text("With 9 ticked phones…")
    page.click("#page-after")
    expect(page.locator(".pages")).to_contain_text("Page 2 of 6")
    page.check("#pick-all")
    expect(count).to_have_text("With 59 ticked phones…")
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert page.evaluate(ON_TOP, "bulk-ticked")
    changing = boxes(page)[3]
    switch(place, changing, "disable")
    wait_for_status(page, changing, "Disabled")
    assert page.is_checked(f"#pick-{changing}")
    expect(count).to_have_text("With 59 ticked phones…")
    switch(place, changing, "enable")
    page.click("#page-before")
    expect(page.locator(".pages")).to_contain_text("Page 1 of 6")
    assert page.locator("#phone-rows :checked").count() == 9
    page.click("#bulk-all")
    assert page.inner_text("h1") == "What to do with 300 phones?"
    page.go_back()
    page.click("#bulk-ticked")
    assert page.inner_text("h1") == "What to do with 59 phones?"
    watched.close()


def test_the_ticked_go_away_as_a_list(place: ManyPhones) -> None:
    """Those of other pages, too; and they stay ticked."""
    watched = place.open(f"{PHONES}?q=desk&per_page=50")
    page = watched.page
    page.locator("#phone-rows [name=phone]").nth(0).check()
    page.click("#page-after")
    page.locator("#phone-rows [name=phone]").nth(0).check()
    for _ in range(2):
        with page.expect_download() as download:
            page.click("text=Export 2 ticked phones as CSV")
        text = download.value.path().read_text("utf-8-sig")
        assert sorted(set(re.findall(r"Desk \d+", text))) == ["Desk 001", "Desk 051"]
        assert len(text.splitlines()) == 3
    expect(page.locator("#bulk-ticked")).to_have_text("With 2 ticked phones…")
    watched.close()


def test_the_rows_are_gone_over_and_ticked_by_key(place: ManyPhones) -> None:
    """R68: next, previous, tick, a range, the menu, open; and the keys of every page."""
    watched = place.open(f"{PHONES}?q=desk")
    page = watched.page
    ids = boxes(page)
    keys = page.keyboard
    for key in ("j", "j", "x", "j", "ArrowDown", "ArrowUp", "ArrowDown", "Shift+X"):
        keys.press(key)
    expect(page.locator("#bulk-ticked")).to_have_text("With 3 ticked phones…")
    assert focused(page) == f"open-{ids[3]}"
    keys.press("k")
    keys.press(".")
    page.wait_for_selector(f"#menu-{ids[2]}:popover-open")
    keys.press("Escape")
    keys.press("x")
    expect(page.locator("#bulk-ticked")).to_have_text("With 2 ticked phones…")
    keys.press("?")
    page.wait_for_selector("#keys-dialog[open]")
    keys.press("j")
    keys.press("Escape")
    page.focus("#phone-search")
    keys.press("End")
    keys.type("jkx")
    assert page.input_value("#phone-search").endswith("jkx")
    page.goto(f"{place.demo.url}{PHONES}?q=desk")
    keys.press("j")
    keys.press("Enter")
    page.wait_for_url(f"**{PHONES}/{ids[0]}")
    keys.press("g")
    keys.press("l")
    page.wait_for_url("**/button-layouts")
    keys.press("g")
    keys.press("p")
    page.wait_for_url(f"**{PHONES}")
    keys.press("/")
    assert focused(page) == "bar-search-field"
    watched.close()


def test_a_live_change_disturbs_nobody(place: ManyPhones) -> None:
    """R4, R121: neither who types a filter, nor who has a row in focus, or its menu open."""
    watched = place.open(f"{PHONES}?q=Desk+00", height=500)
    page = watched.page
    mine, *_, other = boxes(page)
    page.focus("#phone-search")
    page.keyboard.press("End")
    page.keyboard.type("")
    page.evaluate("document.getElementById('phone-search').setSelectionRange(2, 4)")
    switch(place, other, "disable")
    wait_for_status(page, other, "Disabled")
    assert focused(page) == "phone-search"
    field = "document.getElementById('phone-search')"
    assert page.evaluate(f"[{field}.value, {field}.selectionStart, {field}.selectionEnd]") == [
        "Desk 00", 2, 4,
    ]  # fmt: skip
    page.focus(f"#open-{mine}")
    page.evaluate("scrollTo(0, 120)")
    switch(place, mine, "disable")
    wait_for_status(page, mine, "Disabled")
    assert focused(page) == f"open-{mine}"
    assert page.evaluate("scrollY") == 120
    page.keyboard.press(".")
    page.wait_for_selector(f"#menu-{mine}:popover-open")
    page.keyboard.press("ArrowDown")
    item = focused(page)
    assert item.startswith(f"menu-{mine}-")
    switch(place, other, "enable")
    wait_for_status(page, other, "Pending")
    assert page.locator(f"#menu-{mine}:popover-open").count() == 1
    assert focused(page) == item
    switch(place, mine, "enable")
    wait_for_status(page, mine, "Pending")
    assert page.locator(f"#menu-{mine}:popover-open").count() == 1
    page.keyboard.press("Escape")
    page.click("#list-columns > summary")
    page.focus("#list-columns [value=place]")
    switch(place, other, "disable")
    wait_for_status(page, other, "Disabled")
    assert page.locator("#list-columns[open]").count() == 1
    switch(place, other, "enable")
    watched.close()


def test_columns_and_row_height_are_remembered(place: ManyPhones) -> None:
    """Per person, whatever the tenant; an address with columns of its own counts for itself."""
    watched = place.open(f"{PHONES}?q=desk")
    page = watched.page
    usual = page.locator("thead th").all_inner_texts()
    height = page.locator(".phone-row").first.bounding_box()
    page.click("#list-columns > summary")
    assert find_violations(page) == []
    page.uncheck("#list-columns [value=ip]")
    for column in ("place", "config"):
        page.check(f"#list-columns [value={column}]")
    page.check("#list-columns [name=compact]")
    page.click("text=Show these")
    page.wait_for_selector(".phone-table.is-compact")
    assert page.url.endswith("?q=desk")
    heads = [one.rstrip(" ↑↓") for one in page.locator("thead th").all_inner_texts()]
    assert heads[1:5] == ["Status", "Name", "Place", "Extension"]
    assert "IP address" not in heads
    assert page.locator(".phone-row .cell-added-on").nth(0).inner_text() == "Basement"
    compact = page.locator(".phone-row").first.bounding_box()
    assert height is not None
    assert compact is not None
    assert 28 <= compact["height"] < 30
    assert 36 <= height["height"] < 40
    again = place.open(f"{PHONES}?columns=mac")
    assert [one.rstrip(" ↑↓") for one in again.page.locator("thead th").all_inner_texts()][1:4] == [
        "Status", "Name / place", "MAC address",
    ]  # fmt: skip
    again.close()
    page.click("#list-columns > summary")
    page.uncheck("#list-columns [name=compact]")
    page.click("text=The usual ones")
    page.wait_for_selector(".phone-table:not(.is-compact)")
    assert page.locator("thead th").all_inner_texts() == usual
    watched.close()


def test_a_change_comes_into_the_columns_that_are_there(place: ManyPhones) -> None:
    """Also where another tab has chosen others since."""
    watched = place.open(f"{PHONES}?q=Desk+00")
    page = watched.page
    other = boxes(page)[4]
    place.person.http.post(
        f"{place.demo.url}{PHONES}/columns",
        data={"csrf_token": token(place), "column": ["place", "serial"]},
        timeout=10,
    )
    switch(place, other, "disable")
    wait_for_status(page, other, "Disabled")
    cells = page.locator(f"#phone-{other} > *").count()
    assert cells == page.locator("thead th").count() == 10
    switch(place, other, "enable")
    place.person.http.post(
        f"{place.demo.url}{PHONES}/columns",
        data={"csrf_token": token(place), "usual": "1"},
        timeout=10,
    )
    watched.close()


def token(place: ManyPhones) -> str:
    found = place.person.read(PHONES).select_one("#list-taste [name=csrf_token]")
    assert found is not None
    return str(found["value"])


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_filter_gets_a_name_and_is_one_click_away(place: ManyPhones, width: int) -> None:
    """All of it is in the address: search, model, line, order; and so it is kept."""
    watched = place.open(width=width)
    page = watched.page
    page.fill("#phone-search", "cellar")
    page.select_option("#phone-model", "grandstream-gxp2170")
    page.click("#more-filters > summary")
    page.select_option("#phone-line", "unassigned")
    expect(page.locator("#match-count")).to_contain_text("20 of 312 match")
    assert page.locator("#more-filters[open]").count() == 1
    assert page.evaluate(TOO_WIDE) <= 0
    page.keyboard.press("Escape")
    if width == WIDE:
        page.click("#sort-mac")
        page.wait_for_selector(".head-mac[aria-sort]")
    page.click("#my-filters > summary")
    page.fill("#filter-name", "In the cellar, to be handed out")
    assert find_violations(page) == []
    page.click("#save-filter button")
    page.wait_for_selector("text=“In the cellar, to be handed out” saved")
    asked = page.url.partition("?")[2]
    assert {"q=cellar", "model=grandstream-gxp2170", "line=unassigned"} <= set(asked.split("&"))
    page.goto(f"{place.demo.url}{PHONES}")
    page.click("#my-filters > summary")
    page.click("text=In the cellar, to be handed out")
    expect(page.locator("#match-count")).to_contain_text("20 of 312 match")
    assert page.url.partition("?")[2] == asked
    page.click("#my-filters > summary")
    page.click("[aria-label='Delete the filter In the cellar, to be handed out']")
    page.wait_for_selector("text=deleted")
    expect(page.locator("#my-filters .saved-filters")).to_have_count(0)
    watched.close()


def test_who_sorts_while_the_filter_is_on_its_way_gets_both(place: ManyPhones) -> None:
    """The slower answer to the earlier question is not shown over the later one."""
    watched = place.open()
    page = watched.page

    def answer_late(route: Route) -> None:
        page.wait_for_timeout(600)
        route.continue_()

    page.route(lambda url: "q=cellar" in url and "sort=-mac" not in url, answer_late)
    page.click("#sort-mac")
    page.wait_for_selector(".head-mac[aria-sort=ascending]")
    page.fill("#phone-search", "cellar")
    with page.expect_request(lambda one: "q=cellar" in one.url):
        pass
    with page.expect_response(lambda one: "q=cellar" in one.url and "sort=-mac" not in one.url):
        page.click("#sort-mac")
        page.wait_for_selector(".head-mac[aria-sort=descending]")
    assert page.get_attribute(".head-mac", "aria-sort") == "descending"
    expect(page.locator("#match-count")).to_contain_text("60 of 312 match")
    assert page.get_attribute(".head-mac", "aria-sort") == "descending"
    watched.close()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_an_empty_list_teaches(place: ManyPhones, width: int) -> None:
    """No match: clear it, or add the MAC that was looked for; no phones: also those that wait."""
    watched = place.open(f"{PHONES}?q=80-5e-c0-ff-ff-01&status=online", width=width)
    page = watched.page
    assert find_violations(page) == []
    assert page.locator("text=Add 80:5e:c0:ff:ff:01").get_attribute("href") == (
        f"{PHONES}/add?mac=80:5e:c0:ff:ff:01"
    )
    page.click("#clear-filter")
    expect(page.locator("#match-count")).to_have_text(f"{ALL_PHONES} phones")
    if not place.person.http.get(f"{place.demo.url}{NOBODY}", timeout=10).ok:
        place.person.submit("/tenants/add", name="Nobody here")
        agent = "Yealink SIP-T54W 96.86.0.75 80:5e:c0:ff:ee:01"
        url = f"{place.demo.url}/prov/805ec0ffee01.cfg"
        place.person.http.get(url, headers={"User-Agent": agent}, timeout=10)
        seen = "80:5e:c0:ff:ee:01"
        wait_for(lambda: seen in str(place.person.read("/unknown-phones")), 10, "it is noted")
    page.goto(f"{place.demo.url}{NOBODY}")
    expect(page.locator("#add-unknown")).to_be_visible()
    assert page.locator(".empty-lesson").inner_text().count("1 phone that nobody added") == 1
    assert find_violations(page) == []
    page.click("#add-unknown")
    assert "80:5e:c0:ff:ee:01;Yealink T54W" in page.input_value("#text")
    page.click("main .form-actions button")
    page.wait_for_selector("#added")
    watched.close()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_everybody_can_use_it(place: ManyPhones, width: int) -> None:
    """R68, R70: axe finds nothing at all, with ticks and many columns, and nothing is cut off."""
    columns = "place.modules.serial.layout.profile.config.checked_in.added"
    for path in (PHONES, f"{PHONES}?columns={columns}"):
        watched = place.open(path, width=width)
        watched.page.locator("#phone-rows [name=phone]").nth(0).check()
        assert find_violations(watched.page) == []
        assert watched.page.evaluate(TOO_WIDE) <= 0
        watched.page.evaluate("scrollTo(0, 1500)")
        assert watched.page.evaluate(ON_TOP, "bulk-ticked")
        watched.close()
