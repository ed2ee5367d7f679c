"""`firmware add` and `firmware list`: the library from the command line of the server."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.settings import load_settings
from phoneprov.factory import create_app
from phoneprov.firmware.queries import LibraryFilters, list_firmware
from phoneprov.firmware.uploads import Announced, receive_file
from phoneprov.tenancy.audit import Actor
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION, Runtime

MB = 1_000_000


@click.group()
def firmware() -> None:
    """Bring firmware images into the library, and list them."""


@firmware.command("add")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--sha256", default="", help="Take the file only if this is its SHA-256.")
def add_firmware(file: Path, sha256: str) -> None:
    """Copy an image into the library; what it is, is then confirmed in the dashboard."""
    with _runtime() as runtime, file.open("rb") as opened:
        try:
            added = receive_file(
                db.session(),
                runtime.firmware,
                runtime.catalog,
                Announced(file_name=file.name, size_bytes=file.stat().st_size, mark="command line"),
                opened.read,
                largest_bytes=runtime.settings.firmware_largest_mb * MB,
                expected_sha256=sha256,
                actor=Actor(name=f"{getpass.getuser()}, command line"),
                now=utc_now(),
            )
        except InvalidValueError as fault:
            raise click.ClickException(fault.message) from fault
        db.session.commit()
        version = added.version or "a version that a person has to say"
        click.echo(f"{added.file_name}: {added.vendor.label}, {version}. SHA-256 {added.sha256}")
        click.echo(f"Confirm it: {runtime.settings.address_for_phones}/firmware/{added.id}/edit")


@firmware.command("list")
def show_firmware() -> None:
    """Print all images with version, state and file."""
    with _runtime():
        for one in list_firmware(db.session(), LibraryFilters()):
            state = "retired" if one.retired_at else "offered" if one.confirmed_at else "waiting"
            click.echo(f"{one.vendor.label:12}{one.version or '?':20}{state:9}{one.file_name}")


@contextmanager
def _runtime() -> Iterator[Runtime]:
    """Yield the parts of the installation, its database at hand."""
    app = create_app(load_settings())
    runtime: Runtime = app.extensions[EXTENSION]
    try:
        with app.app_context():
            yield runtime
    finally:
        runtime.answering.close()
