"""A phone on a desk: what can be asked of it, whichever vendor's it is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from phoneprov.catalog.model import ButtonKind, PhoneModel
from phoneprov.vendors.config import PhoneConfig

Clock = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadKey:
    """What a key does on the phone: the kinds it can have been meant as, and what it holds."""

    kinds: frozenset[ButtonKind]
    target: str
    label: str
    account: int


class Desk(Protocol):
    """A phone of one vendor on a desk, which remembers what earlier configs said."""

    def __init__(self, model: PhoneModel) -> None: ...

    def take(self, config: PhoneConfig) -> None:
        """Fetch and apply a config."""
        ...

    def accounts(self) -> dict[int, Any]:
        """Return the accounts that would register, by number."""
        ...

    def secrets(self) -> set[str]:
        """Return all SIP passwords that are stored."""
        ...

    def keys(self) -> dict[int, ReadKey]:
        """Return the keys that do something, by position."""
        ...

    def module_keys(self) -> dict[tuple[int, int], ReadKey]:
        """Return the expansion modules' keys that do something, by module and key."""
        ...

    def clock(self, year: int) -> Clock:
        """Return what turns a moment into the time on the screen."""
        ...

    def parameters(self, config: PhoneConfig) -> list[tuple[str, str]]:
        """Return names and values of the config's file, in order, as they stand there."""
        ...

    def unknown_names(self, config: PhoneConfig) -> set[str]:
        """Return the names in the config's file that the vendor's vocabulary lacks."""
        ...
