"""What a snapshot of a PBX costs in which nothing has changed, with 500 contacts and with 5,000."""

import resource
import statistics
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import event, select

from benchmarks.installation import installation, mac_of
from phoneprov.core.clock import utc_now
from phoneprov.operations.observations import apply_observations
from phoneprov.pbx.link import ContactState, Reachability, Snapshot
from phoneprov.pbx.models import Pbx
from phoneprov.serving import settle_memory
from phoneprov.web.database import db

ROUNDS = 9
WRITES = ("INSERT", "UPDATE", "DELETE")


def contacts_of(phones: int, at: datetime) -> tuple[ContactState, ...]:
    """Return a contact for each phone of the installation, registered and answering."""
    return tuple(
        ContactState(
            aor=f"{1000 + number}@sip.example",
            uri=f"sip:{1000 + number}@10.1.{number // 250}.{number % 250}:5060",
            user_agent=f"Yealink SIP-T46U 108.86.0.90 {mac_of(number)}",
            source=f"10.1.{number // 250}.{number % 250}:5060",
            registered_at=at,
            expires_at=at + timedelta(hours=1),
            reachability=Reachability.REACHABLE,
            is_probed=True,
            keepalive_at=at,
            round_trip_us=23_000,
        )
        for number in range(phones)
    )


def measure(phones: int) -> tuple[float, list[str], float]:
    """Return the median milliseconds, what the last one wrote, and the growth in MB."""
    with installation(tenants=1, phones=phones) as app:
        del app
        session = db.session()
        pbx_id = session.scalars(select(Pbx.id)).one()
        at = utc_now()
        contacts = contacts_of(phones, at)
        written: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: written.append(args[2]))
        times, before_kb = [], 0
        settle_memory()
        for _ in range(ROUNDS):
            written.clear()
            started = time.perf_counter()
            apply_observations(
                session, [(pbx_id, Snapshot(taken_at=at, contacts=contacts))], datetime.now(UTC)
            )
            session.commit()
            session.expunge_all()
            times.append((time.perf_counter() - started) * 1000)
            before_kb = before_kb or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        grown_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb) / 1024
        writes = [one for one in written if one.startswith(WRITES)]
        return statistics.median(times[1:]), writes, grown_mb


def main() -> None:
    """Print the ratio of many contacts to few, and what an unchanged snapshot writes."""
    few_ms, _, _ = measure(500)
    many_ms, writes, grown_mb = measure(5000)
    print(
        f"snapshot with nothing changed: {many_ms:.0f} ms for 5,000 contacts, {few_ms:.0f} ms for "
        f"500; ratio {many_ms / few_ms:.1f} (goal <= 12); statements that write: {len(writes)} "
        f"{writes[:1]}; grown by {grown_mb / 5:.2f} MB per 1,000 phones (goal < 1)"
    )


if __name__ == "__main__":
    main()
