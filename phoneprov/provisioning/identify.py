"""Identify: who asks for which file, from the path and the User-Agent alone."""

from functools import lru_cache
from typing import NamedTuple

from phoneprov.provisioning.files import LONGEST_PATH, AskedFile, read_path
from phoneprov.vendors.registry import read_user_agent
from phoneprov.vendors.writer import AgentFacts

LONGEST_AGENT = 250
MOST_KEPT = 20_000


class Visitor(NamedTuple):
    """What a request says of itself before any phone is looked up."""

    file: AskedFile
    agent: AgentFacts | None
    told_mac: str | None
    """The MAC address that file name and User-Agent name; empty where they disagree."""
    kept_as: tuple[str, str] | None
    """Token and file name under which its answer is kept; None where nothing is kept."""


def identify(path: str, user_agent: str) -> Visitor | None:
    """Return who asks, or None when nothing at that path could be a phone's file.

    Phones ask for the same few files again and again, so what was read is kept; a path or
    User-Agent as long as only an attacker's is cut before it can fill the memory.
    """
    if len(path) > LONGEST_PATH:
        return None
    return _identify(path, user_agent[:LONGEST_AGENT])


@lru_cache(maxsize=MOST_KEPT)
def _identify(path: str, user_agent: str) -> Visitor | None:
    file = read_path(path)
    if file is None:
        return None
    agent = read_user_agent(user_agent)
    told = {file.mac, agent.mac if agent else None} - {None}
    return Visitor(
        file=file,
        agent=agent,
        told_mac=None if not told else told.pop() if len(told) == 1 else "",
        kept_as=(file.token, file.kept_as) if file.token and file.image is None else None,
    )
