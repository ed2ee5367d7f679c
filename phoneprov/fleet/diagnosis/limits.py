"""How long a status may last before it is worth a word, as rules of one phone."""

from datetime import datetime, timedelta

from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus

PENDING_AFTER = timedelta(minutes=15)
"""From box to Online takes two to five minutes; who adds a phone needs some to plug it in."""
UNREGISTERED_AFTER = timedelta(minutes=2)
"""A phone with its config registers within seconds."""
WRONG_MAC = "wrong_mac"
"""A refusal that a finding of its own tells (a value of provisioning.admission.Reason)."""
REFUSED_IN = (PhoneStatus.PROVISIONING, PhoneStatus.OFFLINE)
"""Only a phone that is not there is likely to be who was refused in its name."""


def has_waited_out(phone: Phone, now: datetime) -> bool:
    """Tell whether first contact waited for nobody and is closed."""
    return (
        phone.first_check_in_at is None
        and phone.window_waits_until is not None
        and phone.window_started_at is None
        and phone.window_waits_until <= now
    )


def is_silent(phone: Phone, now: datetime) -> bool:
    """Tell whether a phone has been Pending for too long."""
    return phone.status == PhoneStatus.PENDING and phone.status_since_at <= now - PENDING_AFTER


def is_unregistered(phone: Phone, now: datetime) -> bool:
    """Tell whether a phone with an extension has been Provisioning for too long."""
    limit = now - UNREGISTERED_AFTER
    moments = (phone.status_since_at, phone.fetched_at)
    return (
        phone.status == PhoneStatus.PROVISIONING
        and phone.extension_id is not None
        and any(moment is not None and moment <= limit for moment in moments)
    )


def is_refused(phone: Phone) -> bool:
    """Tell whether a phone that was here before is turned away now."""
    is_away = phone.status in REFUSED_IN and phone.refused_at is not None
    return is_away and not is_told_elsewhere(phone)


def is_told_elsewhere(phone: Phone) -> bool:
    """Tell whether a phone was refused for the MAC address that a finding of its own names."""
    return phone.refused_by == WRONG_MAC and bool(phone.told_mac)


def was_register_refused(phone: Phone) -> bool:
    """Tell whether the phone's last word on registering is that it was refused."""
    failed_at, registered_at = phone.register_failed_at, phone.last_registered_at
    return failed_at is not None and (registered_at is None or failed_at > registered_at)
