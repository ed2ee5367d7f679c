"""Alembic's environment: the engine of the app, the tables of the models."""

from alembic import context
from flask import current_app

from phoneprov.core.database import Model

config = context.config


def get_engine():
    return current_app.extensions["migrate"].db.engine


def import_models():
    import phoneprov.fleet.models
    import phoneprov.operations.models
    import phoneprov.pbx.models
    import phoneprov.tenancy.models  # noqa: F401


def run_migrations():
    import_models()
    engine = get_engine()
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            render_as_batch=True,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
