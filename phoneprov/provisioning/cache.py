"""Answers kept in memory, so that a phone that asks again costs no query.

An entry belongs to one phone and one revision. Whoever changes the phone lets go of its entries
after the commit; a process that did not make the change learns of it from the revision within a
second (jobs/follow_changes).
"""

import threading
from dataclasses import dataclass

from phoneprov.provisioning.exchange import FileAnswers

MOST_ENTRIES = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedFile:
    """Bytes that answer one file name of one phone under its own address."""

    phone_id: int
    mac: str
    revision: int
    answers: FileAnswers
    carries_config: bool


class ConfigCache:
    """Files by token and lower-case name. Reads take no lock: a dict read is atomic."""

    def __init__(self) -> None:
        self._files: dict[tuple[str, str], CachedFile] = {}
        self._keys: dict[int, set[tuple[str, str]]] = {}
        self._epochs: dict[int, int] = {}
        self._lock = threading.Lock()

    def find(self, key: tuple[str, str]) -> CachedFile | None:
        """Return the kept answer, if there is one."""
        return self._files.get(key)

    def epoch(self, phone_id: int) -> int:
        """Return a number that grows whenever the phone's entries are dropped."""
        return self._epochs.get(phone_id, 0)

    def keep(self, key: tuple[str, str], file: CachedFile, *, epoch: int) -> None:
        """Keep an answer, unless the phone was changed since `epoch` was read."""
        with self._lock:
            if self._epochs.get(file.phone_id, 0) != epoch:
                return
            if len(self._files) >= MOST_ENTRIES:
                self._files.clear()
                self._keys.clear()
            self._files[key] = file
            self._keys.setdefault(file.phone_id, set()).add(key)

    def drop(self, phone_ids: set[int]) -> None:
        """Let go of all that is kept for these phones."""
        with self._lock:
            for phone_id in phone_ids:
                self._epochs[phone_id] = self._epochs.get(phone_id, 0) + 1
                for key in self._keys.pop(phone_id, ()):
                    self._files.pop(key, None)
