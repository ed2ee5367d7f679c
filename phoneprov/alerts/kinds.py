"""The words of the alerts: what can go wrong, how somebody is told, and when."""

from enum import StrEnum


class AlertKind(StrEnum):
    """What somebody can be told of."""

    PHONE_OFFLINE = "phone_offline"
    MANY_OFFLINE = "many_offline"
    LINK_LOST = "link_lost"
    UNKNOWN_MAC = "unknown_mac"
    FIRMWARE_FAILED = "firmware_failed"

    @property
    def label(self) -> str:
        """The kind in words."""
        return _LABELS[self]

    @property
    def is_for_provider(self) -> bool:
        """Whether only provider staff may be told: it concerns more than one tenant."""
        return self in {AlertKind.LINK_LOST, AlertKind.UNKNOWN_MAC}


_LABELS = {
    AlertKind.PHONE_OFFLINE: "A phone stays offline",
    AlertKind.MANY_OFFLINE: "Many phones of a place are offline at once",
    AlertKind.LINK_LOST: "The link to a PBX is lost",
    AlertKind.UNKNOWN_MAC: "An unknown phone asks for a config",
    AlertKind.FIRMWARE_FAILED: "A firmware update fails",
}


class Channel(StrEnum):
    """How somebody is told."""

    EMAIL = "email"
    WEBHOOK = "webhook"

    @property
    def label(self) -> str:
        """The channel in words."""
        return {"email": "E-mail", "webhook": "Webhook"}[self]


class Pace(StrEnum):
    """Whether each alert goes out by itself or several are collected."""

    AT_ONCE = "at_once"
    COLLECTED = "collected"
    DAILY = "daily"

    @property
    def label(self) -> str:
        """The pace in words."""
        return {
            "at_once": "At once",
            "collected": "Collected for some minutes",
            "daily": "Once a day",
        }[self]


class MessageState(StrEnum):
    """What has become of a message."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """The state in words."""
        return self.value.capitalize()
