"""Frames of Asterisk's manager interface: bytes in, frames out, and actions as bytes.

A frame is lines of `Name: value` that end with CR LF, and an empty line. Whatever else arrives is
skipped: a link must outlive garbage, and nothing that is sent may hold more memory than a bound.
Source: main/manager.c of Asterisk f0c1c1a7 and recordings of a running one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from phoneprov.core.errors import PbxError

BANNER = "Asterisk Call Manager/"
LONGEST_LINE_BYTES = 16_384
LONGEST_SENT_BYTES = 1_000
"""A longer line is dropped by Asterisk: its buffer for one holds 1,024 bytes."""
MOST_LINES = 500
"""Lines of a frame; the longest that Asterisk sends, an endpoint's, has about 150."""
_TAKEN_FOR_ITS_OWN = frozenset('\\,"()[]')


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of Asterisk: an answer to an action, or an event."""

    fields: dict[str, str]
    """Values by name in lower case; of a name that comes twice the first."""

    def get(self, name: str) -> str:
        """Return a value, or nothing where it is missing."""
        return self.fields.get(name.lower(), "")

    @property
    def event(self) -> str:
        """The name of the event, or nothing for an answer."""
        return self.get("Event")

    @property
    def response(self) -> str:
        """`Success`, `Error`, `Goodbye`; nothing for an event."""
        return self.get("Response")

    @property
    def action_id(self) -> str:
        """The mark of the action that this answers or belongs to."""
        return self.get("ActionID")

    @property
    def ends_list(self) -> bool:
        """Whether it is the completion marker of a list."""
        return bool(self.event) and self.get("EventList").lower() in {"complete", "cancelled"}


class FrameReader:
    """Cuts a stream into frames, at whatever byte it was split."""

    def __init__(self) -> None:
        self.version = ""
        """What the banner says: `13.0.0`; empty until it came."""
        self._rest = b""
        self._is_overlong = False
        self._fields: dict[str, str] = {}
        self._lines = 0

    def feed(self, raw: bytes) -> Sequence[Frame]:
        """Take what arrived and return the frames that are whole now."""
        *lines, self._rest = (self._rest + raw).split(b"\n")
        frames = []
        for line in lines:
            frame = self._take(line)
            if frame is not None:
                frames.append(frame)
        if len(self._rest) > LONGEST_LINE_BYTES:
            self._rest, self._is_overlong = b"", True
        return frames

    def _take(self, raw: bytes) -> Frame | None:
        if self._is_overlong:
            self._is_overlong = False
            return None
        line = raw.removesuffix(b"\r").decode("utf-8", "replace")
        if not line:
            return self._end()
        if not self.version and line.startswith(BANNER):
            self.version = line.removeprefix(BANNER).strip()
            return None
        self._lines += 1
        name, colon, value = line.partition(":")
        if colon and self._lines <= MOST_LINES and len(raw) <= LONGEST_LINE_BYTES:
            self._fields.setdefault(name.strip().lower(), value.strip())
        return None

    def _end(self) -> Frame | None:
        fields, lines = self._fields, self._lines
        self._fields, self._lines = {}, 0
        is_frame = lines <= MOST_LINES and ("event" in fields or "response" in fields)
        return Frame(fields) if is_frame else None


def write_action(name: str, fields: Iterable[tuple[str, str]]) -> bytes:
    """Return an action on the wire.

    Raises PbxError for a line break or another control character in a value: what follows it would
    be a field, or an action, of its own. Also for a line that Asterisk would not take.
    """
    lines = [("Action", name), *fields]
    for field, value in lines:
        if any(ord(character) < ord(" ") or character == "\x7f" for character in value):
            message = f"a line break in the {field} for Asterisk was refused"
            raise PbxError(message, permanent=True)
    raw = [f"{field}: {value}\r\n".encode() for field, value in lines]
    if any(len(line) > LONGEST_SENT_BYTES for line in raw):
        raise PbxError("a value is too long for Asterisk", permanent=True)
    return b"".join(raw) + b"\r\n"


def write_variable(name: str, value: str) -> tuple[str, str]:
    r"""Return a `Variable` field that sets one variable, whatever is in its value.

    Asterisk splits the field at commas and takes quotes and backslashes for its own; a backslash
    before each of them keeps it. Source: man_do_variable_value and AST_STANDARD_APP_ARGS.
    """
    kept = "".join(f"\\{sign}" if sign in _TAKEN_FOR_ITS_OWN else sign for sign in value)
    return "Variable", f"{name}={kept}"
