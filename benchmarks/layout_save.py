"""What saving one key costs when 5,000 phones use the layout, against five."""

import statistics
import time

from sqlalchemy import event, func, select, update

from benchmarks.installation import EMAIL, PASSWORD, installation
from phoneprov.core.clock import utc_now
from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.models import Phone
from phoneprov.layouts.models import ButtonLayout
from phoneprov.serving import settle_memory
from phoneprov.tenancy.models import Tenant
from phoneprov.web.database import db

ROUNDS = 15


def measure(phones: int) -> tuple[float, int]:
    """Return the median server time in milliseconds and the number of queries of one save."""
    with installation(tenants=1, phones=phones) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        session = db.session()
        layout = ButtonLayout(
            tenant_id=session.scalars(select(Tenant.id)).one(),
            name="Bench",
            model_slug="yealink-t46u",
            created_at=utc_now(),
        )
        session.add(layout)
        session.flush()
        session.execute(update(Phone).values(button_layout_id=layout.id, model_slug="yealink-t46u"))
        address = f"/t/t0/button-layouts/{layout.id}/keys/3"
        session.commit()
        client = app.test_client()
        assert client.post("/log-in", data={"email": EMAIL, "password": PASSWORD}).status_code < 400
        settle_memory()  # as the server does before it serves
        queries: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
        times = []
        for number in range(ROUNDS):
            queries.clear()
            fields = {"kind": "speed_dial", "value": str(1000 + number), "label": "Bench"}
            started = time.perf_counter()
            answer = client.post(address, data=fields, headers={"HX-Request": "true"})
            times.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200
        db.session.expire_all()
        told = select(func.count()).where(ConfigState.revision == 1 + ROUNDS)
        assert db.session.scalar(told) == phones
        return statistics.median(times), len(queries)


def main() -> None:
    """Print the ratio of many phones to few."""
    few_ms, few_queries = measure(5)
    many_ms, many_queries = measure(5000)
    print(
        f"layout save: {many_ms:.0f} ms with 5,000 phones on the layout, {few_ms:.0f} ms with 5; "
        f"ratio {many_ms / few_ms:.2f} (goal <= 3); queries {many_queries} and {few_queries}"
    )


if __name__ == "__main__":
    main()
