"""A private PostgreSQL on loopback: made for a test, thrown away with it."""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

from tests.rigs.components import PLACES
from tests.rigs.ports import free_port

START_S = 30.0
STOP_S = 20.0
USER = "phoneprov"
UNPRIVILEGED = "postgres"
"""Who runs it where the tests run as root, for whom PostgreSQL refuses to start."""


def _programs() -> Path:
    """Return the folder of the newest version's programs."""
    found = Path(PLACES["postgresql"]).glob("*/bin/initdb")
    return max(found, key=lambda path: float(path.parts[-3])).parent


class PostgresRig:
    """A cluster of its own in a throw-away folder, stopped by its process id."""

    def __init__(self) -> None:
        self.port = free_port()
        self._password = secrets.token_hex(16)
        self._user = UNPRIVILEGED if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="phoneprov-postgres-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Make the cluster, start it and wait until it answers."""
        password = self._folder / "password"
        password.write_text(self._password)
        if self._user:
            for path in (self._folder, password):
                shutil.chown(path, self._user)
        programs, data = _programs(), self._folder / "data"
        subprocess.run(
            [
                str(programs / "initdb"), "--pgdata", str(data), "--username", USER,
                "--pwfile", str(password), "--auth", "scram-sha-256", "--encoding", "UTF8",
                "--locale", "C.UTF-8", "--no-sync",
            ],
            cwd=self._folder, user=self._user, check=True, capture_output=True,
        )  # fmt: skip
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    str(programs / "postgres"), "-D", str(data), "-p", str(self.port),
                    "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
                    "-c", "fsync=off", "-c", "full_page_writes=off",
                ],
                cwd=self._folder, user=self._user, stdout=log, stderr=log,
            )  # fmt: skip
        self._wait()

    def make_database(self, template: str = "template1") -> str:
        """Make a database and return its address; `template`: the name of the one it copies."""
        self._databases += 1
        name = f"test_{self._databases}"
        with self._connect() as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        return f"postgresql://{USER}:{self._password}@127.0.0.1:{self.port}/{name}"

    def end_connections(self, name: str) -> int:
        """Cut every connection to a database, as a fail-over does; return how many."""
        with self._connect() as connection:
            query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
            return len(connection.execute(query, [name]).fetchall())

    def stop(self) -> None:
        """Stop it (a fast shutdown) and remove all it wrote."""
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGINT)
            self._process.wait(STOP_S)
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=self._password,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        )

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.1)
                continue
            return
        log = (self._folder / "log").read_text()[-2000:]
        raise AssertionError(f"PostgreSQL did not start:\n{log}")
