"""What the fields about a PBX's link may hold; it depends on its kind."""

from phoneprov.core.errors import InvalidValueError
from phoneprov.pbx.addresses import check_host_and_port, check_http_url
from phoneprov.pbx.kinds import PbxKind

LONGEST_SECRET = 200
SILENCE_MINUTES = (1, 1440)
DEFAULT_SILENCE_MINUTES = 5


def check_link_address(kind: PbxKind, text: str) -> str:
    """Return the address of a PBX's interface.

    FreeSWITCH's is host and port, a direct link may have one of its own, a webhook may have a URL
    that takes NOTIFY. Raises InvalidValueError.
    """
    if not kind.needs_address and not text.strip():
        return ""
    if kind in {PbxKind.FREESWITCH, PbxKind.DIRECT}:
        return check_host_and_port(text, field="link_address")
    return check_http_url(text, field="link_address")


def check_link_secret(text: str) -> str:
    """Return a secret that can be sent. Raises InvalidValueError."""
    if len(text) > LONGEST_SECRET:
        message = f"At most {LONGEST_SECRET} characters; this has {len(text)}."
        raise InvalidValueError(message, field="link_secret")
    if not (text.isascii() and text.isprintable()):
        message = "Only letters A–Z, digits, blanks and the usual signs."
        raise InvalidValueError(message, field="link_secret")
    return text


def refuse_typed_secret(kind: str, text: str | None) -> None:
    """Raise InvalidValueError for a secret that was typed where it is made here."""
    if PbxKind(kind) is PbxKind.WEBHOOK and text:
        message = "Leave it empty: a webhook's secret is made by this server and shown once."
        raise InvalidValueError(message, field="link_secret")


def check_silence(minutes: int) -> int:
    """Return after how many minutes without a post a webhook's facts count as old.

    Raises InvalidValueError.
    """
    lowest, highest = SILENCE_MINUTES
    if not lowest <= minutes <= highest:
        message = f"From {lowest} to {highest} minutes."
        raise InvalidValueError(message, field="silence_minutes")
    return minutes
