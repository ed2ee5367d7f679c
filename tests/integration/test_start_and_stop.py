"""How the server starts, what it says when it can't, and how it stops."""

import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import requests

from phoneprov.core.settings import Settings
from tests.rigs.person import Person
from tests.rigs.ports import free_port
from tests.rigs.server import EMAIL, PASSWORD, ROOT, ServerRig

NO_ADMIN = {"PHONEPROV_ADMIN_EMAIL": "", "PHONEPROV_ADMIN_PASSWORD": ""}
GENEROUS_START_S = 10.0
"""A second start takes a second or two; a bound that a busy machine keeps as well."""

WRONG = [
    ("PHONEPROV_HOST", "phones", "an IP address"),
    ("PHONEPROV_HOST", "0.0.0.0", "PHONEPROV_TRUSTED_PROXIES"),
    ("PHONEPROV_PORT", "eighty", "a TCP port to listen on"),
    ("PHONEPROV_PORT", "70000", "0 to 65535"),
    ("PHONEPROV_DATA_DIR", "/dev/null/data", "a folder that may be written to"),
    ("DATABASE_URL", "phones", "postgresql://user:password@host/name"),
    ("PHONEPROV_DATABASE_URL", "mysql://me:hush-hush@db/phones", "postgresql://"),
    ("DATABASE_URL", "postgresql://me:hush-hush@127.0.0.1:9/phones", "can't be used: "),
    ("PHONEPROV_PUBLIC_URL", "phones.example.net", "https://phones.example.net"),
    ("PHONEPROV_TRUSTED_PROXIES", "10.0.0.0/8, 10.0.0.1/33", "networks such as 10.0.0.0/8"),
    ("PHONEPROV_ALLOW_PLAIN_HTTP", "maybe", "1 to listen"),
    ("PHONEPROV_ADMIN_EMAIL", "petra", "an e-mail address such as"),
    ("PHONEPROV_ADMIN_PASSWORD", "short", "12 characters"),
    ("PHONEPROV_THREADS", "1", "a number of threads, 2 to 64"),
    ("PHONEPROV_RUN_JOBS", "sometimes", "1, or 0"),
    ("PHONEPROV_ORDERS_PER_SECOND", "0", "a number of orders to phones a second, 1 to 100"),
    ("PHONEPROV_ORDERS_PER_ADDRESS", "many", "a number of orders a second to one address"),
    ("PHONEPROV_SMTP_URL", "mail.example.net", "the mail server for alerts"),
    ("PHONEPROV_MAIL_FROM", "nobody", "the sender of mails"),
    ("PHONEPROV_WEBHOOK_ALLOW", "everywhere", "host:port entries"),
    ("PHONEPROV_FIRMWARE_LARGEST_MB", "0", "the size of the largest firmware in MB, 1 to 4000"),
    ("PHONEPROV_FIRMWARE_DOWNLOADS", "0", "how many phones may download at once, 1 to 2000"),
    ("PHONEPROV_FIRMWARE_SENDFILE", "X-Nothing", "X-Sendfile, or X-Accel-Redirect"),
    ("PHONEPROV_LOG_LEVEL", "loud", "debug, info, warning or error"),
]


@pytest.fixture
def port() -> int:
    return free_port()


def start(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Start the server where it is expected to give up; return how it ended."""
    given = {
        **os.environ,
        "PHONEPROV_DATA_DIR": str(folder / "data"),
        "PHONEPROV_ADMIN_EMAIL": EMAIL,
        "PHONEPROV_ADMIN_PASSWORD": PASSWORD,
        **environment,
    }
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT, env=given, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def links(server: ServerRig) -> list[str]:
    """Return the set-up links that the server has printed so far."""
    return re.findall(r"Set up phoneprov: (http\S+/setup/\S+)", server.log.read_text())


def test_the_first_start_prints_a_link_that_works_once(tmp_path: Path) -> None:
    """R67: whoever reads the terminal becomes the provider, and nobody after."""
    with ServerRig(tmp_path, **NO_ADMIN) as server:
        (link,) = links(server)
        assert link.startswith(f"{server.url}/setup/")
        person = Person(server.url)
        person.submit(
            link.removeprefix(server.url),
            provider_name="Berlin Telephones", name="Petra", email=EMAIL, password=PASSWORD,
        )  # fmt: skip
        assert requests.get(link, timeout=10).status_code == 404
        person.close()
        again = Person(server.url).log_in()
        assert again.read("/tenants/add").select_one("h1") is not None
        again.close()
        server.stop()
        server.start()
        assert len(links(server)) == 1, "a link was printed although there is an account"


def test_a_start_without_an_account_makes_older_links_dead(tmp_path: Path) -> None:
    """A link in an old log opens nothing."""
    with ServerRig(tmp_path, **NO_ADMIN) as server:
        server.stop()
        server.start()
        first, second = links(server)
        assert requests.get(first, timeout=10).status_code == 404
        assert requests.get(second, timeout=10).status_code == 200


def test_the_environment_creates_the_first_account(tmp_path: Path) -> None:
    """R67: for those who start it without anybody at the terminal; the password is not shown."""
    with ServerRig(tmp_path) as server:
        assert links(server) == []
        person = Person(server.url).log_in()
        assert "log-in" not in str(person.http.get(f"{server.url}/", timeout=10).url)
        person.close()
        said = server.log.read_text()
        assert f"Created the provider account {EMAIL}." in said
        assert PASSWORD not in said


def test_keys_are_for_the_owner_alone(tmp_path: Path) -> None:
    """The key files open every secret there is."""
    with ServerRig(tmp_path):
        folder = tmp_path / "data"
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.key")}
        assert modes == {"secret.key": 0o600, "session.key": 0o600}
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_second_start_is_quick(tmp_path: Path) -> None:
    """Nothing is migrated or made anew."""
    server = ServerRig(tmp_path)
    server.start()
    server.stop()
    seconds = server.start()
    assert server.stop() == 0
    assert seconds < GENEROUS_START_S


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT], ids=lambda by: by.name)
def test_it_stops_cleanly_with_every_check_in_written(tmp_path: Path, by: signal.Signals) -> None:
    """What a phone asked for just before is in its transcript."""
    server = ServerRig(tmp_path)
    server.start()
    person = Person(server.url).log_in()
    person.submit("/tenants/add", name="Acme")
    person.submit("/t/acme/phones/add", mac="805ec01a2b3c", model_slug="yealink-t46u")
    answers = [requests.get(f"{server.url}/prov/{name}", timeout=10) for name in FILES]
    assert server.stop(by) == 0
    person.close()
    assert [answer.status_code for answer in answers] == [200] * len(FILES)
    assert _check_ins(tmp_path) == FILES
    assert "Traceback" not in server.log.read_text()


FILES = ["805ec01a2b3c.boot", "805ec01a2b3c.cfg", "805EC01A2B3C.cfg"]


def test_a_second_signal_does_not_cut_the_stop_short(tmp_path: Path) -> None:
    """Supervisors are impatient."""
    server = ServerRig(tmp_path)
    server.start()
    os.kill(server.pid, signal.SIGTERM)
    os.kill(server.pid, signal.SIGTERM)
    assert server.stop() == 0


def test_a_process_without_jobs_writes_its_check_ins_too(tmp_path: Path) -> None:
    """`PHONEPROV_RUN_JOBS=0` leaves the installation's jobs to another process, not its own."""
    with ServerRig(tmp_path, PHONEPROV_RUN_JOBS="0") as server:
        person = Person(server.url).log_in()
        page = str(person.read("/system"))
        person.close()
        assert requests.get(f"{server.url}/health", timeout=10).json()["jobs_age_s"] is not None
        assert "write_check_ins" in page
        assert "deliver_commands" not in page


@pytest.mark.parametrize(("name", "value", "takes"), WRONG)
def test_a_wrong_setting_stops_the_start_with_a_message(
    tmp_path: Path, port: int, name: str, value: str, takes: str
) -> None:
    """It names the variable and says what it takes; no traceback, no secret."""
    said = start(tmp_path, **{"PHONEPROV_PORT": str(port), name: value})
    assert said.returncode == 1
    assert name.removeprefix("PHONEPROV_") in said.stderr
    assert takes in said.stderr
    assert "Traceback" not in said.stderr
    assert "hush-hush" not in said.stderr
    assert said.stdout == ""


def test_every_setting_is_tried() -> None:
    """A new setting needs a wrong value in the list above."""
    tried = {name.removeprefix("PHONEPROV_").lower() for name, _, _ in WRONG}
    assert tried == set(Settings.model_fields)


def test_half_an_account_is_a_mistake(tmp_path: Path) -> None:
    """A misspelled variable would otherwise be noticed at the log-in."""
    said = start(tmp_path, PHONEPROV_ADMIN_PASSWORD="")
    assert said.returncode == 1
    assert "PHONEPROV_ADMIN_PASSWORD" in said.stderr


def test_a_port_in_use_is_a_clear_message(tmp_path: Path) -> None:
    """The commonest reason why a second start fails."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        said = start(tmp_path, PHONEPROV_PORT=str(other.getsockname()[1]))
    assert said.returncode == 1
    assert "PHONEPROV_PORT" in said.stderr
    assert "Another program listens there" in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"not a key", "secret.key holds no key"), (None, "does not fit this database")],
    ids=["no key", "a new key"],
)
def test_a_key_that_does_not_fit_stops_the_start(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    """After a restore without its key file: known at the start, not by phones that get nothing."""
    server = ServerRig(tmp_path)
    server.start()
    person = Person(server.url).log_in()
    person.submit("/tenants/add", name="Acme")
    person.submit("/t/acme/phones/add", mac="805ec01a2b3c", model_slug="yealink-t46u")
    person.close()
    server.stop()
    key = tmp_path / "data" / "secret.key"
    key.unlink()
    if content is not None:
        key.write_bytes(content)
    said = start(tmp_path, PHONEPROV_PORT=str(server.port))
    assert said.returncode == 1
    assert message in said.stderr
    assert "Traceback" not in said.stderr


def _check_ins(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "data" / "phoneprov.db")) as database:
        return [name for (name,) in database.execute("SELECT file_name FROM check_in ORDER BY id")]
