"""docs/adding-a-model.md, followed word by word against a running server."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conformance.readers.yealink import YealinkPhone, read_lines
from tests.rigs.person import Person
from tests.rigs.server import ROOT, ServerRig
from tests.rigs.sinks import wait_for

PAGE = (ROOT / "docs" / "adding-a-model.md").read_text()
FILES = re.findall(r"rite `(data/[^`]+)`:\n\n```\w+\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
MAC = "80:5e:c0:1a:2b:3c"
AGENT = "Yealink SIP-T47U 108.87.14.1 80:5e:c0:1a:2b:3c"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerRig]:
    """Yield a running server with the data folder `data`."""
    with ServerRig(tmp_path) as rig:
        yield rig


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command of the page where its `data` is."""
    program, script, *words = shlex.split(line)
    assert (program, script) == ("python", "app.py")
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *words],
        cwd=folder,
        env={"PATH": "", "PHONEPROV_DATA_DIR": str(folder / "data"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write(name: str, text: str, folder: Path) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def settle_in(person: Person) -> None:
    """Add a PBX, a tenant and an extension."""
    person.submit(
        "/pbxs/add",
        name="Main",
        kind="direct",
        sip_domain="sip.acme.example",
        registrar_host="127.0.0.1",
        registrar_port="5060",
    )
    main = person.read("/tenants/add").find("option", string="Main")
    assert main is not None
    person.submit("/tenants/add", name="Acme", pbx_id=str(main["value"]))
    person.submit(
        "/t/acme/extensions/add", number="201", name="Anna Arndt", sip_password="Secret-201-x9"
    )


def offers(person: Person, slug: str) -> bool:
    """Tell whether the form for phones has a model."""
    page = person.read("/t/acme/phones/add")
    return page.select_one(f"option[value={slug}]") is not None


def test_a_reader_of_the_page_adds_a_model(server: ServerRig, tmp_path: Path) -> None:
    """R10, R77: write, check, list, see it in the form, and a phone's config is right."""
    (model_file, template_file), (check, list_all, show) = FILES, COMMANDS
    person = Person(server.url).log_in()
    settle_in(person)
    assert not offers(person, "yealink-t47u")

    write(model_file[0], model_file[1], tmp_path)
    checked = run(check, tmp_path)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "right" in checked.stdout
    assert "Yealink T47U, 27 keys, your own" in run(list_all, tmp_path).stdout

    wait_for(lambda: offers(person, "yealink-t47u"), 15, "the new model in the form")
    person.submit("/t/acme/phones/add", mac=MAC, model_slug="yealink-t47u", extension="201")
    shown = run(show, tmp_path)
    assert "account.1.user_name = 201" in shown.stdout, shown.stderr
    name = MAC.replace(":", "") + ".cfg"
    phone = YealinkPhone()
    answer = requests.get(f"{server.url}/prov/{name}", headers={"User-Agent": AGENT}, timeout=10)
    phone.take(answer.content)
    assert phone.accounts()[1].user == "201"
    assert phone.accounts()[1].password == "Secret-201-x9"
    written = dict(read_lines(answer.content))
    assert {f"linekey.{number}.type" for number in range(1, 28)} <= written.keys()
    assert "linekey.28.type" not in written

    write(template_file[0], template_file[1], tmp_path)
    assert run(check, tmp_path).returncode == 0
    person.submit("/system", action="/system/reload")
    common = requests.get(f"{server.url}/prov/y000000000147.cfg", timeout=10)
    assert ("auto_provision.repeat.minutes", "10") in read_lines(common.content)
    person.close()


def test_a_mistake_is_told_and_changes_nothing(server: ServerRig, tmp_path: Path) -> None:
    """The last good files count, also for a server that starts with the mistake."""
    (name, text), _ = FILES
    person = Person(server.url).log_in()
    settle_in(person)
    write(name, text, tmp_path)
    person.submit("/system", action="/system/reload")
    assert offers(person, "yealink-t47u")
    write(name, text.replace("accounts = 16", "acounts = 16"), tmp_path)
    write(name.replace("t47u", "t45u"), text.replace("T47U", "T45U"), tmp_path)
    page = person.submit("/system", action="/system/reload").text
    assert "acounts: there is no such field; there are name, family, accounts" in page
    assert "accounts: this field is missing" in page
    assert offers(person, "yealink-t47u")
    assert not offers(person, "yealink-t45u")
    checked = run(COMMANDS[0], tmp_path)
    assert checked.returncode == 1
    assert "yealink-t47u.toml: accounts: this field is missing" in checked.stderr
    assert "own model or template not taken" in server.log.read_text()

    server.stop()
    server.start()
    assert "acounts: there is no such field" in person.read("/system").text
    assert offers(person, "yealink-t45u")
    assert not offers(person, "yealink-t47u")
    person.close()
