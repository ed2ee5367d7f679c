"""What makes a Polycom VVX re-read its config or restart.

A check-sync makes the phone re-read its files; it restarts only if a changed parameter needs it,
or if its config says `checkSync.alwaysReboot`. That one is left at 0, or every resync would throw
people out of their calls. So a reboot takes two steps: the phone is made to fetch a config in
which it is 1, and the second check-sync restarts it; the config it boots with says 0 again.

Source: Polycom UC Software administrator guide, voIpProt.SIP.specialEvent.checkSync.alwaysReboot.
"""

from phoneprov.vendors.writer import NotifyMessage, NotPossible, Order

_RESYNC = NotifyMessage(event="check-sync")
_REBOOT = NotifyMessage(event="check-sync", needs_armed_config=True)
_NO_RESET = NotPossible(
    reason=(
        "A Polycom VVX can't be reset by NOTIFY. At the phone: Menu, Settings, Advanced, "
        "Administration Settings, Reset to Defaults, Reset to Factory."
    )
)


def notify_for(order: Order) -> NotifyMessage | NotPossible:
    """Return the NOTIFY that makes the phone do `order`, or why there is none."""
    return {Order.RESYNC: _RESYNC, Order.REBOOT: _REBOOT}.get(order, _NO_RESET)
