"""`python app.py …`: serve, and the commands beside it."""

import sys

import click
from flask import Flask
from flask_migrate import upgrade

from phoneprov import __version__
from phoneprov.catalog.errors import CatalogError
from phoneprov.catalog.loader import load_catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.errors import PhoneprovError
from phoneprov.core.logging import init_logging
from phoneprov.core.settings import Settings, load_settings
from phoneprov.demo import demo
from phoneprov.factory import create_app
from phoneprov.serving import run_server
from phoneprov.simulator.cli import simulate
from phoneprov.tenancy.queries import has_provider
from phoneprov.tenancy.setup import create_first_provider, open_setup
from phoneprov.web.database import db


@click.group(invoke_without_command=True)
@click.version_option(__version__, prog_name="phoneprov")
@click.pass_context
def cli(context: click.Context) -> None:
    """Provisioning server for desk phones. Without a command: serve."""
    if context.invoked_subcommand is None:
        context.invoke(serve)


@cli.command()
def serve() -> None:
    """Migrate the database and serve pages and phones."""
    settings = load_settings()
    settings.check_exposure()
    init_logging(settings.log_level)
    app = create_app(settings)
    prepare_database(app, settings)
    run_server(app)


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema, without serving."""
    settings = load_settings()
    app = create_app(settings)
    with app.app_context():
        upgrade()
    click.echo("The database is up to date.")


@cli.group()
def catalog() -> None:
    """Phone models: shipped ones, and the provider's own in the data folder."""


@catalog.command("check")
def check_catalog() -> None:
    """Say exactly what is wrong with a catalogue file."""
    folder = load_settings().data_dir / "catalog"
    try:
        found = load_catalog(folder)
    except CatalogError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{len(found.phone_models)} phone models, {len(found.module_models)} modules: right")


def prepare_database(app: Flask, settings: Settings) -> None:
    """Migrate, then create the first provider account or print the link to do it."""
    with app.app_context():
        upgrade()
        now = utc_now()
        if has_provider(db.session()):
            return
        if settings.admin_email and settings.admin_password:
            create_first_provider(
                db.session(), settings.admin_email, settings.admin_password, now=now
            )
            db.session.commit()
            click.echo(f"Created the provider account {settings.admin_email}.")
            return
        token = open_setup(db.session(), now=now)
        db.session.commit()
        if token is not None:
            click.echo(f"Set up phoneprov: {settings.address_for_phones}/setup/{token}")


def main() -> None:
    """Run the command line; what the operator can mend is one message, not a traceback."""
    cli.add_command(simulate)
    cli.add_command(demo)
    try:
        cli(prog_name="python app.py")
    except PhoneprovError as error:
        click.echo(f"phoneprov: {error}", err=True)
        sys.exit(1)
