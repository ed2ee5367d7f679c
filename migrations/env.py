"""Alembic's environment: the engine of the app, the tables of the models."""

from alembic import context
from flask import current_app

import phoneprov.fleet.extra_models
import phoneprov.fleet.models
import phoneprov.fleet.profile_models
import phoneprov.layouts.models
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
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
