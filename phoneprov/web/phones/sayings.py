"""What the actions on a phone say: what will follow, before; what was done, after."""

from dataclasses import dataclass

from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import title_phone
from phoneprov.web.phones.choices import Verb


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A confirmation: its title, what follows, the words on its button."""

    title: str
    follows: tuple[str, ...]
    button: str


def ask(phone: Phone, verb: Verb, model_name: str) -> Question:
    """Return the question before `verb` is done to `phone`."""
    name = title_phone(phone)
    known = {"line": _line(phone), "mac": format_mac(phone.mac), "model": model_name, "name": name}
    return Question(
        title=f"{_TITLES[verb]} {name}?",
        follows=tuple(line.format(**known) for line in _FOLLOWS[verb].split("\n")),
        button=f"{_TITLES[verb]} {name}",
    )


def report(phone: Phone, verb: Verb) -> str:
    """Return what was done, and where to see what comes of it."""
    return _DONE[verb].format(name=title_phone(phone), mac=format_mac(phone.mac))


def _line(phone: Phone) -> str:
    return f"extension {phone.extension.title}" if phone.extension else "no extension"


_FOLLOWS_SOON = (
    " the phone follows within seconds if it can be reached, and at its next check if not."
)
_TITLES = {
    Verb.REBOOT: "Reboot",
    Verb.RESYNC: "Resync",
    Verb.RESET: "Reset",
    Verb.UNASSIGN: "Unassign",
    Verb.DISABLE: "Disable",
    Verb.ENABLE: "Enable",
    Verb.DELETE: "Delete",
}
_FOLLOWS = {
    Verb.REBOOT: (
        "{name} ({line}) restarts as soon as it gets the order. A call on it ends; it is back in "
        "one to three minutes, with its newest config."
    ),
    Verb.RESYNC: "{name} ({line}) reads its config again. Calls go on.",
    Verb.RESET: (
        "{name} ({line}) forgets everything that was set on it: its own address here, its local "
        "directory, call lists, ring tones and whatever its user changed. A call on it ends.\n"
        "It then has to find this server as it did when it was new: by DHCP or redirection it "
        "comes back by itself within minutes; if somebody typed the address into it, somebody "
        "has to type it again.\n"
        "Its first-contact window opens when the order leaves, so that it is let in again."
    ),
    Verb.UNASSIGN: (
        "{name} stays in the fleet, without {line}: no calls in or out once it has read its "
        "config. The extension itself stays and can go to another phone."
    ),
    Verb.DISABLE: (
        "The accounts of {name} ({line}) go off: no calls in or out once it has read its config, "
        "which is within seconds, or at its next check. Everything set for it is kept; Enable "
        "brings it back."
    ),
    Verb.ENABLE: (
        "The accounts of {name} ({line}) go on again within seconds, or at its next check."
    ),
    Verb.DELETE: (
        "{name}, a {model} with {line} and MAC address {mac}, is forgotten at once, with its "
        "secrets, its own address here, its logs and its history. This can't be undone.\n"
        "The phone stops working: it is told to switch its accounts off, at its next check or "
        "sooner; the page of removed phones says when it has.\n"
        "The MAC address is free then, here and for any other tenant."
    ),
}
_DONE = {
    Verb.REBOOT: "Reboot of {name} ordered. The phone's page says what comes of it.",
    Verb.RESYNC: "Resync of {name} ordered. The phone's page says what comes of it.",
    Verb.RESET: "Reset of {name} to its defaults ordered. The phone's page says what comes of it.",
    Verb.UNASSIGN: "{name} has no extension any more;" + _FOLLOWS_SOON,
    Verb.DISABLE: "{name} is disabled;" + _FOLLOWS_SOON,
    Verb.ENABLE: "{name} is enabled again;" + _FOLLOWS_SOON,
    Verb.DELETE: "{name} ({mac}) is deleted. Removed phones says whether it has heard of it.",
}
