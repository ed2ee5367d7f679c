"""A server that is killed with alerts on their way sends them when it is there again."""

import sqlite3
from pathlib import Path

from tests.rigs.person import Person
from tests.rigs.ports import free_port
from tests.rigs.server import ServerRig
from tests.rigs.sinks import wait_for
from tests.rigs.smtp import FakeMailServer

WAITING = "SELECT number, tries FROM alert_message WHERE state = 'waiting'"
SENT = "SELECT number FROM alert_message WHERE state = 'sent'"
TRY_NOW = "UPDATE alert_message SET next_try_at = '2026-01-01 00:00:00.000000'"
FORGIVE = "UPDATE alert_state SET mail_failed_at = '2026-01-01 00:00:00.000000'"


def ask(path: Path, *queries: str) -> list[tuple[object, ...]]:
    """Run queries on the server's database; return the rows of the last."""
    with sqlite3.connect(path, timeout=15) as database:
        for query in queries:
            rows = database.execute(query).fetchall()
    database.close()
    return rows


def test_what_waited_is_sent_once_after_a_kill(tmp_path: Path) -> None:
    """First the mail server is away; then this one dies while the mail server takes a mail."""
    mail = FakeMailServer(port=free_port())
    server = ServerRig(
        tmp_path, PHONEPROV_SMTP_URL=mail.url, PHONEPROV_MAIL_FROM="alerts@example.net"
    )
    server.start()
    person = Person(server.url).log_in()
    person.submit("/alerts/add")
    person.submit("/alerts", action="/alerts/1/test")
    database = tmp_path / "data" / "phoneprov.db"
    wait_for(lambda: [row for row in ask(database, WAITING) if row[1]], 20, "it was tried")
    server.kill()
    ((number, tries),) = ask(database, TRY_NOW, FORGIVE, WAITING)
    assert tries == 1
    with mail:
        mail.tells.clear()
        server.start()
        wait_for(lambda: mail.raw, 20, "the mail server has the mail, and says nothing")
        server.kill()
        mail.tells.set()
        assert ask(database, TRY_NOW, WAITING) == [(number, 2)]
        server.start()
        wait_for(lambda: ask(database, SENT), 20, "it is sent")
        assert [got["Message-ID"] for got in mail.mails] == [f"<{number}@example.net>"] * 2
        assert ask(database, WAITING) == []
        person.close()
        assert server.stop() == 0
