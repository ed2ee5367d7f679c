"""Sends NOTIFY through Kamailio, over the connection that the phone registered by."""

import json
import time

from phoneprov.core.errors import PbxError
from phoneprov.pbx.kamailio.rpc import KamailioRpc
from phoneprov.pbx.link import Notify, NotifyOutcome, NotifyResult

METHOD = "tm.t_uac_wait_block"
LONGEST_WAIT_S = 5.0
FIRST_FAILURE = 300
TIMED_OUT = 408


def send_notify(rpc: KamailioRpc, notify: Notify, domain: str) -> NotifyResult:
    """Send a NOTIFY and return the phone's own answer.

    The socket is named, because with “.” Kamailio opened a new TCP connection to the phone,
    which fails behind NAT (seen on 5.6.3). Raises PbxError when it could not be handed over.
    """
    via = json.loads(notify.send_via or "{}")
    headers = _headers(notify, domain, via)
    params = [
        "NOTIFY",
        notify.uri,
        via.get("received") or ".",
        via.get("socket") or ".",
        headers,
    ]
    if notify.body:
        params.append(notify.body)
    started = time.monotonic()
    try:
        result = rpc.call(METHOD, *params, answer_s=LONGEST_WAIT_S)
    except PbxError as error:
        if "in time" not in error.message:
            raise
        return NotifyResult(outcome=NotifyOutcome.NO_ANSWER, evidence="no answer within 5 s")
    return _read(result, time.monotonic() - started)


def _headers(notify: Notify, domain: str, via: dict[str, str]) -> str:
    socket = via.get("socket") or ""
    contact = socket.partition(":")[2] or domain
    lines = [
        f"From: <sip:phoneprov@{domain}>",
        f"To: <{_aor_uri(notify.aor, domain)}>",
        f"Event: {notify.event}",
        "Subscription-State: terminated",
        f"Contact: <sip:{contact}>",
    ]
    if via.get("path"):
        lines.append(f"Route: {via['path']}")
    if notify.content_type:
        lines.append(f"Content-Type: {notify.content_type}")
    if any("\r" in line or "\n" in line for line in lines) or "\n" in notify.uri:
        raise PbxError("a line break in a SIP header was refused", permanent=True)
    return "".join(f"{line}\r\n" for line in lines)


def _aor_uri(aor: str, domain: str) -> str:
    return f"sip:{aor}" if "@" in aor else f"sip:{aor}@{domain}"


def _read(result: object, took_s: float) -> NotifyResult:
    values = result if isinstance(result, dict) else {}
    code, text = values.get("code", 0), str(values.get("text", ""))[:100]
    if not isinstance(code, int):
        raise PbxError("Kamailio's answer to the NOTIFY has an unknown shape")
    if code == TIMED_OUT:
        return NotifyResult(outcome=NotifyOutcome.NO_ANSWER, evidence="the phone gave no answer")
    evidence = f"answered {code} {text} after {took_s * 1000:.0f} ms"
    outcome = NotifyOutcome.ANSWERED if 0 < code < FIRST_FAILURE else NotifyOutcome.REFUSED
    return NotifyResult(outcome=outcome, evidence=evidence)
