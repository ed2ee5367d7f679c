"""`python app.py demo`: a throw-away installation in which everything moves by itself."""

import secrets
import shutil
import tempfile
import threading
from pathlib import Path

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.core.logging import init_logging
from phoneprov.core.settings import Settings, load_settings
from phoneprov.demo_firmware import fill_library
from phoneprov.factory import create_app
from phoneprov.fleet.drafts import PhoneDraft
from phoneprov.fleet.phones import add_phone
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.models import Pbx
from phoneprov.serving import run_server
from phoneprov.simulator.demo_phones import DEMO_PHONES, NET, DemoFleet, DemoPhone
from phoneprov.simulator.pbx.registrar import RegistrarSetup
from phoneprov.simulator.pbx.server import SimulatedPbx
from phoneprov.tenancy.audit import SYSTEM
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.tenancy.setup import create_first_provider
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION, Runtime

EMAIL = "demo@example.com"
DOMAIN = "demo.example"
START_DELAY_S = 1.0
REGISTER_EXPIRES_S = 120
OPTIONS_EVERY_S = 20.0
STAYING = frozenset(phone.identity.mac for phone in DEMO_PHONES[::2])
"""Phones that never go away, so that the page always has something to show as it should be."""


@click.command()
@click.option("--port", default=8080, show_default=True, help="TCP port of the pages.")
@click.option(
    "--net",
    default=NET,
    show_default=True,
    help="First three bytes of the phones' loopback addresses: two demonstrations need two.",
)
def demo(port: int, net: str) -> None:
    """Serve a throw-away installation with twelve simulated phones and a simulated PBX.

    Its firmware library has something newer for one of the phones.
    """
    folder = Path(tempfile.mkdtemp(prefix="phoneprov-demo-"))
    try:
        _run(load_settings(data_dir=folder, port=port, host="127.0.0.1", database_url=""), net)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(settings: Settings, net: str) -> None:
    init_logging("warning")
    app = create_app(settings)
    password = secrets.token_urlsafe(9)
    passwords = {phone.extension: secrets.token_hex(10) for phone in DEMO_PHONES}
    setup = RegistrarSetup(credentials=passwords, ping_s=OPTIONS_EVERY_S, silent_for_s=None)
    with SimulatedPbx(setup) as pbx:
        _fill(app, pbx, passwords, password)
        fleet = DemoFleet(f"{settings.address_for_phones}/prov/", staying=STAYING, net=net)
        plug_in = threading.Timer(START_DELAY_S, fleet.start)
        plug_in.start()
        click.echo(f"\n  phoneprov demo: http://127.0.0.1:{settings.port}/t/demo/phones")
        click.echo(f"  log in as {EMAIL} with password {password}")
        click.echo("  Ctrl-C ends it and forgets everything.\n")
        try:
            run_server(app)
        finally:
            plug_in.cancel()
            fleet.stop()


def _fill(app: Flask, pbx: SimulatedPbx, passwords: dict[str, str], password: str) -> None:
    """Put provider, tenant, PBX, extensions and phones into the empty database."""
    runtime: Runtime = app.extensions[EXTENSION]
    with app.app_context():
        upgrade()
        session = db.session()
        now = utc_now()
        create_first_provider(session, EMAIL, password, now=now)
        host, port = pbx.address
        row = Pbx(
            name="Demo PBX",
            kind=PbxKind.KAMAILIO.value,
            sip_domain=DOMAIN,
            registrar_host=host,
            registrar_port=port,
            register_expires_s=REGISTER_EXPIRES_S,
            link_address=pbx.rpc_url,
            created_at=now,
        )
        session.add(row)
        session.flush()
        tenant = Tenant(slug="demo", name="Demo Ltd", pbx_id=row.id, created_at=now)
        session.add(tenant)
        session.flush()
        for phone in DEMO_PHONES:
            _add_phone(session, runtime.catalog, tenant, phone, passwords[phone.extension])
        fill_library(session, runtime.firmware, runtime.catalog)
        session.commit()


def _add_phone(
    session: Session, catalog: Catalog, tenant: Tenant, phone: DemoPhone, password: str
) -> None:
    now = utc_now()
    extension = Extension(
        tenant_id=tenant.id,
        number=phone.extension,
        name=phone.owner,
        sip_user=phone.extension,
        sip_password=password,
        created_at=now,
    )
    session.add(extension)
    session.flush()
    identity = phone.identity
    model = catalog.find_model_by_agent(Vendor(identity.vendor.value), identity.model)
    draft = PhoneDraft(
        mac=identity.mac,
        model_slug=model.slug if model else "",
        extension_id=extension.id,
        display_name=phone.owner,
    )
    add_phone(session, catalog, tenant, draft, actor=SYSTEM, now=now)
