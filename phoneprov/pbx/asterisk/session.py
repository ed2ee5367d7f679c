"""One log-in at Asterisk's manager interface: actions with their answers, events in order."""

import hashlib
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from phoneprov.core.errors import PbxError
from phoneprov.pbx.asterisk.frames import Frame, FrameReader, write_action
from phoneprov.pbx.asterisk.wire import Wire

WANTED_EVENTS = frozenset({"ContactStatus", "FullyBooted", "Shutdown"})
MOST_EVENTS = 50_000
MOST_ITEMS = 100_000
LOOK_S = 0.5
NOT_BOOTED = (
    "Asterisk does not say that it has started: it still is starting, or the AMI user lacks "
    "system in its read line in manager.conf"
)
LONGEST_ANSWER_S = 60.0
Fields = Sequence[tuple[str, str]]


@dataclass(slots=True)
class Answer:
    """What has come so far in answer to one action."""

    frame: Frame | None = None
    items: list[Frame] = field(default_factory=list)
    is_whole: threading.Event = field(default_factory=threading.Event)

    def take(self, frame: Frame) -> None:
        """Take one frame that carries the action's mark."""
        if frame.response:
            self.frame = frame
            if frame.get("EventList").lower() != "start":
                self.is_whole.set()
        elif frame.ends_list:
            self.is_whole.set()
        elif len(self.items) < MOST_ITEMS:
            self.items.append(frame)
        else:
            raise PbxError("Asterisk's list does not end")


class AmiSession:
    """A connection in use. All but `submit` belongs to the one thread that reads it."""

    def __init__(
        self, wire: Wire, *, answer_s: float, is_over: Callable[[], bool] = lambda: False
    ) -> None:
        self._wire = wire
        self._answer_s = answer_s
        self._is_over = is_over
        self._reader = FrameReader()
        self._numbers = itertools.count(1)
        self._waiting: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self._events: deque[Frame] = deque()
        self.heard_at = time.monotonic()
        """When the last byte came, by the monotonic clock."""

    @property
    def version(self) -> str:
        """The version of the interface, from its banner."""
        return self._reader.version

    def log_in(self, user: str, secret: str) -> None:
        """Log in and ask for the events of contacts alone.

        Without TLS the secret itself is never sent, only an answer to a challenge.
        Raises PbxError, permanent where user or password are refused.
        """
        self._await(lambda: bool(self.version), "what listens there is not Asterisk's AMI")
        fields = [("Username", user), ("Events", "system")]
        if self._wire.is_encrypted:
            fields.append(("Secret", secret))
        else:
            challenge = self.ask("Challenge", [("AuthType", "MD5")]).get("Challenge")
            key = hashlib.md5(f"{challenge}{secret}".encode(), usedforsecurity=False).hexdigest()
            fields += [("AuthType", "MD5"), ("Key", key)]
        answer = self._ask("Login", fields).frame
        if answer is None or answer.response != "Success":
            message = (
                f"Asterisk refuses the user {user} or its password; compare manager.conf, also "
                "its permit lines"
            )
            raise PbxError(message, permanent=True)

    def ask(self, name: str, fields: Fields = ()) -> Frame:
        """Send an action and return its answer; events that come meanwhile are kept.

        Raises PbxError when it is refused, or nothing comes in time.
        """
        return accepted(name, self._ask(name, fields))

    def ask_list(self, name: str) -> Sequence[Frame]:
        """Send an action that answers a list and return its items, once the last one is there.

        Raises PbxError when it is refused, or the list stays without its end.
        """
        answer = self._ask(name, ())
        accepted(name, answer)
        return answer.items

    def submit(self, name: str, fields: Fields) -> Answer:
        """Send an action from any thread; the answer fills while the session is read.

        Raises PbxError when a value can't be sent.
        """
        answer = Answer()
        with self._lock:
            mark = f"phoneprov-{next(self._numbers)}"
            raw = write_action(name, [("ActionID", mark), *fields])
            self._waiting[mark] = answer
        self._wire.send(raw)
        return answer

    def read(self, wait_s: float) -> None:
        """Wait at most so long for something to come, and take it.

        Raises PbxError when the connection is lost.
        """
        raw = self._wire.exchange(max(0.0, wait_s))
        if raw:
            self.heard_at = time.monotonic()
        for frame in self._reader.feed(raw):
            self._take(frame)

    def take_events(self) -> Sequence[Frame]:
        """Return the events that came since the last call, in their order."""
        taken = tuple(self._events)
        self._events.clear()
        return taken

    def wait_until_booted(self) -> Frame:
        """Return the event that says Asterisk has started: before it lists are not whole.

        It comes right after the log-in to those that may read events of the class system, and to
        nobody else (action_login in main/manager.c). Raises PbxError when it does not come.
        """
        found: list[Frame] = []

        def is_there() -> bool:
            found.extend(one for one in self._events if one.event == "FullyBooted")
            return bool(found)

        self._await(is_there, NOT_BOOTED)
        return found[0]

    def wake(self) -> None:
        """Let a `read` that waits return; from any thread."""
        self._wire.wake()

    def close(self) -> None:
        """End the connection; answers that are still waited for never come."""
        self._wire.close()
        with self._lock:
            waiting, self._waiting = list(self._waiting.values()), {}
        for answer in waiting:
            answer.is_whole.set()

    def _ask(self, name: str, fields: Fields) -> Answer:
        answer = self.submit(name, fields)
        self._await(answer.is_whole.is_set, "Asterisk does not answer in time")
        return answer

    def _await(self, is_there: Callable[[], bool], complaint: str) -> None:
        """Read until something is there; each byte that comes gives it more time."""
        started = time.monotonic()
        while not is_there():
            waited_s = time.monotonic() - max(started, self.heard_at)
            is_late = waited_s >= self._answer_s or time.monotonic() - started >= LONGEST_ANSWER_S
            if is_late or self._is_over():
                raise PbxError(complaint)
            self.read(min(LOOK_S, self._answer_s - waited_s))

    def _take(self, frame: Frame) -> None:
        with self._lock:
            answer = self._waiting.get(frame.action_id)
        if answer is not None:
            answer.take(frame)
            if answer.is_whole.is_set():
                with self._lock:
                    self._waiting.pop(frame.action_id, None)
        elif frame.event in WANTED_EVENTS:
            if len(self._events) >= MOST_EVENTS:
                raise PbxError("Asterisk tells more than can be read")
            self._events.append(frame)


def accepted(name: str, answer: Answer) -> Frame:
    """Return the answer to an action, or raise PbxError with what a person can do about it."""
    frame = answer.frame
    if frame is None:
        raise PbxError("the connection to Asterisk was lost")
    if frame.response != "Error":
        return frame
    said = frame.get("Message")
    if said == "Permission denied":
        message = f"the AMI user may not use {name}: add system to its write line in manager.conf"
        raise PbxError(message, permanent=True)
    if said.startswith("Invalid/unknown command"):
        message = f"Asterisk does not know {name}; is chan_pjsip with res_pjsip loaded?"
        raise PbxError(message)
    raise PbxError(f"Asterisk says: {said}"[:200])
