"""What a phone gets, for people: its files, and where each value comes from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.pbx.models import Pbx
from phoneprov.provisioning.compose import ConfigFrame, compose, load_for_config
from phoneprov.provisioning.extras import Extra, load_extras, parameters_of
from phoneprov.provisioning.images import load_image
from phoneprov.provisioning.keys import load_keys
from phoneprov.provisioning.origins import OWN_KEYS, Sources, list_buttons, list_settings, trace
from phoneprov.provisioning.sources import read_sources
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.lines import read_parameters
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.vocabulary import is_secret
from phoneprov.vendors.writer import VendorFile

MASK = "•••••••"
SECRET_STAND_IN = "Secret0not0shown"  # noqa: S105 - stands where a secret was
TOKEN_STAND_IN = "0" * 32


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewFile:
    """A file as the phone would get it, fit to be shown."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A parameter of a file, its value, and the settings it rests on."""

    file: str
    name: str
    value: str
    settings: tuple[str, ...]
    """In words; none where it is the same for every phone of the model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A phone's config with what it was made of; secrets masked unless they were asked for."""

    config: PhoneConfig
    sources: Sources
    extras: tuple[Extra, ...]


def preview_config(
    session: Session, catalog: Catalog, phone: Phone, *, phones_address: str, now: datetime
) -> list[PreviewFile]:
    """Return the files of a phone with every secret replaced by a mask."""
    told = load_told(session, catalog, phone, phones_address=phones_address, now=now)
    return [] if told is None else show_files(told)


def load_told(  # noqa: PLR0913 - a phone with the frame of its config
    session: Session,
    catalog: Catalog,
    phone: Phone,
    *,
    phones_address: str,
    now: datetime,
    reveals: bool = False,
) -> Told | None:
    """Return what a phone is told now; None for one that is gone.

    Unless `reveals`, the secrets are taken out of the value before it is written, so that none
    can slip through a vendor's notation.
    """
    loaded = load_for_config(session, phone.id)
    if loaded is None:
        return None
    pbx = session.get(Pbx, loaded.tenant.pbx_id) if loaded.tenant.pbx_id else None
    token = loaded.token if reveals else TOKEN_STAND_IN
    frame = ConfigFrame(phones_address=phones_address, year=now.year, token=token)
    keys = load_keys(session, loaded)
    extras = load_extras(session, catalog, loaded)
    image = load_image(session, loaded.id)
    config = compose(catalog, loaded, pbx, frame, keys, parameters_of(extras), image)
    return Told(
        config=config if reveals else _masked(config),
        sources=read_sources(session, loaded, pbx, keys, config),
        extras=extras,
    )


def show_files(told: Told) -> list[PreviewFile]:
    """Return the phone's files, the one with the accounts first."""
    return [PreviewFile(name=file.name, text=_text(file)) for file in write_files(told.config)]


def list_losses(told: Told) -> tuple[str, ...]:
    """Return what is set for the phone and it can't do, each with the reason."""
    writer = WRITERS[told.config.model.vendor]
    return (*told.config.notes, *writer.list_losses(told.config))


def list_our_names(told: Told) -> frozenset[str]:
    """Return the parameters of the main file that are written without any extra one."""
    writer = WRITERS[told.config.model.vendor]
    plain = replace(told.config, extra=())
    file = writer.write_file(plain, writer.main_file_name(plain))
    text = file.body.decode() if file else ""
    return frozenset(one.name for one in read_parameters(plain.model.vendor, text))


def explain_file(told: Told, *, name: str | None = None) -> list[Origin]:
    """Return each parameter of the main file with where it comes from; or only one parameter.

    One alone is explained down to the button it belongs to.
    """
    config = told.config
    writer = WRITERS[config.model.vendor]
    file_name = writer.main_file_name(config)

    def render(other: PhoneConfig) -> dict[str, str]:
        file = writer.write_file(other, file_name)
        text = file.body.decode() if file else ""
        return {one.name: one.value for one in read_parameters(other.model.vendor, text)}

    values = render(config)
    found = trace(config, list_settings(config, told.sources), render)
    if name is not None and {told.sources.buttons, OWN_KEYS}.intersection(found.get(name, ())):
        found |= trace(config, list_buttons(config, told.sources), render)
    found |= _from_extras(told.extras, list_our_names(told))
    return [
        Origin(file=file_name, name=one, value=_mask(value), settings=tuple(found.get(one, ())))
        for one, value in values.items()
        if name is None or one == name
    ]


def _from_extras(extras: Iterable[Extra], ours: Collection[str]) -> dict[str, list[str]]:
    """Return the extra parameters; one that was taken back gives way to what we write."""
    return {
        one.parameter.name: [one.source]
        for one in extras
        if not (one.parameter.is_taken_back and one.parameter.name in ours)
    }


def write_files(config: PhoneConfig) -> list[VendorFile]:
    """Return the files that a phone reads, the one with the accounts first; none of them twice."""
    writer = WRITERS[config.model.vendor]
    main = writer.main_file_name(config)
    steps = writer.boot_sequence(config.model, config.mac)
    others = [step.name for step in steps if step.name.lower() != main.lower()]
    files: dict[bytes, VendorFile] = {}
    for name in (main, *others):
        written = writer.write_file(config, name)
        if written is not None:
            files.setdefault(written.body, written)
    return list(files.values())


def _text(file: VendorFile) -> str:
    return _mask(file.body.decode("utf-8", "replace"))


def _mask(text: str) -> str:
    return text.replace(TOKEN_STAND_IN, MASK).replace(SECRET_STAND_IN, MASK)


def _masked(config: PhoneConfig) -> PhoneConfig:
    accounts = tuple(replace(one, password=SECRET_STAND_IN) for one in config.accounts)
    password = None if config.admin_password is None else SECRET_STAND_IN
    vendor = config.model.vendor
    extra = tuple(
        replace(one, value=SECRET_STAND_IN) if one.value and is_secret(vendor, one.name) else one
        for one in config.extra
    )
    key = SECRET_STAND_IN if config.provisioning.key else ""
    return replace(
        config,
        accounts=accounts,
        admin_password=password,
        extra=extra,
        provisioning=replace(config.provisioning, key=key),
    )
