"""What must hold between catalogue files."""

import re
from collections.abc import Iterator, Mapping

from phoneprov.catalog.catalog import OUI_DIGITS, plain_name
from phoneprov.catalog.model import KeyPicture, ModuleModel, PhoneModel, Vendor, VendorFacts

FIGURES = ("accounts", "physical_keys", "pages", "line_keys", "common_files", "agent_names")
"""Every phone has these."""
FIGURES_IF_ANY = ("modules", "side_keys", "label_chars", "firmware_files", "end_of_life")
"""These need a source where the file gives them."""


def check_catalog(
    vendors: Mapping[Vendor, VendorFacts],
    phones: Mapping[str, PhoneModel],
    modules: Mapping[str, ModuleModel],
) -> list[str]:
    """Return one line for each mistake; none when all is right."""
    return [
        *_vendor_mistakes(vendors),
        *_module_mistakes(modules),
        *(mistake for phone in phones.values() for mistake in _phone_mistakes(phone, modules)),
        *_name_mistakes(phones),
    ]


def _vendor_mistakes(vendors: Mapping[Vendor, VendorFacts]) -> Iterator[str]:
    owners: dict[str, Vendor] = {}
    for facts in vendors.values():
        for oui in sorted(facts.ouis):
            if len(oui) != OUI_DIGITS or any(one not in "0123456789abcdef" for one in oui):
                yield f"{facts.vendor}: {oui} is not the first half of a MAC address"
            if owners.setdefault(oui, facts.vendor) is not facts.vendor:
                yield f"{facts.vendor}: {oui} also belongs to {owners[oui]}"


def _module_mistakes(modules: Mapping[str, ModuleModel]) -> Iterator[str]:
    for module in modules.values():
        yield from _slug_mistakes(module)
        if not module.sources.get("keys"):
            yield f"{module.slug}: no source for keys"
        yield from _picture_mistakes(module.slug, module.picture, module.keys_per_page, block=0)
    yield from _name_mistakes(modules)


def _slug_mistakes(model: PhoneModel | ModuleModel) -> Iterator[str]:
    if not model.slug.startswith(f"{model.vendor.value}-"):
        yield f"{model.slug}: the file name must begin with {model.vendor.value}-"


def _phone_mistakes(phone: PhoneModel, modules: Mapping[str, ModuleModel]) -> Iterator[str]:
    yield from _slug_mistakes(phone)
    for figure in (*FIGURES, *(name for name in FIGURES_IF_ANY if getattr(phone, name))):
        if not phone.sources.get(figure):
            yield f"{phone.slug}: no source for {figure}"
    if not any(_is_said(name, phone.agent_example) for name in phone.agent_names):
        yield f"{phone.slug}: agent_example has none of agent_names in it"
    most = phone.physical_keys * phone.pages + phone.side_keys
    if phone.physical_keys and phone.line_keys > most:
        yield f"{phone.slug}: {phone.line_keys} line keys, but {most} keys on all pages"
    touch_keys = phone.line_keys if phone.picture.touch else 0
    beside = 0 if phone.picture.touch else phone.physical_keys
    yield from _picture_mistakes(
        phone.slug, phone.picture, beside, block=touch_keys or phone.side_keys
    )
    for fit in phone.modules:
        if fit.module not in modules:
            yield f"{phone.slug}: there is no module {fit.module}"


def _picture_mistakes(slug: str, picture: KeyPicture, keys: int, *, block: int) -> Iterator[str]:
    """Yield where the picture has other keys than the model: on a page, and in a block."""
    drawn = picture.left + picture.right + picture.below
    if drawn != keys:
        yield f"{slug}: picture: left, right and below are {drawn} keys, not {keys}"
    if block and not picture.columns:
        yield f"{slug}: picture: columns is missing for a block of {block} keys"
    if picture.columns and not block:
        yield f"{slug}: picture: columns is for side_keys or a touch screen; there are none"
    if picture.screen is not None and min(picture.screen) < 1:
        yield f"{slug}: picture: screen is a width and a height in pixels"


def _is_said(name: str, agent: str) -> bool:
    """Tell whether a User-Agent has the name as a whole word: `SPA525G2` is no `SPA525G`."""
    return bool(re.search(rf"(?<![0-9A-Za-z]){re.escape(name)}(?![0-9A-Za-z])", agent))


def _name_mistakes(models: Mapping[str, PhoneModel] | Mapping[str, ModuleModel]) -> Iterator[str]:
    """Yield names that two models share; phones are looked up in this plain spelling."""
    seen: dict[tuple[Vendor, str], str] = {}
    for model in models.values():
        for name in sorted({model.name, *model.aliases}):
            key = (model.vendor, plain_name(name))
            if seen.setdefault(key, model.slug) != model.slug:
                yield f"{model.slug}: {name} is also a name of {seen[key]}"
