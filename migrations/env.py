"""Alembic's environment: the engine of the app, the tables of the models."""

from contextlib import contextmanager

from alembic import context
from flask import current_app

import phoneprov.alerts.models
import phoneprov.firmware.models
import phoneprov.firmware.rollout_models
import phoneprov.fleet.extra_models
import phoneprov.fleet.list_models
import phoneprov.fleet.models
import phoneprov.fleet.own_key_models
import phoneprov.fleet.profile_models
import phoneprov.layouts.models
import phoneprov.layouts.rule_models
import phoneprov.operations.models
import phoneprov.pbx.models
import phoneprov.tenancy.models  # noqa: F401 - importing them fills the metadata
from phoneprov.core.database import Model, UtcDateTime, WordColumn
from phoneprov.core.secrets import SecretText


def render_item(kind, item, autogen_context):
    """Write our own column types as what the database holds."""
    del autogen_context
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, SecretText):
        return "sa.Text()"
    if kind == "type" and isinstance(item, WordColumn):
        return f"sa.String(length={item.impl.length})"
    return False


def run_migrations():
    """Run what is missing, each migration in a transaction of its own."""
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
            render_item=render_item,
        )
        with foreign_keys_at_rest(connection), context.begin_transaction():
            context.run_migrations()


@contextmanager
def foreign_keys_at_rest(connection):
    """Let a table be built anew on SQLite without taking what points at it along.

    Batch mode drops the old table, and dropping deletes its rows: with foreign keys on, all
    events, check-ins and modules of the phones would go with them. Nothing may point nowhere
    in the end.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.commit()
    yield
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise RuntimeError(f"rows point at rows that are not there: {broken[:5]}")
    connection.exec_driver_sql("PRAGMA foreign_keys=ON")


run_migrations()
