"""Whether 200 changes a second keep up, and what phones that ask meanwhile notice of it.

A server with 5,000 phones and its link supervisor; a feeder tells it of refreshed contacts as a
link does. A phone-like client asks for cached configs at a steady rate, first while nothing
happens and then while the changes come: the same rate in the same run.
"""

import http.client
import statistics
import threading
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from benchmarks.installation import installation
from benchmarks.pbx_snapshot import contacts_of
from benchmarks.servers import config_paths, fetch_all, running, serve
from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Registration
from phoneprov.operations.links import LinkSupervisor, QueueSink
from phoneprov.operations.observations import apply_observations
from phoneprov.pbx.link import ContactSeen, ContactState, Snapshot
from phoneprov.pbx.models import Pbx
from phoneprov.web.database import db

PHONES, ASKING = 5000, 200
CHANGES_A_SECOND, SECONDS, IDLE_S = 200, 60, 15
REQUESTS_A_SECOND = 50
TICK_S = 0.05


class _Feeder:
    """Tells a sink of refreshes at a steady rate, and measures how far behind the rows are."""

    def __init__(self, sink: QueueSink, contacts: tuple[ContactState, ...]) -> None:
        self._sink = sink
        self._contacts = contacts
        self.lags_s: list[float] = []

    def run(self) -> None:
        """Feed for a minute."""
        told, started = 0, time.monotonic()
        while (passed := time.monotonic() - started) < SECONDS:
            while told < passed * CHANGES_A_SECOND:
                self._tell(self._contacts[told % len(self._contacts)])
                told += 1
            time.sleep(TICK_S)

    def watch(self, sessions: Any) -> None:
        """Note once a second how old the newest change is that is written."""
        for _ in range(SECONDS):
            time.sleep(1)
            with sessions() as session:
                newest = session.scalar(select(func.max(Registration.keepalive_at)))
            self.lags_s.append((utc_now() - newest).total_seconds())

    def _tell(self, contact: ContactState) -> None:
        now = utc_now()
        fresh = replace(
            contact, registered_at=now, keepalive_at=now, expires_at=now + timedelta(hours=1)
        )
        self._sink.observe(ContactSeen(contact=fresh, observed_at=now))


def serve_with_links(ready: Any, phones: int) -> None:
    """Serve the product; `/feed` starts the changes, `/lag` tells the longest lag so far."""
    with installation(tenants=1, phones=phones) as app:
        from phoneprov.web.runtime import EXTENSION

        fetch_all(app, ASKING)
        runtime, session = app.extensions[EXTENSION], db.session()
        pbx_id = session.scalars(select(Pbx.id)).one()
        contacts = contacts_of(phones, utc_now())
        taken = Snapshot(taken_at=utc_now(), contacts=contacts)
        apply_observations(session, [(pbx_id, taken)], utc_now())
        session.commit()
        links = LinkSupervisor(catalog=runtime.catalog, sessions=runtime.sessions)
        links.start()
        feeder = _Feeder(QueueSink(pbx_id, links.waiting, lambda: ()), contacts)

        def fed(environ: Any, start_response: Any) -> Any:
            body = b""
            if environ["PATH_INFO"] == "/feed":
                threading.Thread(target=feeder.run, daemon=True).start()
                watch = threading.Thread(target=feeder.watch, args=(runtime.sessions,), daemon=True)
                watch.start()
            elif environ["PATH_INFO"] == "/lag":
                body = str(max(feeder.lags_s, default=0.0)).encode()
            else:
                return app.wsgi_app(environ, start_response)
            start_response("200 OK", [("Content-Length", str(len(body)))])
            return [body]

        serve(fed, ready, runtime.precedence.note_arrival)


def _ask(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200
    return body


def _p99_ms(port: int, seconds: int) -> float:
    """Ask at a steady rate and return how long 99 of 100 answers took at most, in ms."""
    paths, waits = config_paths(ASKING), []
    started = time.monotonic()
    for number in range(seconds * REQUESTS_A_SECOND):
        time.sleep(max(0.0, started + number / REQUESTS_A_SECOND - time.monotonic()))
        began = time.monotonic()
        _ask(port, paths[number % ASKING])
        waits.append((time.monotonic() - began) * 1000)
    return statistics.quantiles(waits, n=100)[98]


def main() -> None:
    """Print the longest lag, and the p99 of phones meanwhile as a ratio to its idle value."""
    with running(serve_with_links, PHONES) as server:
        _p99_ms(server.port, 3)
        idle_ms = _p99_ms(server.port, IDLE_S)
        _ask(server.port, "/feed")
        busy_ms = _p99_ms(server.port, SECONDS)
        lag_s = float(_ask(server.port, "/lag"))
    print(
        f"{CHANGES_A_SECOND} changes a second for {SECONDS} s: at most {lag_s:.2f} s behind "
        f"(goal < 1); configs meanwhile p99 {busy_ms:.1f} ms, idle {idle_ms:.1f} ms; "
        f"ratio {busy_ms / idle_ms:.1f} (goal <= 2)"
    )


if __name__ == "__main__":
    main()
