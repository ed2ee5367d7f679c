"""Builds the application: settings in, a WSGI app and its long-lived parts out."""

from datetime import timedelta
from pathlib import Path

from flask import Flask, Response
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import sessionmaker

from phoneprov.api.views import ApiParts, register_api
from phoneprov.core.database import apply_engine_rules
from phoneprov.core.errors import SettingsError
from phoneprov.core.precedence import Precedence
from phoneprov.core.secrets import SecretBox, read_or_make_key, use_secret_box
from phoneprov.core.settings import Settings
from phoneprov.firmware.store import FirmwareStore
from phoneprov.jobs.own_files import OwnFiles
from phoneprov.operations.links import LinkSupervisor
from phoneprov.provisioning.answer import Answering
from phoneprov.web.access import init_access, public
from phoneprov.web.database import db
from phoneprov.web.htmx import init_htmx, vary_by_htmx
from phoneprov.web.pages import init_pages
from phoneprov.web.prov.app import mount_prov
from phoneprov.web.runtime import EXTENSION, Runtime
from phoneprov.web.screens import register_screens
from phoneprov.web.security import client_address, init_security

MIGRATIONS = Path(__file__).parent.parent / "migrations"
SESSION_AGE = timedelta(days=7)
LARGEST_FORM_BYTES = 4 * 1024 * 1024
MOST_BACKGROUND_CONNECTIONS = 16
"""Jobs, PBX links and the lock of the holder, beside the threads that serve."""
CONNECT_TIMEOUT_S = 10

csrf = CSRFProtect()


def create_app(settings: Settings) -> Flask:
    """Return the app with everything wired, nothing started.

    Raises SettingsError for a data folder that can't be used, or a key that is none.
    """
    secret_key, session_key = _read_keys(settings.data_dir)
    use_secret_box(SecretBox([secret_key]))
    app = Flask("phoneprov", root_path=str(Path(__file__).parent))
    app.config.update(
        SECRET_KEY=session_key.decode(),
        SQLALCHEMY_DATABASE_URI=settings.database_address,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings),
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
    _open_api(app)
    mount_prov(app)
    return app


def _read_keys(folder: Path) -> tuple[bytes, bytes]:
    """Return the keys of secrets and of sessions, made at the first start."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return read_or_make_key(folder / "secret.key"), read_or_make_key(folder / "session.key")
    except OSError as error:
        message = (
            f"PHONEPROV_DATA_DIR: {error.filename or folder}: {error.strerror}. "
            "It takes: a folder that may be written to."
        )
        raise SettingsError(message) from error


def _engine_options(settings: Settings) -> dict[str, object]:
    """Return a pool in which no thread waits for another one's connection.

    A PostgreSQL that was restarted in between is noticed before the query, not by it.
    """
    options: dict[str, object] = {
        "pool_size": settings.threads,
        "max_overflow": MOST_BACKGROUND_CONNECTIONS,
    }
    if settings.database_address.startswith("postgresql"):
        options["pool_pre_ping"] = True
        options["connect_args"] = {"connect_timeout": CONNECT_TIMEOUT_S}
    return options


def _make_runtime(app: Flask, settings: Settings) -> Runtime:
    with app.app_context():
        engine = db.engine
    apply_engine_rules(engine)
    precedence = Precedence()
    precedence.watch(engine)
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
        firmware=FirmwareStore(settings.data_dir),
        precedence=precedence,
    )


def _open_api(app: Flask) -> None:
    """Give programs their addresses: they come with a token, not with a log-in or a form."""
    runtime: Runtime = app.extensions[EXTENSION]
    parts = ApiParts(sessions=runtime.sessions, client_address=client_address)
    blueprint = register_api(app, parts)
    csrf.exempt(blueprint)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{blueprint.name}."):
            public(view)


def _end_transaction(response: Response) -> Response:
    """Keep what a good answer changed, and nothing of a refused one."""
    if response.status_code < 400:  # noqa: PLR2004 - the border between done and refused
        db.session.commit()
    else:
        db.session.rollback()
    return response
