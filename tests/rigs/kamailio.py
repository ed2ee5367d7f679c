"""A real Kamailio, on loopback if nothing else is said: digest authentication, OPTIONS pings, JSON-RPC."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from tests.rigs.ports import free_port

START_S = 15.0
MODULES = [
    "jsonrpcs",
    "kex",
    "corex",
    "tm",
    "tmx",
    "sl",
    "rr",
    "pv",
    "maxfwd",
    "usrloc",
    "registrar",
    "textops",
    "siputils",
    "sanity",
    "cfg_rpc",
    "auth",
    "nathelper",
    "xhttp",
    "htable",
]

CONFIG = """#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=2
tcp_children=4
auto_aliases=no
{aliases}
listen=udp:{host}:{sip_port}
listen=tcp:{host}:{sip_port}
listen=tcp:{host}:{rpc_port}
tcp_accept_no_cl=yes
http_reply_parse=yes
{modules}
modparam("jsonrpcs", "transport", 1)
modparam("tm", "fr_timer", 5000)
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "timer_interval", 3)
modparam("usrloc", "use_domain", 1)
modparam("usrloc", "handle_lost_tcp", 1)
modparam("usrloc", "ka_mode", 1)
modparam("usrloc", "ka_timeout", 45)
modparam("usrloc", "ka_from", "sip:ping@{host}")
modparam("registrar", "default_expires", 60)
modparam("registrar", "min_expires", 5)
modparam("registrar", "max_expires", 3600)
modparam("registrar", "received_avp", "$avp(s:rcv)")
modparam("nathelper", "received_avp", "$avp(s:rcv)")
modparam("htable", "htable", "auth=>size=8;")

event_route[htable:mod-init] {{
{credentials}
}}

request_route {{
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("$td", "$sht(auth=>$au)", "0")) {{
            auth_challenge("$td", "0");
            exit;
        }}
        consume_credentials();
        fix_nated_register();
        save("location");
        exit;
    }}
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    sl_send_reply("404", "Not Found");
}}

event_route[xhttp:request] {{
    if ($Rp != {rpc_port} || $si != "{client}") {{
        xhttp_reply("403", "Forbidden", "text/plain", "no");
        exit;
    }}
    jsonrpc_dispatch();
}}
"""


class KamailioRig:
    """Kamailio as a registrar for `users` (authentication user to password)."""

    def __init__(
        self,
        folder: Path,
        users: dict[str, str],
        domains: tuple[str, ...] = (),
        *,
        host: str = "127.0.0.1",
        client: str = "127.0.0.1",
        inside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Let `client` alone use the RPC at `host`; the processes are born `inside`."""
        self.folder = folder
        self.users = users
        self.domains = domains or ("sip.acme.example",)
        self.host, self.client, self._inside = host, client, inside
        self.sip_port = free_port()
        self.rpc_port = free_port()
        self.rpc_url = f"http://{host}:{self.rpc_port}/RPC"
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

    def start(self) -> None:
        """Start it and wait until its RPC answers."""
        run = self.folder / "kamailio"
        run.mkdir(exist_ok=True)
        config = run / "kamailio.cfg"
        config.write_text(
            CONFIG.format(
                aliases="\n".join(f'alias="{domain}"' for domain in self.domains),
                host=self.host,
                client=self.client,
                sip_port=self.sip_port,
                rpc_port=self.rpc_port,
                modules="\n".join(f'loadmodule "{name}.so"' for name in MODULES),
                credentials="\n".join(
                    f'    $sht(auth=>{user}) = "{password}";'
                    for user, password in self.users.items()
                ),
            )
        )
        program = shutil.which("kamailio") or "/usr/sbin/kamailio"
        with (run / "kamailio.log").open("ab") as log, self._inside():
            self._process = subprocess.Popen(
                [program, "-f", str(config), "-P", str(run / "pid"), "-Y", str(run), "-DD", "-E"],
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                self.rpc("core.uptime")
            except requests.ConnectionError:
                time.sleep(0.1)
                continue
            return
        raise AssertionError(
            f"Kamailio did not start: {(run / 'kamailio.log').read_text()[-2000:]}"
        )

    def rpc(self, method: str, *params: object) -> object:
        """Return the result of an RPC method."""
        request = {"jsonrpc": "2.0", "method": method, "params": params, "id": 1}
        return requests.post(self.rpc_url, json=request, timeout=5).json().get("result")

    def contacts(self) -> str:
        """Return the location table as text."""
        return str(self.rpc("ul.dump"))

    def stop(self) -> None:
        """End all its processes."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(10)
            self._process = None

    def stall(self) -> None:
        """Freeze it: connections stay open, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after `stall`."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, number)
