"""A provider's own models and templates, read again whenever their folders change.

Each process follows the folders by itself and touches the phones concerned after its own
reading, so the last one to read leaves no config of an older catalogue in anybody's memory.
"""

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.errors import CatalogError
from phoneprov.catalog.loader import load_catalog, load_what_is_right
from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.revisions import touch_model_phones
from phoneprov.vendors.registry import WRITERS, use_writers
from phoneprov.vendors.template_checks import make_writers

log = structlog.get_logger(__name__)

Signature = frozenset[tuple[str, int, int]]
"""Path, time of change in nanoseconds and size in bytes of each file."""


class OwnFiles:
    """Keeps the catalogue and the writers in step with `catalog/` and `vendor_templates/`."""

    def __init__(self, data_dir: Path, sessions: sessionmaker[Session]) -> None:
        self.models = data_dir / "catalog"
        self.templates = data_dir / "vendor_templates"
        self.mistakes: tuple[str, ...] = ()
        """What is wrong with them now, one line each; until it is mended the last good counts."""
        self.read_at: datetime = utc_now()
        self._sessions = sessions
        self._lock = threading.Lock()
        self._seen = self._look()
        catalog, in_models = load_what_is_right(self.models)
        writers, in_templates = make_writers(self.templates, catalog)
        self.catalog = catalog.copy()
        """The catalogue of this process, for all who need one."""
        use_writers(writers)
        self._tell((*in_models, *in_templates))

    def list_files(self) -> list[str]:
        """Return the names of the files, below the data folder."""
        root = self.models.parent
        return sorted(str(Path(path).relative_to(root)) for path, _, _ in self._seen)

    def follow(self) -> bool:
        """Read them again if one was added, changed or removed; return whether."""
        if self._look() == self._seen:
            return False
        self.reload()
        return True

    def reload(self) -> tuple[str, ...]:
        """Read them now, and take all of it or nothing; return the mistakes."""
        with self._lock:
            self._seen = self._look()
            self.read_at = utc_now()
            try:
                catalog = load_catalog(self.models)
            except CatalogError as error:
                self._tell(tuple(error.mistakes))
                return self.mistakes
            writers, mistakes = make_writers(self.templates, catalog)
            with self._sessions.begin() as session:
                mistakes = (*mistakes, *_missed(session, catalog))
                if not mistakes:
                    before = dict(WRITERS)
                    slugs, modules = _changed(self.catalog, catalog)
                    self.catalog.take_over(catalog)
                    use_writers(writers)
                    slugs |= _written_anew(catalog, before)
                    touch_model_phones(session, slugs, modules, utc_now())
            self._tell(mistakes)
            return mistakes

    def _tell(self, mistakes: tuple[str, ...]) -> None:
        self.mistakes = mistakes
        for mistake in mistakes:
            log.error("own model or template not taken", mistake=mistake)
        if not mistakes:
            log.info("own models and templates read", files=len(self._seen))

    def _look(self) -> Signature:
        return frozenset(_signature((self.models, self.templates)))


def _signature(folders: Iterable[Path]) -> Iterable[tuple[str, int, int]]:
    for folder in folders:
        for path in folder.glob("*/**/*"):
            try:
                known = path.stat()
            except FileNotFoundError:  # gone since it was listed
                continue
            if path.is_file():
                yield str(path), known.st_mtime_ns, known.st_size


def _missed(session: Session, catalog: Catalog) -> list[str]:
    """Return a line for each model or module that is in use and would be gone."""
    phones = session.scalars(select(Phone.model_slug).distinct())
    modules = session.scalars(select(PhoneModule.module_slug).distinct())
    gone = {slug for slug in phones if slug not in catalog.phone_models}
    gone |= {slug for slug in modules if slug not in catalog.module_models}
    return [
        f"{slug}: its file is gone, but phones use it; put it back, or change those phones first"
        for slug in sorted(gone)
    ]


def _changed(old: Catalog, new: Catalog) -> tuple[set[str], set[str]]:
    """Return the slugs of the phone models and of the modules that are not as they were."""
    phones = {slug for slug, model in new.phone_models.items() if old.find_model(slug) != model}
    modules = {
        slug for slug, one in new.module_models.items() if old.module_models.get(slug) != one
    }
    return phones, modules


def _written_anew(catalog: Catalog, before: Mapping[Vendor, object]) -> set[str]:
    """Return the models whose files other templates write now."""
    anew = {vendor for vendor, writer in WRITERS.items() if before[vendor] is not writer}
    return {slug for slug, model in catalog.phone_models.items() if model.vendor in anew}
