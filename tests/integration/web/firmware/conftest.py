"""The rows of these tests go to the app's database; the images to its data folder."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from phoneprov.firmware.models import Firmware
from phoneprov.web.database import db
from phoneprov.web.runtime import EXTENSION, Runtime
from tests.factories import FirmwareFactory
from tests.integration.web.rows import open_session, rows_go_here
from tests.pages import Answer, Pages

__all__ = ["rows_go_here"]

NAME = "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.87.0.15.rom"


@pytest.fixture
def parts(app: Flask) -> Runtime:
    """The long-lived parts of the app."""
    runtime: Runtime = app.extensions[EXTENSION]
    return runtime


@dataclass
class Counter:
    """How many queries were run."""

    statements: list[str] = field(default_factory=list)


@pytest.fixture
def queries(app: Flask) -> Iterator[Counter]:
    counter = Counter()

    def note(*details: Any) -> None:
        counter.statements.append(details[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield counter
    event.remove(engine, "before_cursor_execute", note)


def add_firmware(**fields: Any) -> int:
    """Add a confirmed image without a file; return its id."""
    with open_session() as session:
        row = FirmwareFactory.create(**fields)
        number = int(row.id)
        session.commit()
        return number


def find_image() -> Firmware:
    """Return the one image of the library."""
    with open_session() as session:
        return session.scalars(select(Firmware)).one()


def send_file(petra: Pages, name: str, content: bytes, **fields: str) -> Answer:
    """Send a file by the plain form; its body is made in memory, to be closed by nobody."""
    upload = FileStorage(io.BytesIO(content), filename=name)
    values = {"csrf_token": petra.token(), "file": upload, **fields}
    boundary, body = encode_multipart(values)
    response = petra.client.post(
        "/firmware/add", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    return Answer(response)
