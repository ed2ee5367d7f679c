"""Many real SIP user agents in a few sipp processes: they stay registered and answer."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rigs.sipp import ANSWER, dedent

REGISTER = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="stay registered, a line of the list each">
  <label id="again"/>
  <send retrans="500"><![CDATA[

    REGISTER sip:[field2] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: <sip:[field0]@[field2]>;tag=[pid]r[call_number]
    To: <sip:[field0]@[field2]>
    Call-ID: [call_id]
    CSeq: [cseq] REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port];line=[field0]>
    Max-Forwards: 70
    User-Agent: Yealink SIP-T46U 108.86.0.90 [field3]
    Expires: 120
    Content-Length: 0

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[

    REGISTER sip:[field2] SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: <sip:[field0]@[field2]>;tag=[pid]r[call_number]
    To: <sip:[field0]@[field2]>
    Call-ID: [call_id]
    CSeq: [cseq] REGISTER
    Contact: <sip:[field0]@[local_ip]:[local_port];line=[field0]>
    [field1]
    Max-Forwards: 70
    User-Agent: Yealink SIP-T46U 108.86.0.90 [field3]
    Expires: 120
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <pause milliseconds="60000"/>
  <nop next="again"/>
</scenario>
"""
ONE_PROCESS = 50
"""sipp answers some 70 requests outside its own calls at once, not more."""
_TARGET = re.compile(r"^NOTIFY sip:(\d+)@", re.MULTILINE)


@dataclass(frozen=True)
class Agent:
    """One user agent."""

    user: str
    password: str
    mac: str


class SippFleet:
    """User agents on loopback; `with` registers them all, the end is a power cut."""

    def __init__(
        self, folder: Path, agents: list[Agent], *, domain: str, registrar: tuple[str, int]
    ) -> None:
        self._folder = folder
        self._domain = domain
        self._registrar = registrar
        self._groups = [agents[at : at + ONE_PROCESS] for at in range(0, len(agents), ONE_PROCESS)]
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        for number, group in enumerate(self._groups):
            self._start(self._folder / f"sipp-{number}", group)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.lose_power()

    def lose_power(self) -> None:
        """Vanish without a word, all at once."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait(10)
        self._processes.clear()

    def told(self) -> dict[str, int]:
        """Return how many NOTIFYs each user got (repeats of one that was not answered count)."""
        counts: dict[str, int] = {}
        for log in self._folder.glob("sipp-*/messages.log"):
            for user in _TARGET.findall(log.read_text("utf-8", "replace")):
                counts[user] = counts.get(user, 0) + 1
        return counts

    def _start(self, folder: Path, group: list[Agent]) -> None:
        folder.mkdir(parents=True)
        (folder / "register.xml").write_text(dedent(REGISTER))
        (folder / "answer.xml").write_text(dedent(ANSWER))
        lines = [
            f"{one.user};[authentication username={one.user} password={one.password}];"
            f"{self._domain};{one.mac}"
            for one in group
        ]
        (folder / "agents.csv").write_text("\n".join(["SEQUENTIAL", *lines]) + "\n")
        host, port = self._registrar
        with (folder / "out.log").open("ab") as log:
            self._processes.append(
                subprocess.Popen(
                    [
                        "sipp", "-sf", "register.xml", "-oocsf", "answer.xml", "-inf", "agents.csv",
                        "-m", str(len(group)), "-l", str(len(group)), "-r", "20",
                        "-i", "127.0.0.1", f"{host}:{port}", "-trace_msg", "-message_file",
                        "messages.log", "-nostdin", "-timeout", "900",
                    ],
                    cwd=folder,
                    stdout=log,
                    stderr=log,
                )
            )  # fmt: skip
