"""From rules to keys: who comes where on one phone, and what has no key."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import KeyRule
from phoneprov.layouts.resolve import KeySet, Line, PhoneFacts, StoredButton
from phoneprov.layouts.rule_values import RuleOrder, StoredRule
from phoneprov.layouts.rules import Expansion, expand_rules, resolve_with_rules
from phoneprov.layouts.targets import LayoutTarget, get_target
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.vendors.config import ButtonKind

CATALOG = load_catalog()
PHONE = get_target(CATALOG, "yealink-t46u", is_for_module=False)
MODULE = get_target(CATALOG, "yealink-exp43", is_for_module=True)
ANNA = Line(id=1, number="204", name="Anna Berg")
BEN = Line(id=2, number="203", name="ben Koch")
AENNE = Line(id=3, number="1000", name="Änne Zorn")
DOOR = Line(id=4, number="90")
ALL = (BEN, DOOR, AENNE, ANNA)
FACTS = PhoneFacts(
    own=ANNA,
    tenant="Acme",
    phone="Reception",
    accounts=3,
    dialect=get_dialect("asterisk"),
    extensions={one.id: one for one in ALL},
    members={"": ALL, "sales": (BEN, ANNA)},
)
BLF = ButtonKind.BLF


def rule(first: int, last: int, **fields: object) -> StoredRule:
    plain: dict[str, object] = {"kind": BLF, "leaves_out_own": False}
    return StoredRule(**(plain | fields), first_key=first, last_key=last)  # type: ignore[arg-type]


def hand(position: int, kind: str = "custom", value: str = "1", **fields: object) -> StoredButton:
    return StoredButton(position=position, kind=ButtonKind(kind), value=value, **fields)  # type: ignore[arg-type]


def keys(
    *rules: StoredRule,
    by_hand: tuple[StoredButton, ...] = (),
    target: LayoutTarget | None = PHONE,
    name: str = "Key",
) -> KeySet:
    return KeySet(buttons=by_hand, rules=rules, target=target, name=name)


def values(expansion: Expansion, at: int = 0) -> dict[int, str]:
    """What the keys that rules made are about, by position."""
    return {
        one.position: one.value for one in expansion.sets[at].buttons if one.rule_id is not None
    }


def left(expansion: Expansion) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    return [(one.no_room, one.beyond_limit) for one in expansion.left_over]


def test_everyone_comes_by_name_without_case_and_accents() -> None:
    expansion = expand_rules(FACTS, [keys(rule(3, 9))])
    assert values(expansion) == {3: "90", 4: "204", 5: "1000", 6: "203"}
    assert left(expansion) == []


def test_by_number_a_short_one_comes_first() -> None:
    expansion = expand_rules(FACTS, [keys(rule(1, 9, order=RuleOrder.NUMBER))])
    assert list(values(expansion).values()) == ["90", "203", "204", "1000"]


def test_a_group_is_only_those_in_it() -> None:
    expansion = expand_rules(FACTS, [keys(rule(1, 9, group_name="Sales", group_key="sales"))])
    assert values(expansion) == {1: "204", 2: "203"}
    gone = expand_rules(FACTS, [keys(rule(1, 9, group_name="Gone", group_key="gone"))])
    assert (values(gone), left(gone)) == ({}, [])


def test_the_phones_own_extension_is_left_out_and_leaves_no_gap() -> None:
    expansion = expand_rules(FACTS, [keys(rule(1, 9, leaves_out_own=True))])
    assert values(expansion) == {1: "90", 2: "1000", 3: "203"}
    nobody = expand_rules(replace(FACTS, own=None), [keys(rule(1, 9, leaves_out_own=True))])
    assert len(values(nobody)) == 4


def test_what_a_rule_wants_of_the_own_extension_outweighs_the_layouts_switch() -> None:
    """The layout's switch is about lamps that were put there one by one."""
    resolved = resolve_with_rules(FACTS, [keys(rule(1, 9))])
    assert "204" in [button.value for button in resolved.sets[0]]


def test_keys_assigned_by_hand_win_and_are_gone_around() -> None:
    by_hand = (hand(2), hand(3, "line", ""))
    expansion = expand_rules(FACTS, [keys(rule(1, 5), by_hand=by_hand)])
    assert values(expansion) == {1: "90", 4: "204", 5: "1000"}
    assert left(expansion) == [(("ben Koch",), ())]
    assert set(by_hand) <= set(expansion.sets[0].buttons)


def test_who_has_such_a_key_already_gets_no_second_one() -> None:
    """Of the same kind: a speed dial is no lamp."""
    by_hand = (hand(20, "blf", "203", extension_id=BEN.id), hand(21, "blf", "90"))
    expansion = expand_rules(FACTS, [keys(rule(1, 9), by_hand=by_hand)])
    assert values(expansion) == {1: "204", 2: "1000"}
    dials = rule(1, 9, kind=ButtonKind.SPEED_DIAL)
    assert len(values(expand_rules(FACTS, [keys(dials, by_hand=by_hand)]))) == 4


def test_an_old_number_on_a_key_keeps_nobody_else_away() -> None:
    """Ben was 90 when his key was made; the door has that number now."""
    by_hand = (hand(20, "blf", "90", extension_id=BEN.id),)
    assert "90" in values(expand_rules(FACTS, [keys(rule(1, 9), by_hand=by_hand)])).values()


def test_a_limit_leaves_out_on_purpose() -> None:
    expansion = expand_rules(FACTS, [keys(rule(1, 9, most=2))])
    assert values(expansion) == {1: "90", 2: "204"}
    assert left(expansion) == [((), ("Änne Zorn", "ben Koch"))]
    assert expansion.notes == ()


def test_what_has_no_key_is_named() -> None:
    resolved = resolve_with_rules(FACTS, [keys(rule(8, 9))])
    assert resolved.notes == ("Key 8–9: BLF for everyone: no key is left for Änne Zorn, ben Koch.",)


def test_the_rest_goes_on_to_the_modules_in_their_order() -> None:
    sets = [
        keys(rule(1, 1, goes_on=True), by_hand=()),
        keys(by_hand=tuple(hand(one) for one in range(2, 61)), target=MODULE, name="Module 1, key"),
        keys(target=MODULE, name="Module 2, key"),
    ]
    expansion = expand_rules(FACTS, sets)
    assert [values(expansion, at) for at in range(3)] == [
        {1: "90"},
        {1: "204"},
        {1: "1000", 2: "203"},
    ]
    assert left(expansion) == []
    stays = expand_rules(FACTS, [keys(rule(1, 1)), *sets[1:]])
    assert (values(stays, 1), len(left(stays))) == ({}, 1)


def test_a_modules_own_rules_come_before_what_comes_from_the_phone() -> None:
    """And who has a lamp there needs none of those keys."""
    sets = [
        keys(rule(1, 1, goes_on=True)),
        keys(rule(1, 2, group_name="Sales", group_key="sales"), target=MODULE),
    ]
    expansion = expand_rules(FACTS, sets)
    assert values(expansion, 1) == {1: "204", 2: "203", 3: "1000"}


def test_two_rules_may_share_a_range() -> None:
    """The second goes on where the first ended."""
    sales = rule(1, 9, group_name="Sales", group_key="sales")
    expansion = expand_rules(FACTS, [keys(sales, rule(1, 9))])
    assert list(values(expansion).values()) == ["204", "203", "90", "1000"]


def test_park_slots_come_as_the_pbx_has_them() -> None:
    slots = rule(4, 7, kind=ButtonKind.PARK_RETRIEVE)
    by_hand = (hand(20, "park_retrieve", "72"),)
    expansion = expand_rules(FACTS, [keys(slots, by_hand=by_hand)])
    assert list(values(expansion).values()) == ["71", "73", "74", "75"]
    assert left(expand_rules(FACTS, [keys(slots)])) == [(("slot 75",), ())]


def test_labels_follow_each_ones_name_and_number() -> None:
    resolved = resolve_with_rules(
        FACTS, [keys(rule(1, 9, label="{extension} {name}", group_key="sales"))]
    )
    assert [one.label for one in resolved.sets[0]] == ["204 Anna Berg", "203 ben Koch"]
    plain = resolve_with_rules(FACTS, [keys(rule(1, 9))])
    assert [one.label for one in plain.sets[0]] == ["90", "Anna Berg", "Änne Zorn", "ben Koch"]


def test_a_key_that_can_not_be_it_is_passed_over() -> None:
    """A range may also end beyond the keys of the model."""
    no_lamp = KeyRule(reason="No lamp.", kinds=frozenset({BLF}), positions=frozenset({1}))
    target = replace(PHONE, model=replace(PHONE.model, key_rules=(no_lamp,)))
    expansion = expand_rules(FACTS, [keys(rule(1, 3), target=target)])
    assert list(values(expansion)) == [2, 3]
    beyond = expand_rules(FACTS, [keys(rule(27, 40))])
    assert list(values(beyond)) == [27]


def test_without_a_known_model_a_rule_fills_nothing() -> None:
    assert values(expand_rules(FACTS, [keys(rule(1, 9), target=None)])) == {}


def test_without_rules_nothing_is_touched() -> None:
    sets = [keys(by_hand=(hand(2),))]
    assert resolve_with_rules(FACTS, sets).sets[0][0].position == 2


LINES = st.builds(
    Line,
    id=st.integers(1, 40),
    number=st.text("0123456789", min_size=1, max_size=4),
    name=st.text("aäbBÉ ", max_size=3),
)
PEOPLE = st.lists(LINES, max_size=30, unique_by=(lambda one: one.id, lambda one: one.number))
RULES = st.lists(
    st.builds(
        lambda first, length, **fields: rule(first, first + length, **fields),
        st.integers(1, 30),
        st.integers(0, 20),
        kind=st.sampled_from([BLF, ButtonKind.SPEED_DIAL, ButtonKind.PARK_RETRIEVE]),
        order=st.sampled_from(RuleOrder),
        group_key=st.sampled_from(["", "even"]),
        leaves_out_own=st.booleans(),
        goes_on=st.booleans(),
        most=st.none() | st.integers(1, 20),
        id=st.integers(1, 99),
    ),
    max_size=4,
)
BY_HAND = st.lists(
    st.builds(
        hand,
        st.integers(1, 27),
        st.sampled_from(["custom", "blf"]),
        st.text("0123456789", min_size=1, max_size=3),
    ),
    max_size=10,
    unique_by=lambda one: one.position,
).map(tuple)


@given(PEOPLE, RULES, RULES, BY_HAND, BY_HAND, st.randoms())
def test_whatever_the_rules_are(
    people: list[Line],
    on_phone: list[StoredRule],
    on_module: list[StoredRule],
    phone_hand: tuple[StoredButton, ...],
    module_hand: tuple[StoredButton, ...],
    random: object,
) -> None:
    """No key twice, hand-made ones untouched, nobody twice, always the same."""
    own = people[0] if people else None
    even = [one for one in people if one.id % 2 == 0]
    facts = replace(
        FACTS,
        own=own,
        extensions={one.id: one for one in people},
        members={"": people, "even": even},
    )
    sets = [
        keys(*on_phone, by_hand=phone_hand),
        keys(*on_module, by_hand=module_hand, target=MODULE),
    ]
    expansion = expand_rules(facts, sets)
    made = []
    for before, after in zip(sets, expansion.sets, strict=True):
        positions = [one.position for one in after.buttons]
        assert len(positions) == len(set(positions))
        assert {one for one in after.buttons if one.rule_id is None} == set(before.buttons)
        assert before.target is not None
        new = [one for one in after.buttons if one.rule_id is not None]
        assert all(1 <= one.position <= before.target.keys for one in new)
        made += new
    assert len({(one.kind, one.value) for one in made}) == len(made)
    watching = [one for one in made if own is not None and one.extension_id == own.id]
    rules = [*on_phone, *on_module]
    if all(one.leaves_out_own for one in rules):
        assert watching == []
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    evens = [one for one in shuffled if one.id % 2 == 0]
    again = replace(facts, members={"": shuffled, "even": evens})
    assert expand_rules(again, sets) == expansion
