"""`python app.py …`: serve, and the commands beside it."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from phoneprov import __version__
from phoneprov.catalog_cli import catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.database import one_at_a_time
from phoneprov.core.errors import PhoneprovError, SettingsError
from phoneprov.core.logging import init_logging
from phoneprov.core.mac import format_mac, parse_mac
from phoneprov.core.settings import Settings, load_settings
from phoneprov.demo import demo
from phoneprov.factory import create_app
from phoneprov.firmware_cli import firmware
from phoneprov.fleet.models import Phone
from phoneprov.fleet.reveals import record_reveal
from phoneprov.pbx.models import Pbx
from phoneprov.provisioning.contact import find_by_mac as find_phone_by_mac
from phoneprov.provisioning.preview import Told, explain_file, load_told, show_files
from phoneprov.serving import run_server
from phoneprov.simulator.cli import simulate
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.models import Extension
from phoneprov.tenancy.queries import has_provider
from phoneprov.tenancy.setup import create_first_provider, open_setup
from phoneprov.vendors.vocabulary import is_known
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION


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
    settings.check_admin()
    settings.check_mail()
    init_logging(settings.log_level)
    app = create_app(settings)
    prepare_database(app, settings)
    run_server(app)


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema, without serving."""
    app = create_app(load_settings())
    with app.app_context(), _reachable_database(), one_at_a_time(db.engine):
        upgrade()
    click.echo("The database is up to date.")


cli.add_command(catalog)
cli.add_command(firmware)


@cli.group()
def config() -> None:
    """Show what a phone gets when it asks now, and why."""


@config.command("show")
@click.argument("mac")
@click.option("--reveal", is_flag=True, help="Print the secrets; the activity list says so.")
def show_config(mac: str, *, reveal: bool) -> None:
    """Print the files that the phone with this MAC address would get."""
    with _told(mac, reveals=reveal) as told:
        for file in show_files(told):
            click.echo(f"==> {file.name}\n{file.text}")


@config.command("explain")
@click.argument("mac")
@click.argument("parameter")
@click.option("--reveal", is_flag=True, help="Print the secrets; the activity list says so.")
def explain_config(mac: str, parameter: str, *, reveal: bool) -> None:
    """Say what a parameter of that phone is, in which file, and where it comes from."""
    with _told(mac, reveals=reveal) as told:
        model = told.config.model
        found = explain_file(told, name=parameter)
        if not found:
            known = "known" if is_known(model.vendor, parameter) else "not known"
            message = f"{parameter} is not written, so the phone keeps what it has."
            raise click.ClickException(f"{message} The name is {known} for {model.vendor.label}.")
        for origin in found:
            click.echo(f"{origin.name} = {origin.value}")
            click.echo(f"  file: {origin.file}")
            for source in origin.settings or (f"the same for every {model.full_name}",):
                click.echo(f"  from: {source}")


@contextmanager
def _told(typed: str, *, reveals: bool) -> Iterator[Told]:
    """Yield what a phone is told; what was revealed is in the activity list before it is shown.

    Raises click.ClickException for a MAC address that is nobody's.
    """
    settings, now = load_settings(), utc_now()
    app = create_app(settings)
    try:
        with app.app_context():
            mac = parse_mac(typed)
            phone = find_phone_by_mac(db.session(), mac)
            if phone is None:
                raise click.ClickException(f"No phone has the MAC address {format_mac(mac)}.")
            if reveals:
                actor = Actor(name=f"{getpass.getuser()}, command line")
                record_reveal(db.session(), phone, actor=actor, now=now)
                db.session.commit()
            told = load_told(
                db.session(),
                app.extensions[EXTENSION].catalog,
                phone,
                phones_address=settings.address_for_phones,
                now=now,
                reveals=reveals,
            )
            if told is not None:
                yield told
    finally:
        app.extensions[EXTENSION].answering.close()


def prepare_database(app: Flask, settings: Settings) -> None:
    """Migrate, then create the first provider account or print the link to do it.

    Raises SettingsError for a database that can't be reached, or that another key was used for.
    """
    with app.app_context(), _reachable_database(), one_at_a_time(db.engine):
        upgrade()
        _try_key(db.session())
        if not has_provider(db.session()):
            _let_in_first_provider(db.session(), settings)
        db.session.commit()


def _let_in_first_provider(session: Session, settings: Settings) -> None:
    now = utc_now()
    if settings.admin_email and settings.admin_password:
        create_first_provider(session, settings.admin_email, settings.admin_password, now=now)
        session.commit()
        click.echo(f"Created the provider account {settings.admin_email}.")
        return
    token = open_setup(session, now=now)
    session.commit()
    if token is not None:
        click.echo(f"Set up phoneprov: {settings.address_for_phones}/setup/{token}")


def _try_key(session: Session) -> None:
    """Read a secret of each kind there is: a wrong key is to be known now, not by the phones.

    Raises SettingsError.
    """
    for column in (Phone.token, Extension.sip_password, Pbx.link_secret):
        session.scalar(select(column).where(column.is_not(None)).limit(1))


@contextmanager
def _reachable_database() -> Iterator[None]:
    """Turn the traceback of a database that does not answer into a message about its setting."""
    try:
        yield
    except OperationalError as error:
        reason = str(error.orig).strip().splitlines()[0]
        raise SettingsError(f"DATABASE_URL: the database can't be used: {reason}") from error


def main() -> None:
    """Run the command line; what the operator can mend is one message, not a traceback."""
    init_logging("warning")  # `serve` says more; what a command prints stands alone
    cli.add_command(simulate)
    cli.add_command(demo)
    try:
        cli(prog_name="python app.py")
    except PhoneprovError as error:
        click.echo(f"phoneprov: {error}", err=True)
        sys.exit(1)
