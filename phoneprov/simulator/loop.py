"""One thread for hundreds of phones: sockets, timers, and a few workers for what blocks.

Everything a simulated phone knows is touched on this thread only. Other threads ask by
`call_soon` or `ask`.
"""

import heapq
import itertools
import logging
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)


class Timer:
    """A call that is due at a moment, unless cancelled before."""

    def __init__(self, due: float, call: Callable[[], None]) -> None:
        self.due = due
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        """Forget the call; doing so twice or after it ran is harmless."""
        self.call = None


class Loop:
    """A selector loop in its own thread."""

    def __init__(self, name: str = "simulator", workers: int = 8) -> None:
        self._name = name
        self._workers = workers
        self._selector = selectors.DefaultSelector()
        self._timers: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._soon: deque[Callable[[], None]] = deque()
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._selector.register(self._wake_out, selectors.EVENT_READ, self._drain)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=f"{name}-worker")
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._stopping = threading.Event()
        self.failures: list[BaseException] = []
        """What went wrong inside calls; a test asserts that it stays empty."""

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread and the workers, and close every socket still watched."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()
        self._pool.shutdown(wait=True, cancel_futures=True)
        for key in list(self._selector.get_map().values()):
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
        self._selector.close()
        self._wake_in.close()

    def call_soon(self, call: Callable[[], None]) -> None:
        """Run `call` on the loop's thread, from any thread; dropped after `stop`."""
        if not self._stopping.is_set():
            self._soon.append(call)
            self._wake()

    def call_later(self, delay_s: float, call: Callable[[], None]) -> Timer:
        """Run `call` after `delay_s` seconds; only on the loop's thread."""
        timer = Timer(time.monotonic() + max(0.0, delay_s), call)
        heapq.heappush(self._timers, (timer.due, next(self._order), timer))
        return timer

    def ask(self, question: Callable[[], T], timeout_s: float = 5.0) -> T:
        """Run `question` on the loop's thread and return its answer; from any other thread."""
        answer: Future[T] = Future()

        def run() -> None:
            try:
                answer.set_result(question())
            except BaseException as error:  # noqa: BLE001 - handed to the one who asked
                answer.set_exception(error)

        self.call_soon(run)
        return answer.result(timeout_s)

    def in_background(self, work: Callable[[], T], then: Callable[[T], None]) -> None:
        """Run blocking `work` on a worker, then `then` with its result on the loop's thread."""

        def finish(done: Future[T]) -> None:
            if done.cancelled():
                return
            error = done.exception()
            if error is not None:
                self.failures.append(error)
                _log.error("background work failed", exc_info=error)
            else:
                self.call_soon(lambda: then(done.result()))

        if not self._stopping.is_set():
            self._pool.submit(work).add_done_callback(finish)

    def watch(self, sock: socket.socket, on_readable: Callable[[], None]) -> None:
        """Call `on_readable` whenever `sock` has something to read."""
        self._selector.register(sock, selectors.EVENT_READ, on_readable)

    def unwatch(self, sock: socket.socket) -> None:
        """Watch `sock` no longer."""
        self._selector.unregister(sock)

    def _wake(self) -> None:
        try:
            self._wake_in.send(b"\0")
        except (BlockingIOError, OSError):
            return  # the pipe is full or closed: the loop is awake or over anyway

    def _drain(self) -> None:
        try:
            while self._wake_out.recv(4096):
                pass
        except BlockingIOError:
            return

    def _run(self) -> None:
        while not self._stopping.is_set():
            for key, _ in self._selector.select(self._time_to_next()):
                self._call(key.data)
            for _ in range(len(self._soon)):
                self._call(self._soon.popleft())
            self._run_timers()

    def _time_to_next(self) -> float | None:
        if self._soon:
            return 0.0
        if not self._timers:
            return None
        return max(0.0, self._timers[0][0] - time.monotonic())

    def _run_timers(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            timer = heapq.heappop(self._timers)[2]
            call, timer.call = timer.call, None
            if call is not None:
                self._call(call)

    def _call(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 - the border: one phone must not stop the fleet
            self.failures.append(error)
            _log.exception("a call of the loop failed")
