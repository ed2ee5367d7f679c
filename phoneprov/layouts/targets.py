"""What a layout is for: a phone model or a module model of the catalogue, and what its keys do."""

from dataclasses import dataclass

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import ModuleModel, PhoneModel, Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.vendors.config import ButtonKind
from phoneprov.vendors.key_rules import can_carry


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutTarget:
    """A phone model or a module model, as far as a layout needs it."""

    model: PhoneModel | ModuleModel
    name: str
    keys: int
    """Positions over all pages."""
    pages: int
    side_keys: int = 0
    """Of the keys, those in a block beside the pages; theirs are the last positions."""
    accounts: int | None
    """SIP accounts; None for a module, which has those of its phone."""

    @property
    def vendor(self) -> Vendor:
        """Whose it is."""
        return self.model.vendor

    @property
    def paged_keys(self) -> int:
        """Positions on the pages, without those in the block beside."""
        return self.keys - self.side_keys

    @property
    def keys_per_page(self) -> int:
        """Keys of one page; a key that turns the page is none of them."""
        return max(1, -(-self.paged_keys // max(1, self.pages)))

    @property
    def last_page(self) -> int:
        """The number of the last page that has a key."""
        return max(1, -(-self.paged_keys // self.keys_per_page))

    def page_of(self, position: int) -> int:
        """Return the page of a position, which counts from 1; the block is beside every page."""
        return (position - 1) // self.keys_per_page + 1 if position <= self.paged_keys else 1

    @property
    def label_chars(self) -> int | None:
        """Characters of a label that show; None where unknown or on paper."""
        return self.model.label_chars

    def why_not(self, position: int, kind: ButtonKind, *, has_value: bool) -> str | None:
        """Return why the key at `position` can't carry `kind`, or None if it can."""
        return can_carry(self.model, kind, position, has_value=has_value)


def find_target(catalog: Catalog, slug: str, *, is_for_module: bool) -> LayoutTarget | None:
    """Return what a layout of this model is for, if the catalogue has it."""
    if is_for_module:
        module = catalog.module_models.get(slug)
        return _module_target(module) if module else None
    model = catalog.find_model(slug)
    return _phone_target(model) if model else None


def get_target(catalog: Catalog, slug: str, *, is_for_module: bool) -> LayoutTarget:
    """Return what a layout of this model is for.

    Raises InvalidValueError where the catalogue has no such model, or it has no keys.
    """
    target = find_target(catalog, slug, is_for_module=is_for_module)
    if target is None:
        raise InvalidValueError("Choose a model from the list.", field="model_slug")
    if not target.keys:
        message = f"The {target.name} has no keys to lay out."
        raise InvalidValueError(message, field="model_slug")
    return target


def _phone_target(model: PhoneModel) -> LayoutTarget:
    return LayoutTarget(
        model=model,
        name=model.full_name,
        keys=model.line_keys,
        pages=model.pages,
        side_keys=model.side_keys,
        accounts=model.accounts,
    )


def _module_target(model: ModuleModel) -> LayoutTarget:
    vendor = model.vendor.label.removesuffix(" SPA")
    return LayoutTarget(
        model=model,
        name=f"{vendor} {model.name}",
        keys=model.keys,
        pages=model.pages,
        accounts=None,
    )
