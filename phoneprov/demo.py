"""`python app.py demo`: a throw-away installation in which everything moves by itself."""

import secrets
import shutil
import tempfile
import threading
from pathlib import Path

import click
import structlog
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.clock import utc_now
from phoneprov.core.logging import init_logging
from phoneprov.core.settings import Settings, load_settings
from phoneprov.factory import create_app
from phoneprov.fleet.phones import PhoneDraft, add_phone
from phoneprov.pbx.models import Pbx
from phoneprov.serving import run_server
from phoneprov.simulator.demo_phones import DEMO_PHONES, DemoFleet, DemoPhone
from phoneprov.simulator.pbx.demo import DemoPbx
from phoneprov.tenancy.audit import SYSTEM
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.tenancy.setup import create_first_provider
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION, Runtime

log = structlog.get_logger(__name__)

EMAIL = "demo@example.com"
FIRST_EXTENSION = 201
NAMES = (
    "Anna Berg", "Carl Diaz", "Reception", "Emma Frank", "Grace Hill", "Ivan Jung",
    "Warehouse", "Kim Lund", "Maria Novak", "Meeting room 1", "Olga Petrov", "Workshop",
)  # fmt: skip


@click.command()
@click.option("--port", default=8080, show_default=True, help="TCP port of the pages.")
def demo(port: int) -> None:
    """Serve a throw-away installation with twelve simulated phones and a simulated PBX."""
    folder = Path(tempfile.mkdtemp(prefix="phoneprov-demo-"))
    try:
        _run(load_settings(data_dir=folder, port=port, host="127.0.0.1", database_url=""))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(settings: Settings) -> None:
    init_logging("warning")
    app = create_app(settings)
    password = secrets.token_urlsafe(9)
    phones = list(DEMO_PHONES)
    credentials = {
        str(FIRST_EXTENSION + number): secrets.token_hex(10) for number in range(len(phones))
    }
    pbx = DemoPbx(credentials)
    pbx.start()
    try:
        _fill(app, pbx, phones, credentials, password)
        fleet = DemoFleet(phones, prov_url=f"{settings.address_for_phones}/prov/")
        threading.Timer(2.0, fleet.start).start()
        click.echo(f"\n  phoneprov demo: http://127.0.0.1:{settings.port}/t/demo/phones")
        click.echo(f"  log in as {EMAIL} with password {password}")
        click.echo("  Ctrl-C ends it and forgets everything.\n")
        run_server(app)
        fleet.stop()
    finally:
        pbx.stop()


def _fill(
    app: Flask,
    pbx: DemoPbx,
    phones: list[DemoPhone],
    credentials: dict[str, str],
    password: str,
) -> None:
    """Put provider, tenant, PBX, extensions and phones into the empty database."""
    runtime: Runtime = app.extensions[EXTENSION]
    with app.app_context():
        upgrade()
        session = db.session()
        now = utc_now()
        create_first_provider(session, EMAIL, password, now=now)
        row = Pbx(
            name="Demo PBX",
            kind="kamailio",
            sip_domain=pbx.domain,
            registrar_host=pbx.host,
            registrar_port=pbx.sip_port,
            register_expires_s=120,
            link_address=pbx.rpc_url,
            created_at=now,
        )
        session.add(row)
        session.flush()
        tenant = Tenant(slug="demo", name="Demo Ltd", pbx_id=row.id, created_at=now)
        session.add(tenant)
        session.flush()
        _add_phones(session, runtime.catalog, tenant, phones, credentials)
        session.commit()


def _add_phones(
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    phones: list[DemoPhone],
    credentials: dict[str, str],
) -> None:
    now = utc_now()
    for phone, name, (number, secret) in zip(phones, NAMES, credentials.items(), strict=True):
        extension = Extension(
            tenant_id=tenant.id,
            number=number,
            name=name,
            sip_user=number,
            sip_password=secret,
            created_at=now,
        )
        session.add(extension)
        session.flush()
        draft = PhoneDraft(
            mac=phone.mac,
            model_slug=phone.model_slug,
            extension_id=extension.id,
            display_name=name,
        )
        add_phone(session, catalog, tenant, draft, actor=SYSTEM, now=now)
