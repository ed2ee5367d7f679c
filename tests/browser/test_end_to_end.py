"""The main job, whole and real: from an added phone to Online, Offline and a reboot.

A real server, a real Kamailio with digest authentication, sipp as each phone's SIP side, and a
real browser that watches one open page.
"""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page

from phoneprov.core.mac import Mac
from phoneprov.simulator.fleet import SimulatedFleet
from tests.rigs.browser import chromium, log_in
from tests.rigs.components import require_component
from tests.rigs.kamailio import KamailioRig
from tests.rigs.office import DESKS, DOMAIN, DeskPhone, furnish, passwords
from tests.rigs.person import Person
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

pytestmark = [
    pytest.mark.component("kamailio"),
    pytest.mark.component("sipp"),
    pytest.mark.component("chromium"),
]

WATCH = """
() => {
  window.seen = {};
  const look = () => document.querySelectorAll("tr.phone-row").forEach((row) => {
    const word = row.querySelector(".status").textContent.trim();
    const list = window.seen[row.id] ??= [];
    if (list.at(-1) !== word) list.push(word);
  });
  look();
  new MutationObserver(look).observe(document.body, {childList: true, subtree: true});
}
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[ServerRig, KamailioRig, dict[Mac, int]]]:
    """Yield server, Kamailio and the ids of four added phones."""
    for name in ("kamailio", "sipp", "chromium"):
        require_component(name)
    with (
        KamailioRig(tmp_path, passwords(), (DOMAIN,)) as kamailio,
        ServerRig(tmp_path) as server,
    ):
        person = Person(server.url).log_in()
        ids = furnish(person, kamailio)
        person.close()
        yield server, kamailio, ids


@pytest.fixture
def page(office: tuple[ServerRig, KamailioRig, dict[Mac, int]]) -> Iterator[Page]:
    """Yield the open phones page."""
    with chromium() as browser:
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        log_in(opened, office[0].url)
        opened.goto(f"{office[0].url}/t/acme/phones")
        opened.evaluate(WATCH)
        yield opened


def words(page: Page) -> list[str]:
    return page.locator("tr.phone-row .status").all_inner_texts()


def rows(page: Page) -> list[str]:
    """Return all that the rows say, the reason of each status included."""
    return [" ".join(text.split()) for text in page.locator("tr.phone-row").all_text_contents()]


def wait_for_words(page: Page, word: str, within_s: float) -> float:
    """Wait until all phones show `word`; return the seconds it took."""
    started = time.monotonic()

    def shown() -> bool:
        page.wait_for_timeout(200)
        return words(page) == [word] * len(DESKS)

    try:
        wait_for(shown, within_s, f"all {word}")
    except AssertionError as error:
        raise AssertionError(f"{error}; the page shows {rows(page)}") from None
    return time.monotonic() - started


@pytest.mark.alone
def test_four_vendors_go_their_way_and_obey(
    office: tuple[ServerRig, KamailioRig, dict[Mac, int]], page: Page, tmp_path: Path
) -> None:
    """R4, R21, R22, R23, R26: seen on one open page, without a reload."""
    server, _, ids = office
    assert words(page) == ["Pending"] * len(DESKS)
    prov = f"{server.url}/prov/"
    with SimulatedFleet() as fleet, ExitStack() as cleanup:
        phones = [DeskPhone(fleet, desk, prov, tmp_path) for desk in DESKS]
        for phone in phones:
            cleanup.callback(phone.lose_power)
        for phone in phones:
            phone.boot()
        wait_for_words(page, "Provisioning", 10)
        for phone in phones:
            account = phone.phone.state.accounts[0]
            assert (account.user, account.password) == (phone.desk.number, phone.desk.password)
            assert account.local_port == 5100 + int(phone.desk.number)
            phone.register(answers=False)
        wait_for_words(page, "Registered", 15)
        for phone in phones:
            phone.register()
        wait_for_words(page, "Online", 40)
        seen = page.evaluate("window.seen")
        assert set(seen) == {f"phone-{number}" for number in ids.values()}
        for way in seen.values():
            assert way == ["Pending", "Provisioning", "Registered", "Online"]
        reboot_all(page, server, ids, phones)
        for phone in phones:
            phone.lose_power()
        assert wait_for_words(page, "Offline", 80) <= 75


def reboot_all(page: Page, server: ServerRig, ids: dict[Mac, int], phones: list[DeskPhone]) -> None:
    """Order a reboot of each phone on its row; each obeys, and its page shows the proof."""
    for number in ids.values():
        page.click(f"#menu-button-{number}")
        page.click(f"#menu-{number}-reboot")
        page.click("#confirm form button[type=submit]")
        page.wait_for_timeout(500)
    waiting = list(phones)

    def all_obeyed() -> bool:
        waiting[:] = [phone for phone in waiting if not phone.obey()]
        return not waiting

    wait_for(all_obeyed, 60, "every phone has obeyed its NOTIFY")
    assert [phone.events for phone in phones] == [
        ["check-sync;reboot=true"],
        ["check-sync"],
        ["reboot_now"],
        ["check-sync", "check-sync"],
    ]
    for number in ids.values():
        page.goto(f"{server.url}/t/acme/phones/{number}")
        text = wait_for(lambda: confirmed(page), 20, "the reboot is confirmed")
        assert "answered 200" in text.lower()
    page.goto(f"{server.url}/t/acme/phones")
    wait_for_words(page, "Online", 40)


def confirmed(page: Page) -> str:
    """Return the page's text once it says that the order is confirmed."""
    page.wait_for_timeout(300)
    text = page.locator("main").inner_text()
    return text if "Confirmed" in text or "confirmed" in text else ""
