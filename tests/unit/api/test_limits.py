"""How often somebody may ask."""

from phoneprov.api.limits import MOST_KEYS, RateLimit


class Clock:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_and_then_so_many_a_second() -> None:
    clock = Clock()
    limit = RateLimit(burst=3, per_s=0.5, clock=clock)
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 2]
    assert limit.take("b") == 0
    clock.now += 2
    assert [limit.take("a"), limit.take("a")] == [0, 2]
    clock.now += 1_000
    assert [limit.take("a") for _ in range(4)] == [0, 0, 0, 2]


def test_it_never_remembers_more_than_it_should() -> None:
    """Somebody may come from as many addresses as he likes."""
    limit = RateLimit(burst=1, per_s=0.001, clock=Clock())
    for number in range(MOST_KEYS + 100):
        limit.take(str(number))
    assert len(limit._buckets) == MOST_KEYS
    assert limit.take(str(MOST_KEYS + 99)) > 0
