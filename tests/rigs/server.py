"""The real server in a process of its own, on a free port and a throw-away data folder."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from tests.rigs.ports import free_port

ROOT = Path(__file__).parent.parent.parent
EMAIL, PASSWORD = "petra@provider.example", "correct horse battery staple"
START_S = 60


class ServerRig:
    """`python app.py` as an operator runs it; stopped by pid."""

    program: tuple[str, ...] = ("app.py",)

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> float:
        """Start the server; return the seconds until it answers."""
        environment = {
            **os.environ,
            "PHONEPROV_DATA_DIR": str(self.folder / "data"),
            "PHONEPROV_PORT": str(self.port),
            "PHONEPROV_ADMIN_EMAIL": EMAIL,
            "PHONEPROV_ADMIN_PASSWORD": PASSWORD,
            **self._environment,
        }
        started = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *self.program], cwd=ROOT, env=environment, stdout=log, stderr=log
            )
        while time.monotonic() - started < START_S:
            if self._process.poll() is not None:
                break
            try:
                requests.get(f"{self.url}/health", timeout=1)
            except (requests.ConnectionError, requests.Timeout):  # not yet, or busy starting
                time.sleep(0.05)
                continue
            return time.monotonic() - started
        raise AssertionError(f"the server did not start:\n{self.log.read_text()[-3000:]}")

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Stop it as an operator does (SIGTERM); return its exit code."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(by)
        return self._process.wait(20)

    def kill(self) -> None:
        """End it as a power cut does (SIGKILL)."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)
