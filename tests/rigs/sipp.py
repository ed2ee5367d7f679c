"""A real SIP user agent (sipp) that stays registered and answers OPTIONS and NOTIFY."""

import re
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

REGISTER = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="stay registered">
  <label id="again"/>
  <send retrans="500"><![CDATA[

    REGISTER sip:{domain} SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: <sip:{user}@{domain}>;tag=[pid]r[call_number]
    To: <sip:{user}@{domain}>
    Call-ID: [call_id]
    CSeq: [cseq] REGISTER
    Contact: <sip:{user}@[local_ip]:[local_port]>
    Max-Forwards: 70
    User-Agent: {agent}
    Expires: {expires}
    Content-Length: 0

  ]]></send>
  <recv response="401" auth="true"/>
  <send retrans="500"><![CDATA[

    REGISTER sip:{domain} SIP/2.0
    Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
    From: <sip:{user}@{domain}>;tag=[pid]r[call_number]
    To: <sip:{user}@{domain}>
    Call-ID: [call_id]
    CSeq: [cseq] REGISTER
    Contact: <sip:{user}@[local_ip]:[local_port]>
    [authentication username={auth_user} password={password}]
    Max-Forwards: 70
    User-Agent: {agent}
    Expires: {expires}
    Content-Length: 0

  ]]></send>
  <recv response="200"/>
  <pause milliseconds="{refresh_ms}"/>
  <nop next="again"/>
</scenario>
"""

ANSWER = """<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="answer OPTIONS and NOTIFY">
  <recv request="OPTIONS" optional="true" next="reply"/>
  <recv request="NOTIFY"/>
  <label id="reply"/>
  <send><![CDATA[

    SIP/2.0 200 OK
    [last_Via:]
    [last_From:]
    [last_To:];tag=[pid]o[call_number]
    [last_Call-ID:]
    [last_CSeq:]
    Content-Length: 0

  ]]></send>
</scenario>
"""

_NOTIFY = re.compile(r"^NOTIFY sip:.*?(?=^-{20,})", re.MULTILINE | re.DOTALL)
_EVENT = re.compile(r"^Event:\s*(\S.*?)\s*$", re.MULTILINE | re.IGNORECASE)


class SippPhone:
    """One registered phone; every value comes from the config that a phone has read."""

    def __init__(
        self,
        folder: Path,
        *,
        user: str,
        password: str,
        domain: str,
        registrar: tuple[str, int],
        local: tuple[str, int],
        agent: str,
        auth_user: str = "",
        expires: int = 60,
        refresh_s: int = 20,
    ) -> None:
        self.folder = folder / f"sipp-{user}-{local[1]}-{time.monotonic_ns()}"
        self.folder.mkdir(parents=True)
        self._registrar = registrar
        self._local = local
        values = {
            "user": user,
            "auth_user": auth_user or user,
            "password": password,
            "domain": domain,
            "agent": agent,
            "expires": expires,
            "refresh_ms": refresh_s * 1000,
        }
        (self.folder / "register.xml").write_text(dedent(REGISTER.format(**values)))
        (self.folder / "answer.xml").write_text(dedent(ANSWER))
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
        self.lose_power()

    def start(self, *, answers: bool = True) -> None:
        """Register, and stay so; without `answers` it is deaf to OPTIONS and NOTIFY."""
        host, port = self._registrar
        with (self.folder / "out.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    "sipp", "-sf", "register.xml", *(["-oocsf", "answer.xml"] if answers else []), "-m", "1",
                    "-i", self._local[0], "-p", str(self._local[1]), f"{host}:{port}",
                    "-trace_msg", "-message_file", "messages.log", "-nostdin",
                    "-timeout", "900", "-trace_err", "-error_file", "errors.log",
                ],
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )  # fmt: skip

    def lose_power(self) -> None:
        """Vanish without a word, as a phone does whose cable is pulled."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def notify_events(self) -> list[str]:
        """Return the Event header of each NOTIFY that arrived, in order."""
        log = self.folder / "messages.log"
        if not log.exists():
            return []
        found = (_EVENT.search(text) for text in _NOTIFY.findall(log.read_text("utf-8", "replace")))
        return [match.group(1) for match in found if match]


def dedent(text: str) -> str:
    """Take the blanks before each header line away: sipp sends them as they stand."""
    return "\n".join(line.strip() for line in text.splitlines()) + "\n"
