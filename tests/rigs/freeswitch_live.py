"""A real FreeSWITCH on loopback: two domains, digest authentication, OPTIONS to everybody."""

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from phoneprov.core.errors import PbxError
from phoneprov.pbx.freeswitch.socket import EventSocket
from tests.rigs.ports import free_port

PASSWORD = "Secret-of-the-socket"
START_S = 60.0
MODULES = ("mod_console", "mod_event_socket", "mod_sofia", "mod_commands", "mod_dptools")

CONFIG = """<?xml version="1.0"?>
<document type="freeswitch/xml">
  <section name="configuration">
    <configuration name="switch.conf"><settings>
      <param name="loglevel" value="warning"/>
    </settings></configuration>
    <configuration name="modules.conf"><modules>
{modules}
    </modules></configuration>
    <configuration name="event_socket.conf"><settings>
      <param name="listen-ip" value="127.0.0.1"/>
      <param name="listen-port" value="{socket_port}"/>
      <param name="password" value="{password}"/>
    </settings></configuration>
    <configuration name="sofia.conf"><profiles>
      <profile name="internal">
        <domains><domain name="all" alias="false" parse="true"/></domains>
        <settings>
          <param name="context" value="default"/>
          <param name="sip-ip" value="127.0.0.1"/>
          <param name="rtp-ip" value="127.0.0.1"/>
          <param name="sip-port" value="{sip_port}"/>
          <param name="auth-calls" value="true"/>
          <param name="challenge-realm" value="auto_to"/>
          <param name="all-reg-options-ping" value="true"/>
          <param name="ping-mean-interval" value="5"/>
          <param name="multiple-registrations" value="contact"/>
        </settings>
      </profile>
    </profiles></configuration>
  </section>
  <section name="dialplan"><context name="default"/></section>
  <section name="directory">
{domains}
  </section>
</document>
"""
DOMAIN = """    <domain name="{name}">
      <params><param name="dial-string" value="user/${{dialed_user}}"/></params>
      <groups><group name="default"><users>
{users}
      </users></group></groups>
    </domain>"""


class FreeswitchRig:
    """FreeSWITCH as registrar; `accounts`: passwords by user, by domain."""

    def __init__(self, folder: Path, program: Path, accounts: dict[str, dict[str, str]]) -> None:
        self.folder = folder / "freeswitch"
        self.folder.mkdir()
        self.sip_port = free_port()
        self.socket_port = free_port()
        self._program = program
        self._accounts = accounts
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.socket_port}"

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

    def start(self) -> None:
        """Start it and wait until its profile answers over the event socket."""
        (self.folder / "freeswitch.xml").write_text(self._config())
        places = [
            part
            for name in ("conf", "log", "db", "run", "storage", "cache", "scripts")
            for part in (f"-{name}", str(self.folder))
        ]
        with (self.folder / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(self._program), *places, "-nf", "-nc", "-nonat"], stdout=log, stderr=log
            )
        ends_at = time.monotonic() + START_S
        while time.monotonic() < ends_at:
            if self._is_ready():
                return
            time.sleep(0.2)
        log_text = (self.folder / "console.log").read_text("utf-8", "replace")
        raise AssertionError(f"FreeSWITCH did not start: {log_text[-2000:]}")

    def stop(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _is_ready(self) -> bool:
        try:
            with EventSocket(self.address, PASSWORD) as connection:
                return b"<name>internal</name>" in connection.ask("sofia xmlstatus")
        except PbxError:
            return False

    def _config(self) -> str:
        domains = [
            DOMAIN.format(
                name=name,
                users="\n".join(
                    f'        <user id="{user}"><params>'
                    f'<param name="password" value="{password}"/></params></user>'
                    for user, password in users.items()
                ),
            )
            for name, users in self._accounts.items()
        ]
        return CONFIG.format(
            modules="\n".join(f'      <load module="{name}"/>' for name in MODULES),
            socket_port=self.socket_port,
            sip_port=self.sip_port,
            password=PASSWORD,
            domains="\n".join(domains),
        )
