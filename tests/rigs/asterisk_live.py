"""A real Asterisk on loopback: PJSIP with digest authentication and qualify, AMI, own folders."""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rigs.certificate import make_certificate
from tests.rigs.ports import free_port

START_S = 30.0
USER, SECRET = "phoneprov", "hidden-secret"
NO_READ_USER, NO_WRITE_USER, DEAF_USER = "no-read", "no-write", "deaf"
QUALIFY_S = 3

MANAGER = """[general]
enabled=yes
bindaddr=127.0.0.1
port={ami_port}
timestampevents=yes
tlsenable=yes
tlsbindaddr=127.0.0.1:{tls_port}
tlscertfile={certificate}
tlsprivatekey={key}

[{user}]
secret={secret}
deny=0.0.0.0/0.0.0.0
permit=127.0.0.1/255.255.255.255
read=system
write=system
eventfilter(action(include),name(ContactStatus)) =

[{no_read}]
secret={secret}
read=call
write=system

[{no_write}]
secret={secret}
read=system
write=call

[{deaf}]
secret={secret}
read=system
write=system
eventfilter(action(exclude),name(ContactStatus)) =
"""
PJSIP = """[global]
type=global
user_agent=test-asterisk
default_outbound_endpoint=outbound-plain
contact_expiration_check_interval=5

[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:{sip_port}

[outbound-plain]
type=endpoint
context=phones
disallow=all
allow=ulaw
"""
PHONE = """
[{name}]
type=endpoint
context=phones
disallow=all
allow=ulaw
auth={name}-auth
aors={name}

[{name}-auth]
type=auth
auth_type=userpass
username={name}
password={password}

[{name}]
type=aor
max_contacts=5
minimum_expiration=10
qualify_frequency={qualify_s}
qualify_timeout=1.0
"""


class AsteriskRig:
    """Asterisk as a registrar for `users` (endpoint name to password)."""

    def __init__(self, folder: Path, program: Path, users: dict[str, str]) -> None:
        self.folder = folder / "asterisk"
        self.program = program
        self.users = users
        self.sip_port = free_port()
        self.ami_port = free_port()
        self.tls_port = free_port()
        self.tls_address = f"tls://127.0.0.1:{self.tls_port}"
        self.address = f"tcp://127.0.0.1:{self.ami_port}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._configure()
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until its AMI listens."""
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self.program), "-f", "-C", str(self.folder / "etc" / "asterisk.conf")],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.ami_port), timeout=1).close()
            except OSError:
                time.sleep(0.1)
                continue
            return
        raise AssertionError(f"Asterisk did not start: {self._log()[-2000:]}")

    def stop(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it; with SIGTERM it takes its leave of those who are logged in."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)
            self._process.wait(20)
        self._process = None

    def stall(self) -> None:
        """Freeze it: connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `stall`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            os.killpg(self._process.pid, number)

    def _log(self) -> str:
        return (self.folder / "console.log").read_text("utf-8", "replace")

    def _configure(self) -> None:
        etc = self.folder / "etc"
        for name in ("etc", "lib", "db", "run", "log", "spool", "keys"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (etc / "asterisk.conf").write_text(
            "[directories]\n"
            f"astetcdir => {etc}\nastdbdir => {self.folder}/db\nastrundir => {self.folder}/run\n"
            f"astlogdir => {self.folder}/log\nastspooldir => {self.folder}/spool\n"
            f"astkeydir => {self.folder}/keys\n"
        )
        self.certificate = make_certificate(self.folder / "keys")
        (etc / "manager.conf").write_text(
            MANAGER.format(
                ami_port=self.ami_port,
                tls_port=self.tls_port,
                certificate=self.certificate.shown,
                key=self.certificate.key,
                user=USER,
                secret=SECRET,
                no_read=NO_READ_USER,
                no_write=NO_WRITE_USER,
                deaf=DEAF_USER,
            )
        )
        phones = "".join(
            PHONE.format(name=name, password=password, qualify_s=QUALIFY_S)
            for name, password in self.users.items()
        )
        (etc / "pjsip.conf").write_text(PJSIP.format(sip_port=self.sip_port) + phones)
        (etc / "modules.conf").write_text("[modules]\nautoload=yes\n")
        (etc / "extensions.conf").write_text("[phones]\nexten => 600,1,Hangup()\n")
        (etc / "pjsip_notify.conf").write_text("[check-sync]\nEvent=>check-sync\n")
        (etc / "logger.conf").write_text("[logfiles]\nmessages.log => notice,warning,error\n")
        for name in ("rtp.conf", "features.conf", "ccss.conf"):
            (etc / name).write_text("[general]\n")
