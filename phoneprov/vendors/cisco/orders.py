"""What makes a Cisco SPA re-read its config or reboot."""

from phoneprov.vendors.writer import NotifyMessage, NotPossible, Order

_EVENTS = {Order.RESYNC: "resync", Order.REBOOT: "reboot_now"}
"""Event headers. The phone answers 401 to both unless our config said
`Auth_Resync-Reboot_n_` No.

Source: Cisco Small Business IP Telephony Devices Provisioning Guide p. 53."""
# The way without a screen is general knowledge: the guides at hand don't describe it.
_NO_RESET = NotPossible(
    reason=(
        "A Cisco SPA can't be reset from here: it knows no such order. At the phone: Setup, "
        "Factory Reset. On a model without a screen: press * four times, then 73738# and 1."
    )
)


def notify_for(order: Order) -> NotifyMessage | NotPossible:
    """Return the NOTIFY that makes the phone do `order`, or why there is none."""
    event = _EVENTS.get(order)
    return NotifyMessage(event=event) if event else _NO_RESET
