"""Five hundred phones on a real Kamailio: Online, told one by one, and gone at once."""

import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.rigs.components import require_component
from tests.rigs.kamailio import KamailioRig
from tests.rigs.office import DOMAIN
from tests.rigs.person import Person
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for
from tests.rigs.sipp_fleet import Agent, SippFleet

PHONES = 500
PACE = 25
"""Orders a second, in all and to one address: they all stand at one."""
ONLINE_WITHIN_S, OFFLINE_WITHIN_S = 10, 75
AGENTS = [Agent(str(1000 + n), f"Secret-{1000 + n}-x9", f"805ec0{n:06x}") for n in range(PHONES)]
pytestmark = [
    pytest.mark.component("kamailio"),
    pytest.mark.component("sipp"),
    pytest.mark.alone,
]


def test_five_hundred_phones(tmp_path: Path) -> None:
    """R25, R26, R48: Online within 10 s of registering, each NOTIFY answered, Offline in 75 s."""
    require_component("kamailio")
    require_component("sipp")
    users = {agent.user: agent.password for agent in AGENTS}
    pace = {"PHONEPROV_ORDERS_PER_SECOND": str(PACE), "PHONEPROV_ORDERS_PER_ADDRESS": str(PACE)}
    with (
        KamailioRig(tmp_path, users, (DOMAIN,)) as kamailio,
        ServerRig(tmp_path, **pace) as server,
    ):
        database = tmp_path / "data" / "phoneprov.db"
        person = Person(server.url).log_in()
        furnish(person, kamailio)
        registrar = ("127.0.0.1", kamailio.sip_port)
        with SippFleet(tmp_path, AGENTS, domain=DOMAIN, registrar=registrar) as fleet:
            wait_for(lambda: kamailio.contacts().count("'Address'") >= PHONES, 60, "all registered")
            wait_for(
                lambda: statuses(database) == {"online": PHONES}, ONLINE_WITHIN_S, "all Online"
            )
            reboot_all(person)
            wait_for(lambda: len(sent_at(database)) == PHONES, 90, "every NOTIFY was answered")
            assert max(Counter(at[:19] for at in sent_at(database)).values()) <= 2 * PACE
            assert set(fleet.told()) == set(users)
            page = person.read("/t/acme/bulk/1")
            assert f"{PHONES}" in page.select_one("#bulk-progress").get_text()  # type: ignore[union-attr]
            time.sleep(4)
            assert statuses(database) == {"online": PHONES}
        gone_at = time.monotonic()
        wait_for(lambda: statuses(database) == {"offline": PHONES}, OFFLINE_WITHIN_S, "all Offline")
        assert time.monotonic() - gone_at > 30, "they were called Offline before the limit"
        person.close()


def furnish(person: Person, kamailio: KamailioRig) -> None:
    """Add the PBX, the tenant, and its extensions and phones from lists."""
    person.submit(
        "/pbxs/add",
        name="Main",
        kind="kamailio",
        sip_domain=DOMAIN,
        registrar_host="127.0.0.1",
        registrar_port=str(kamailio.sip_port),
        register_expires_s="120",
        link_address=kamailio.rpc_url,
    )
    option = person.read("/tenants/add").find("option", string="Main")
    assert option is not None
    person.submit("/tenants/add", name="Acme", pbx_id=str(option["value"]))
    lines = [f"{one.user};Person {one.user};{one.password}" for one in AGENTS]
    text = "\n".join(["number;name;sip_password", *lines])
    person.send(person.submit("/t/acme/extensions/import", text=text), "", {})
    phones = [f"{one.mac};Yealink T46U;{one.user}" for one in AGENTS]
    text = "\n".join(["mac;model;extension", *phones])
    person.send(person.submit("/t/acme/phones/import", text=text), "", {})


def reboot_all(person: Person) -> None:
    """Order a reboot of all phones from the list."""
    chosen = person.submit("/t/acme/phones", action="/t/acme/bulk/new", scope="all")
    plan = person.send(chosen, "", {"action": "reboot"})
    person.send(plan, "", {"start": "1"})


def statuses(path: Path) -> dict[str, int]:
    """Return how many phones have each status."""
    with sqlite3.connect(path, timeout=15) as database:
        rows = database.execute("SELECT status, count(*) FROM phone GROUP BY status").fetchall()
    database.close()
    return {str(status): int(count) for status, count in rows}


def sent_at(path: Path) -> list[str]:
    """Return when each order left that its phone has answered."""
    with sqlite3.connect(path, timeout=15) as database:
        rows = database.execute(
            "SELECT sent_at FROM command WHERE state = 'sent' AND evidence LIKE 'answered 200%'"
        ).fetchall()
    database.close()
    return [str(at) for (at,) in rows]
