"""What the process holds beside the database, for views to reach by type."""

from dataclasses import dataclass

from flask import current_app
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.precedence import Precedence
from phoneprov.core.settings import Settings
from phoneprov.firmware.store import FirmwareStore
from phoneprov.jobs.own_files import OwnFiles
from phoneprov.jobs.scheduler import Scheduler
from phoneprov.operations.links import LinkSupervisor
from phoneprov.provisioning.answer import Answering

EXTENSION = "phoneprov"


@dataclass(slots=True, kw_only=True)
class Runtime:
    """The long-lived parts of one process."""

    settings: Settings
    catalog: Catalog
    sessions: sessionmaker[Session]
    answering: Answering
    links: LinkSupervisor
    own_files: OwnFiles
    firmware: FirmwareStore
    precedence: Precedence
    scheduler: Scheduler | None = None
    """The running jobs; None in a process without them."""


def runtime() -> Runtime:
    """Return the runtime of the current app."""
    found = current_app.extensions[EXTENSION]
    assert isinstance(found, Runtime)  # noqa: S101 - narrows the type of Flask's untyped dict
    return found
