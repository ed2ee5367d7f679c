"""A small mail server on loopback: takes mails, or answers as it is told."""

import asyncio
import email
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Self

_GOOD = {"EHLO": "250 mail.test", "MAIL": "250 Fine", "RCPT": "250 Fine", "RSET": "250 Fine"}


@dataclass
class FakeMailServer:
    """Keeps each mail that it took; `answers` replaces what it says to a verb, `DATA` its end."""

    answers: dict[str, str] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    connections: int = 0
    tells: threading.Event = field(default_factory=threading.Event)
    """Where it is cleared, a mail is taken and nothing is said of that."""
    port: int = 0

    def __post_init__(self) -> None:
        self.tells.set()

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """The setting that leads here."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, as a mail program reads it."""
        return [email.message_from_bytes(one, policy=default) for one in self.raw]

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", self.port)
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
            self._loop.run_until_complete(asyncio.gather(task, return_exceptions=True))
        self._loop.run_until_complete(server.wait_closed())
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            writer.write(f"{self.answers.get('HELLO', '220 mail.test')}\r\n".encode())
            while line := await reader.readline():
                verb = line[:4].decode("ascii", "replace").upper().strip()
                if verb == "QUIT":
                    break
                if verb == "RCPT":
                    self.recipients.append(line.decode().strip())
                writer.write(f"{await self._answer(verb, reader, writer)}\r\n".encode())
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(
        self, verb: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> str:
        if verb != "DATA":
            return self.answers.get(verb, _GOOD.get(verb, "502 Not here"))
        writer.write(b"354 Go on\r\n")
        body = await reader.readuntil(b"\r\n.\r\n")
        answer = self.answers.get("DATA", "250 Taken")
        if answer.startswith("250"):
            self.raw.append(body.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n."))
        await asyncio.to_thread(self.tells.wait, 60)
        return answer
