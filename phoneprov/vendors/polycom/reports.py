"""What a Polycom VVX tells by event notification: an XML document it POSTs.

Source: Polycom Web Application Developer's Guide UC Software 5.0.0, p. 27–34.
"""

import ipaddress
import re

from phoneprov.vendors.writer import PhoneReport

KIND = "notification"
_EVENT = re.compile(rb"<(LineRegistrationEvent|LineUnregistrationEvent)[\s>]")
_FIELD = re.compile(rb"<(PhoneIP|LineDirNum)>\s*([^<]{0,80}?)\s*</")
_KINDS = {b"LineRegistrationEvent": "registered", b"LineUnregistrationEvent": "unregistered"}


def read_report(kind: str, body: bytes) -> PhoneReport | None:
    """Return the report in a notification, or None if it is of another kind.

    Two fields are picked out instead of parsing the document: it comes from outside, and nothing
    else in it is wanted.
    """
    event = _EVENT.search(body)
    if kind != KIND or event is None:
        return None
    fields = {name: value.decode("utf-8", "replace") for name, value in _FIELD.findall(body)}
    return PhoneReport(
        kind=_KINDS[event.group(1)],
        address=_address(fields.get(b"PhoneIP", "")),
        account_user=fields.get(b"LineDirNum") or None,
    )


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
