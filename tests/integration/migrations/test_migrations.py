"""The migrations build exactly what the models say, and take it back, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, Engine, MetaData, Table, inspect, text

from phoneprov.core.database import Model
from phoneprov.core.settings import load_settings
from phoneprov.factory import MIGRATIONS, create_app
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION
from tests.rigs.components import require_component
from tests.rigs.postgres import PostgresRig

SCRIPTS = ScriptDirectory(str(MIGRATIONS))
REVISIONS = [script.revision for script in SCRIPTS.walk_revisions()][::-1]
FILLERS: dict[type, object] = {
    str: "",
    int: 1,
    bool: False,
    datetime: datetime(2026, 11, 2, 8, tzinfo=UTC),
    object: {},
}
BOOKKEEPING = {"alembic_version"}
"""Alembic's own table, which stays when everything else is taken back."""


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.component("postgresql"))]
)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database: a file in the data folder, or a real PostgreSQL."""
    if request.param == "sqlite":
        yield ""
        return
    require_component("postgresql")
    with PostgresRig() as rig:
        yield rig.make_database()


@pytest.fixture
def empty_app(address: str, tmp_path: Path) -> Iterator[Flask]:
    """The app on that database, inside its context; nothing has been migrated."""
    app = create_app(load_settings(data_dir=tmp_path, database_url=address))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    app.extensions[EXTENSION].answering.close()


def test_there_is_one_head() -> None:
    """Two would mean that two people numbered a migration at once."""
    assert len(SCRIPTS.get_heads()) == 1
    assert len(SCRIPTS.get_bases()) == 1


@pytest.mark.parametrize("revision", REVISIONS)
def test_its_number_is_its_name(revision: str) -> None:
    """Four digits without a gap; the file is called as its revision."""
    script = SCRIPTS.get_revision(revision)
    assert Path(script.path).stem == revision
    assert revision.startswith(f"{REVISIONS.index(revision) + 1:04}_")


def test_the_tables_are_those_of_the_models(empty_app: Flask) -> None:
    """Column by column with type, default, index and key: nothing is left to generate."""
    upgrade()
    assert _tables(db.engine) - BOOKKEEPING == set(Model.metadata.tables)
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_every_step_goes_down_and_up_again(empty_app: Flask) -> None:
    """One at a time, to the empty database and back to the same tables."""
    upgrade()
    built = _columns(db.engine)
    for _ in REVISIONS:
        downgrade(revision="-1")
    assert _tables(db.engine) <= BOOKKEEPING
    for _ in REVISIONS:
        upgrade(revision="+1")
    assert _columns(db.engine) == built


def test_what_is_stored_stays(empty_app: Flask) -> None:
    """A table that is built anew takes nothing along that points at it, up and down."""
    upgrade(revision=REVISIONS[0])
    with db.engine.begin() as connection:
        _insert(connection, "tenant", id=1, slug="acme", name="Acme")
        _insert(connection, "phone", id=1, tenant_id=1, mac="805ec01a2b3c", config_revision=7)
        _insert(connection, "phone_event", phone_id=1, text="Added.")
    upgrade()
    with db.engine.connect() as connection:
        told = connection.execute(text("SELECT phone_id, revision FROM config_state"))
        assert [tuple(row) for row in told] == [(1, 7)]
    downgrade(revision=REVISIONS[0])
    with db.engine.connect() as connection:
        kept = connection.execute(text("SELECT mac, config_revision FROM phone"))
        assert [tuple(row) for row in kept] == [("805ec01a2b3c", 7)]
        assert connection.scalar(text("SELECT text FROM phone_event")) == "Added."


def _insert(connection: Connection, table_name: str, **values: object) -> None:
    """Insert a row into a table as it is now; what it must have beside is filled by type."""
    table = Table(table_name, MetaData(), autoload_with=connection)
    for column in table.columns:
        if not column.nullable and not column.primary_key:
            values.setdefault(column.name, FILLERS[column.type.as_generic().python_type])
    connection.execute(table.insert().values(values))


def test_a_second_run_changes_nothing(empty_app: Flask) -> None:
    """Every start of the server migrates."""
    upgrade()
    built = _columns(db.engine)
    upgrade()
    assert _columns(db.engine) == built


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())


def _columns(engine: Engine) -> dict[str, list[tuple[str, str, bool]]]:
    seen = inspect(engine)
    return {
        table: [
            (str(column["name"]), str(column["type"]), bool(column["nullable"]))
            for column in seen.get_columns(table)
        ]
        for table in seen.get_table_names()
    }
