"""What makes a Grandstream re-read its config, reboot or reset."""

from phoneprov.vendors.writer import NotifyMessage, Order

_EVENTS = {Order.RESYNC: "resync", Order.REBOOT: "check-sync", Order.RESET: "reset"}
"""Event headers; `check-sync` reboots here. The phone answers 401 to all of them unless our
config said P4428 = 1, and takes `reset` only where "allow SIP reset" is on.

Source: FusionPBX pull request 3014 (told by Grandstream, tested on GXP2130 and GXP2160);
GXV34xx administration guide p. 46 (allow SIP reset)."""


def notify_for(order: Order) -> NotifyMessage:
    """Return the NOTIFY that makes the phone do `order`."""
    return NotifyMessage(event=_EVENTS[order])
