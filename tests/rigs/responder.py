"""A small SIP phone on loopback UDP: answers each method as it is told, or stays silent."""

import socket
import threading
from types import TracebackType
from typing import Self

TICK_S = 0.05


class Responder:
    """Answers requests; `answers` maps a method to the codes of its answers, in turn."""

    def __init__(self, **answers: tuple[int, ...]) -> None:
        self._answers = {method: list(codes) for method, codes in answers.items()}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(TICK_S)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.requests: list[str] = []

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join(2)
        self._socket.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                raw, address = self._socket.recvfrom(65_535)
            except TimeoutError:
                continue
            text = raw.decode()
            self.requests.append(text)
            codes = self._answers.get(text.split(" ", 1)[0], [])
            if codes:
                code = codes.pop(0) if len(codes) > 1 else codes[0]
                self._socket.sendto(_answer(text, code), address)


def _answer(request: str, code: int) -> bytes:
    kept = ("via:", "from:", "to:", "call-id:", "cseq:")
    lines = [f"SIP/2.0 {code} Said"]
    lines += [line for line in request.split("\r\n") if line.lower().startswith(kept)]
    if code == 401:
        lines.append('WWW-Authenticate: Digest realm="phone", nonce="abc", qop="auth"')
    return "\r\n".join([*lines, "Content-Length: 0", "", ""]).encode()
