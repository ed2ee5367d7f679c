"""A PBX that goes away for three minutes turns nobody Offline."""

import time
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from phoneprov.simulator.fleet import SimulatedFleet
from phoneprov.simulator.identity import Pace
from phoneprov.simulator.life import PhoneSetup
from tests.rigs.components import require_component
from tests.rigs.kamailio import KamailioRig
from tests.rigs.office import DESKS, DOMAIN, furnish, passwords
from tests.rigs.person import Person
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for

AWAY_S = 180
pytestmark = pytest.mark.component("kamailio")


def words(page: BeautifulSoup) -> list[str]:
    return [one.text.strip() for one in page.select("tr.phone-row .cell-status .status")]


def unconfirmed(page: BeautifulSoup) -> int:
    return len(page.select("tr.phone-row .as-of"))


def test_three_minutes_without_the_pbx(tmp_path: Path) -> None:
    """S13, R92: the page says since when nothing is known; 15 s after its return all is right."""
    require_component("kamailio")
    with (
        KamailioRig(tmp_path, passwords(), (DOMAIN,)) as kamailio,
        ServerRig(tmp_path) as server,
        SimulatedFleet() as fleet,
    ):
        person = Person(server.url).log_in()
        furnish(person, kamailio)
        setup = PhoneSetup(prov_url=f"{server.url}/prov/", pace=Pace(boot_s=0.2, retry_s=5))
        for desk in DESKS:
            fleet.add(desk.identity, setup).power_on()
        online = ["Online"] * len(DESKS)
        wait_for(lambda: words(person.read("/t/acme/phones")) == online, 40, "all Online")
        kamailio.stop()
        wait_for(
            lambda: unconfirmed(person.read("/t/acme/phones")) == len(DESKS),
            20,
            "the page says since when nothing is known",
        )
        ends_at = time.monotonic() + AWAY_S
        while time.monotonic() < ends_at:
            assert words(person.read("/t/acme/phones")) == online
            time.sleep(5)
        first = fleet.phones[0].identity.mac
        fleet.switch_off(first)
        kamailio.start()

        def is_right() -> bool:
            page = person.read("/t/acme/phones")
            return words(page) == online and unconfirmed(page) == 1

        wait_for(is_right, 15, "three are confirmed, the one that is gone is not")
        page = person.read("/t/acme/phones/1")
        assert "confirmed since" in " ".join(page.text.split())
        person.close()
