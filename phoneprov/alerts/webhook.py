"""A message as a webhook: JSON, signed as the webhooks of PBXs are, to a checked address."""

import json
from urllib.parse import urlsplit

from phoneprov.alerts.letters import Letter, SendError
from phoneprov.alerts.reach import choose_address
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.core.settings import Settings
from phoneprov.pbx.http import post
from phoneprov.pbx.webhook.notify import sign

WITHIN_S = 8.0
LARGEST_ANSWER = 64 * 1024
FIRST_FAILURE, FIRST_SERVER_FAILURE = 300, 500
PASSING = frozenset({408, 425, 429})
DEFAULT_PORTS = {"http": 80, "https": 443}


def send_webhook(letter: Letter, settings: Settings) -> None:
    """Post a message. Raises SendError."""
    parts = urlsplit(letter.webhook_url)
    body = json.dumps(write_body(letter), ensure_ascii=False).encode()
    try:
        address = choose_address(
            parts.hostname or "",
            parts.port or DEFAULT_PORTS.get(parts.scheme, 0),
            allows_private=letter.allows_private,
            allowed=settings.webhook_allow,
        )
        answer = post(
            letter.webhook_url,
            body,
            _headers(letter, body),
            within_s=WITHIN_S,
            largest=LARGEST_ANSWER,
            connect_to=address,
        )
    except TimeoutError as error:
        raise SendError("the webhook does not answer in time") from error
    except OSError as error:
        raise SendError(f"the webhook can't be reached: {error.strerror or error}") from error
    except PbxError as error:
        raise SendError(error.message, permanent=error.permanent) from error
    if answer.status >= FIRST_FAILURE:
        is_passing = answer.status >= FIRST_SERVER_FAILURE or answer.status in PASSING
        raise SendError(f"the webhook answered {answer.status}", permanent=not is_passing)


def write_body(letter: Letter) -> dict[str, object]:
    """Return what is posted; `text` is what chat systems show."""
    return {
        "type": "test" if letter.is_test else "alert",
        "id": letter.number,
        "at": letter.created_at.isoformat(timespec="seconds"),
        "subject": letter.subject,
        "text": f"{letter.subject}\n\n{letter.body}",
        "items": letter.items,
    }


def _headers(letter: Letter, body: bytes) -> dict[str, str]:
    timestamp = str(int(utc_now().timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "phoneprov",
        "X-Phoneprov-Delivery": letter.number,
        "X-Phoneprov-Timestamp": timestamp,
        "X-Phoneprov-Signature": sign(letter.webhook_secret, timestamp, body),
    }
