"""Secrets at rest: encrypted with keys that live outside the database."""

import fcntl
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from phoneprov.core.errors import SettingsError


class SecretBox:
    """Encrypts and decrypts short texts with the newest of several keys."""

    def __init__(self, keys: list[bytes]) -> None:
        """Take the keys, the newest first.

        Raises SettingsError for one that is no key.
        """
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            message = "secret.key holds no key; put the right file back into the data folder"
            raise SettingsError(message) from error

    def seal(self, text: str) -> str:
        """Return the encrypted form of `text`."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Return the text of `sealed`.

        Raises SettingsError when none of the keys fits: the key file is not the one this
        database was written with.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            message = "the key file does not fit this database; put the right secret.key back"
            raise SettingsError(message) from error


_current: list[SecretBox] = []


def use_secret_box(box: SecretBox) -> None:
    """Make `box` the one that this process reads and writes secrets with."""
    _current[:] = [box]


def current_secret_box() -> SecretBox:
    """Return the box of this process.

    Raises SettingsError before `use_secret_box` was called.
    """
    if not _current:
        raise SettingsError("no secret key is loaded")
    return _current[0]


class SecretText(TypeDecorator[str]):
    """A text column whose value is encrypted in the database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Encrypt on the way in."""
        del dialect
        return None if value is None else current_secret_box().seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        del dialect
        return None if value is None else current_secret_box().open(value)


def read_or_make_key(path: Path) -> bytes:
    """Return the key stored at `path`, made with mode 0600 when there is none.

    It appears under its name only when it is whole: of two processes that start at once both
    get the same key, and after a power cut there is a key or none.
    """
    if not path.exists():
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            if not path.exists():  # another process may have been faster; its key counts
                _write_key(path)
                os.fsync(folder)
        finally:
            os.close(folder)
    return path.read_bytes().strip()


def _write_key(path: Path) -> None:
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
    with os.fdopen(descriptor, "wb") as file:
        file.write(Fernet.generate_key())
        file.flush()
        os.fsync(file.fileno())
    Path(draft).replace(path)


def new_token() -> str:
    """Return 128 random bits as 32 hexadecimal digits."""
    return secrets.token_hex(16)
