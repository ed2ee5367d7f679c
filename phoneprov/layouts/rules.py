"""From rules to the keys of one phone. Pure: same values, same keys.

What is assigned by hand stays and is gone around. Whoever has a key of the same kind already, by
hand or by an earlier rule, gets no second one: so a rule on a module goes on where one on the phone
ended.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from phoneprov.layouts.resolve import (
    KeySet,
    Line,
    PhoneFacts,
    ResolvedKeys,
    StoredButton,
    resolve_keys,
)
from phoneprov.layouts.rule_values import RuleOrder, StoredRule, name_some
from phoneprov.vendors.config import ButtonKind

_Same = tuple[ButtonKind, int | str]
"""What makes two keys the same: what they do, and the extension, number or slot they do it to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """What a rule has no key for on this phone."""

    rule: StoredRule
    on: str
    """The name of the key set that the rule belongs to."""
    no_room: tuple[str, ...] = ()
    """In words, what found no key."""
    beyond_limit: tuple[str, ...] = ()
    """In words, what the rule's own limit leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Key sets with buttons in the place of their rules, and what has no key."""

    sets: tuple[KeySet, ...]
    left_over: tuple[LeftOver, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What found no key, in sentences; what a limit leaves out was meant so."""
        return tuple(
            f"{one.on} {one.rule.keys}: {one.rule.words}: no key is left for "
            f"{name_some(one.no_room)}."
            for one in self.left_over
            if one.no_room
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One key that a rule wants."""

    value: str
    words: str
    extension_id: int | None = None

    def same(self, kind: ButtonKind) -> set[_Same]:
        """Return what a key that does the same already would be."""
        by_id = {(kind, self.extension_id)} if self.extension_id is not None else set()
        return {(kind, self.value)} | by_id


def resolve_with_rules(facts: PhoneFacts, key_sets: Sequence[KeySet]) -> ResolvedKeys:
    """Return the buttons of a phone, those of rules among them; see `resolve_keys`."""
    if not any(keys.rules for keys in key_sets):
        return resolve_keys(facts, key_sets)
    expansion = expand_rules(facts, key_sets)
    resolved = resolve_keys(facts, expansion.sets)
    return replace(resolved, notes=(*resolved.notes, *expansion.notes))


def expand_rules(facts: PhoneFacts, key_sets: Sequence[KeySet]) -> Expansion:
    """Return the key sets of a phone, in order of attachment, with their rules carried out.

    First each rule fills its own range, set by set; what then has no key goes on to the free keys
    of the sets behind, where the rule says so.
    """
    filling = _Filling(facts, key_sets)
    rests = [
        (index, rule, *filling.fill(index, rule))
        for index, keys in enumerate(key_sets)
        for rule in sorted(keys.rules, key=lambda one: one.first_key)
    ]
    left_over = [
        LeftOver(
            rule=rule,
            on=key_sets[index].name,
            no_room=_words(filling.go_on(index, rule, rest)),
            beyond_limit=_words(beyond),
        )
        for index, rule, rest, beyond in rests
    ]
    return Expansion(
        sets=filling.sets(), left_over=tuple(one for one in left_over if _is_anything(one))
    )


class _Filling:
    """The keys of one phone while rules fill them."""

    def __init__(self, facts: PhoneFacts, key_sets: Sequence[KeySet]) -> None:
        self._facts = facts
        self._key_sets = key_sets
        self._taken = [{one.position for one in keys.buttons} for keys in key_sets]
        self._made: list[list[StoredButton]] = [[] for _ in key_sets]
        self._there: set[_Same] = {_same(one) for keys in key_sets for one in keys.buttons}

    def sets(self) -> tuple[KeySet, ...]:
        """Return the key sets as they are filled now."""
        return tuple(
            replace(
                keys, buttons=sorted((*keys.buttons, *made), key=lambda one: one.position), rules=()
            )
            for keys, made in zip(self._key_sets, self._made, strict=True)
        )

    def fill(self, index: int, rule: StoredRule) -> tuple[list[_Wanted], list[_Wanted]]:
        """Fill the rule's own range; return what has no key there, and what is over its limit."""
        wanted = self._without_those_there(rule, self._want(rule))
        most = len(wanted) if rule.most is None else rule.most
        keys = range(rule.first_key, rule.last_key + 1)
        return self._place(index, keys, rule, wanted[:most]), wanted[most:]

    def go_on(self, index: int, rule: StoredRule, rest: list[_Wanted]) -> list[_Wanted]:
        """Put onto the sets behind what has no key yet; return what has none there either."""
        rest = self._without_those_there(rule, rest)
        if not rule.goes_on:
            return rest
        for behind in range(index + 1, len(self._key_sets)):
            target = self._key_sets[behind].target
            keys = range(1, target.keys + 1) if target else range(0)
            rest = self._place(behind, keys, rule, rest)
        return rest

    def _want(self, rule: StoredRule) -> list[_Wanted]:
        if not rule.is_for_people:
            return [_Wanted(value=slot, words=f"slot {slot}") for slot in self._facts.dialect.slots]
        own = self._facts.own
        members = self._facts.members.get(rule.group_key, ())
        return [
            _Wanted(value=one.number, words=one.label, extension_id=one.id)
            for one in sorted(members, key=_ORDERS[rule.order])
            if not (rule.leaves_out_own and own is not None and own.id == one.id)
        ]

    def _without_those_there(self, rule: StoredRule, wanted: Iterable[_Wanted]) -> list[_Wanted]:
        return [one for one in wanted if not one.same(rule.kind) & self._there]

    def _place(
        self, index: int, keys: Iterable[int], rule: StoredRule, wanted: list[_Wanted]
    ) -> list[_Wanted]:
        """Put what is wanted onto the free ones of these keys; return what is left."""
        free = (position for position in keys if self._is_free(index, position, rule.kind))
        placed = list(zip(wanted, free, strict=False))
        for one, position in placed:
            button = StoredButton(
                position=position,
                kind=rule.kind,
                value=one.value,
                label=rule.label,
                extension_id=one.extension_id,
                rule_id=rule.id,
            )
            self._made[index].append(button)
            self._taken[index].add(position)
            self._there |= one.same(rule.kind)
        return wanted[len(placed) :]

    def _is_free(self, index: int, position: int, kind: ButtonKind) -> bool:
        """Tell whether nothing is on a key yet, and the key can be what the rule wants."""
        target = self._key_sets[index].target
        if target is None or position in self._taken[index]:
            return False
        return target.why_not(position, kind, has_value=True) is None


def sort_name(text: str) -> str:
    """Return what a name is sorted by: without case and accents, so that Ärzte comes before B."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one))


def _by_number(line: Line) -> tuple[int, str, int]:
    return len(line.number), line.number, line.id


def _by_name(line: Line) -> tuple[str, int, str, int]:
    return sort_name(line.label), *_by_number(line)


_ORDERS: dict[RuleOrder, Callable[[Line], tuple[str | int, ...]]] = {
    RuleOrder.NAME: _by_name,
    RuleOrder.NUMBER: _by_number,
}


def _same(button: StoredButton) -> _Same:
    """Return what a button is; the number of one that points at an extension may be an old one."""
    target = button.value if button.extension_id is None else button.extension_id
    return button.kind, target


def _words(wanted: Iterable[_Wanted]) -> tuple[str, ...]:
    return tuple(one.words for one in wanted)


def _is_anything(one: LeftOver) -> bool:
    return bool(one.no_room or one.beyond_limit)
