"""What a Polycom VVX tells by event notification: an XML document it POSTs.

These events name the registration by its number (`LineNumber`), not by its user.

Source: Web Application for Polycom Phones, UC Software 5.0.0 (3725-49106-001), p. 27–34.
"""

import ipaddress
import re

from phoneprov.vendors.writer import PhoneReport

KIND = "notification"
_EVENT = re.compile(rb"<(LineRegistrationEvent|LineUnregistrationEvent)[\s>]")
_ADDRESS = re.compile(rb"<PhoneIP>\s*([^<]{0,80}?)\s*</")
_KINDS = {b"LineRegistrationEvent": "registered", b"LineUnregistrationEvent": "unregistered"}


def read_report(kind: str, body: bytes) -> PhoneReport | None:
    """Return the report in a notification, or None if it is of another kind.

    One field is picked out instead of parsing the document: it comes from outside, and nothing
    else in it is wanted.
    """
    event = _EVENT.search(body)
    if kind != KIND or event is None:
        return None
    found = _ADDRESS.search(body)
    return PhoneReport(
        kind=_KINDS[event.group(1)], address=_address(found.group(1)) if found else None
    )


def _address(text: bytes) -> str | None:
    try:
        return str(ipaddress.ip_address(text.decode("utf-8", "replace")))
    except ValueError:
        return None
