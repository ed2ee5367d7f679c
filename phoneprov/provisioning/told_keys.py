"""What each key of one phone does: as the phone is told it, and why where it does nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_models import ON_PHONE
from phoneprov.layouts.resolve import KeySet, StoredButton
from phoneprov.layouts.targets import LayoutTarget, find_target
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.provisioning.keys import PhoneKeys, resolve_phone
from phoneprov.vendors.config import Button, ButtonKind
from phoneprov.vendors.key_rules import find_refusal

ONLY_LINE = "No other key does anything, so the phone shows its line here."
OWN_EXTENSION = "It would watch this phone's own extension; the layout leaves that out."


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldKey:
    """One key of a phone."""

    position: int
    button: Button | None = None
    """What it does; the label is in full. None: nothing."""
    assigned: StoredButton | None = None
    """What the layout or the phone's own key says; None: nothing, and so on purpose."""
    in_layout: StoredButton | None = None
    """What the layout says, also where the phone differs; None: nothing."""
    own: StoredButton | None = None
    """The phone's own button, also where a lock overrides it."""
    is_own: bool = False
    """Whether the phone differs here, with `own` or by being empty."""
    is_locked: bool = False
    reason: str = ""
    """Why it does nothing though it is assigned, or what else is to be known."""

    @property
    def is_meant(self) -> bool:
        """Whether the reason is none to worry about."""
        return self.reason in {OWN_EXTENSION, ONLY_LINE}

    @property
    def is_overridden(self) -> bool:
        """Whether the phone has an own key here that a lock puts aside."""
        return self.is_own and self.is_locked


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSet:
    """The keys of the phone itself, or of one of its modules."""

    module: int
    """Number of the module; 0: the phone itself."""
    target: LayoutTarget
    keys: Mapping[int, ToldKey] = field(default_factory=dict)
    """By position; one that is missing is empty."""
    reason: str = ""
    """Why none of its keys does anything."""
    leaves_out_own: bool = True

    @property
    def own_keys(self) -> int:
        """In how many keys the phone differs from the layout."""
        return sum(key.is_own for key in self.keys.values())


def read_told_keys(
    catalog: Catalog, phone: Phone, keys: PhoneKeys, dialect: Dialect
) -> list[ToldSet]:
    """Return the phone's keys and then those of its modules, in the order of attachment.

    The phone's extension and tenant have to be loaded. A model or module that the catalogue has
    no more is left out.
    """
    resolved = resolve_phone(catalog, phone, keys, dialect)
    slugs = [phone.model_slug, *(slug for slug, _ in keys.modules)]
    key_sets = [keys.phone, *(key_set for _, key_set in keys.modules)]
    labels = _line_labels(phone, keys, resolved.lines)
    most = {fit.module: fit.at_most for fit in catalog.get_model(phone.model_slug).modules}
    found = []
    for number, (slug, key_set) in enumerate(zip(slugs, key_sets, strict=True)):
        target = find_target(catalog, slug, is_for_module=number != ON_PHONE)
        if target is None:
            continue
        is_surplus = number > most.get(slug, 0) and number != ON_PHONE
        told = {one.position: one for one in resolved.sets[number]}
        found.append(
            ToldSet(
                module=number,
                target=target,
                keys={
                    one.position: one
                    for one in _read(target, key_set, told, resolved.left_out[number], labels)
                },
                reason="The phone takes no such module there." if is_surplus else "",
                leaves_out_own=key_set.leaves_out_own,
            )
        )
    return found


def _read(
    target: LayoutTarget,
    keys: KeySet,
    told: Mapping[int, Button],
    left_out: Mapping[int, str],
    labels: Mapping[int, str],
) -> Iterator[ToldKey]:
    assigned = {one.position: one for one in keys.lay_own_over(keys.buttons)}
    in_layout = {one.position: one for one in keys.buttons}
    shows_line = keys.is_phone and not told
    if shows_line:
        told = {1: Button(position=1, kind=ButtonKind.LINE)}
    for position in sorted({*assigned, *told, *keys.own, *keys.locked}):
        button = told.get(position)
        reason = left_out.get(position, "")
        if position in left_out and not reason:
            reason = OWN_EXTENSION
        if button is not None:
            refusal = find_refusal(target.model, button)
            reason = refusal or (ONLY_LINE if shows_line and position in keys.own else reason)
            button = None if refusal else _named(button, labels)
        yield ToldKey(
            position=position,
            button=button,
            assigned=assigned.get(position),
            in_layout=in_layout.get(position),
            own=keys.own.get(position),
            is_own=position in keys.own,
            is_locked=position in keys.locked,
            reason=reason,
        )


def _named(button: Button, labels: Mapping[int, str]) -> Button:
    """Return the button with what the phone shows beside it: a line key the account's label."""
    if button.label or button.kind is not ButtonKind.LINE:
        return button
    return Button(
        position=button.position,
        kind=button.kind,
        value=button.value,
        label=labels.get(button.account, ""),
        account=button.account,
    )


def _line_labels(phone: Phone, keys: PhoneKeys, lines: tuple[int, ...]) -> dict[int, str]:
    """Return the labels of the phone's accounts by number."""
    own = phone.extension
    first = phone.display_name or (own.name or own.number if own else "")
    further = {number: keys.extensions[line].label for number, line in enumerate(lines, start=2)}
    return {1: first, **further}
