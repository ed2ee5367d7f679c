"""“Test the link”: what there is to be found behind an event socket."""

import re
from datetime import datetime

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PbxError
from phoneprov.core.text import as_sentence
from phoneprov.pbx.freeswitch.contacts import Listed, read_profiles, read_registrations
from phoneprov.pbx.freeswitch.socket import EventSocket, check_word
from phoneprov.pbx.link import LinkCheck, LinkSettings

CHECK_ANSWER_S = 2.0

_VERSION = re.compile(r"FreeSWITCH \(Version ([^)]{1,80}?)\s*\)")

NO_PINGS = (
    "No registration was asked by OPTIONS so far, so phones stay Registered and never turn "
    "Online. Set all-reg-options-ping to true and ping-mean-interval to 20 or less in the profile."
)
ONLY_NAT = (
    "Only phones behind NAT are asked by OPTIONS; the others stay Registered. "
    "Set all-reg-options-ping to true in the profile."
)
PINGS = "It asks its registrations by OPTIONS, so Online can be told from Registered."


def check_link(settings: LinkSettings) -> LinkCheck:
    """Log in, read all, and say what was found, in one sentence each."""
    try:
        with EventSocket(settings.address, settings.secret, answer_s=CHECK_ANSWER_S) as connection:
            return LinkCheck(is_ok=True, findings=_look(connection, utc_now()))
    except PbxError as error:
        return LinkCheck(is_ok=False, findings=(as_sentence(error.message),))


def _look(connection: EventSocket, now: datetime) -> tuple[str, ...]:
    status = connection.ask("status").decode("utf-8", "replace")
    version = _VERSION.search(status)
    profiles = read_profiles(connection.ask("sofia xmlstatus"))
    if not profiles:
        raise PbxError("no SIP profile is running there")
    listed: dict[str, tuple[Listed, ...]] = {}
    for name in profiles:
        command = f"sofia xmlstatus profile {check_word(name, 'a profile')} reg"
        listed[name] = read_registrations(connection.ask(command), name, now)
    counts = ", ".join(f"{name} {len(found)}" for name, found in listed.items())
    everyone = [one for found in listed.values() for one in found]
    return (
        f"Reached FreeSWITCH {' '.join(version[1].split()) if version else 'of unknown version'}.",
        f"Registrations by profile: {counts}.",
        _about_pings(everyone),
    )


def _about_pings(listed: list[Listed]) -> str:
    """Say whether anybody is asked. The profile's own setting can't be read over the socket."""
    if not listed:
        return "Nobody is registered, so it doesn't show whether phones are asked by OPTIONS."
    asked = [one for one in listed if one.contact.is_probed]
    if not asked:
        return NO_PINGS
    is_left_out = any(not one.contact.is_probed and not one.is_behind_nat for one in listed)
    return ONLY_NAT if is_left_out and all(one.is_behind_nat for one in asked) else PINGS
