"""What each key of one phone does: as the phone is told it, and why where it does nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_models import ON_PHONE
from phoneprov.layouts.resolve import KeySet, PhoneFacts, StoredButton, resolve_keys
from phoneprov.layouts.rules import expand_rules
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.provisioning.keys import PhoneKeys, list_key_sets, read_facts
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
    facts = read_facts(catalog, phone, keys, dialect)
    key_sets = expand_rules(facts, list_key_sets(catalog, phone, keys)).sets
    resolved = resolve_keys(facts, key_sets)
    labels = _line_labels(phone, facts, resolved.lines)
    most = {fit.module: fit.at_most for fit in catalog.get_model(phone.model_slug).modules}
    found = []
    for number, key_set in enumerate(key_sets):
        target = key_set.target
        if target is None:
            continue
        is_surplus = number > most.get(target.model.slug, 0) and number != ON_PHONE
        told = {one.position: one for one in resolved.sets[number]}
        read = _read(target, key_set, told, resolved.left_out[number], labels)
        found.append(
            ToldSet(
                module=number,
                target=target,
                keys={one.position: one for one in read},
                reason="The phone takes no such module there." if is_surplus else "",
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


def _line_labels(phone: Phone, facts: PhoneFacts, lines: tuple[int, ...]) -> dict[int, str]:
    """Return the labels of the phone's accounts by number."""
    own = phone.extension
    first = phone.display_name or (own.name or own.number if own else "")
    further = {number: facts.extensions[line].label for number, line in enumerate(lines, start=2)}
    return {1: first, **further}
