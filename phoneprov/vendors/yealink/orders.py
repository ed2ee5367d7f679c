"""What makes a Yealink re-read its config, reboot or reset."""

from phoneprov.vendors.writer import NotifyMessage, Order

_EVENTS = {
    Order.RESYNC: "check-sync;reboot=false",
    Order.REBOOT: "check-sync;reboot=true",
    Order.RESET: "reset",
}
"""Event headers. Each rests on what our config says: `sip.notify_reboot_enable = 0` (the default
1 reboots on any check-sync, in the middle of calls) and `sip.notify_reset.enable = 1` (V81 on).

Source: Yealink administrator's guide CP969 p. 757; remote factory reset as described at
james-batchelor.com, 2019-07."""


def notify_for(order: Order) -> NotifyMessage:
    """Return the NOTIFY that makes the phone do `order`."""
    return NotifyMessage(event=_EVENTS[order])
