"""What a Grandstream tells by action URL."""

import ipaddress

from phoneprov.vendors.writer import PhoneReport

_KINDS = frozenset({"registered", "unregistered", "booted"})


def read_report(kind: str, query: dict[str, str]) -> PhoneReport | None:
    """Return the report of one of our action URLs, or None for any other address.

    A variable that the firmware did not replace (`$active_user`) counts as not told.
    """
    if kind not in _KINDS:
        return None
    user = query.get("user", "").strip()
    return PhoneReport(
        kind=kind,
        address=_address(query.get("ip", "").strip()),
        account_user=user if user and not user.startswith("$") else None,
    )


def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None
