"""The outgoing webhook: a NOTIFY as JSON, signed, sent again where that can help."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.core.secrets import new_token
from phoneprov.pbx.http import HttpAnswer, post
from phoneprov.pbx.link import Notify, NotifyOutcome, NotifyResult

WITHIN_S = 4.5
"""For all tries together."""
PAUSES_S = (0.3, 1.0)
LARGEST_ANSWER = 64 * 1024
LONGEST_EVIDENCE = 200
FIRST_FAILURE, FIRST_SERVER_FAILURE, TOO_MANY = 300, 500, 429


class _Said(BaseModel):
    """What the PBX may say of a NOTIFY in its answer."""

    model_config = ConfigDict(extra="ignore")

    outcome: NotifyOutcome = NotifyOutcome.ACCEPTED
    evidence: str = ""


def send_notify(url: str, secret: str, notify: Notify) -> NotifyResult:
    """Post a NOTIFY and return what the PBX says came of it.

    Raises PbxError; not `permanent` where a later try may help.
    """
    message = {
        "type": "notify",
        "aor": notify.aor,
        "contact": notify.uri,
        "event": notify.event,
        "content_type": notify.content_type,
        "body": notify.body,
    }
    return _read(_deliver(url, secret, message))


def send_ping(url: str, secret: str) -> None:
    """Post a message that asks for nothing. Raises PbxError when it is not taken."""
    _deliver(url, secret, {"type": "ping"})


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the signature of a body that was sent at a time, as its header holds it."""
    signed = timestamp.encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _deliver(url: str, secret: str, message: Mapping[str, Any]) -> HttpAnswer:
    """Post a message, again after a pause where the PBX was busy or not there.

    All tries carry one delivery number, so that the PBX can tell a second try from a second order.
    """
    delivery = new_token()
    body = json.dumps({**message, "id": delivery, "at": utc_now().isoformat()}).encode()
    ends_at = time.monotonic() + WITHIN_S
    for pause_s in (*PAUSES_S, None):
        try:
            return _post(url, secret, body, delivery, ends_at)
        except PbxError as error:
            left_s = ends_at - time.monotonic()
            if error.permanent or pause_s is None or left_s <= pause_s:
                raise
            time.sleep(pause_s)
    raise AssertionError("the last try has returned or raised")


def _post(url: str, secret: str, body: bytes, delivery: str, ends_at: float) -> HttpAnswer:
    timestamp = str(int(utc_now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "phoneprov",
        "X-Phoneprov-Delivery": delivery,
        "X-Phoneprov-Timestamp": timestamp,
        "X-Phoneprov-Signature": sign(secret, timestamp, body),
    }
    within_s = max(0.1, ends_at - time.monotonic())
    try:
        answer = post(url, body, headers, within_s=within_s, largest=LARGEST_ANSWER)
    except TimeoutError as error:
        raise PbxError("the PBX's webhook does not answer in time") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise PbxError(f"the PBX's webhook can't be reached: {reason}") from error
    if answer.status < FIRST_FAILURE:
        return answer
    is_passing = answer.status >= FIRST_SERVER_FAILURE or answer.status == TOO_MANY
    message = f"the PBX's webhook answered {answer.status}"
    raise PbxError(message, permanent=not is_passing)


def _read(answer: HttpAnswer) -> NotifyResult:
    """Return what the PBX said; without a word of it, that it took the NOTIFY."""
    try:
        said = _Said.model_validate_json(answer.body)
    except ValidationError:
        said = _Said()
    told = " ".join(said.evidence.split())[:LONGEST_EVIDENCE]
    return NotifyResult(
        outcome=said.outcome,
        evidence=told or f"the PBX's webhook answered {answer.status}",
    )
