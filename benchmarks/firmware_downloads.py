"""What 200 phones that download 50 MB each do to those that ask for their config meanwhile.

In one run: configs alone, then the same with all downloads under way. Both times it is 200 phones
whose config is new, so that the first answer to each is composed and the later ones come from the
cache. Every config must be 200 and every file arrive bit for bit; the memory of the server is read
before and at its highest.
"""

import hashlib
import http.client
import multiprocessing
import selectors
import socket
import statistics
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.installation import installation, token_of
from benchmarks.servers import config_paths, running, serve

PHONES = 200
IMAGE_BYTES = 50_000_000
CLIENTS = 4
PAUSE_S = 0.02
"""Between two configs of a client: 200 a second at most, as from a large fleet."""
ALONE_S = 8.0
NAME = "T46U-108.87.0.15.rom"
MB = 1_000_000


def serve_firmware(ready: Any, phones: int) -> None:
    """Serve the product, with a turn for each phone."""
    with installation(tenants=1, phones=3 * phones, firmware_downloads=phones) as app:
        from phoneprov.web.runtime import EXTENSION

        runtime = app.extensions[EXTENSION]
        _add_turns(runtime, phones)
        serve(app.wsgi_app, ready)


def main() -> None:
    """Print the figures."""
    with running(serve_firmware, PHONES) as server:
        port, pid = server.port, server.pid
        before = _memory(pid, "VmRSS")
        alone = _ask_configs(port, slice(PHONES, 2 * PHONES), ALONE_S)
        ending = multiprocessing.Event()
        ours, theirs = multiprocessing.Pipe()
        loader = multiprocessing.Process(target=_download_all, args=(port, theirs, ending))
        loader.start()
        under_way = _ask_configs(port, slice(2 * PHONES, 3 * PHONES), None, ending)
        wrong, seconds, rate = ours.recv()
        loader.join()
        after = _memory(pid, "VmHWM")
    p99, p99_alone = _p99(under_way), _p99(alone)
    print(
        f"{PHONES} downloads of {IMAGE_BYTES // MB} MB at once: {seconds:.0f} s, {rate:.0f} MB/s, "
        f"{wrong} files not as sent; memory +{(after - before) / 1024:.0f} MB (goal < 100)"
    )
    print(
        f"configs meanwhile: {len(under_way)} answered 200, median "
        f"{statistics.median(under_way) * 1000:.1f} ms, p99 {p99 * 1000:.0f} ms; "
        f"alone: median {statistics.median(alone) * 1000:.1f} ms, p99 {p99_alone * 1000:.0f} ms; "
        f"ratio of p99 {p99 / p99_alone:.1f} (goal <= 5; orientation < 250 ms)"
    )


def _blocks() -> Iterator[bytes]:
    """Yield the image in blocks, so that the server's own process never holds all of it."""
    block = hashlib.shake_256(b"image").digest(1 << 20)
    for start in range(0, IMAGE_BYTES, len(block)):
        yield block[: IMAGE_BYTES - start]


def _sha256() -> str:
    whole = hashlib.sha256()
    for block in _blocks():
        whole.update(block)
    return whole.hexdigest()


def _add_turns(runtime: Any, phones: int) -> None:
    from phoneprov.catalog.model import Vendor
    from phoneprov.core.clock import utc_now
    from phoneprov.firmware.models import Firmware, FirmwareFit, FirmwareTurn
    from phoneprov.fleet.models import Phone

    now, sha256 = utc_now(), _sha256()
    path = runtime.firmware.path_of(sha256)
    path.parent.mkdir()
    with path.open("wb") as image:
        image.writelines(_blocks())
    with runtime.sessions.begin() as session:
        firmware = Firmware(
            vendor=Vendor.YEALINK,
            version="108.87.0.15",
            file_name=NAME,
            sha256=sha256,
            size_bytes=IMAGE_BYTES,
            uploaded_at=now,
            uploaded_by="bench",
            confirmed_at=now,
            fits=[FirmwareFit(model_slug="yealink-t46u")],
        )
        session.add(firmware)
        session.flush()
        ids = [row for (row,) in session.query(Phone.id).order_by(Phone.id).limit(phones)]
        session.add_all(
            FirmwareTurn(
                phone_id=phone_id,
                firmware_id=firmware.id,
                to_version=firmware.version,
                revision=1,
                opened_at=now,
                opened_by="bench",
                size_bytes=IMAGE_BYTES,
            )
            for phone_id in ids
        )


def _download_all(port: int, answer: Any, ending: Any) -> None:
    """Take all files over one selector; tell how many were wrong, how long, and how fast."""
    key, expected = _sha256()[:16], 0
    for block in _blocks():
        expected = zlib.crc32(block, expected)
    chooser = selectors.DefaultSelector()
    states: dict[socket.socket, list[int]] = {}
    for number in range(PHONES):
        sock = socket.create_connection(("127.0.0.1", port), timeout=30)
        path = f"/prov/t/{token_of(number)}/firmware/{key}/{NAME}"
        sock.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        sock.setblocking(False)
        chooser.register(sock, selectors.EVENT_READ)
        states[sock] = [0, 0, -1]
    started = time.monotonic()
    wrong = total = 0
    buffer = bytearray(1 << 18)
    while states:
        for found, _ in chooser.select(30):
            peer: Any = found.fileobj
            size = peer.recv_into(buffer)
            state = states[peer]
            if not size:
                wrong += state[:2] != [IMAGE_BYTES, expected]
                total += state[0]
                chooser.unregister(peer)
                peer.close()
                del states[peer]
                continue
            part = memoryview(buffer)[:size]
            if state[2] < 0:
                end = bytes(part).index(b"\r\n\r\n") + 4
                state[2], part = 0, part[end:]
            state[0] += len(part)
            state[1] = zlib.crc32(part, state[1])
    seconds = time.monotonic() - started
    ending.set()
    answer.send((wrong, seconds, total / seconds / MB))


def _ask_configs(port: int, whose: slice, seconds: float | None, ending: Any = None) -> list[float]:
    """Return how long each config took, by new connections as phones make them."""
    paths = config_paths(3 * PHONES)[whose]
    took: list[float] = []
    stop_at = time.monotonic() + (seconds if seconds is not None else 600)

    def client(number: int) -> None:
        position = number
        while time.monotonic() < stop_at and not (ending is not None and ending.is_set()):
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", paths[position % PHONES])
            found = connection.getresponse()
            found.read()
            connection.close()
            assert found.status == 200
            took.append(time.perf_counter() - began)
            position += CLIENTS
            time.sleep(PAUSE_S)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def _memory(pid: int, name: str) -> int:
    """Return a figure of the process in kB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(name)))


if __name__ == "__main__":
    main()
