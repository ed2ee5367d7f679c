"""What a contact gives away of the network and of who it is, read once when it is written."""

from functools import lru_cache

from phoneprov.fleet.nat import read_path
from phoneprov.vendors.registry import read_user_agent

LONGEST_MODEL = 60
MOST_KEPT = 20_000


def read_signs(uri: str, source: str, user_agent: str) -> dict[str, object]:
    """Return the columns of fleet.signs.ContactSigns that a contact's own words give."""
    is_behind_nat, public_port = _read_network(uri, source)
    return {
        "agent_model": agent_model(user_agent),
        "is_behind_nat": is_behind_nat,
        "public_port": public_port,
    }


def agent_model(user_agent: str) -> str:
    """Return which model a User-Agent names, in its own spelling; of other vendors all of it."""
    facts = read_user_agent(user_agent)
    if facts is None:
        return user_agent[:LONGEST_MODEL]
    return (facts.model_name or "")[:LONGEST_MODEL]


@lru_cache(maxsize=MOST_KEPT)
def _read_network(uri: str, source: str) -> tuple[bool, int | None]:
    path = read_path(uri, source, local_port=0)
    return (path.is_behind_nat, path.public_port) if path else (False, None)
