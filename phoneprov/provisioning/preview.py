"""What a phone gets, for people: the files with their secrets masked."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.pbx.models import Pbx
from phoneprov.provisioning.compose import ConfigFrame, compose, load_for_config
from phoneprov.provisioning.keys import load_keys
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.registry import WRITERS

MASK = "•••••••"
SECRET_STAND_IN = "Secret0not0shown"  # noqa: S105 - stands where a secret was


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFile:
    """A file as the phone would get it, fit to be shown."""

    name: str
    text: str


def preview_config(
    session: Session, catalog: Catalog, phone: Phone, *, phones_address: str, now: datetime
) -> list[PreviewFile]:
    """Return the files of a phone with every secret replaced by a mask.

    The secrets are taken out of the value before it is written, so that none can slip through a
    vendor's notation.
    """
    loaded = load_for_config(session, phone.id)
    if loaded is None:
        return []
    pbx = session.get(Pbx, loaded.tenant.pbx_id) if loaded.tenant.pbx_id else None
    frame = ConfigFrame(phones_address=phones_address, year=now.year, token="0" * 32)
    config = _masked(compose(catalog, loaded, pbx, frame, load_keys(session, loaded)))
    writer = WRITERS[config.model.vendor]
    names = [writer.main_file_name(config)]
    names += [
        step.name
        for step in writer.boot_sequence(config.model, config.mac)
        if step.name.lower() not in {name.lower() for name in names}
    ]
    files, seen = [], set()
    for name in names:
        written = writer.write_file(config, name)
        if written is None or written.body in seen:
            continue
        seen.add(written.body)
        text = written.body.decode("utf-8", "replace").replace("0" * 32, MASK)
        files.append(PreviewFile(name=name, text=text.replace(SECRET_STAND_IN, MASK)))
    return files


def _masked(config: PhoneConfig) -> PhoneConfig:
    accounts = tuple(replace(one, password=SECRET_STAND_IN) for one in config.accounts)
    password = None if config.admin_password is None else SECRET_STAND_IN
    return replace(config, accounts=accounts, admin_password=password)
