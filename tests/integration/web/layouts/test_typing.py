"""What the form of a key says while it is being filled in (R99, R100)."""

import pytest

from phoneprov.layouts.faults import find_twins
from phoneprov.layouts.resolve import Line, StoredButton
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.layouts.hints import MOST_OFFERED, offer_extensions
from phoneprov.web.layouts.picture import cut
from tests.integration.web.layouts.test_editor import asterisk, buttons, save
from tests.integration.web.layouts.test_list import HTMX, LIST, add
from tests.integration.web.rows import add_extension
from tests.pages import Answer, Pages

__all__ = ["asterisk"]


def typed(person: Pages, layout_id: int, position: int, **fields: str) -> Answer:
    """Return the form as it is while this is typed."""
    query = "&".join(f"{name}={value}" for name, value in fields.items())
    answer = person.get(f"{LIST}/{layout_id}/keys/{position}?{query}", HTMX)
    assert answer.status_code == 200
    return answer


def test_nothing_is_saved_and_nothing_typed_is_no_mistake(alice: Pages) -> None:
    layout_id = add()
    form = typed(alice, layout_id, 1, kind="blf", value="", label="")
    assert not form.soup.select(".error")
    assert buttons(layout_id) == {}


@pytest.mark.parametrize(
    ("kind", "value", "field", "message"),
    [
        ("blf", "Nobody here", "value", "No extension has"),
        ("park_retrieve", "99", "value", "Slots of this PBX"),
        ("dance", "1", "kind", "Choose what the key does"),
    ],
)
def test_what_cant_be_is_said_before_it_is_saved(
    alice: Pages, kind: str, value: str, field: str, message: str
) -> None:
    """R100: beside its field, which points at it."""
    form = typed(alice, add(), 1, kind=kind, value=value, label="")
    assert message in form.select_text(f"#{field}-note .error")
    (entry,) = form.soup.select(f"#{field}")
    assert (entry["aria-invalid"], entry["aria-describedby"]) == ("true", f"{field}-note")


def test_a_type_that_the_key_cant_carry_is_said_at_once(alice: Pages) -> None:
    """R100: by the rules of the catalogue."""
    form = typed(alice, add(model_slug="cisco-spa504g"), 1, kind="conference", value="", label="")
    assert form.select_text("#kind-note .error")


def test_no_account_is_left_for_one_line_more(alice: Pages) -> None:
    """R101."""
    layout_id = add(model_slug="cisco-spa303")
    for number in ("201", "202", "203"):
        add_extension("acme", number)
    save(alice, layout_id, 1, "line", "201")
    save(alice, layout_id, 2, "line", "202")
    form = typed(alice, layout_id, 3, kind="line", value="203", label="")
    assert "there is none left for 203" in form.select_text("#value-note .error")


def test_another_key_that_does_the_same_is_named(alice: Pages) -> None:
    """As a warning: it can be saved."""
    layout_id = add()
    add_extension("acme", "202", name="Ben Koch")
    save(alice, layout_id, 7, "blf", "202")
    form = typed(alice, layout_id, 1, kind="blf", value="Ben Koch", label="")
    assert "Also on key 7." in form.select_text("#value-note .says")
    assert not form.soup.select(".error")
    save(alice, layout_id, 9, "blf", "202")
    form = typed(alice, layout_id, 1, kind="blf", value="202", label="")
    assert "Also on keys 7, 9." in form.select_text("#value-note .says")


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("", "Shows “Ben Koch”; 0 characters left."),
        ("Ben", "Shows “Ben”; 5 characters left."),
        ("Ben Koc", "Shows “Ben Koc”; 1 character left."),
        ("Customer Service", "Shows “Customer”; cut after 8 of 16 characters."),
        ("{phone}", "Shows “{phone}”, filled in on each phone."),
        ("{name} {extension}", "Shows “Ben Koch”; cut after 8 of 12 characters."),
    ],
)
def test_the_label_is_shown_as_it_will_be(alice: Pages, label: str, says: str) -> None:
    """R99: the same cut as on the picture and on the phone."""
    layout_id = add()
    add_extension("acme", "202", name="Ben Koch")
    form = typed(alice, layout_id, 1, kind="blf", value="202", label=label)
    assert form.select_text("#label-note .says") == says


def test_a_wrong_value_does_not_hide_what_the_label_comes_to(alice: Pages) -> None:
    form = typed(alice, add(), 1, kind="blf", value="Nobody here", label="Customer Service")
    assert "Shows “Customer”" in form.select_text("#label-note .says")
    unknown = typed(alice, add(name="Two"), 1, kind="custom", value="1", label="{x}")
    assert "There is no variable {x}" in unknown.select_text("#label-note .error")


def test_extensions_are_offered_by_number_or_by_parts_of_the_name(alice: Pages) -> None:
    layout_id = add()
    for number, name in (("202", "Ben Koch"), ("203", "Carl Diaz"), ("1202", "Door")):
        add_extension("acme", number, name=name)
    add_extension("globex", "2020", name="Not ours")
    for value, offered in (
        ("", ["1202 Door", "202 Ben Koch", "203 Carl Diaz"]),
        ("202", ["1202 Door", "202 Ben Koch"]),
        ("diaz ca", ["203 Carl Diaz"]),
        ("nobody", []),
    ):
        form = typed(alice, layout_id, 1, kind="blf", value=value, label="")
        assert [one["value"] for one in form.soup.select("#extensions option")] == offered


def test_a_list_of_offers_has_an_end() -> None:
    lines = [Line(id=number, number=str(number)) for number in range(1000)]
    assert len(offer_extensions(lines, "")) == MOST_OFFERED


def test_twins_are_those_of_the_same_kind_and_target() -> None:
    """Own lines are no twins; two extensions of one number in words are not, either."""

    def key(position: int, kind: ButtonKind, value: str, line: int | None = None) -> StoredButton:
        return StoredButton(position=position, kind=kind, value=value, extension_id=line)

    others = [
        key(1, ButtonKind.LINE, ""),
        key(2, ButtonKind.BLF, "202", 5),
        key(3, ButtonKind.SPEED_DIAL, "202", 5),
        key(4, ButtonKind.CUSTOM, "202"),
        key(5, ButtonKind.BLF, "202"),
    ]
    assert find_twins(key(9, ButtonKind.LINE, ""), others) == []
    assert find_twins(key(9, ButtonKind.BLF, "202", 5), others) == [2]
    assert find_twins(key(4, ButtonKind.CUSTOM, "202"), others) == []
    assert find_twins(key(9, ButtonKind.CUSTOM, "202"), others) == [4]


@pytest.mark.parametrize(
    ("label", "chars", "shown"),
    [
        ("ab👩\u200d💻cd", 3, "ab"),
        ("ab👩\u200d💻cd", 5, "ab👩\u200d💻"),
        ("👍🏽👍🏽", 3, "👍🏽"),
        ("Ame\u0301lie", 3, "Am"),
        ("مكتب الاستقبال", 4, "مكتب"),
    ],
)
def test_what_belongs_together_is_not_cut_in_two(label: str, chars: int, shown: str) -> None:
    """R99."""
    assert cut(label, chars) == shown
