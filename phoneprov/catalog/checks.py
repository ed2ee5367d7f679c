"""What must hold between catalogue files."""

from collections.abc import Iterator, Mapping

from phoneprov.catalog.model import ModuleModel, PhoneModel, Vendor, VendorFacts

FIGURES = ("accounts", "physical_keys", "pages", "line_keys", "common_files", "agent_names")
OUI_DIGITS = 6


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
    for facts in vendors.values():
        for oui in sorted(facts.ouis):
            if len(oui) != OUI_DIGITS or any(one not in "0123456789abcdef" for one in oui):
                yield f"{facts.vendor}: {oui} is not the first half of a MAC address"


def _module_mistakes(modules: Mapping[str, ModuleModel]) -> Iterator[str]:
    for module in modules.values():
        if not module.sources.get("keys"):
            yield f"{module.slug}: no source for keys"


def _phone_mistakes(phone: PhoneModel, modules: Mapping[str, ModuleModel]) -> Iterator[str]:
    if not phone.slug.startswith(f"{phone.vendor.value}-"):
        yield f"{phone.slug}: the file name must begin with {phone.vendor.value}-"
    for figure in FIGURES:
        if not phone.sources.get(figure):
            yield f"{phone.slug}: no source for {figure}"
    if phone.physical_keys and phone.line_keys > phone.physical_keys * phone.pages:
        most = phone.physical_keys * phone.pages
        yield f"{phone.slug}: {phone.line_keys} line keys, but {most} keys on all pages"
    for fit in phone.modules:
        if fit.module not in modules:
            yield f"{phone.slug}: there is no module {fit.module}"


def _name_mistakes(phones: Mapping[str, PhoneModel]) -> Iterator[str]:
    seen: dict[tuple[Vendor, str], str] = {}
    for phone in phones.values():
        for name in {phone.name, *phone.aliases}:
            key = (phone.vendor, name.lower())
            if seen.setdefault(key, phone.slug) != phone.slug:
                yield f"{phone.slug}: {name} is also a name of {seen[key]}"
