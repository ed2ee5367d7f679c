"""What can be ordered of a phone from its row and its page, and why something can't be now."""

from dataclasses import dataclass
from enum import StrEnum

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.operations.commands import why_not
from phoneprov.operations.models import CommandKind


class Verb(StrEnum):
    """What can be done to a phone beside editing it, in the order of the menu."""

    REBOOT = "reboot"
    RESYNC = "resync"
    RESET = "reset"
    UPDATE = "update"
    REASSIGN = "reassign"
    REPLACE = "replace"
    UNASSIGN = "unassign"
    DISABLE = "disable"
    ENABLE = "enable"
    DELETE = "delete"

    @property
    def command(self) -> CommandKind | None:
        """The order to the phone that this is, if it is one."""
        return _COMMANDS.get(self)

    @property
    def label(self) -> str:
        """The word on the button."""
        return self.command.label if self.command else _LABELS[self]

    @property
    def needs_confirmation(self) -> bool:
        """Whether a person is asked first, because somebody would notice."""
        return self not in {Verb.RESYNC, Verb.ENABLE}

    @property
    def has_own_page(self) -> bool:
        """Whether it asks for more than a yes, on a page of its own."""
        return self in {Verb.UPDATE, Verb.REASSIGN, Verb.REPLACE}

    @property
    def is_dangerous(self) -> bool:
        """Whether something is lost by it."""
        return self in {Verb.RESET, Verb.DELETE}


_COMMANDS = {
    Verb.REBOOT: CommandKind.REBOOT,
    Verb.RESYNC: CommandKind.RESYNC,
    Verb.RESET: CommandKind.RESET,
}
_LABELS = {
    Verb.UPDATE: "Update firmware",
    Verb.REASSIGN: "Reassign",
    Verb.REPLACE: "Replace hardware",
    Verb.UNASSIGN: "Unassign",
    Verb.DISABLE: "Disable",
    Verb.ENABLE: "Enable",
    Verb.DELETE: "Delete",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One entry of a phone's menu; `reason` says why it can't do anything now."""

    verb: Verb
    reason: str | None


def list_choices(phone: Phone, catalog: Catalog) -> tuple[Choice, ...]:
    """Return the menu of a phone: of Enable and Disable the one that would change something."""
    hidden = Verb.ENABLE if phone.disabled_at is None else Verb.DISABLE
    return tuple(
        Choice(verb=verb, reason=find_obstacle(phone, verb, catalog))
        for verb in Verb
        if verb is not hidden
    )


def find_obstacle(phone: Phone, verb: Verb, catalog: Catalog) -> str | None:
    """Return why `verb` can't do anything to this phone now, or None if it can."""
    if verb.command is not None:
        return why_not(phone, verb.command, catalog)
    if verb is Verb.UPDATE and phone.disabled_at is not None:
        return "It is disabled."
    if verb is Verb.UNASSIGN and phone.extension_id is None:
        return "It has no extension."
    if verb is Verb.DISABLE and phone.disabled_at is not None:
        return "It is disabled already."
    if verb is Verb.ENABLE and phone.disabled_at is None:
        return "It is not disabled."
    return None
