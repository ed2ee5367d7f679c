"""The editor with mouse, finger and keyboard: move, copy, clear, undo, and what is heard of it."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, Route, expect

from tests.rigs.components import require_component
from tests.rigs.place import Place, open_place

pytestmark = [pytest.mark.component("chromium")]

MARK_ALL = "document.querySelectorAll('.key').forEach((key) => (key.dataset.seen = '1'))"
NOT_MARKED = "[...document.querySelectorAll('#picture .key:not([data-seen])')].map((k) => k.id)"
FOCUSED = "document.activeElement.id"
LISTEN = """() => {
  window.heard = [];
  const live = document.querySelectorAll('[role=status], [role=alert], [aria-live]');
  for (const one of live) new MutationObserver(() => {
    const text = one.textContent.replace(/\\s+/g, ' ').trim();
    if (text && window.heard.at(-1) !== text) window.heard.push(text);
  }).observe(one, {childList: true, characterData: true, subtree: true});
}"""
NARROWEST = """Math.min(
  ...[...document.querySelectorAll('#picture .key')].map((key) => key.offsetWidth))"""
THREE = {1: ("custom", "1", "One"), 2: ("custom", "2", "Two"), 6: ("custom", "6", "Six")}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    require_component("chromium")
    with open_place(tmp_path_factory.mktemp("editor")) as opened:
        yield opened


def label(page: Page, position: int) -> str:
    return page.inner_text(f"#button-{position} .key-label").strip()


def wait_label(page: Page, position: int, text: str) -> None:
    label = page.locator(f"#button-{position} .key-label")
    expect(label).to_have_text(text)


def wait_focus(page: Page, element_id: str) -> None:
    expect(page.locator(f"#{element_id}")).to_be_focused()


def drag(page: Page, source: str, *stops: str) -> None:
    """Take a key with the mouse, pass the stops, stay on the last."""
    start = page.locator(source).bounding_box()
    assert start is not None
    page.mouse.move(start["x"] + 60, start["y"] + 20)
    page.mouse.down()
    for stop in stops:
        page.locator(stop).hover(force=True)
        page.locator(stop).hover(force=True, position={"x": 12, "y": 12})


def requests_of(page: Page) -> list[str]:
    """Return a list that grows with each request for a key; asking for news is none of them."""
    seen: list[str] = []

    def note(request: Request) -> None:
        if "/keys/" in request.url:
            seen.append(f"{request.method} {request.url.partition('/keys/')[2]}")

    page.on("request", note)
    return seen


def test_arrows_go_over_the_picture_as_the_keys_lie_in_it(place: Place) -> None:
    """R99: one tab stop; Home, End and the pages are there, too."""
    page = place.page()
    page.goto(place.layout("Arrows"))
    assert page.locator("#picture a.key[tabindex='0']").count() == 1
    page.focus("#button-1")
    for key, position in (
        ("ArrowDown", 2), ("ArrowRight", 7), ("ArrowUp", 6), ("ArrowUp", 6), ("ArrowLeft", 1),
        ("End", 9), ("Home", 1),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate(FOCUSED) == f"button-{position}", key
    page.keyboard.press("ArrowDown")
    page.keyboard.press("PageDown")
    wait_focus(page, "button-11")
    assert page.inner_text(".key-pages [aria-current=page]") == "Page 2"
    page.keyboard.press("PageUp")
    wait_focus(page, "button-2")
    page.reload()
    assert page.inner_text(".key-pages [aria-current=page]") == "Page 1"


def test_a_key_is_opened_saved_and_left_by_keyboard(place: Place) -> None:
    """R31, R99: the focus goes into the form and comes back to the key."""
    page = place.page()
    page.goto(place.layout("Enter and Escape"))
    page.focus("#button-2")
    page.keyboard.press("Space")
    wait_focus(page, "kind")
    page.keyboard.press("Escape")
    wait_focus(page, "button-2")
    assert page.locator("#key-form form").count() == 0
    page.keyboard.press("Enter")
    wait_focus(page, "kind")
    page.select_option("#kind", "custom")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.focus("#value")
    page.keyboard.press("Enter")
    page.wait_for_selector("#value-note .error:text-is('Type what it dials.')")
    wait_focus(page, "value")
    assert page.get_attribute("#value", "aria-invalid") == "true"
    assert page.get_attribute("#value", "aria-describedby") == "value-note"
    assert Axe().run(page).response["violations"] == []
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    wait_label(page, 2, "77")
    wait_focus(page, "button-2")


def test_a_drop_moves_or_swaps_in_one_request(place: Place) -> None:
    """R31: only the two keys and the counts are swapped; the page stays where it is."""
    page = place.page()
    page.goto(place.layout("Dragged", buttons=THREE))
    page.evaluate(MARK_ALL)
    page.set_viewport_size({"width": 1440, "height": 600})
    page.evaluate("scrollTo(0, 40)")
    seen = requests_of(page)
    drag(page, "#button-1", "#button-6")
    assert page.locator("#button-6.is-aimed-at").count() == 1
    page.mouse.up()
    wait_label(page, 6, "One")
    assert label(page, 1) == "Six"
    assert seen == ["POST 1/move"]
    assert sorted(page.evaluate(NOT_MARKED)) == ["button-1", "button-6"]
    assert page.evaluate("scrollY") == 40
    wait_focus(page, "button-6")
    assert page.locator(".key-ghost, .is-lifted, .is-aimed-at").count() == 0
    assert Axe().run(page).response["violations"] == []
    drag(page, "#button-2", "#button-9")
    page.mouse.up()
    wait_label(page, 9, "Two")
    assert label(page, 2) == "empty"
    assert seen == ["POST 1/move", "POST 2/move"]


def test_a_drag_is_put_back(place: Place) -> None:
    """Escape, a drop beside the keys and a click without moving change nothing."""
    page = place.page()
    page.goto(place.layout("Put back", buttons=THREE))
    seen = requests_of(page)
    drag(page, "#button-1", "#button-6")
    page.keyboard.press("Escape")
    page.mouse.up()
    drag(page, "#button-1", "h1")
    page.mouse.up()
    assert seen == []
    assert label(page, 1) == "One"
    page.click("#button-1")
    wait_focus(page, "kind")
    assert seen == ["GET 1"]


def test_a_key_is_dragged_onto_another_page(place: Place) -> None:
    """Who stays on a page's tab turns to it."""
    page = place.page()
    page.goto(place.layout("Other page", buttons=THREE))
    drag(page, "#button-1", "#page-2")
    page.wait_for_selector("#page-2[aria-current=page]")
    page.locator("#button-12").hover(force=True)
    page.mouse.up()
    wait_label(page, 12, "One")
    wait_focus(page, "button-12")
    page.click("#page-1")
    wait_label(page, 1, "empty")


def test_a_finger_drags_by_the_grip(place: Place) -> None:
    """At 390 px, where a key is scrolled by and opened by a tap."""
    page = place.page(390, has_touch=True, is_mobile=True)
    page.goto(place.layout("Finger", buttons=THREE))
    grip, other = page.locator("#button-1 .key-grip"), page.locator("#button-3")
    start, end = grip.bounding_box(), other.bounding_box()
    assert start is not None
    assert end is not None
    assert start["width"] >= 40
    assert start["height"] >= 40
    touch = page.context.new_cdp_session(page)
    points = [(start["x"] + 20, start["y"] + 20), (end["x"] + 50, end["y"] + 20)]
    for kind, point in (
        ("touchStart", points[0]), ("touchMove", (points[0][0], points[0][1] + 30)),
        ("touchMove", points[1]), ("touchEnd", None),
    ):  # fmt: skip
        at = [{"x": point[0], "y": point[1]}] if point else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at})
    wait_label(page, 3, "One")
    assert label(page, 1) == "empty"


def test_a_refused_move_says_why_in_place(place: Place) -> None:
    """The server decides, by the catalogue; the focus stays with the key."""
    address = place.layout("Refused", "cisco-spa504g", {1: ("line", "", "")})
    page = place.page()
    page.goto(f"{address}/keys/1")
    page.fill("#move-to", "4")
    page.evaluate("document.getElementById('move-to').removeAttribute('max')")
    page.fill("#move-to", "99")
    page.click("text=Move or swap")
    page.wait_for_selector("#key-form [role=alert]:has-text('has keys 1 to 4')")
    assert page.locator("#button-1.is-assigned").count() == 1


def test_copy_paste_clear_and_move_by_keyboard(place: Place) -> None:
    """R31, R99: also on another page and in another layout; each is one request."""
    page = place.page()
    page.goto(place.layout("Copied from", buttons=THREE))
    seen = requests_of(page)
    page.focus("#button-1")
    page.keyboard.press("Control+c")
    assert page.inner_text("#copied").startswith("Copied: Custom 1 One.")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+v")
    wait_label(page, 3, "One")
    assert page.evaluate(FOCUSED) == "button-3"
    page.keyboard.press("Alt+ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    wait_label(page, 9, "One")
    assert page.evaluate(FOCUSED) == "button-9"
    page.keyboard.press("Delete")
    wait_label(page, 9, "empty")
    assert page.evaluate(FOCUSED) == "button-9"
    assert seen == ["POST 3", "POST 3/move", "POST 8/move", "POST 9/clear"]
    page.goto(place.layout("Copied to", "grandstream-gxp2170"))
    page.focus("#button-1")
    page.keyboard.press("PageDown")
    wait_focus(page, "button-13")
    page.keyboard.press("Control+v")
    wait_label(page, 13, "One")
    page.click("#button-14")
    wait_focus(page, "kind")
    page.click("button:text-is('Paste Custom 1 One')")
    wait_label(page, 14, "One")
    wait_focus(page, "button-14")


def test_a_form_that_is_being_filled_in_survives_what_other_keys_do(place: Place) -> None:
    page = place.page()
    page.goto(place.layout("Half typed", buttons=THREE))
    page.click("#button-4")
    wait_focus(page, "kind")
    page.fill("#label", "Half")
    page.focus("#button-1")
    page.keyboard.press("Delete")
    wait_label(page, 1, "empty")
    assert page.input_value("#label") == "Half"
    assert page.get_attribute("#button-4", "aria-current") == "true"


def test_each_action_is_heard_once(place: Place) -> None:
    """In one sentence: which key it is, what it does now, how many are assigned."""
    page = place.page()
    page.goto(place.layout("Heard", buttons=THREE))
    page.evaluate(LISTEN)
    page.focus("#button-2")
    page.keyboard.press("Delete")
    wait_label(page, 2, "empty")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Alt+ArrowDown")
    wait_label(page, 2, "One")
    page.keyboard.press("Enter")
    wait_focus(page, "kind")
    page.select_option("#kind", "blf")
    page.wait_for_selector("label[for=value]:text-is('Extension')")
    page.fill("#value", "1003")
    page.fill("#label", "Carl")
    page.click("text=Save key 2")
    wait_label(page, 2, "Carl")
    heard = page.evaluate("window.heard")
    assert heard == [
        "Key 2 is now empty. 2 keys assigned.",
        "Key 2 is now Custom 1 One. Key 1 is now empty. 2 keys assigned.",
        "Key 2 is now BLF 1003 Carl. 2 keys assigned.",
    ]
    assert page.get_attribute("[role=toolbar]", "aria-label") == "Keys of Heard, page 1 of 3"


def test_it_is_said_while_typing(place: Place) -> None:
    """R100: conflicts, what can't be, and the label as it will show, before anything is saved."""
    page = place.page()
    page.goto(place.layout("Typing", buttons={7: ("blf", "1003", "")}))
    page.click("#button-2")
    wait_focus(page, "kind")
    page.select_option("#kind", "blf")
    page.wait_for_selector("label[for=value]:text-is('Extension')")
    page.locator("#value").press_sequentially("1003")
    page.wait_for_selector("#value-note:has-text('Also on key 7.')")
    page.fill("#label", "Customer Service")
    page.wait_for_selector(
        "#label-note:has-text('Shows “Customer”; cut after 8 of 16 characters.')"
    )
    page.fill("#label", "Carl")
    page.wait_for_selector("#label-note:has-text('Shows “Carl”; 4 characters left.')")
    assert page.evaluate(FOCUSED) == "label"
    page.fill("#value", "Nobody of that name")
    page.wait_for_selector("#value-note .error:has-text('No extension has')")
    assert page.get_attribute("#value", "aria-invalid") == "true"
    assert "No extension has" in page.inner_text("#live")
    assert Axe().run(page).response["violations"] == []
    page.fill("#value", "")
    expect(page.locator("#value-note .error")).to_have_count(0)
    assert page.locator("#extensions option").count() > 5
    page.fill("#value", "1004")
    expect(page.locator("#extensions option")).to_have_count(1)


TYPE_AT_ONCE = """() => {
  const waits = new MutationObserver(() => {
    if (document.querySelector('label[for=value]')?.textContent !== 'Extension') return;
    waits.disconnect();
    const field = document.getElementById('value');
    field.value = '1003';
    field.dispatchEvent(new Event('input', { bubbles: true }));
  });
  waits.observe(document.body, { subtree: true, childList: true });
}"""


def test_what_is_typed_as_the_fields_come_is_heard(place: Place) -> None:
    """A field answers from the moment it can be seen, not some milliseconds later."""
    page = place.page()
    page.goto(place.layout("At once", buttons={7: ("blf", "1003", "")}))
    page.click("#button-2")
    wait_focus(page, "kind")
    page.evaluate(TYPE_AT_ONCE)
    page.select_option("#kind", "blf")
    page.wait_for_selector("#value-note:has-text('Also on key 7.')")


def test_what_is_typed_before_the_fields_come_stays(place: Place) -> None:
    """A slow line: the answer to the choice of a type comes after the typing has begun."""
    page = place.page()
    page.goto(place.layout("Slow line", buttons={7: ("blf", "1003", "")}))
    page.click("#button-2")
    wait_focus(page, "kind")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(lambda address: "kind=blf" in address, hold)
    page.select_option("#kind", "blf")
    page.wait_for_selector("#kind.htmx-request")
    page.fill("#label", "Carl")
    held[0].continue_()
    page.unroute_all()
    page.wait_for_selector("label[for=value]:text-is('Extension')")
    assert page.input_value("#label") == "Carl"
    page.wait_for_selector("#label-note:has-text('Shows “Carl”; 4 characters left.')")


def test_the_second_of_two_people_is_told(place: Place) -> None:
    """Move, paste and clear overwrite nothing that was not seen; once it was seen they do."""
    address = place.layout("Two people", buttons=THREE)
    page = place.page()
    page.goto(address)
    place.assign(address, 2, ("custom", "22", "Theirs"))
    page.focus("#button-2")
    page.keyboard.press("Delete")
    page.wait_for_selector("[role=alert]:has-text('it is now custom 22 “Theirs”')")
    wait_label(page, 2, "Theirs")
    page.wait_for_selector("#layout-news:has-text('key 2 set')")
    wait_focus(page, "button-2")
    place.assign(address, 2, ("custom", "23", "Again"))
    page.focus("#button-1")
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_selector("[role=alert]:has-text('it is now custom 23 “Again”')")
    place.assign(address, 2, ("custom", "24", "More"))
    page.focus("#button-1")
    page.keyboard.press("Control+c")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+v")
    page.wait_for_selector("[role=alert]:has-text('it is now custom 24 “More”')")
    assert page.input_value("#value") == "1"
    page.click("text=Save key 2")
    wait_label(page, 2, "One")


def test_an_open_page_says_that_others_changed_the_layout(place: Place) -> None:
    address = place.layout("Watched", buttons=THREE)
    page = place.page()
    page.goto(address)
    place.assign(address, 3, ("custom", "3", "Three"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_selector("#layout-news:has-text('key 3 set')")
    assert label(page, 3) == "empty"
    page.click("#layout-news a")
    wait_label(page, 3, "Three")


def test_fifty_steps_are_taken_back_and_done_again_by_keyboard(place: Place) -> None:
    """Also after a reload, in place; the focus stays on its key."""
    page = place.page()
    address = place.layout("Fifty steps", buttons={1: ("custom", "1", "One")})
    page.goto(address)
    page.focus("#button-1")
    for _ in range(25):
        page.keyboard.press("Alt+ArrowDown")
        page.keyboard.press("Alt+ArrowUp")
    page.wait_for_selector("#layout-counts[data-step='51']")
    page.reload()
    page.focus("#button-3")
    for _ in range(51):
        page.keyboard.press("Control+z")
    page.wait_for_selector("#layout-counts[data-step='0']")
    assert label(page, 1) == "empty"
    assert page.is_disabled("#undo-step")
    assert page.evaluate(FOCUSED) == "button-3"
    for _ in range(51):
        page.keyboard.press("Control+y")
    page.wait_for_selector("#layout-counts[data-step='51']")
    assert label(page, 1) == "One"
    assert page.is_disabled("#redo-step")
    assert page.evaluate(FOCUSED) == "button-3"


def test_on_a_telephone_the_form_opens_below_its_key(place: Place) -> None:
    """R99: a list of keys by page; what is touched is large enough, nothing scrolls sideways."""
    page = place.page(390)
    page.goto(place.layout("Telephone", buttons=THREE))
    page.click("#button-8")
    wait_focus(page, "kind")
    key, form = page.locator("#button-8").bounding_box(), page.locator("#key-form").bounding_box()
    after = page.locator("#button-9").bounding_box()
    assert key is not None
    assert form is not None
    assert after is not None
    assert key["y"] < form["y"] < after["y"]
    assert 0 <= page.locator("#kind").bounding_box()["y"] < 800  # type: ignore[index]
    small = page.evaluate(
        """[...document.querySelectorAll(`#picture a, #picture button, #picture select,
          #picture input:not([type=hidden], [type=checkbox]),
          #picture .field-check label`)].filter((one) => {
            const box = one.getBoundingClientRect();
            return box.width && (box.height < 40 || box.width < 40);
          }).map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert Axe().run(page).response["violations"] == []
    page.select_option("#kind", "custom")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    page.fill("#value", "88")
    page.click("text=Save key 8")
    wait_label(page, 8, "88")
    wait_focus(page, "button-8")
    page.click("#page-2")
    page.wait_for_selector("#button-12")
    page.click("#button-12")
    wait_focus(page, "kind")
    page.keyboard.press("Escape")
    wait_focus(page, "button-12")


@pytest.mark.parametrize(
    ("model", "is_for_module"),
    [
        ("yealink-t46u", False), ("yealink-t48u", False), ("grandstream-gxp2160", False),
        ("cisco-spa504g", False),
        ("grandstream-gxv3370", False), ("cisco-spa501g", False), ("polycom-vvx-601", False),
        ("yealink-exp38", True), ("polycom-vvx-em50", True),
    ],
)  # fmt: skip
def test_every_shape_of_phone_holds_what_is_written_on_it(
    place: Place, model: str, *, is_for_module: bool
) -> None:
    """R99: long, right-to-left and picture labels, wide and narrow; axe finds nothing."""
    texts = [
        "Günther Überlänge-Maier of the second floor",
        "مكتب الاستقبال",
        "👩‍💻👩‍💻👩‍💻",
        "<b>&",
    ]
    buttons = {at: ("custom", str(at), text) for at, text in enumerate(texts, 1)}
    address = place.layout(f"Shape {model}", model, buttons, is_for_module=is_for_module)
    for width in (1440, 390):
        page = place.page(width)
        page.goto(address)
        assert page.locator("#picture a.is-assigned").count() == len(texts)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        narrowest = page.evaluate(NARROWEST)
        assert width > 390 or narrowest > 300, narrowest
        assert Axe().run(page).response["violations"] == []
        page.context.close()
