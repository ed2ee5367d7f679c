"""Reads the catalogue's TOML files and reports all their mistakes at once."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.checks import check_catalog
from phoneprov.catalog.errors import CatalogError
from phoneprov.catalog.model import (
    BlfSetting,
    KeyPicture,
    KeyRule,
    ModuleFit,
    ModuleModel,
    PhoneModel,
    RebootRule,
    Vendor,
    VendorFacts,
)
from phoneprov.catalog.shapes import (
    BlfShape,
    CatalogFile,
    FitShape,
    PictureShape,
    RebootShape,
    RuleShape,
)

SHIPPED = Path(__file__).parent / "data"


class _PhoneFile(CatalogFile):
    name: str = Field(min_length=1, max_length=40)
    family: str
    accounts: int = Field(ge=1, le=64)
    physical_keys: int = Field(ge=0, le=64)
    pages: int = Field(ge=1, le=20)
    line_keys: int = Field(ge=0, le=400)
    side_keys: int = Field(0, ge=0, le=64)
    label_chars: int | None = Field(None, ge=1, le=60)
    aliases: tuple[str, ...] = ()
    modules: tuple[FitShape, ...] = ()
    common_files: tuple[str, ...] = ()
    firmware_files: tuple[str, ...] = ()
    agent_names: tuple[str, ...] = Field(min_length=1)
    agent_example: str = Field(min_length=1)
    key_rules: tuple[RuleShape, ...] = ()
    traits: dict[str, str] = Field(default_factory=dict)
    picture: PictureShape | None = None
    end_of_life: str | None = None
    notes: str = ""
    sources: dict[str, str]


class _ModuleFile(CatalogFile):
    name: str = Field(min_length=1, max_length=60)
    keys_per_page: int = Field(ge=1, le=100)
    pages: int = Field(ge=1, le=20)
    aliases: tuple[str, ...] = ()
    label_chars: int | None = Field(None, ge=1, le=60)
    key_rules: tuple[RuleShape, ...] = ()
    picture: PictureShape | None = None
    notes: str = ""
    sources: dict[str, str]


class _VendorFile(CatalogFile):
    ouis: frozenset[str]
    set_up_by_hand: str
    find_ip: str
    reset_by_hand: str
    dhcp_options: tuple[int, ...]
    password_forbidden: str = ""
    password_longest: int = 32
    password_shortest: int = 1
    password_note: str = ""
    phone_key_rules: tuple[RuleShape, ...] = ()
    module_key_rules: tuple[RuleShape, ...] = ()
    reboot_rules: tuple[RebootShape, ...] = ()
    blf_settings: tuple[BlfShape, ...] = ()
    sources: dict[str, str]


AnyFile = TypeVar("AnyFile", bound=CatalogFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """A provider's folder, if there is one, and those of its files to leave aside."""

    folder: Path | None
    without: frozenset[Path] = frozenset()

    def list_files(self, vendor: Vendor, pattern: str) -> dict[str, Path]:
        """Return the files by slug."""
        if self.folder is None:
            return {}
        found = (self.folder / vendor.value).glob(pattern)
        return {path.stem: path for path in found if path not in self.without}


def load_catalog(extra: Path | None = None) -> Catalog:
    """Return the shipped catalogue, extended and shadowed by a provider's folder `extra`.

    Raises CatalogError with every mistake of every file.
    """
    if extra is None or not extra.is_dir():
        return _shipped()
    return _load(_Own(folder=extra))


def load_what_is_right(extra: Path) -> tuple[Catalog, tuple[str, ...]]:
    """Return the catalogue without those of the provider's files that are wrong, and why."""
    if not extra.is_dir():
        return _shipped(), ()
    said: list[str] = []
    without: frozenset[Path] = frozenset()
    while True:
        try:
            return _load(_Own(folder=extra, without=without)), tuple(said)
        except CatalogError as error:
            said += [mistake for mistake in error.mistakes if mistake not in said]
            files = frozenset(extra.rglob("*.toml")) - without
            blamed = {path for path in files if _is_blamed(path, error.mistakes)} or files
            if not blamed:
                raise
            without |= blamed


def _is_blamed(path: Path, mistakes: list[str]) -> bool:
    slug = re.compile(rf"(?<![\w-]){re.escape(path.stem)}(?![\w-])")
    return any(str(path) in mistake or slug.search(mistake) for mistake in mistakes)


@lru_cache(maxsize=1)
def _shipped() -> Catalog:
    return _load(_Own(folder=None))


def _load(own: _Own) -> Catalog:
    mistakes = [*_strays(own)]
    vendors = {vendor: facts for vendor, facts in _vendors(own, mistakes)}  # noqa: C416 - reads as a table
    modules = {module.slug: module for module in _modules(own, vendors, mistakes)}
    phones = {phone.slug: phone for phone in _phones(own, vendors, modules, mistakes)}
    mistakes += check_catalog(vendors, phones, modules)
    if mistakes:
        raise CatalogError(mistakes)
    return Catalog(vendors=vendors, phone_models=phones, module_models=modules)


def _strays(own: _Own) -> Iterator[str]:
    """Yield files of a provider's folder in places where nobody reads them."""
    if own.folder is None:
        return
    vendors = "|".join(vendor.value for vendor in Vendor)
    right = re.compile(rf"({vendors})/(vendor|(phones|modules)/[^/]+)\.toml")
    for path in sorted(set(own.folder.rglob("*.toml")) - own.without):
        if not right.fullmatch(path.relative_to(own.folder).as_posix()):
            places = f"<vendor>/phones and <vendor>/modules; vendors are {vendors}"
            yield f"{path}: nobody reads a file here; files belong in {places.replace('|', ', ')}"


def _files(kind: str, vendor: Vendor, own: _Own) -> Iterator[tuple[str, Path]]:
    """Yield slug and path of each file; a provider's file hides the shipped one of its name."""
    shipped = _Own(folder=SHIPPED).list_files(vendor, f"{kind}/*.toml")
    yield from sorted((shipped | own.list_files(vendor, f"{kind}/*.toml")).items())


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
            mistakes.append(f"{path}: {place}: {_explain(part, shape)}")
    return None


def _explain(part: ErrorDetails, shape: type[CatalogFile]) -> str:
    """Say what a field takes."""
    if part["type"] == "extra_forbidden":
        there_are = f"; there are {', '.join(shape.model_fields)}" if len(part["loc"]) == 1 else ""
        return f"there is no such field{there_are}"
    if part["type"] == "missing":
        return "this field is missing"
    return f"{part['msg']}, not {part['input']!r}"


def _vendors(own: _Own, mistakes: list[str]) -> Iterator[tuple[Vendor, VendorFacts]]:
    for vendor in Vendor:
        path = own.list_files(vendor, "vendor.toml").get("vendor")
        file = _read(path or SHIPPED / vendor.value / "vendor.toml", _VendorFile, mistakes)
        if file is not None:
            values = {name: getattr(file, name) for name in _VendorFile.model_fields}
            values["ouis"] = frozenset(oui.lower() for oui in file.ouis)
            values["phone_key_rules"] = _rules(file.phone_key_rules)
            values["module_key_rules"] = _rules(file.module_key_rules)
            rules = (rule.model_dump(exclude={"source"}) for rule in file.reboot_rules)
            values["reboot_rules"] = tuple(RebootRule(**rule) for rule in rules)
            values["blf_settings"] = tuple(
                BlfSetting(name=one.name, meaning=one.meaning) for one in file.blf_settings
            )
            yield vendor, VendorFacts(vendor=vendor, **values)


def _modules(
    own: _Own, vendors: Mapping[Vendor, VendorFacts], mistakes: list[str]
) -> Iterator[ModuleModel]:
    for vendor in Vendor:
        for slug, path in _files("modules", vendor, own):
            file = _read(path, _ModuleFile, mistakes)
            if file is not None:
                values = {name: getattr(file, name) for name in _ModuleFile.model_fields}
                general = vendors[vendor].module_key_rules if vendor in vendors else ()
                values["key_rules"] = _rules(file.key_rules) + general
                values["picture"] = _picture(file.picture, file.keys_per_page)
                yield ModuleModel(slug=slug, vendor=vendor, **values)


def _phones(
    own: _Own,
    vendors: Mapping[Vendor, VendorFacts],
    modules: Mapping[str, ModuleModel],
    mistakes: list[str],
) -> Iterator[PhoneModel]:
    for vendor in Vendor:
        for slug, path in _files("phones", vendor, own):
            file = _read(path, _PhoneFile, mistakes)
            if file is not None:
                values = {name: getattr(file, name) for name in _PhoneFile.model_fields}
                values["modules"] = tuple(_fit(fit, modules) for fit in file.modules)
                general = vendors[vendor].phone_key_rules if vendor in vendors else ()
                values["key_rules"] = _rules(file.key_rules) + general
                block = file.side_keys or (0 if file.physical_keys else file.line_keys)
                values["picture"] = _picture(file.picture, file.physical_keys, block)
                yield PhoneModel(slug=slug, vendor=vendor, **values)


def _rules(rules: tuple[RuleShape, ...]) -> tuple[KeyRule, ...]:
    return tuple(
        KeyRule(
            reason=rule.reason,
            kinds=rule.kinds,
            positions=rule.positions,
            without_number=rule.without_number,
        )
        for rule in rules
    )


def _fit(fit: FitShape, modules: Mapping[str, ModuleModel]) -> ModuleFit:
    module = modules.get(fit.module)
    return ModuleFit(module=fit.module, at_most=fit.at_most, keys=module.keys if module else 0)


def _picture(picture: PictureShape | None, keys: int, block: int = 0) -> KeyPicture:
    """Return the picture of the file; without one, half of the keys on either side."""
    if picture is not None:
        return KeyPicture(**picture.model_dump())
    columns = min(block, 5 if not keys else 2)
    return KeyPicture(
        left=keys - keys // 2, right=keys // 2, columns=columns, touch=not keys and block > 0
    )
