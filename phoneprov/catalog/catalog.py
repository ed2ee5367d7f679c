"""The catalogue in memory: looked up by slug, by User-Agent name, by file name, by MAC address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from phoneprov.catalog.model import ModuleModel, PhoneModel, Vendor, VendorFacts
from phoneprov.core.errors import NotFoundError

OUI_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """What a catalogue holds at one moment, with its indices."""

    vendors: Mapping[Vendor, VendorFacts]
    phone_models: Mapping[str, PhoneModel]
    module_models: Mapping[str, ModuleModel]
    by_agent: Mapping[tuple[Vendor, str], tuple[PhoneModel, ...]]
    by_file: Mapping[str, PhoneModel | None]
    by_oui: Mapping[str, Vendor]


class Catalog:
    """All vendors, phone models and module models, in a stable order.

    Its holders keep it for the life of the process; `take_over` changes at once what all see.
    """

    def __init__(
        self,
        *,
        vendors: Mapping[Vendor, VendorFacts],
        phone_models: Mapping[str, PhoneModel],
        module_models: Mapping[str, ModuleModel],
    ) -> None:
        self.version = 1
        """Grows with each `take_over`, for whoever keeps what was made of it."""
        self._held = _Held(
            vendors=vendors,
            phone_models=phone_models,
            module_models=module_models,
            by_agent=_index_agents(phone_models.values()),
            by_file=_index_files(phone_models.values()),
            by_oui={oui: facts.vendor for facts in vendors.values() for oui in facts.ouis},
        )

    @property
    def vendors(self) -> Mapping[Vendor, VendorFacts]:
        """What is true of each vendor's phones."""
        return self._held.vendors

    @property
    def phone_models(self) -> Mapping[str, PhoneModel]:
        """The phone models by slug."""
        return self._held.phone_models

    @property
    def module_models(self) -> Mapping[str, ModuleModel]:
        """The expansion modules by slug."""
        return self._held.module_models

    @property
    def most_modules(self) -> int:
        """How many modules the phone model with the most takes."""
        fits = (fit for model in self.phone_models.values() for fit in model.modules)
        return max((fit.at_most for fit in fits), default=0)

    def take_over(self, other: "Catalog") -> None:
        """Hold from now on what `other` holds: one assignment, so nobody sees half of it."""
        self._held = other._held  # noqa: SLF001 - of the same class
        self.version += 1

    def copy(self) -> "Catalog":
        """Return a catalogue of the same content, to be changed without changing this one."""
        return Catalog(
            vendors=self.vendors,
            phone_models=self.phone_models,
            module_models=self.module_models,
        )

    def get_model(self, slug: str) -> PhoneModel:
        """Return the phone model of `slug`.

        Raises NotFoundError.
        """
        model = self._held.phone_models.get(slug)
        if model is None:
            raise NotFoundError(f"the catalogue has no phone model {slug}")
        return model

    def find_model(self, slug: str) -> PhoneModel | None:
        """Return the phone model of `slug`, if there is one."""
        return self._held.phone_models.get(slug)

    def find_model_by_agent(self, vendor: Vendor, name: str) -> PhoneModel | None:
        """Return the model that calls itself `name` in its User-Agent, in any spelling."""
        found = self.list_models_by_agent(vendor, name)
        return found[0] if found else None

    def list_models_by_agent(self, vendor: Vendor, name: str) -> tuple[PhoneModel, ...]:
        """Return all models that call themselves `name`: T58A and T58V both say `SIP-T58`."""
        return self._held.by_agent.get((vendor, plain_name(name)), ())

    def find_model_by_file(self, name: str) -> PhoneModel | None:
        """Return the model that asks for this common file, where only one family does.

        Where several models of the family do, it is the first of the catalogue.
        """
        return self._held.by_file.get(name.lower())

    @property
    def ouis(self) -> frozenset[str]:
        """First halves of the MAC addresses of all vendors."""
        return frozenset(self._held.by_oui)

    def vendor_of_mac(self, mac: str) -> Vendor | None:
        """Return whose MAC address this probably is; a hint, never a proof."""
        return self._held.by_oui.get(mac[:OUI_DIGITS])

    def models_by_vendor(self) -> Mapping[Vendor, tuple[PhoneModel, ...]]:
        """Return the phone models of each vendor in catalogue order."""
        return {
            vendor: tuple(one for one in self.phone_models.values() if one.vendor is vendor)
            for vendor in self.vendors
        }


def _index_agents(
    models: Iterable[PhoneModel],
) -> dict[tuple[Vendor, str], tuple[PhoneModel, ...]]:
    by_agent: dict[tuple[Vendor, str], tuple[PhoneModel, ...]] = {}
    for model in models:
        names = (model.name, *model.agent_names, *model.aliases)
        for name in {plain_name(name) for name in names}:
            known = by_agent.get((model.vendor, name), ())
            by_agent[model.vendor, name] = (*known, model)
    return by_agent


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
