"""The event socket's frames: a block of headers, a blank line, as many bytes as were announced.

Source: mod_event_socket.c at FreeSWITCH cc93a683, and transcripts of 1.11.3-dev.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from phoneprov.core.errors import PbxError

LONGEST_HEAD = 16 * 1024
LARGEST_BODY = 32 * 1024 * 1024
"""About 45,000 registrations of 700 bytes."""

_LENGTH = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One frame. Header names are in lower case."""

    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def kind(self) -> str:
        """Its Content-Type, which says what it is."""
        return self.headers.get("content-type", "")

    @property
    def reply(self) -> str:
        """What a command was answered: `+OK …` or `-ERR …`."""
        return self.headers.get("reply-text", "")


class FrameReader:
    """Cuts what arrives into frames, however it was split on its way. Memory is bounded."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._head: Mapping[str, str] | None = None
        self._missing = 0

    def feed(self, chunk: bytes) -> list[Frame]:
        """Take what arrived and return the frames that are whole now.

        Raises PbxError for what can't be the event socket's.
        """
        self._waiting += chunk
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        if self._head is None and not self._read_head():
            return None
        if self._head is None or len(self._waiting) < self._missing:
            return None
        body = bytes(self._waiting[: self._missing])
        del self._waiting[: self._missing]
        frame = Frame(headers=self._head, body=body)
        self._head, self._missing = None, 0
        return frame

    def _read_head(self) -> bool:
        """Take the next block of headers off, if it is whole."""
        blank = len(self._waiting) - len(self._waiting.lstrip(b"\r\n"))
        del self._waiting[:blank]
        end = self._waiting.find(b"\n\n", 0, LONGEST_HEAD + 2)
        if end < 0:
            if len(self._waiting) > LONGEST_HEAD:
                raise _garbage()
            return False
        head = read_headers(self._waiting[:end].decode("utf-8", "replace"))
        del self._waiting[: end + 2]
        if "content-type" not in head:
            raise _garbage()
        length = head.get("content-length", "0")
        if not _LENGTH.fullmatch(length) or int(length) > LARGEST_BODY:
            raise _garbage()
        self._head, self._missing = head, int(length)
        return True


def read_headers(text: str) -> Mapping[str, str]:
    """Return `Name: value` lines by name in lower case; of two of one name the first counts."""
    headers: dict[str, str] = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        if colon and name:
            headers.setdefault(name.strip().lower(), value.strip())
    return headers


def read_event(frame: Frame) -> Mapping[str, str]:
    """Return the headers of an event in plain form, its percent signs decoded."""
    head = frame.body.partition(b"\n\n")[0].decode("utf-8", "replace")
    return {name: unquote(value, errors="replace") for name, value in read_headers(head).items()}


def _garbage() -> PbxError:
    message = "what answers there is not FreeSWITCH's event socket; check host and port"
    return PbxError(message, permanent=True)
