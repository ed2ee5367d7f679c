"""How long one waits after failed log-ins."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from phoneprov.core.database import Model
from phoneprov.tenancy.models import LogInThrottle
from phoneprov.tenancy.throttle import (
    account_key,
    address_key,
    find_wait,
    forget_failures,
    note_failure,
    wait_after,
)

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Model.metadata.create_all(engine, tables=[Model.metadata.tables["log_in_throttle"]])
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.mark.parametrize(
    ("failures", "minutes"),
    [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (10_000, 15)],
)
def test_the_wait_grows_and_never_becomes_a_lock(failures: int, minutes: int) -> None:
    """S10: 1, 2, 4 … 15 minutes; a stranger can't lock anybody out for good."""
    assert wait_after(failures) == timedelta(minutes=minutes)


def test_it_counts_and_blocks(session: Session) -> None:
    keys = ("account:a", "address:b")
    for _ in range(4):
        note_failure(session, keys, NOON)
    assert find_wait(session, keys, NOON) is None
    note_failure(session, keys, NOON)
    assert find_wait(session, keys, NOON) == NOON + timedelta(minutes=1)
    assert find_wait(session, ["address:b"], NOON) == NOON + timedelta(minutes=1)
    assert find_wait(session, keys, NOON + timedelta(minutes=1)) is None


def test_another_account_from_another_address_is_free(session: Session) -> None:
    for _ in range(5):
        note_failure(session, ["account:a", "address:b"], NOON)
    assert find_wait(session, ["account:c", "address:d"], NOON) is None


def test_it_forgets_after_an_hour_and_on_success(session: Session) -> None:
    note_failure(session, ["account:a"], NOON)
    note_failure(session, ["account:c"], NOON + timedelta(minutes=61))
    assert session.scalars(select(LogInThrottle.key)).all() == ["account:c"]
    forget_failures(session, "account:c")
    assert session.scalars(select(LogInThrottle.key)).all() == []


def test_an_account_is_one_in_any_spelling_and_not_readable() -> None:
    """The key is a hash: people type passwords into the field above."""
    assert account_key(" Alice@Acme.example ") == account_key("alice@acme.example")
    assert "alice" not in account_key("alice@acme.example")


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("nonsense", "", True),
    ],
)
def test_an_address_is_a_host_or_an_ipv6_site(one: str, other: str, *, is_same: bool) -> None:
    assert (address_key(one) == address_key(other)) is is_same
