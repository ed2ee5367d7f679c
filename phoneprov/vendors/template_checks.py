"""Try a provider's own templates on every model before a phone gets anything written by them."""

import re
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from jinja2 import TemplateError, TemplateSyntaxError

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import ButtonKind, ModuleModel, PhoneModel, Vendor
from phoneprov.vendors.config import (
    Account,
    Button,
    ModuleConfig,
    PhoneConfig,
    Provisioning,
    SipServer,
    Transport,
)
from phoneprov.vendors.encryption import FOLDER, encrypts
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.escaping import SHIPPED_TEMPLATES, own_files
from phoneprov.vendors.registry import MAKERS
from phoneprov.vendors.writer import VendorFile, VendorWriter
from phoneprov.vendors.zone_rules import zone_rules

SAMPLE_MAC = "0200005e1001"
_URL = "http://phones.example.net/prov/"
_TOKEN = "t/sample/"  # noqa: S105 - of no phone
_KEY = "k0000000000000000000000000sample"


def make_writers(
    folder: Path, catalog: Catalog
) -> tuple[Mapping[Vendor, VendorWriter], tuple[str, ...]]:
    """Return a writer for each vendor with right templates in `folder`, and all mistakes."""
    writers: dict[Vendor, VendorWriter] = {}
    mistakes: list[str] = []
    for vendor, make in MAKERS.items():
        if not own_files(vendor.value, folder):
            continue
        found = list(_strangers(folder, vendor))
        try:
            writer = make(folder)
        except (TemplateError, OSError, UnicodeDecodeError) as error:
            mistakes += [*found, _say(error, folder / vendor.value)]
            continue
        found += _rendering_mistakes(writer, catalog, folder / vendor.value)
        mistakes += found
        if not found:
            writers[vendor] = writer
    return writers, tuple(mistakes)


def _strangers(folder: Path, vendor: Vendor) -> Iterator[str]:
    """Yield files that hide no shipped template and that no other file names."""
    shipped = {path.name for path in (SHIPPED_TEMPLATES / vendor.value).iterdir()}
    own = own_files(vendor.value, folder)
    for path in own:
        others = (one.read_text("utf-8", "replace") for one in own if one != path)
        if path.name not in shipped and not any(path.name in text for text in others):
            names = ", ".join(sorted(shipped))
            yield f"{path}: no template of this name is shipped or included; there are {names}"


def _rendering_mistakes(writer: VendorWriter, catalog: Catalog, folder: Path) -> list[str]:
    """Return each mistake once, with the models it happens on."""
    seen: dict[str, list[str]] = {}
    for model in catalog.models_by_vendor().get(writer.vendor, ()):
        try:
            config = sample_config(model, catalog.module_models)
            for file in _write_all(writer, config):
                _check_markup(file)
            _check_lead(writer, config)
        except (TemplateError, UnwritableValueError, ET.ParseError, TypeError) as error:
            seen.setdefault(_say(error, folder), []).append(model.name)
    return [f"{said} (on {', '.join(models)})" for said, models in seen.items()]


def _write_all(writer: VendorWriter, config: PhoneConfig) -> Iterator[VendorFile]:
    names = [step.name for step in writer.boot_sequence(config.model, config.mac)]
    for name in dict.fromkeys([writer.main_file_name(config), *names]):
        own = writer.write_file(config, name)
        common = writer.write_common_file(config.model, name, _URL)
        yield from (file for file in (own, common) if file is not None)


def _check_markup(file: VendorFile) -> None:
    if "xml" in file.content_type:
        try:
            ET.fromstring(file.body)  # noqa: S314 - what we have just written ourselves
        except ET.ParseError as error:
            message = f"{file.name} is no well-formed XML: {error}"
            raise UnwritableValueError(message) from error


def _check_lead(writer: VendorWriter, config: PhoneConfig) -> None:
    """Refuse a config after which the phone would be lost: it can't be told anything any more."""
    keyed = replace(config, provisioning=replace(config.provisioning, key=_KEY))
    file = writer.write_file(keyed, writer.main_file_name(keyed))
    body = file.body.decode() if file else ""
    has_key = encrypts(config.model.vendor)
    own_address = f"{_TOKEN}{FOLDER if has_key else ''}".rstrip("/")
    if own_address not in body:
        raise UnwritableValueError("the phone's own address is missing, so it would not come back")
    if has_key and _KEY not in body:
        raise UnwritableValueError("the key is missing, so the phone couldn't read what follows")


def _say(error: Exception, folder: Path) -> str:
    """Return file, line and reason of a mistake in a template."""
    reason = re.sub(r"\s+", " ", str(error))
    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename or folder}: line {error.lineno}: {error.message}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(str(folder))]
    if own:
        return f"{own[-1].filename}: line {own[-1].lineno}: {reason}"
    return f"{folder}: {reason}"


def sample_config(model: PhoneModel, modules: Mapping[str, ModuleModel]) -> PhoneConfig:
    """Return a config that uses all of a model: accounts, every kind of button, modules."""
    fits = [(fit, modules[fit.module]) for fit in model.modules if fit.module in modules]
    attached = tuple(
        ModuleConfig(module=module, buttons=_buttons(module.keys)) for fit, module in fits[:1]
    )
    return PhoneConfig(
        mac=SAMPLE_MAC,
        model=model,
        display_name="Sample",
        server=SipServer(
            domain="pbx.example.net", host="pbx.example.net", port=5060, transport=Transport.UDP
        ),
        accounts=tuple(_account(number) for number in range(1, min(model.accounts, 2) + 1)),
        local_sip_port=5060,
        zone=zone_rules("Europe/Berlin", datetime.now(UTC).year),
        ntp_server="ntp.example.net",
        admin_password="sample-Password-1",  # noqa: S106 - of no phone
        provisioning=Provisioning(base_url=f"{_URL}{_TOKEN}", poll_minutes=60),
        buttons=_buttons(model.line_keys),
        modules=attached,
        pickup_code="*8",
    )


def _account(number: int) -> Account:
    user = f"20{number}"
    return Account(
        number=number,
        user=user,
        auth_user=user,
        password="sample-Secret-1",  # noqa: S106 - of no account
        display_name="Sample & Sons",
        label=user,
        voicemail_number="*97",
    )


def _buttons(keys: int) -> tuple[Button, ...]:
    kinds = tuple(ButtonKind)[:keys]
    return tuple(
        Button(position=position, kind=kind, value="701", label="Sample & Sons")
        for position, kind in enumerate(kinds, start=1)
    )
