"""JSON-RPC over HTTP in the shape of Kamailio 5.6, for what a provisioning server asks of it."""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as WaitedTooLong
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from phoneprov.simulator.loop import Loop
from phoneprov.simulator.pbx.location import Binding
from phoneprov.simulator.pbx.registrar import Registrar
from phoneprov.simulator.sip.agent import Address
from phoneprov.simulator.sip.message import SipRequest, SipResponse, user_and_host
from phoneprov.simulator.state import split_host_port

_NOT_SET = "[not set]"
_WAIT_S = 8.0
_UAC_PARAMETERS = 5


class RpcError(Exception):
    """An error that goes back to the caller."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _no_method(_: list[Any]) -> object:
    raise RpcError(500, "Method Not Found")


class RpcServer:
    """The HTTP address of a registrar's JSON-RPC, at `/RPC`."""

    def __init__(self, loop: Loop, registrar: Registrar, local: Address) -> None:
        self._loop = loop
        self._registrar = registrar
        self._methods: dict[str, Callable[[list[Any]], object]] = {
            "core.uptime": self._uptime,
            "core.version": lambda _: "kamailio 5.6.3 (simulated) ",
            "ul.dump": self._dump,
            "ul.lookup": self._lookup,
            "tm.t_uac_start": self._uac_start,
            "tm.t_uac_wait": self._uac_wait,
            "tm.t_uac_wait_block": self._uac_wait_block,
        }
        server = self

        class Handler(BaseHTTPRequestHandler):
            """Takes one call."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                status, answer = server.answer(self.rfile.read(length))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
                """Keep quiet."""

        self._http = _Server(local, Handler)
        self.url = f"http://{local[0]}:{self._http.server_address[1]}/RPC"
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="simulated-rpc", daemon=True
        )

    def start(self) -> None:
        """Start to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and close the port."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def answer(self, body: bytes) -> tuple[int, bytes]:
        """Return HTTP status and body for a call."""
        call: dict[str, Any] = {}
        try:
            call = json.loads(body)
            method = self._methods.get(str(call.get("method")), _no_method)
            outcome: dict[str, object] = {"result": method(list(call.get("params") or []))}
            status = 200
        except RpcError as error:
            outcome = {"error": {"code": error.code, "message": error.message}}
            status = error.code
        except (ValueError, AttributeError, TypeError):
            outcome = {"error": {"code": 400, "message": "Invalid Request"}}
            status = 400
        call_id = call.get("id") if isinstance(call, dict) else None
        return status, json.dumps({"jsonrpc": "2.0", **outcome, "id": call_id}).encode()

    def _uptime(self, _: list[Any]) -> object:
        now, since = time.time(), self._registrar.started_at
        return {"now": time.ctime(now), "up_since": time.ctime(since), "uptime": int(now - since)}

    def _dump(self, parameters: list[Any]) -> object:
        is_brief = bool(parameters) and parameters[0] == "brief"
        return self._loop.ask(lambda: self._table(is_brief=is_brief))

    def _table(self, *, is_brief: bool) -> object:
        table = self._registrar.table
        rows = [(aor, table.of(aor)) for aor in table.aors()]
        aors = [{"AoR": aor} if is_brief else {"Info": _info(aor, found)} for aor, found in rows]
        stats = {
            "Records": len(rows),
            "Max-Slots": max((len(found) for _, found in rows), default=0),
        }
        domain = {"Domain": "location", "Size": 1024, "AoRs": aors, "Stats": stats}
        return {"Domains": [{"Domain": domain}]}

    def _lookup(self, parameters: list[Any]) -> object:
        aor = str(parameters[1]) if len(parameters) > 1 else ""
        found = self._loop.ask(lambda: self._registrar.table.of(aor))
        if not found:
            raise RpcError(500, "AOR not found in location table")
        return {"AoR": aor, "Contacts": [{"Contact": _contact(binding)} for binding in found]}

    def _uac_start(self, parameters: list[Any]) -> object:
        self._send(parameters)
        return {}

    def _uac_wait(self, parameters: list[Any]) -> object:
        answer = self._wait(parameters)
        headers = "".join(f"{name}: {value}\r\n" for name, value in answer[2])
        return [answer[0], answer[1], "", "", "", f"{headers}\r\n"]

    def _uac_wait_block(self, parameters: list[Any]) -> object:
        code, text, _ = self._wait(parameters)
        return {"code": code, "text": text}

    def _wait(self, parameters: list[Any]) -> tuple[int, str, tuple[tuple[str, str], ...]]:
        try:
            answer = self._send(parameters).result(_WAIT_S)
        except WaitedTooLong:
            answer = None
        if answer is None:
            return 408, "Request Timeout", ()
        return answer.code, answer.reason, answer.headers

    def _send(self, parameters: list[Any]) -> "Future[SipResponse | None]":
        if len(parameters) < _UAC_PARAMETERS:
            message = f"too few parameters (-{_UAC_PARAMETERS - len(parameters)}/{_UAC_PARAMETERS})"
            raise RpcError(400, message)
        method, uri, next_hop, _, header_text, *body = (str(part) for part in parameters)
        headers = [
            (name.strip(), value.strip())
            for name, colon, value in (line.partition(":") for line in header_text.splitlines())
            if colon
        ]
        names = {name.lower() for name, _ in headers}
        if body and body[0] and "content-type" not in names:
            raise RpcError(400, "Content-Type missing")
        if not {"from", "to"} <= names:
            raise RpcError(400, "From or To missing")
        number = f"{time.monotonic_ns():x}"
        headers = [(n, f"{v};tag={number}" if n.lower() == "from" else v) for n, v in headers]
        headers += [("CSeq", f"10 {method}"), ("Call-ID", f"{number}@simulated")]
        request = SipRequest(method=method, uri=uri, headers=tuple(headers), body="".join(body))
        target = _target(uri if next_hop == "." else next_hop)
        answer: Future[SipResponse | None] = Future()
        self._loop.call_soon(lambda: self._registrar.send(request, target, answer.set_result))
        return answer


class _Server(ThreadingHTTPServer):
    """Waits for its threads when it is closed."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64


def _target(uri: str) -> Address:
    return split_host_port(user_and_host(uri)[1])


def _info(aor: str, found: list[Binding]) -> dict[str, object]:
    contacts = [{"Contact": _contact(binding)} for binding in found]
    return {"AoR": aor, "HashID": hash(aor) & 0xFFFFFFFF, "Contacts": contacts}


def _contact(binding: Binding) -> dict[str, object]:
    """Return a contact with the names and the order of Kamailio's `ul.dump`."""
    host, port = binding.received
    return {
        "Address": binding.uri,
        "Expires": max(0, int(binding.expires_at - time.time() + 0.5)),
        "Q": -1,
        "Call-ID": binding.call_id,
        "CSeq": binding.cseq,
        "User-Agent": binding.user_agent,
        "Received": f"sip:{host}:{port}",
        "Path": _NOT_SET,
        "State": "CS_NEW",
        "Flags": 0,
        "CFlags": 0,
        "Socket": binding.socket,
        "Methods": 4294967295,
        "Ruid": binding.ruid,
        "Instance": binding.instance or _NOT_SET,
        "Reg-Id": 0,
        "Server-Id": 0,
        "Tcpconn-Id": -1,
        "Keepalive": 0,
        "Last-Keepalive": int(binding.keepalive_at),
        "KA-Roundtrip": binding.round_trip_us,
        "Last-Modified": int(binding.registered_at),
    }
