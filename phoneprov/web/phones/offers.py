"""What the phone form offers: models, extensions, zones, and what it says beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import find_mac
from phoneprov.core.zones import zones_by_region
from phoneprov.fleet.extension_uses import ExtensionUse
from phoneprov.fleet.models import DEFAULT_SIP_PORT
from phoneprov.fleet.profile_models import Profile
from phoneprov.tenancy.models import Tenant
from phoneprov.web.phones.key_offers import KeyOffers

Options = dict[str, list[tuple[str, str]]]

MOST_SUGGESTED = 500
"""So many extensions are suggested; any other is found by its number all the same."""
MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What can be chosen for one phone of a tenant."""

    catalog: Catalog
    tenant: Tenant
    extensions: Sequence[ExtensionUse]
    keys: KeyOffers
    """The layouts and modules."""
    model_counts: dict[str, int] = field(default_factory=dict)
    """How many phones of each model the tenant has; the usual one is proposed."""
    profiles: Sequence[Profile] = ()
    profile: Profile | None = None
    """The one that is chosen."""
    own_id: int | None = None
    """The phone that is edited; None while one is added."""

    @property
    def suggested(self) -> Sequence[ExtensionUse]:
        """The extensions that are suggested while typing."""
        return self.extensions[:MOST_SUGGESTED]

    def vendor_of(self, mac_text: str) -> Vendor | None:
        """Return whose MAC address was typed, as far as it tells."""
        mac = find_mac(mac_text)
        return self.catalog.vendor_of_mac(mac) if mac else None

    def model_options(self, vendor: Vendor | None) -> Options:
        """Return the models by vendor; the vendor that the MAC address tells stands first."""
        groups = self.catalog.models_by_vendor().items()
        ordered = sorted(groups, key=lambda group: group[0] is not vendor)
        offered: Options = {"": [("", "Choose the model")]}
        for one, models in ordered:
            offered[one.label] = [(model.slug, model.full_name) for model in models]
        return offered

    def likely_model(self, vendor: Vendor | None) -> str:
        """Return the model that the tenant has most of, of this vendor."""
        models = self.catalog.models_by_vendor().get(vendor, ()) if vendor else ()
        counted = [(self.model_counts.get(model.slug, 0), model.slug) for model in models]
        used = [one for one in counted if one[0]]
        return max(used)[1] if used else ""

    def zone_options(self) -> Options:
        """Return the time zones by region; what is inherited stands first, as a reference."""
        inherited = f"Tenant default ({self.tenant.time_zone})"
        if self.profile is not None and self.profile.time_zone:
            inherited = f"From profile {self.profile.name} ({self.profile.time_zone})"
        offered: Options = {"": [("", inherited)]}
        for region, names in zones_by_region().items():
            offered[region] = [(name, name.replace("_", " ")) for name in names]
        return offered

    def profile_options(self) -> list[tuple[str, str]]:
        """Return the tenant's profiles, and none."""
        return [("", "None"), *((str(one.id), one.name) for one in self.profiles)]

    def port_source(self) -> str:
        """Return what an empty local SIP port means."""
        if self.profile is not None and self.profile.local_sip_port:
            return f"{self.profile.local_sip_port}, from profile {self.profile.name}"
        return str(DEFAULT_SIP_PORT)

    def find_extension(self, text: str) -> ExtensionUse | None:
        """Return the extension that a person means: by number, by name, or by both.

        Raises InvalidValueError when it is none of the tenant's, or could be several.
        """
        wanted = " ".join(text.split()).casefold()
        if not wanted:
            return None
        for spell in (lambda one: one.number, lambda one: one.title, lambda one: one.name):
            found = [one for one in self.extensions if spell(one).casefold() == wanted]
            if len(found) == 1:
                return found[0]
        found = [one for one in self.extensions if wanted in one.title.casefold()]
        if len(found) == 1:
            return found[0]
        raise _no_single(text.strip(), found)

    def others_on(self, use: ExtensionUse) -> list[str]:
        """Return the other phones on an extension: `Reception, VVX 401`."""
        return [
            f"{one.name}, {self._model_name(one.model_slug)}"
            for one in use.phones
            if one.phone_id != self.own_id
        ]

    def password_rules(self, model: PhoneModel | None) -> str:
        """Return what the model's vendor takes as local admin password."""
        if model is None:
            return "What a phone takes depends on its model."
        facts = self.catalog.vendors[model.vendor]
        length = f"{facts.password_shortest} to {facts.password_longest} characters"
        return f"{facts.vendor.label} phones take {length}. {facts.password_note}".strip()

    def password_source(self) -> str:
        """Return what an empty password means."""
        if self.profile is not None and self.profile.admin_password:
            return f"Empty: the one of profile {self.profile.name}."
        if self.tenant.admin_password:
            return f"Empty: the one of {self.tenant.name}."
        return f"Empty: none is set for {self.tenant.name}, so the phone keeps its own."

    def _model_name(self, slug: str) -> str:
        model = self.catalog.find_model(slug)
        return model.name if model else slug


def _no_single(text: str, found: Sequence[ExtensionUse]) -> InvalidValueError:
    if not found:
        message = f"No extension has the number or name “{text}”. Leave it empty for unassigned."
    else:
        names = ", ".join(one.title for one in found[:MOST_NAMED])
        more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
        message = f"Which one? {names}{more}."
    return InvalidValueError(message, field="extension")
