"""Addresses for simulated phones: each worker of a parallel run has its own net.

Two phones of two workers on one address and one SIP port would take it from each other.
"""

import os

_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw-1").removeprefix("gw")) + 1


def loopback(host: str) -> str:
    """Return a loopback address of this worker for `host`, the last two bytes, e.g. `1.51`."""
    return f"127.{_WORKER % 256}.{host}"
