"""The small PBX as one thing: registrar and JSON-RPC address, started and stopped together."""

from types import TracebackType
from typing import Self

from phoneprov.simulator.loop import Loop
from phoneprov.simulator.pbx.registrar import Registrar, RegistrarSetup
from phoneprov.simulator.pbx.rpc import RpcServer
from phoneprov.simulator.sip.agent import Address


class SimulatedPbx:
    """A PBX that can do nothing but register phones and pass on NOTIFYs. A context manager."""

    def __init__(self, setup: RegistrarSetup, rpc_port: int = 0) -> None:
        self._loop = Loop("simulated-pbx", workers=1)
        self.registrar = Registrar(self._loop, setup)
        self._rpc = RpcServer(self._loop, self.registrar, (setup.host, rpc_port))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def address(self) -> Address:
        """Where phones register."""
        return self.registrar.address

    @property
    def rpc_url(self) -> str:
        """Where the PBX is asked."""
        return self._rpc.url

    @property
    def failures(self) -> list[BaseException]:
        """What went wrong inside; empty when all is well."""
        return self._loop.failures

    def start(self) -> None:
        """Start to register phones and to answer calls."""
        self._loop.start()
        self._loop.call_soon(self.registrar.start)
        self._rpc.start()

    def stop(self) -> None:
        """Stop both and close their ports."""
        self._rpc.stop()
        self._loop.stop()

    def contacts(self, aor: str) -> list[str]:
        """Return the contact URIs of an address of record."""
        return self._loop.ask(lambda: [binding.uri for binding in self.registrar.table.of(aor)])

    def forget_everything(self) -> None:
        """Lose all registrations, as a restart does."""
        self._loop.ask(self.registrar.table.clear)
