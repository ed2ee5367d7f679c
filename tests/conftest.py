"""The app on a throw-away data folder, and everybody's browser.

The app is imported when it is asked for: unit tests load no Flask (and don't wait for it).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.cast import ALICE, BOB, CHARLIE, PETRA, add_cast
from tests.rigs.live import what_was_left_out

if TYPE_CHECKING:
    from flask import Flask

    from phoneprov.core.settings import Settings
    from tests.pages import Pages


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real PBXs were not there."""
    for line in what_was_left_out():
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def migrated_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that went through all migrations, with the cast in it."""
    from flask_migrate import upgrade

    from phoneprov.factory import create_app
    from phoneprov.web.database import db

    folder = tmp_path_factory.mktemp("migrated")
    app = create_app(_settings(folder))
    with app.app_context():
        upgrade()
        add_cast(db.session(), datetime.now(UTC))
        db.session.commit()
    _close(app)
    return folder


@pytest.fixture
def settings(tmp_path: Path, migrated_folder: Path) -> Settings:
    """Settings on a copy of that folder."""
    folder = tmp_path / "data"
    shutil.copytree(migrated_folder, folder)
    return _settings(folder)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The app, without jobs and PBX links."""
    from phoneprov.factory import create_app

    made = create_app(settings)
    made.testing = True
    yield made
    _close(made)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A database session beside the app's own; sees what was committed."""
    from phoneprov.web.runtime import EXTENSION

    with app.extensions[EXTENSION].sessions() as opened:
        yield opened


@pytest.fixture
def now() -> datetime:
    """The time when the test began."""
    return datetime.now(UTC)


@pytest.fixture
def log_in(app: Flask) -> Callable[[str], Pages]:
    """Give the browser of a user by e-mail, logged in without the slow password check."""
    from phoneprov.tenancy.models import User
    from phoneprov.tenancy.sessions import open_session
    from phoneprov.web.database import db
    from tests.pages import Pages

    def give(email: str) -> Pages:
        with app.app_context():
            user = db.session().scalars(select(User).where(User.email == email)).one()
            token = open_session(db.session(), user, address="127.0.0.1", now=datetime.now(UTC))
            db.session.commit()
        client = app.test_client()
        with client.session_transaction() as cookie:
            cookie["_user_id"] = token
        return Pages(client)

    return give


@pytest.fixture
def nobody(app: Flask) -> Pages:
    """A browser without a log-in."""
    from tests.pages import Pages

    return Pages(app.test_client())


@pytest.fixture
def petra(log_in: Callable[[str], Pages]) -> Pages:
    """Provider staff."""
    return log_in(PETRA)


@pytest.fixture
def alice(log_in: Callable[[str], Pages]) -> Pages:
    """Admin of acme."""
    return log_in(ALICE)


@pytest.fixture
def bob(log_in: Callable[[str], Pages]) -> Pages:
    """Viewer of acme."""
    return log_in(BOB)


@pytest.fixture
def charlie(log_in: Callable[[str], Pages]) -> Pages:
    """Admin of globex; must see nothing of acme."""
    return log_in(CHARLIE)


def _settings(folder: Path) -> Settings:
    from phoneprov.core.settings import load_settings

    return load_settings(data_dir=folder, database_url="", public_url="", run_jobs=False)


def _close(app: Flask) -> None:
    from phoneprov.web.database import db
    from phoneprov.web.runtime import EXTENSION

    app.extensions[EXTENSION].answering.close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
