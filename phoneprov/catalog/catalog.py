"""The catalogue in memory: looked up by slug, by User-Agent name, by file name, by MAC address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from phoneprov.catalog.model import ModuleModel, PhoneModel, Vendor, VendorFacts
from phoneprov.core.errors import NotFoundError

OUI_DIGITS = 6


@dataclass(frozen=True, kw_only=True)
class Catalog:
    """All vendors, phone models and module models, in a stable order."""

    vendors: Mapping[Vendor, VendorFacts]
    phone_models: Mapping[str, PhoneModel]
    module_models: Mapping[str, ModuleModel]
    _by_agent: dict[tuple[Vendor, str], tuple[PhoneModel, ...]] = field(init=False, repr=False)
    _by_file: dict[str, PhoneModel | None] = field(init=False, repr=False)
    _by_oui: dict[str, Vendor] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_agent: dict[tuple[Vendor, str], tuple[PhoneModel, ...]] = {}
        for model in self.phone_models.values():
            names = (model.name, *model.agent_names, *model.aliases)
            for name in {plain_name(name) for name in names}:
                known = by_agent.get((model.vendor, name), ())
                by_agent[model.vendor, name] = (*known, model)
        by_oui = {oui: facts.vendor for facts in self.vendors.values() for oui in facts.ouis}
        object.__setattr__(self, "_by_agent", by_agent)
        object.__setattr__(self, "_by_file", _index_files(self.phone_models.values()))
        object.__setattr__(self, "_by_oui", by_oui)

    def get_model(self, slug: str) -> PhoneModel:
        """Return the phone model of `slug`.

        Raises NotFoundError.
        """
        model = self.phone_models.get(slug)
        if model is None:
            raise NotFoundError(f"the catalogue has no phone model {slug}")
        return model

    def find_model(self, slug: str) -> PhoneModel | None:
        """Return the phone model of `slug`, if there is one."""
        return self.phone_models.get(slug)

    def find_model_by_agent(self, vendor: Vendor, name: str) -> PhoneModel | None:
        """Return the model that calls itself `name` in its User-Agent, in any spelling."""
        found = self.list_models_by_agent(vendor, name)
        return found[0] if found else None

    def list_models_by_agent(self, vendor: Vendor, name: str) -> tuple[PhoneModel, ...]:
        """Return all models that call themselves `name`: T58A and T58V both say `SIP-T58`."""
        return self._by_agent.get((vendor, plain_name(name)), ())

    def find_model_by_file(self, name: str) -> PhoneModel | None:
        """Return the model that asks for this common file, where only one family does.

        Where several models of the family do, it is the first of the catalogue.
        """
        return self._by_file.get(name.lower())

    def vendor_of_mac(self, mac: str) -> Vendor | None:
        """Return whose MAC address this probably is; a hint, never a proof."""
        return self._by_oui.get(mac[:OUI_DIGITS])

    def models_by_vendor(self) -> Mapping[Vendor, tuple[PhoneModel, ...]]:
        """Return the phone models of each vendor in catalogue order."""
        return {
            vendor: tuple(one for one in self.phone_models.values() if one.vendor is vendor)
            for vendor in self.vendors
        }


def _index_files(models: Iterable[PhoneModel]) -> dict[str, PhoneModel | None]:
    """Return each common file's model; None where families share it, so that it proves nothing."""
    by_file: dict[str, PhoneModel | None] = {}
    for model in models:
        for file in (name.lower() for name in model.common_files if not stands_for_all(name)):
            known = by_file.setdefault(file, model)
            if known and (known.vendor, known.family) != (model.vendor, model.family):
                by_file[file] = None
    return by_file


def plain_name(name: str) -> str:
    """Return a model's name without case, blanks, hyphens and the makers' prefixes."""
    compact = "".join(character for character in name.lower() if character.isalnum())
    for prefix in ("yealink", "grandstream", "cisco", "polycom", "poly", "sip"):
        compact = compact.removeprefix(prefix)
    return compact


def stands_for_all(name: str) -> bool:
    """Tell whether a common file name says nothing of the model (`cfg.xml`, all zeros)."""
    return name.lower() in {"cfg.xml", "000000000000.cfg", "y000000000000.boot"}
