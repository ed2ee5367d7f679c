"""What the phones page costs with 10,000 phones of 50 tenants, against 100 of one."""

import statistics
import time

from sqlalchemy import event

from benchmarks.installation import EMAIL, PASSWORD, installation
from phoneprov.web.database import db

ROUNDS = 15


def measure(*, tenants: int, phones: int) -> tuple[float, int]:
    """Return the median server time in milliseconds and the number of queries of one page."""
    with installation(tenants=tenants, phones=phones) as app:
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        assert client.post("/log-in", data={"email": EMAIL, "password": PASSWORD}).status_code < 400
        queries: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *args: queries.append(args[2]))
        times = []
        for _ in range(ROUNDS):
            queries.clear()
            started = time.perf_counter()
            answer = client.get("/t/t0/phones?per_page=100")
            times.append((time.perf_counter() - started) * 1000)
            assert answer.status_code == 200
        return statistics.median(times), len(queries)


def main() -> None:
    """Print the ratio of the large fleet to the small one."""
    small_ms, small_queries = measure(tenants=1, phones=100)
    large_ms, large_queries = measure(tenants=50, phones=10_000)
    print(
        f"phones page: {large_ms:.0f} ms with 10,000 phones of 50 tenants, {small_ms:.0f} ms with "
        f"100; ratio {large_ms / small_ms:.2f} (goal <= 1.5); "
        f"queries {large_queries} and {small_queries}"
    )


if __name__ == "__main__":
    main()
