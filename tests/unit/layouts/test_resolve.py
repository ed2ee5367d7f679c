"""What a stored button becomes on one phone (R32–R39, R101–R108)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.layouts.resolve import (
    KeySet,
    Line,
    PhoneFacts,
    ResolvedKeys,
    StoredButton,
    resolve_keys,
)
from phoneprov.layouts.variables import check_variables, fill, has_variable
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.vendors.config import Button, ButtonKind

ANNA = Line(id=1, number="201", name="Anna Berg")
BEN = Line(id=2, number="202", name="Ben Koch")
DOOR = Line(id=3, number="900")
FACTS = PhoneFacts(
    own=ANNA,
    tenant="Acme",
    phone="Reception",
    accounts=3,
    dialect=replace(get_dialect("asterisk"), outside_prefix="0", international_prefix="00"),
    extensions={one.id: one for one in (ANNA, BEN, DOOR)},
)


def stored(kind: str, value: str = "", label: str = "", **fields: object) -> StoredButton:
    plain: dict[str, object] = {"position": 1, "kind": ButtonKind(kind)}
    return StoredButton(**(plain | fields), value=value, label=label)  # type: ignore[arg-type]


def resolve(*buttons: StoredButton, facts: PhoneFacts = FACTS) -> ResolvedKeys:
    return resolve_keys(facts, [KeySet(buttons=buttons)])


def only(button: StoredButton, facts: PhoneFacts = FACTS) -> Button:
    ((found,),) = resolve(button, facts=facts).sets
    return found


def note(button: StoredButton, facts: PhoneFacts = FACTS) -> str:
    resolved = resolve(button, facts=facts)
    assert resolved.sets == ((),)
    return " ".join(resolved.notes)


def test_a_line_key_is_the_phones_own_line() -> None:
    """R32: its label is the account's unless it has one."""
    assert only(stored("line")) == Button(position=1, kind=ButtonKind.LINE, account=1)
    assert only(stored("line", label="Sales")).label == "Sales"
    assert only(stored("line", "201", extension_id=1)).account == 1


def test_a_line_key_of_another_extension_needs_an_account() -> None:
    """R101: numbered in the order of the keys, once for each extension."""
    resolved = resolve(
        stored("line", position=4, extension_id=3),
        stored("line", position=1),
        stored("line", position=2, extension_id=2),
        stored("line", position=3, extension_id=2),
    )
    assert [button.account for button in resolved.sets[0]] == [1, 2, 2, 3]
    assert resolved.lines == (2, 3)
    assert resolved.sets[0][1].label == "Ben Koch"


def test_accounts_count_over_all_layouts_of_the_phone() -> None:
    """A line on a module is an account of the phone."""
    resolved = resolve_keys(
        FACTS,
        [
            KeySet(buttons=[stored("line", extension_id=2)]),
            KeySet(buttons=[stored("line", extension_id=3)], name="Module 1, key"),
        ],
    )
    assert [[button.account for button in keys] for keys in resolved.sets] == [[2], [3]]


def test_a_line_more_than_the_model_has_accounts_is_left_out_and_said() -> None:
    facts = replace(FACTS, accounts=2)
    resolved = resolve(
        stored("line", extension_id=2), stored("line", position=2, extension_id=3), facts=facts
    )
    assert len(resolved.sets[0]) == 1
    assert resolved.notes == ("Key 2: no account is left for 900; the model has 2.",)


def test_a_line_key_of_a_deleted_extension_never_becomes_the_phones_own() -> None:
    assert note(stored("line", "204")) == "Key 1: there is no extension 204 any more."


def test_blf_watches_the_number_the_extension_has_now() -> None:
    """R33, R102: the label follows the extension's name."""
    button = only(stored("blf", "299", extension_id=2))
    assert (button.value, button.label, button.account) == ("202", "Ben Koch", 1)
    assert only(stored("blf", "900", extension_id=3)).label == "900"


def test_blf_may_watch_what_is_no_extension() -> None:
    assert (only(stored("blf", "*45600")).value, only(stored("blf", "*45600")).label) == (
        "*45600",
        "*45600",
    )


@pytest.mark.parametrize("button", [stored("blf", extension_id=1), stored("blf", "201")])
def test_blf_on_the_phones_own_extension_is_left_out_there(button: StoredButton) -> None:
    """Without a note: it is what the layout wants."""
    resolved = resolve(button)
    assert (resolved.sets, resolved.notes) == (((),), ())
    kept = resolve_keys(FACTS, [KeySet(buttons=[button], leaves_out_own=False)])
    assert kept.sets[0][0].value == "201"


def test_a_speed_dial_sends_what_the_pbx_dials() -> None:
    """R34, R103."""
    assert only(stored("speed_dial", "+49 (0)30 123-456")).value == "0004930123456"
    assert only(stored("speed_dial", "+49 (0)30 123-456")).label == "+49 (0)30 123-456"


def test_a_speed_dial_of_an_extension_follows_it_and_has_no_outside_prefix() -> None:
    long = BEN._replace(number="0800123")
    facts = replace(FACTS, extensions={2: long})
    button = only(stored("speed_dial", "0800", extension_id=2), facts)
    assert (button.value, button.label) == ("0800123", "Ben Koch")


def test_a_feature_by_name_dials_the_code_of_this_pbx() -> None:
    """R35, R104."""
    other = replace(FACTS, dialect=get_dialect("freeswitch"))
    assert only(stored("feature_code", "queue_pause")).value == "*46"
    assert only(stored("feature_code", "queue_pause"), other).value == "*24"
    assert only(stored("feature_code", "queue_pause")).label == "Queue pause"


def test_a_code_may_be_typed() -> None:
    assert only(stored("feature_code", "*88")).value == "*88"
    assert only(stored("feature_code", "park+*5901")).value == "park+*5901"
    assert only(stored("feature_code", "*21{extension}", "Forward")).value == "*21201"


@pytest.mark.parametrize("feature", ["queue_pause", "Gate"])
def test_a_feature_that_this_pbx_lacks_is_left_out_and_said(feature: str) -> None:
    facts = replace(FACTS, dialect=get_dialect("kamailio"))
    assert "this PBX has no code for" in note(stored("feature_code", feature), facts)


def test_park_uses_the_pbxs_choice_or_the_slot() -> None:
    """R36, R105."""
    fusion = replace(FACTS, dialect=get_dialect("freeswitch"))
    assert only(stored("park")) == Button(
        position=1, kind=ButtonKind.PARK, value="70", label="Park"
    )
    assert (only(stored("park", "72"), fusion).value, only(stored("park", "72"), fusion).label) == (
        "*5972",
        "Park 72",
    )


def test_park_without_slot_where_the_pbx_does_not_choose_is_left_out_and_said() -> None:
    facts = replace(FACTS, dialect=get_dialect("own"))
    assert note(stored("park"), facts) == "Key 1: this PBX has no code to park a call."


@pytest.mark.parametrize("slot", ["71", "72", "73", "74", "75"])
def test_park_retrieve_takes_the_call_of_its_slot(slot: str) -> None:
    """R37, R106."""
    fusion = replace(FACTS, dialect=get_dialect("freeswitch"))
    assert only(stored("park_retrieve", slot)).value == slot
    assert only(stored("park_retrieve", slot), fusion).value == f"park+*59{slot}"
    assert only(stored("park_retrieve", slot)).label == f"Slot {slot}"


def test_a_conference_key_starts_one_or_dials_a_room() -> None:
    """R38."""
    assert only(stored("conference")).value == ""
    assert only(stored("conference")).label == "Conference"
    assert only(stored("conference", "8 00")).value == "800"


def test_a_custom_key_dials_what_was_typed() -> None:
    """R39, R108: nothing is cleaned; only variables are filled in."""
    assert only(stored("custom", "*72,,+49 30 1#abc")).value == "*72,,+49 30 1#abc"
    assert only(stored("custom", "9{extension}#")).value == "9201#"


def test_variables_are_the_phones() -> None:
    button = only(stored("custom", "{extension}", "{name} {tenant} {phone} {extension}"))
    assert (button.value, button.label) == ("201", "Anna Berg Acme Reception 201")


def test_variables_of_a_key_that_points_at_an_extension_are_that_ones() -> None:
    label = "{name} ({extension}) {phone}"
    assert only(stored("blf", label=label, extension_id=2)).label == "Ben Koch (202) Reception"


def test_what_a_name_holds_is_no_variable() -> None:
    facts = replace(FACTS, own=ANNA._replace(name="{tenant}"))
    assert only(stored("custom", "1", "{name}"), facts).label == "{tenant}"


def test_a_label_that_comes_out_empty_is_the_usual_one() -> None:
    facts = replace(FACTS, own=None)
    assert only(stored("custom", "77", " {extension} "), facts).label == "77"


@pytest.mark.parametrize("text", ["{Name}", "{mac}", "x{extensions}y", "{}{x}"])
def test_an_unknown_variable_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError, match="There is no variable"):
        check_variables(text, field="label")


@pytest.mark.parametrize("text", ["{1}", "{", "}{", "{ name }", "{}", "{extension}{phone}"])
def test_other_braces_are_plain_text(text: str) -> None:
    check_variables(text, field="label")
    assert fill(text, {}) == text


def test_it_finds_a_variable() -> None:
    assert has_variable("a {tenant} b", "tenant")
    assert not has_variable("a tenant b {name}", "tenant")


@given(
    st.lists(
        st.builds(
            StoredButton,
            position=st.integers(1, 60),
            kind=st.sampled_from(ButtonKind),
            value=st.text(max_size=20),
            label=st.text(max_size=20),
            extension_id=st.sampled_from([None, 1, 2, 3, 99]),
        ),
        unique_by=lambda one: one.position,
    )
)
def test_it_takes_whatever_is_stored(buttons: list[StoredButton]) -> None:
    """Whatever the table holds, accounts stay within the model's and positions are kept."""
    resolved = resolve(*buttons)
    (keys,) = resolved.sets
    assert [one.position for one in keys] == sorted({one.position for one in keys})
    assert {one.position for one in keys} <= {one.position for one in buttons}
    assert all(1 <= one.account <= FACTS.accounts for one in keys)
    assert len(set(resolved.lines)) == len(resolved.lines) <= FACTS.accounts - 1
    assert ANNA.id not in resolved.lines
    assert resolve(*reversed(buttons)) == resolved


def own(position: int, kind: ButtonKind | None, value: str = "") -> dict[int, StoredButton | None]:
    button = StoredButton(position=position, kind=kind, value=value) if kind else None
    return {position: button}


OF_LAYOUT = (
    StoredButton(position=1, kind=ButtonKind.LINE),
    StoredButton(position=2, kind=ButtonKind.CUSTOM, value="2"),
)


def told_with(keys: KeySet) -> dict[int, str]:
    (buttons,) = resolve_keys(FACTS, [keys]).sets
    return {one.position: one.value for one in buttons}


def test_own_keys_lie_over_those_of_the_layout() -> None:
    """Instead of a button, on an empty key, and empty where the layout has a button."""
    keys = KeySet(buttons=OF_LAYOUT, own=own(2, ButtonKind.CUSTOM, "22"))
    assert told_with(keys) == {1: "", 2: "22"}
    assert told_with(replace(keys, own=own(9, ButtonKind.CUSTOM, "9"))) == {1: "", 2: "2", 9: "9"}
    assert told_with(replace(keys, own=own(2, None))) == {1: ""}


def test_a_lock_lets_the_layout_count() -> None:
    """Its button, or that its key is empty; other own keys stay in force."""
    keys = KeySet(
        buttons=OF_LAYOUT,
        own=own(2, ButtonKind.CUSTOM, "22") | own(3, ButtonKind.CUSTOM, "33") | own(4, None),
        locked=frozenset({2, 3}),
    )
    assert told_with(keys) == {1: "", 2: "2"}
    assert list(keys.in_force) == [4]


def test_without_a_layout_the_line_stays_beside_own_keys() -> None:
    """On the phone, not on a module; without own keys the writers lay out the lines."""
    keys = KeySet(own=own(4, ButtonKind.CUSTOM, "4"), is_phone=True)
    assert told_with(keys) == {1: "", 4: "4"}
    assert told_with(replace(keys, is_phone=False)) == {4: "4"}
    assert told_with(replace(keys, own={})) == {}
    assert told_with(replace(keys, own={**keys.own, 1: None})) == {4: "4"}


def test_a_lamp_for_oneself_is_meant_where_it_is_an_own_key() -> None:
    """“Everyone but this phone's own extension” is about the layout; why is told by position."""
    lamp = StoredButton(position=1, kind=ButtonKind.BLF, value=ANNA.number)
    resolved = resolve_keys(FACTS, [KeySet(buttons=[lamp])])
    assert (resolved.sets, resolved.left_out, resolved.notes) == (((),), ({1: ""},), ())
    assert told_with(KeySet(own={1: lamp})) == {1: ANNA.number}


def test_why_a_key_does_nothing_is_told_by_position() -> None:
    gone = StoredButton(position=7, kind=ButtonKind.LINE, value="999")
    resolved = resolve_keys(FACTS, [KeySet(), KeySet(own={7: gone}, name="Module 1, key")])
    assert resolved.left_out == ({}, {7: "there is no extension 999 any more."})
    assert resolved.notes == ("Module 1, key 7: there is no extension 999 any more.",)
