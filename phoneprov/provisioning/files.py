"""Identify: which file is asked for, by whom, as far as the address tells."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from phoneprov.vendors.encryption import FOLDER

PREFIX = "/prov/"
_TOKEN = re.compile(r"[0-9a-fA-F]{32}")
_KEY = re.compile(r"[0-9a-f]{16}")
_MAC_IN_NAME = re.compile(r"(?<![0-9a-zA-Z])([0-9a-fA-F]{12})(?![0-9a-fA-F])")
_CFG_MAC = re.compile(r"^(?:cfg|spa)([0-9a-fA-F]{12})(?![0-9a-fA-F])", re.IGNORECASE)
LONGEST_NAME = 120
LONGEST_PATH = 4 * LONGEST_NAME
IMAGES = "firmware"
"""Folder below a phone's own address where images are: `firmware/<key>/<name>`."""


@dataclass(frozen=True, slots=True)
class AskedFile:
    """What an address below `/prov/` names."""

    name: str
    """Last part of the path, as the firmware spelled it."""
    token: str | None
    """The token in the path, in lower case."""
    mac: str | None
    """The MAC address in the name, in lower case."""
    is_sealed: bool = False
    """Asked for in the folder where answers are encrypted."""
    event: str | None = None
    """The kind of a report (`…/event/registered`)."""
    image: str | None = None
    """The key of the firmware image that is asked for."""

    @property
    def kept_as(self) -> str:
        """The name under which its answer is kept: firmware spells it in either case."""
        return f"{FOLDER if self.is_sealed else ''}{self.name.lower()}"


def read_path(path: str) -> AskedFile | None:
    """Return what `path` asks for, or None when nothing there could be a phone's file.

    Folders between the token (or `/prov/`) and the name are passed over: some firmware adds one
    of its own (Grandstream's `/Grandstream`).
    """
    if not path.startswith(PREFIX) or len(path) > LONGEST_PATH:
        return None
    parts = [unquote(part) for part in path.removeprefix(PREFIX).split("/") if part]
    token = None
    if len(parts) >= 2 and parts[0] == "t":  # noqa: PLR2004 - t/<token>
        if not _TOKEN.fullmatch(parts[1]):
            return None
        token = parts[1].lower()
        parts = parts[2:]
    return _read_name(token, parts) if parts else None


def _read_name(token: str | None, parts: list[str]) -> AskedFile | None:
    """Return what the parts of a path below `/prov/` (and the token) ask for."""
    if token and len(parts) == 2 and parts[0] == "event":  # noqa: PLR2004 - event/<kind>
        return AskedFile(
            name=f"event/{parts[1]}"[:LONGEST_NAME], token=token, mac=None, event=parts[1]
        )
    if token and len(parts) >= 3 and parts[0] == IMAGES:  # noqa: PLR2004 - firmware/<key>/<name>
        return _read_image(token, parts)
    is_sealed = token is not None and len(parts) > 1 and f"{parts[0]}/" == FOLDER
    name = parts[-1]
    if len(name) > LONGEST_NAME or not name.isprintable():
        return None
    return AskedFile(name=name, token=token, mac=mac_in_name(name), is_sealed=is_sealed)


def _read_image(token: str, parts: list[str]) -> AskedFile | None:
    """Return which image is asked for. Its name holds no MAC address, whatever it looks like."""
    key, name = parts[1].lower(), parts[-1]
    if not _KEY.fullmatch(key) or len(name) > LONGEST_NAME or not name.isprintable():
        return None
    return AskedFile(name=name, token=token, mac=None, image=key)


def mac_in_name(name: str) -> str | None:
    """Return the MAC address in a file name: `cfg000b82865e6a.xml`, `64167f0a0b0c-app.log`.

    Names that stand for everybody (`000000000000.cfg`, `y000000000108.cfg`) hold none.
    """
    match = _CFG_MAC.search(name) or _MAC_IN_NAME.search(name)
    if match is None:
        return None
    mac = match.group(1).lower()
    return None if mac == "0" * 12 else mac
