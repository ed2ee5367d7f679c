"""Reads the catalogue's TOML files and reports all their mistakes at once."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.checks import check_catalog
from phoneprov.catalog.errors import CatalogError
from phoneprov.catalog.model import (
    ButtonKind,
    KeyPicture,
    KeyRule,
    ModuleFit,
    ModuleModel,
    PhoneModel,
    Vendor,
    VendorFacts,
)

SHIPPED = Path(__file__).parent / "data"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Fit(_File):
    module: str
    at_most: int = Field(ge=1, le=10)


class _Rule(_File):
    reason: str = Field(min_length=1, max_length=300)
    kinds: frozenset[ButtonKind] = frozenset()
    positions: frozenset[int] = frozenset()
    without_number: bool = False
    source: str = Field(min_length=1)


class _Picture(_File):
    left: int = Field(0, ge=0, le=64)
    right: int = Field(0, ge=0, le=64)
    below: int = Field(0, ge=0, le=64)
    columns: int = Field(0, ge=0, le=10)
    touch: bool = False
    screen: tuple[int, int] | None = None


class _PhoneFile(_File):
    name: str = Field(min_length=1, max_length=40)
    family: str
    accounts: int = Field(ge=1, le=64)
    physical_keys: int = Field(ge=0, le=64)
    pages: int = Field(ge=1, le=20)
    line_keys: int = Field(ge=0, le=400)
    side_keys: int = Field(0, ge=0, le=64)
    label_chars: int | None = Field(None, ge=1, le=60)
    aliases: tuple[str, ...] = ()
    modules: tuple[_Fit, ...] = ()
    common_files: tuple[str, ...] = ()
    firmware_files: tuple[str, ...] = ()
    agent_names: tuple[str, ...] = Field(min_length=1)
    agent_example: str = Field(min_length=1)
    key_rules: tuple[_Rule, ...] = ()
    traits: dict[str, str] = {}
    picture: _Picture | None = None
    end_of_life: str | None = None
    notes: str = ""
    sources: dict[str, str]


class _ModuleFile(_File):
    name: str = Field(min_length=1, max_length=60)
    keys_per_page: int = Field(ge=1, le=100)
    pages: int = Field(ge=1, le=20)
    aliases: tuple[str, ...] = ()
    label_chars: int | None = Field(None, ge=1, le=60)
    key_rules: tuple[_Rule, ...] = ()
    picture: _Picture | None = None
    notes: str = ""
    sources: dict[str, str]


class _VendorFile(_File):
    ouis: frozenset[str]
    set_up_by_hand: str
    find_ip: str
    reset_by_hand: str
    dhcp_options: tuple[int, ...]
    password_forbidden: str = ""
    password_longest: int = 32
    password_shortest: int = 1
    password_note: str = ""
    phone_key_rules: tuple[_Rule, ...] = ()
    module_key_rules: tuple[_Rule, ...] = ()
    sources: dict[str, str]


AnyFile = TypeVar("AnyFile", bound=_File)


def load_catalog(extra: Path | None = None) -> Catalog:
    """Return the shipped catalogue, extended and shadowed by a provider's folder `extra`.

    Raises CatalogError with every mistake of every file.
    """
    if extra is None or not extra.is_dir():
        return _shipped()
    return _load(extra)


@lru_cache(maxsize=1)
def _shipped() -> Catalog:
    return _load(None)


def _load(extra: Path | None) -> Catalog:
    mistakes: list[str] = []
    vendors = {vendor: facts for vendor, facts in _vendors(extra, mistakes)}  # noqa: C416 - reads as a table
    modules = {module.slug: module for module in _modules(extra, vendors, mistakes)}
    phones = {phone.slug: phone for phone in _phones(extra, vendors, modules, mistakes)}
    mistakes += check_catalog(vendors, phones, modules)
    if mistakes:
        raise CatalogError(mistakes)
    return Catalog(vendors=vendors, phone_models=phones, module_models=modules)


def _files(kind: str, vendor: Vendor, extra: Path | None) -> Iterator[tuple[str, Path]]:
    """Yield slug and path of each file; a provider's file hides the shipped one of its name."""
    found: dict[str, Path] = {}
    for root in (SHIPPED, extra):
        if root is not None:
            found |= {path.stem: path for path in (root / vendor.value / kind).glob("*.toml")}
    yield from sorted(found.items())


def _read(path: Path, shape: type[AnyFile], mistakes: list[str]) -> AnyFile | None:
    try:
        return shape.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        mistakes.append(f"{path}: {error}")
    except OSError as error:
        mistakes.append(f"{path}: can't be read: {error.strerror}")
    except ValidationError as error:
        for part in error.errors():
            place = ".".join(str(step) for step in part["loc"])
            mistakes.append(f"{path}: {place}: {part['msg']}")
    return None


def _vendors(extra: Path | None, mistakes: list[str]) -> Iterator[tuple[Vendor, VendorFacts]]:
    for vendor in Vendor:
        path = SHIPPED / vendor.value / "vendor.toml"
        own = extra / vendor.value / "vendor.toml" if extra else None
        file = _read(own if own and own.is_file() else path, _VendorFile, mistakes)
        if file is not None:
            values = {name: getattr(file, name) for name in _VendorFile.model_fields}
            values["ouis"] = frozenset(oui.lower() for oui in file.ouis)
            values["phone_key_rules"] = _rules(file.phone_key_rules)
            values["module_key_rules"] = _rules(file.module_key_rules)
            yield vendor, VendorFacts(vendor=vendor, **values)


def _modules(
    extra: Path | None, vendors: Mapping[Vendor, VendorFacts], mistakes: list[str]
) -> Iterator[ModuleModel]:
    for vendor in Vendor:
        for slug, path in _files("modules", vendor, extra):
            file = _read(path, _ModuleFile, mistakes)
            if file is not None:
                values = {name: getattr(file, name) for name in _ModuleFile.model_fields}
                general = vendors[vendor].module_key_rules if vendor in vendors else ()
                values["key_rules"] = _rules(file.key_rules) + general
                values["picture"] = _picture(file.picture, file.keys_per_page)
                yield ModuleModel(slug=slug, vendor=vendor, **values)


def _phones(
    extra: Path | None,
    vendors: Mapping[Vendor, VendorFacts],
    modules: Mapping[str, ModuleModel],
    mistakes: list[str],
) -> Iterator[PhoneModel]:
    for vendor in Vendor:
        for slug, path in _files("phones", vendor, extra):
            file = _read(path, _PhoneFile, mistakes)
            if file is not None:
                values = {name: getattr(file, name) for name in _PhoneFile.model_fields}
                values["modules"] = tuple(_fit(fit, modules) for fit in file.modules)
                general = vendors[vendor].phone_key_rules if vendor in vendors else ()
                values["key_rules"] = _rules(file.key_rules) + general
                block = file.side_keys or (0 if file.physical_keys else file.line_keys)
                values["picture"] = _picture(file.picture, file.physical_keys, block)
                yield PhoneModel(slug=slug, vendor=vendor, **values)


def _rules(rules: tuple[_Rule, ...]) -> tuple[KeyRule, ...]:
    return tuple(
        KeyRule(
            reason=rule.reason,
            kinds=rule.kinds,
            positions=rule.positions,
            without_number=rule.without_number,
        )
        for rule in rules
    )


def _fit(fit: _Fit, modules: Mapping[str, ModuleModel]) -> ModuleFit:
    module = modules.get(fit.module)
    return ModuleFit(module=fit.module, at_most=fit.at_most, keys=module.keys if module else 0)


def _picture(picture: _Picture | None, keys: int, block: int = 0) -> KeyPicture:
    """Return the picture of the file; without one, half of the keys on either side."""
    if picture is not None:
        return KeyPicture(**picture.model_dump())
    columns = min(block, 5 if not keys else 2)
    return KeyPicture(
        left=keys - keys // 2, right=keys // 2, columns=columns, touch=not keys and block > 0
    )
