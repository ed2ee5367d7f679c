"""A layout applied to 5,000 phones of mixed models, against a bare batched UPDATE of them."""

import time

from sqlalchemy import event, select, update

from benchmarks.installation import MODELS, installation
from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone
from phoneprov.layouts.models import ButtonLayout
from phoneprov.operations.bulk.plan import plan_bulk, start_bulk
from phoneprov.operations.bulk.run import BATCH, run_bulks
from phoneprov.operations.bulk.tasks import read_task
from phoneprov.operations.models import BulkAction
from phoneprov.serving import settle_memory
from phoneprov.tenancy.audit import SYSTEM
from phoneprov.tenancy.models import Tenant
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION

PHONES = 5000


def _bare(ids: list[int], layout_id: int) -> float:
    """Return rows per second of nothing but the update and its commits."""
    started = time.perf_counter()
    for at in range(0, len(ids), BATCH):
        chosen = Phone.id.in_(ids[at : at + BATCH])
        db.session.execute(update(Phone).where(chosen).values(button_layout_id=layout_id))
        db.session.commit()
    took = time.perf_counter() - started
    db.session.execute(update(Phone).values(button_layout_id=None))
    db.session.commit()
    return len(ids) / took


def main() -> None:
    """Print rows per second as a ratio to the bare update, the dry run's time, and the queries."""
    with installation(tenants=1, phones=PHONES) as app:
        bench, session, now = app.extensions[EXTENSION], db.session(), utc_now()
        tenant_id = session.scalars(select(Tenant.id)).one()
        layout = ButtonLayout(
            tenant_id=tenant_id, name="Bench", model_slug=MODELS[0], created_at=now
        )
        session.add(layout)
        session.commit()
        ids = list(session.scalars(select(Phone.id)))
        mine = list(session.scalars(select(Phone.id).where(Phone.model_slug == MODELS[0])))
        bare = _bare(mine, layout.id)
        started = time.perf_counter()
        task = read_task(session, bench.catalog, tenant_id, BulkAction.APPLY_LAYOUT, str(layout.id))
        plan = plan_bulk(session, tenant_id, task, ids)
        dry_s = time.perf_counter() - started
        start_bulk(session, tenant_id, plan, actor=SYSTEM, now=now)
        session.commit()
        settle_memory()  # as the server does before it serves
        queries: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
        started, done = time.perf_counter(), 0
        sessions = bench.answering._sessions  # noqa: SLF001 - those of the job
        while count := run_bulks(sessions, bench.catalog):
            done += count
        took = time.perf_counter() - started
        assert done == len(plan.will) == len(mine)
    print(
        f"bulk apply: {done / took:.0f} rows/s of {PHONES} phones, {done} of the layout's model; "
        f"bare update: {bare:.0f}/s; ratio {done / took / bare:.2f} (goal >= 0.1); dry run "
        f"{dry_s:.2f} s; queries per phone {len(queries) / done:.2f}"
    )


if __name__ == "__main__":
    main()
