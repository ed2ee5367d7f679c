"""A subscription in the words of its list."""

from phoneprov.alerts.hours import write_minute
from phoneprov.alerts.kinds import Channel, Pace
from phoneprov.alerts.models import AlertSubscription
from phoneprov.alerts.subscriptions import host_of


def where_words(row: AlertSubscription) -> str:
    """Return where its messages go, without what of an address is a password."""
    if row.channel is Channel.EMAIL:
        return row.user.email
    return host_of(row.webhook_url or "")


def quiet_words(row: AlertSubscription) -> str:
    """Return the quiet hours, empty where there are none."""
    if row.quiet_from is None:
        return ""
    return f"quiet {write_minute(row.quiet_from)}–{write_minute(row.quiet_until)}"


def pace_words(row: AlertSubscription) -> str:
    """Return how often it speaks."""
    if row.pace is Pace.COLLECTED:
        return f"collected for {row.collect_minutes} min"
    if row.pace is Pace.DAILY:
        return f"once a day at {write_minute(row.daily_at)}"
    return "at once"
