"""A second host on the other end of a cable, whose packets can be lost: a network namespace.

Nothing is faked: between here and there is a veth pair, and while `dropping` the far side throws
away every packet to and from here without a word, as a firewall or a dead router does.
"""

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from ipaddress import IPv4Address
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.rigs.components import do_without, require_component

COMMAND_S = 10
CLONE_NEWNET = 0x4000_0000
"""From linux/sched.h."""
_LIBC = ctypes.CDLL(None, use_errno=True)
NETS_FROM, NETS = IPv4Address("198.18.0.0"), 32_768
"""The range for measuring devices (RFC 2544), in nets of four addresses; routed nowhere."""


class FarSide:
    """The far host. What is started `inside` lives there; names and addresses are per process."""

    def __init__(self) -> None:
        own = os.getpid()
        self.name = f"pp{own}"
        self._near_end, self._far_end = f"{self.name}n", f"{self.name}f"
        net = NETS_FROM + own % NETS * 4
        self.near, self.host = str(net + 1), str(net + 2)

    def __enter__(self) -> Self:
        require_component("iproute2")
        self._remove()  # an earlier process of this number may have been killed
        try:
            _ip("netns", "add", self.name)
        except subprocess.CalledProcessError as error:
            do_without(f"network namespaces are not permitted: {error.stderr.strip()}")
        try:
            self._lay_cable()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._remove()

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Be there with this thread: sockets and processes it makes meanwhile stay there."""
        with (
            Path("/proc/thread-self/ns/net").open() as ours,
            Path("/run/netns", self.name).open() as theirs,
        ):
            _enter(theirs.fileno())
            try:
                yield
            finally:
                _enter(ours.fileno())

    @contextlib.contextmanager
    def dropping(self) -> Iterator[None]:
        """Lose all packets between here and there for as long as this lasts."""
        self._far("rule", "add", "pref", "5", "from", self.near, "blackhole")
        self._far("rule", "add", "pref", "6", "to", self.near, "blackhole")
        try:
            yield
        finally:
            self._far("rule", "del", "pref", "5")
            self._far("rule", "del", "pref", "6")

    def _lay_cable(self) -> None:
        far = ("peer", "name", self._far_end, "netns", self.name)
        _ip("link", "add", self._near_end, "type", "veth", *far)
        _ip("addr", "add", f"{self.near}/30", "dev", self._near_end)
        _ip("link", "set", self._near_end, "up")
        self._far("addr", "add", f"{self.host}/30", "dev", self._far_end)
        self._far("link", "set", self._far_end, "up")
        self._far("link", "set", "lo", "up")
        # Local addresses are looked up first of all; blackholes must be able to come before them.
        self._far("rule", "add", "pref", "10", "lookup", "local")
        self._far("rule", "del", "pref", "0")
        # Behind a router nobody notices that ARP is lost as well ("no route to host").
        told = self._far("-brief", "link", "show", "dev", self._far_end)
        mac = told.split()[2]
        neighbour = ("neigh", "replace", self.host, "lladdr", mac, "dev", self._near_end)
        _ip(*neighbour, "nud", "permanent")

    def _far(self, *words: str) -> str:
        return _ip("-n", self.name, *words)

    def _remove(self) -> None:
        """Remove the cable, then the host; either may not be there."""
        for words in (("link", "del", self._near_end), ("netns", "del", self.name)):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip(*words)


def _enter(namespace: int) -> None:
    """Move this thread to a network namespace, by its open file (os.setns came with 3.12)."""
    if _LIBC.setns(namespace, CLONE_NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _ip(*words: str) -> str:
    """Return what `ip` says; raises CalledProcessError where it refuses."""
    done = subprocess.run(
        ["ip", *words], check=True, capture_output=True, text=True, timeout=COMMAND_S
    )
    return done.stdout
