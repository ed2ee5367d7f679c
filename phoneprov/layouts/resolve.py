"""From stored buttons to what one phone is told. Pure: same values, same buttons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from phoneprov.layouts.rule_values import StoredRule
from phoneprov.layouts.targets import LayoutTarget
from phoneprov.layouts.variables import fill
from phoneprov.pbx.dialects.dialect import Dialect, Feature
from phoneprov.pbx.dialects.typed import feature_label
from phoneprov.vendors.config import Button, ButtonKind

_FEATURES = {feature.value for feature in Feature}


class Line(NamedTuple):
    """An extension as buttons see it: a tuple, because a tenant may have thousands."""

    id: int
    number: str
    name: str = ""

    @property
    def label(self) -> str:
        """What stands beside its key: its name, else its number."""
        return self.name or self.number


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredButton:
    """A button as it is kept."""

    position: int
    kind: ButtonKind
    value: str = ""
    label: str = ""
    extension_id: int | None = None
    rule_id: int | None = None
    """Of the rule that made it; None for one that was assigned by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeySet:
    """The buttons of one layout; `name` says whose they are in notes."""

    buttons: Sequence[StoredButton] = ()
    leaves_out_own: bool = True
    name: str = "Key"
    rules: Sequence[StoredRule] = ()
    """What fills its free keys, in order; layouts.rules makes buttons of them."""
    target: LayoutTarget | None = None
    """Whose keys they are; rules fill none where it is not known."""
    own: Mapping[int, StoredButton | None] = field(default_factory=dict)
    """By position, what this phone has of its own instead; None: the key is empty here."""
    locked: frozenset[int] = frozenset()
    """Positions where the layout's button counts, whatever the phone has of its own."""
    is_phone: bool = False
    """Whether these are the keys of the phone itself; without a layout they are its lines."""

    @property
    def in_force(self) -> Mapping[int, StoredButton | None]:
        """What the phone has of its own on keys that are not locked."""
        return {key: one for key, one in self.own.items() if key not in self.locked}

    def lay_own_over(self, buttons: Sequence[StoredButton]) -> Sequence[StoredButton]:
        """Return the layout's buttons with the phone's own ones in their place.

        The line that a phone without any button shows stays beside own keys.
        """
        own = self.in_force
        if not own:
            return buttons
        first = [StoredButton(position=1, kind=ButtonKind.LINE)] if self.is_phone else []
        below = [one for one in buttons or first if one.position not in own]
        return [*below, *(one for one in own.values() if one is not None)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFacts:
    """What buttons may depend on."""

    own: Line | None
    """The extension it registers as; None for none."""
    tenant: str
    phone: str
    """What people call the phone."""
    accounts: int
    """SIP accounts its model can register."""
    dialect: Dialect
    extensions: Mapping[int, Line] = field(default_factory=dict)
    """Those of its tenant that the buttons point at."""
    members: Mapping[str, Sequence[Line]] = field(default_factory=dict)
    """Who is in each group that a rule names, by the group's key; under "" everyone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedKeys:
    """What becomes of the layouts of one phone."""

    sets: tuple[tuple[Button, ...], ...]
    """The buttons of each key set, in the order the sets were given."""
    lines: tuple[int, ...] = ()
    """Extensions of the accounts after the first; the first of them is account 2."""
    notes: tuple[str, ...] = ()
    """Why a key that is assigned does nothing on this phone."""
    left_out: tuple[Mapping[int, str], ...] = ()
    """For each key set, the same reasons by position; empty where that is on purpose."""


def resolve_keys(facts: PhoneFacts, key_sets: Iterable[KeySet]) -> ResolvedKeys:
    """Return the buttons of a phone and the further accounts they need.

    Accounts are numbered in the order of their keys, over all key sets.
    """
    resolving = _Resolving(facts)
    sets = tuple(resolving.resolve(keys) for keys in key_sets)
    return ResolvedKeys(
        sets=sets,
        lines=tuple(resolving.lines),
        notes=tuple(resolving.notes),
        left_out=tuple(resolving.left_out),
    )


def preview_label(facts: PhoneFacts, stored: StoredButton) -> str:
    """Return the label of a key, also of one that would do nothing on this phone."""
    return _Resolving(facts).label(stored, facts.extensions.get(stored.extension_id or 0))


class _LeftOutError(Exception):
    """A key does nothing on this phone; the message says why, or is empty for on purpose."""


class _Resolving:
    """One phone's keys, with the accounts that have been handed out so far."""

    def __init__(self, facts: PhoneFacts) -> None:
        self._facts = facts
        self._values = {
            "extension": facts.own.number if facts.own else "",
            "name": facts.own.label if facts.own else "",
            "tenant": facts.tenant,
            "phone": facts.phone,
        }
        self.lines: list[int] = []
        self.notes: list[str] = []
        self.left_out: list[Mapping[int, str]] = []

    def resolve(self, keys: KeySet) -> tuple[Button, ...]:
        """Return the buttons of one layout, without those that do nothing here."""
        found = []
        left_out: dict[int, str] = {}
        self.left_out.append(left_out)
        for stored in sorted(keys.lay_own_over(keys.buttons), key=lambda one: one.position):
            try:
                found.append(self._button(stored, keys))
            except _LeftOutError as reason:
                left_out[stored.position] = str(reason)
                if str(reason):
                    self.notes.append(f"{keys.name} {stored.position}: {reason}")
        return tuple(found)

    def _button(self, stored: StoredButton, keys: KeySet) -> Button:
        target = self._facts.extensions.get(stored.extension_id or 0)
        account, value = 1, ""
        if stored.kind is ButtonKind.LINE:
            account = self._account(stored, target)
        elif stored.kind is ButtonKind.BLF:
            is_asked = stored.rule_id is not None or stored.position in keys.in_force
            leaves_out_own = keys.leaves_out_own and not is_asked
            value = self._watched(stored, target, leaves_out_own=leaves_out_own)
        else:
            value = self._dialled(stored, target)
        return Button(
            position=stored.position,
            kind=stored.kind,
            value=value,
            label=self.label(stored, target),
            account=account,
        )

    def _account(self, stored: StoredButton, target: Line | None) -> int:
        """Return the number of the account of a line key, a new one where it needs one."""
        own = self._facts.own
        if target is None:
            if stored.value:
                raise _LeftOutError(f"there is no extension {stored.value} any more.")
            return 1
        if own is not None and target.id == own.id:
            return 1
        if target.id not in self.lines:
            if len(self.lines) + 1 >= self._facts.accounts:
                most = self._facts.accounts
                message = f"no account is left for {target.number}; the model has {most}."
                raise _LeftOutError(message)
            self.lines.append(target.id)
        return self.lines.index(target.id) + 2

    def _watched(self, stored: StoredButton, target: Line | None, *, leaves_out_own: bool) -> str:
        number = target.number if target else self._filled(stored.value)
        own = self._facts.own
        if own is not None and leaves_out_own and number == own.number:
            raise _LeftOutError
        if not number:
            raise _LeftOutError("it watches no extension.")
        return number

    def _dialled(self, stored: StoredButton, target: Line | None) -> str:
        dialect = self._facts.dialect
        value = self._filled(stored.value)
        if stored.kind is ButtonKind.PARK:
            return _or_left_out(dialect.park(value), "this PBX has no code to park a call.")
        if stored.kind is ButtonKind.PARK_RETRIEVE:
            return dialect.retrieve(value)
        if stored.kind is ButtonKind.FEATURE_CODE:
            return self._filled(_code(dialect, stored.value))
        if stored.kind is ButtonKind.CUSTOM:
            return value
        if target is not None:
            return target.number
        return dialect.dial(value)

    def label(self, stored: StoredButton, target: Line | None) -> str:
        """Return the label: what was typed, with its variables, else what fits the kind.

        On a key that points at an extension `{extension}` and `{name}` are that one's.
        """
        values = dict(self._values)
        if target is not None:
            values |= {"extension": target.number, "name": target.label}
        return fill(stored.label, values).strip() or _usual_label(stored, target, values)

    def _filled(self, text: str) -> str:
        return fill(text, self._values).strip()


def _or_left_out(dialled: str, reason: str) -> str:
    if not dialled:
        raise _LeftOutError(reason)
    return dialled


def _code(dialect: Dialect, feature: str) -> str:
    """Return the code of a feature, or what was typed where it is a code itself."""
    known = dialect.find_code(feature)
    if known is not None:
        return known
    if feature in _FEATURES or not any(one.isdigit() or one in "*#" for one in feature):
        raise _LeftOutError(f"this PBX has no code for {feature_label(feature)}.")
    return feature


def _usual_label(stored: StoredButton, target: Line | None, values: Mapping[str, str]) -> str:
    """Return the label of a key that was given none."""
    if target is not None:
        return target.label
    value = fill(stored.value, values).strip()
    usual = {
        ButtonKind.LINE: "",
        ButtonKind.PARK: f"Park {value}".strip(),
        ButtonKind.PARK_RETRIEVE: f"Slot {value}",
        ButtonKind.CONFERENCE: "Conference",
        ButtonKind.FEATURE_CODE: feature_label(value),
    }
    return usual.get(stored.kind, value)
