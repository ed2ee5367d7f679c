"""Builds the application: settings in, a WSGI app and its long-lived parts out."""

from datetime import timedelta
from pathlib import Path

from flask import Flask, Response
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import sessionmaker

from phoneprov.core.database import apply_engine_rules
from phoneprov.core.secrets import SecretBox, read_or_make_key, use_secret_box
from phoneprov.core.settings import Settings
from phoneprov.jobs.own_files import OwnFiles
from phoneprov.operations.links import LinkSupervisor
from phoneprov.provisioning.answer import Answering
from phoneprov.web.access import init_access
from phoneprov.web.database import db
from phoneprov.web.htmx import init_htmx, vary_by_htmx
from phoneprov.web.pages import init_pages
from phoneprov.web.prov.app import mount_prov
from phoneprov.web.runtime import EXTENSION, Runtime
from phoneprov.web.screens import register_screens
from phoneprov.web.security import init_security

MIGRATIONS = Path(__file__).parent.parent / "migrations"
SESSION_AGE = timedelta(days=7)
LARGEST_FORM_BYTES = 4 * 1024 * 1024

csrf = CSRFProtect()


def create_app(settings: Settings) -> Flask:
    """Return the app with everything wired, nothing started.

    Raises SettingsError for a key that doesn't fit.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    use_secret_box(SecretBox([read_or_make_key(settings.data_dir / "secret.key")]))
    app = Flask("phoneprov", root_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=read_or_make_key(settings.data_dir / "session.key").decode(),
        SQLALCHEMY_DATABASE_URI=settings.database_address,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.has_tls,
        PERMANENT_SESSION_LIFETIME=SESSION_AGE,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=LARGEST_FORM_BYTES,
    )
    db.init_app(app)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True)
    csrf.init_app(app)
    init_htmx(app)
    init_security(app)
    init_access(app)
    init_pages(app)
    register_screens(app)
    app.after_request(_end_transaction)
    app.after_request(vary_by_htmx)
    app.extensions[EXTENSION] = _make_runtime(app, settings)
    mount_prov(app)
    return app


def _make_runtime(app: Flask, settings: Settings) -> Runtime:
    with app.app_context():
        engine = db.engine
    apply_engine_rules(engine)
    sessions = sessionmaker(engine)
    own_files = OwnFiles(settings.data_dir, sessions)
    catalog = own_files.catalog
    answering = Answering(catalog=catalog, settings=settings, sessions=sessions)
    return Runtime(
        settings=settings,
        catalog=catalog,
        sessions=sessions,
        answering=answering,
        links=LinkSupervisor(catalog=catalog, sessions=sessions),
        own_files=own_files,
    )


def _end_transaction(response: Response) -> Response:
    """Keep what a good answer changed, and nothing of a refused one."""
    if response.status_code < 400:  # noqa: PLR2004 - the border between done and refused
        db.session.commit()
    else:
        db.session.rollback()
    return response
