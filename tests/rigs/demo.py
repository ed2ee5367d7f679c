"""`python app.py demo` in a process of its own, and the states beside the demonstration's."""

import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from bs4 import BeautifulSoup

from phoneprov.simulator.images import make_image
from tests.rigs.loopback import loopback
from tests.rigs.person import Person
from tests.rigs.ports import free_port
from tests.rigs.server import ROOT
from tests.rigs.sinks import wait_for

LOGIN = re.compile(r"log in as (\S+) with password (\S+)")
START_S = 40
NOBODY = "127.0.0.1:9"
"""Where nobody listens; alerts may be posted there all the same."""


class DemoRig:
    """The demonstration on a free port; stopped by pid."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "demo.log"
        self.email = ""
        self.password = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-u", "app.py", "demo", "--port", str(self.port)]
        command += ["--net", loopback("1")]
        environment = {**os.environ, "PHONEPROV_WEBHOOK_ALLOW": NOBODY}
        with self.log.open("wb") as out:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=out, stderr=out
            )
        try:
            found = wait_for(
                lambda: LOGIN.search(self.log.read_text()), START_S, "the log-in is printed"
            )
            wait_for(self._answers, START_S, "the server answers")
        except AssertionError:
            self.stop()
            raise
        self.email, self.password = found.groups()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def person(self) -> Person:
        """Return somebody who is logged in as the printed account."""
        return Person(self.url).log_in(self.email, self.password)

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/health", timeout=2).status_code == 200
        except requests.ConnectionError:
            return False


def add_states(person: Person) -> dict[str, int]:
    """Add what the demonstration lacks; return the ids of phones by their state.

    A pending, a disabled, an unassigned, a removed phone and one that says it is another; an
    empty tenant, a link that is lost, people, and phones that nobody has added.
    """
    ids = {
        "pending": _add_phone(person, "80:5e:c0:b1:00:01", "yealink-t46u", "", place="Room 12"),
        "disabled": _add_phone(person, "c074.adb1.0002", "grandstream-gxp2170", ""),
        "other": _add_phone(person, "64167fb10003", "polycom-vvx-450", "1003"),
    }
    removed = _add_phone(person, "8843e1b10004", "cisco-spa504g", "")
    person.submit(f"/t/demo/phones/{ids['disabled']}/disable", confirm="1")
    person.submit(f"/t/demo/phones/{removed}/delete", confirm="1")
    for name, agent in (
        ("/prov/64167fb10003.cfg", "FileTransport PolycomVVX-VVX_411-UA/5.9.6.2327"),
        ("/prov/805ec0ffee01.cfg", "Yealink SIP-T54W 96.86.0.75 80:5e:c0:ff:ee:01"),
        (
            "/prov/cfgc074adffee02.xml",
            "Grandstream Model HW GXP2170 SW 1.0.11.79 DevId c074adffee02",
        ),
    ):
        requests.get(person.url + name, headers={"User-Agent": agent}, timeout=10)
    person.submit("/tenants/add", name="Nobody & Sons Plumbing and Heating Ltd")
    person.submit("/pbxs/add", name="Office without a PBX", kind="direct", sip_domain="sip.example")
    person.submit(
        "/pbxs/add", name="Old PBX", kind="kamailio", sip_domain="old.example",
        link_address="http://127.0.0.1:9/RPC",
    )  # fmt: skip
    person.submit("/t/demo/users/add", name="Alice Admin", email="alice@demo.example", role="admin")
    person.submit("/t/demo/users/add", name="Bob", email="bob@demo.example", role="viewer")
    ids["layout"] = _add_layout(person, "Reception", "yealink-t46u")
    for phone_id in (1, ids["pending"]):
        person.submit(f"/t/demo/phones/{phone_id}/edit", button_layout_id=str(ids["layout"]))
    ids["profile"] = _add_profile(person, ids["layout"])
    _follow(person, ids["other"], ids["profile"])
    ids["alert"] = _subscribe(person)
    ids |= add_library(person)
    return ids | add_rollouts(person)


def add_library(person: Person) -> dict[str, int]:
    """Fill the firmware library: newer ones for some of the phones, one that waits."""
    yealink = "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.87.0.15.rom"
    notes = "Repairs the clock after a daylight-saving change.\nReads BLF lamps faster."
    ids = {"firmware": _upload(person, yealink, "108.87.0.15")}
    _confirm(person, ids["firmware"], notes=notes)
    cisco = _upload(person, "spa50x-30x-7-6-2SR7.bin", "7.6.2SR7")
    _confirm(person, cisco, required_version="7.5.2b")
    old = _upload(person, "gxp2170fw.bin", "1.0.11.6")
    _confirm(person, old, version="1.0.11.6", is_retired="")
    _confirm(person, old, version="1.0.11.6", is_retired="y")
    ids["waiting"] = _upload(person, "3111-48450-001.sip.ld", "6.4.6.2453")
    form = {"name": "T58W-150.87.0.12.rom", "size": "90000000", "mark": "1"}
    token = person.token("/firmware/add")
    answer = person.http.post(
        f"{person.url}/firmware/uploads", data=form | {"csrf_token": token}, timeout=30
    )
    place = answer.json()
    person.http.post(
        f"{person.url}{place['piece_address']}?offset=0",
        data=b"x" * 2_000_000,
        headers={"X-CSRFToken": token, "Content-Type": "application/octet-stream"},
        timeout=30,
    )
    return ids


def add_rollouts(person: Person) -> dict[str, int]:
    """Add a maintenance window that is days away, a roll-out that waits for it, one that is halted.

    Nothing of it begins while somebody looks: the phones of the demonstration go on as they are.
    """
    day = (datetime.now(UTC) + timedelta(days=3)).weekday()
    ticks = {"weekdays": str(day), "opens": "22:00", "closes": "05:00"}
    person.submit("/t/demo/maintenance-windows/add", **ticks)
    page = person.read("/t/demo/maintenance-windows")
    window = re.search(r"/maintenance-windows/(\d+)/edit", str(page))
    assert window is not None
    ids = {"window": int(window.group(1))}
    for name, model in (("waits", "yealink-t46u"), ("halted", "cisco-spa504g")):
        ids[f"rollout_{name}"] = _start_rollout(person, model, f"Clock repair, {name}")
    path = f"/t/demo/rollouts/{ids['rollout_halted']}"
    person.submit(f"{path}/halt")
    return ids


def _start_rollout(person: Person, model: str, name: str) -> int:
    """Start a roll-out of a model in the windows, once its phones have told their version."""
    path = f"/t/demo/rollouts/new?model={model}"

    def read_form() -> BeautifulSoup | None:
        form = person.read(path)
        return form if form.select_one("input[name=firmware][checked]") else None

    form = wait_for(read_form, START_S, f"a {model} has told its version")
    plan = person.send(form, path, {"name": name})
    page = person.send(plan, "/t/demo/rollouts/plan", {"start": "1"})
    found = re.search(r"/t/demo/rollouts/(\d+)/live", str(page))
    assert found is not None, page.text[:2000]
    return int(found.group(1))


def _upload(person: Person, name: str, version: str) -> int:
    answer = person.http.post(
        f"{person.url}/firmware/add",
        data={"csrf_token": person.token("/firmware/add")},
        files={"file": (name, make_image(version, 300_000))},
        timeout=30,
    )
    found = re.search(r"/firmware/(\d+)/edit", answer.url)
    assert found is not None, answer.text[-2000:]
    return int(found.group(1))


def _confirm(person: Person, firmware_id: int, **values: str) -> None:
    """Confirm what was read of an image, with what is said besides."""
    path = f"/firmware/{firmware_id}/edit"
    page = person.read(path)
    ticks = page.select("input[name=model_slugs][checked]")
    fields = {
        str(one["name"]): str(one.get("value") or one.text)
        for one in page.select("main input[name]:not([type=checkbox]), main textarea[name]")
    }
    vendor = page.select_one("#vendor option[selected]")
    assert vendor is not None
    answer = person.http.post(
        person.url + path,
        data=fields
        | {"vendor": str(vendor["value"]), "model_slugs": [str(one["value"]) for one in ticks]}
        | {name: value for name, value in values.items() if value},
        timeout=30,
    )
    assert answer.url.endswith("/firmware"), answer.text[-3000:]


def _subscribe(person: Person) -> int:
    """Let the provider be told of everything by a webhook that nobody answers; return its id."""
    fields = {"channel": "webhook", "webhook_url": f"http://{NOBODY}/hooks/demo"}
    person.submit("/alerts/add", **fields, quiet_from="22:00", quiet_until="06:30")
    answer = person.read("/alerts")
    found = re.search(r"/alerts/(\d+)/edit", str(answer))
    assert found is not None
    person.submit("/alerts", action=f"/alerts/{found.group(1)}/test")
    return int(found.group(1))


def _add_profile(person: Person, layout_id: int) -> int:
    answer = person.submit(
        "/t/demo/profiles/add",
        **{
            "name": "Office in London",
            "description": "Everybody there",
            "time_zone": "Europe/London",
            "admin_password": "Office-1pw-long",
            "local_sip_port": "5070",
            "layout-yealink-t46u": str(layout_id),
        },
    )
    found = re.search(r"/t/demo/profiles/(\d+)/edit", str(answer))
    assert found is not None
    return int(found.group(1))


def _follow(person: Person, phone_id: int, profile_id: int) -> None:
    """Let a phone follow a profile, with a time zone of its own."""
    form = {"profile_id": str(profile_id), "time_zone": "Asia/Tokyo"}
    person.submit(f"/t/demo/phones/{phone_id}/edit", **form)


def _add_layout(person: Person, name: str, model: str) -> int:
    answer = person.submit("/t/demo/button-layouts/add", name=name, model_slug=model)
    found = re.search(r"/t/demo/button-layouts/(\d+)/edit", str(answer))
    assert found is not None
    return int(found.group(1))


def _add_phone(person: Person, mac: str, model: str, extension: str, place: str = "") -> int:
    answer = person.submit(
        "/t/demo/phones/add", mac=mac, model_slug=model, extension=extension, place=place
    )
    found = re.search(r"/t/demo/phones/(\d+)/edit", str(answer))
    assert found is not None
    return int(found.group(1))
