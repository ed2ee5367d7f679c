"""The database without a web framework: base class, column types, engine rules."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, String, event, text
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator

BUSY_TIMEOUT_MS = 15_000
START_LOCK = 0x70686F6E66
"""The number of PostgreSQL's advisory lock under which a database is brought up to date."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time.

    SQLite drops the offset of a `DateTime(timezone=True)` without a word, so that 12:00+02:00
    would come back as 12:00: naive values are refused and everything is stored as UTC.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware time into UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the time back as aware UTC."""
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Word = TypeVar("Word", bound=StrEnum)


class WordColumn(TypeDecorator[Word]):
    """A StrEnum kept as its word, and given back as the enum."""

    impl = String
    cache_ok = True

    def __init__(self, words: type[Word], length: int) -> None:
        super().__init__(length)
        self.words = words

    def process_bind_param(self, value: Word | None, dialect: Dialect) -> str | None:
        """Keep the word; anything else than one of the enum's raises ValueError."""
        del dialect
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Word | None:
        """Give the enum back."""
        del dialect
        return None if value is None else self.words(value)


class Model(DeclarativeBase):
    """Base of every table."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_label)s",
                "uq": "uq_%(table_name)s_%(column_0_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: UtcDateTime},
    )


def apply_engine_rules(engine: Engine) -> None:
    """Make every connection safe: on SQLite WAL, foreign keys, a patient busy timeout."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)


@contextmanager
def one_at_a_time(engine: Engine) -> Iterator[None]:
    """Hold off other processes that start on the same PostgreSQL database meanwhile.

    Two that migrate at once would both create the same tables. On SQLite nothing is held: there
    a second process on the same file is no way to run.
    """
    if engine.dialect.name == "sqlite":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": START_LOCK})
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": START_LOCK})


def lock_for_writing(session: Session) -> None:
    """Wait for the turn to write now; call it before a savepoint in which rows are read first.

    On SQLite a transaction that has read can't go on to write once somebody else has written
    meanwhile, and no patience helps (SQLITE_BUSY_SNAPSHOT). PostgreSQL needs none of it.
    Source: sqlite.org, "Isolation In SQLite" and "Result and Error Codes".
    """
    connection = session.connection()
    if connection.dialect.name == "sqlite" and not _is_in_transaction(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _is_in_transaction(connection: Connection) -> bool:
    driver = connection.connection.dbapi_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction


def _prepare_sqlite(connection: sqlite3.Connection, record: Any) -> None:  # noqa: ANN401
    del record
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.close()
