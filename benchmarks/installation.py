"""A throw-away installation with as many tenants and phones as a benchmark wants."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, literal, select

from phoneprov.core.clock import utc_now
from phoneprov.core.database import Model, UtcDateTime
from phoneprov.core.settings import load_settings
from phoneprov.factory import create_app
from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.first_contact import hash_token
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant
from phoneprov.tenancy.setup import create_first_provider
from phoneprov.web.database import db

EMAIL, PASSWORD = "bench@example.com", "a long enough password"
MODELS = (
    "yealink-t46u",
    "yealink-t54w",
    "grandstream-gxp2170",
    "cisco-spa504g",
    "polycom-vvx-450",
)


def token_of(number: int) -> str:
    """Return the token of the phone with this number."""
    return f"{number:032x}"


def mac_of(number: int) -> str:
    """Return the MAC address of the phone with this number."""
    return f"805ec0{number:06x}"


@contextmanager
def installation(*, tenants: int, phones: int, **settings: object) -> Iterator[Flask]:
    """Yield an app whose database holds `phones` phones, spread evenly over `tenants`."""
    with tempfile.TemporaryDirectory() as folder:
        plain = {"data_dir": Path(folder), "database_url": "", "log_level": "error"}
        app = create_app(load_settings(**plain, **settings))
        with app.app_context():
            Model.metadata.create_all(db.engine)
            _fill(tenants, phones)
            yield app
            db.session.remove()
            db.engine.dispose()


def _fill(tenants: int, phones: int) -> None:
    session, now = db.session(), utc_now()
    create_first_provider(session, EMAIL, PASSWORD, now=now)
    pbx = Pbx(
        name="PBX",
        kind="kamailio",
        sip_domain="sip.example",
        registrar_host="127.0.0.1",
        created_at=now,
        is_active=False,
    )
    session.add(pbx)
    session.flush()
    rows = [
        Tenant(slug=f"t{number}", name=f"Tenant {number}", pbx_id=pbx.id, created_at=now)
        for number in range(tenants)
    ]
    session.add_all(rows)
    session.flush()
    statuses = list(PhoneStatus)
    for number in range(phones):
        tenant = rows[number % tenants]
        extension = Extension(
            tenant_id=tenant.id,
            number=str(1000 + number),
            name=f"Person {number}",
            sip_user=str(1000 + number),
            sip_password="secret",
            created_at=now,
        )
        session.add(extension)
    session.flush()
    ids = {row.number: row.id for row in session.query(Extension)}
    session.execute(
        insert(Phone),
        [
            {
                "tenant_id": rows[number % tenants].id,
                "mac": mac_of(number),
                "model_slug": MODELS[number % len(MODELS)],
                "extension_id": ids[str(1000 + number)],
                "display_name": f"Phone {number}",
                "token": token_of(number),
                "token_hash": hash_token(token_of(number)),
                "token_used_at": now - timedelta(days=1),
                "added_at": now,
                "status": statuses[number % len(statuses)],
                "status_since_at": now,
                "ip_address": f"10.1.{number // 250 % 250}.{number % 250}",
                "firmware": "108.86.0.90",
                "last_check_in_at": now - timedelta(minutes=number % 60),
                "last_registered_at": now - timedelta(minutes=number % 60),
            }
            for number in range(phones)
        ],
    )
    session.execute(
        insert(ConfigState).from_select(
            ["phone_id", "revision", "changed_at"],
            select(Phone.id, literal(1), literal(now - timedelta(hours=1), UtcDateTime)),
        )
    )
    session.commit()
