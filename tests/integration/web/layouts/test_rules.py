"""Rules in the editor: their form with what it gives, their keys in the picture, their warnings."""

import pytest
from sqlalchemy import select

from phoneprov.fleet.models import PhoneModule
from phoneprov.layouts.rule_models import LayoutRule
from tests.factories import LayoutRuleFactory
from tests.integration.web.layouts.test_editor import buttons, save
from tests.integration.web.layouts.test_fill import step
from tests.integration.web.layouts.test_list import HTMX, LIST, MODULES, add
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    audit_actions,
    change_pbx,
    find_phone,
    open_session,
    put_on_pbx,
)
from tests.pages import Answer, Pages

EXTENSIONS = "/t/acme/extensions"
PLAIN = {
    "kind": "blf",
    "group": "",
    "order": "name",
    "first_key": "2",
    "last_key": "4",
    "leaves_out_own": "y",
}


@pytest.fixture(autouse=True)
def asterisk() -> None:
    pbx_id = add_pbx("Asterisk")
    change_pbx(pbx_id, dialect="asterisk")
    put_on_pbx("acme", pbx_id)


@pytest.fixture
def people() -> dict[str, int]:
    names = {"201": "Anna", "202": "Ben", "203": "Carl", "204": "Dora"}
    return {number: add_extension("acme", number, name=name) for number, name in names.items()}


def rules(layout_id: int) -> list[LayoutRule]:
    with open_session() as session:
        query = select(LayoutRule).where(LayoutRule.layout_id == layout_id)
        return list(session.scalars(query.order_by(LayoutRule.id)))


def post(person: Pages, layout_id: int, **fields: str) -> Answer:
    return person.post(f"{LIST}/{layout_id}/rules/add", {**PLAIN, **fields})


def names(page: Answer) -> list[str]:
    return [str(key["aria-label"]) for key in page.soup.select("a.key")]


def put_into(person: Pages, extension_id: int, number: str, groups: str) -> None:
    fields = {"number": number, "name": f"Person {number}", "groups": groups}
    assert person.post(f"{EXTENSIONS}/{extension_id}/edit", fields).status_code == 303


def test_a_rule_is_made_and_its_keys_are_drawn_as_its(
    alice: Pages, bob: Pages, people: dict[str, int]
) -> None:
    """The picture, the counts and the list of rules say so, also to whoever doesn't see it."""
    layout_id = add()
    phone = add_phone("acme", "805ec01a2b3c", button_layout_id=layout_id)
    save(alice, layout_id, 3, "line")
    answer = post(alice, layout_id, label="{extension} {name}")
    assert (answer.status_code, answer.location) == (303, f"{LIST}/{layout_id}")
    page = alice.get(f"{LIST}/{layout_id}")
    assert names(page)[:5] == [
        "Key 1: empty",
        "Key 2: BLF 201 Anna (by a rule)",
        "Key 3: Line {name}",
        "Key 4: BLF 202 Ben (by a rule)",
        "Key 5: empty",
    ]
    assert page.select_text("#layout-counts").startswith("1 of 27 keys assigned, 2 more by rules")
    assert "Rule saved. 1 phone takes the change" in page.select_text("main")
    listed = page.select_text("#layout-rules tbody tr")
    for words in ("2–4", "BLF for everyone", "2 keys", "2 without a key", "Carl, Dora"):
        assert words in listed
    assert find_phone(phone).config_revision == 3
    assert audit_actions()[-1] == "layout.rule"
    seen = bob.get(f"{LIST}/{layout_id}")
    assert "BLF for everyone" in seen.select_text("#layout-rules")
    assert not seen.soup.select("#layout-rules form, #layout-rules a")


def test_without_any_it_teaches_what_a_rule_is(alice: Pages) -> None:
    layout_id = add()
    page = alice.get(f"{LIST}/{layout_id}")
    assert "a lamp for everyone in Sales" in page.select_text("#layout-rules")
    form = alice.get(f"{LIST}/{layout_id}/rules/add")
    assert form.status_code == 200
    assert not form.soup.select(".has-error")
    assert [form.soup.select_one(f"#{one}_key")["value"] for one in ("first", "last")] == [  # type: ignore[index]
        "1",
        "27",
    ]


def test_the_form_shows_what_the_rule_would_give(alice: Pages, people: dict[str, int]) -> None:
    """Without saving anything: with script the list alone, without it the page again."""
    layout_id = add()
    save(alice, layout_id, 2, "custom", "77")
    fields = {**PLAIN, "preview": "1", "own": str(people["202"])}
    page = alice.post(f"{LIST}/{layout_id}/rules/add", fields)
    assert (page.status_code, page.is_page) == (200, True)
    shown = page.select_text("#rule-preview")
    assert "2 keys, 1 without one; 1 key assigned by hand is gone around." in shown
    keys = [" ".join(one.text.split()) for one in page.soup.select("#rule-preview li")]
    assert keys == ["Key 3 Anna 201", "Key 4 Carl 203"]
    assert "Without a key" in shown
    assert shown.endswith("Dora")
    part = alice.post(f"{LIST}/{layout_id}/rules/add", fields, headers=HTMX)
    assert not part.is_page
    assert part.select_text("#rule-preview") == shown
    assert rules(layout_id) == []


def test_it_is_shown_with_the_modules_of_the_phone_that_is_meant(
    alice: Pages, people: dict[str, int]
) -> None:
    layout_id = add()
    phone = add_phone(
        "acme",
        "805ec01a2b3c",
        button_layout_id=layout_id,
        extension_id=people["202"],
        display_name="Front desk",
    )
    with open_session() as session:
        session.add(PhoneModule(phone_id=phone, number=1, module_slug="yealink-exp43"))
        session.commit()
    typed = {**PLAIN, "last_key": "2", "goes_on": "y", "preview": "1", "own": str(people["202"])}
    page = alice.post(f"{LIST}/{layout_id}/rules/add", typed)
    assert "On Front desk, with one module." in page.select_text("#rule-preview")
    keys = [" ".join(one.text.split()) for one in page.soup.select("#rule-preview li")]
    assert keys == ["Key 2 Anna 201", "Module 1, key 1 Carl 203", "Module 1, key 2 Dora 204"]


def test_slots_ask_for_no_people(alice: Pages) -> None:
    """What was chosen for people comes back when another type is chosen again."""
    layout_id = add()
    fields = {**PLAIN, "kind": "park_retrieve", "preview": "1", "order": "number"}
    page = alice.post(f"{LIST}/{layout_id}/rules/add", fields)
    assert not page.soup.select("#group, #order")
    kept = {one["name"]: one.get("value") for one in page.soup.select("#rule-people input")}
    assert kept == {"group": "", "order": "number", "leaves_out_own": "y"}
    assert "Slot 71" in page.select_text("#rule-preview")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"first_key": "0"}, "first_key"),
        ({"first_key": "x"}, "first_key"),
        ({"last_key": "28"}, "last_key"),
        ({"last_key": "1"}, "last_key"),
        ({"last_key": ""}, "last_key"),
        ({"kind": "line"}, "kind"),
        ({"group": "nobody"}, "group"),
        ({"order": "x"}, "order"),
        ({"most": "0"}, "most"),
        ({"most": "-1"}, "most"),
        ({"label": "{nothing}"}, "label"),
        ({"label": "\x1b[31m"}, "label"),
        ({"own": "x"}, "own"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_kept(
    alice: Pages, fields: dict[str, str], field: str
) -> None:
    layout_id = add()
    for more in ({}, {"preview": "1"}):
        page = post(alice, layout_id, **fields, **more)
        assert page.status_code == 422
        assert page.select_text(f"#field-{field} .error")
        assert page.select_text("#rule-preview")
    text = next(iter(fields.values()))
    typed = page.soup.select_one(f"#field-{field} input")
    assert typed is None or str(typed.get("value", "")).split() == text.split()
    assert rules(layout_id) == []


def test_hostile_words_stay_words(alice: Pages) -> None:
    layout_id = add()
    extension = add_extension("acme", "201", name="<b>Anna</b>")
    put_into(alice, extension, "201", "<script>alert(1)</script>")
    post(alice, layout_id, group="<script>alert(1)</script>", label='"><img src=x>{name}')
    page = alice.get(f"{LIST}/{layout_id}")
    assert not page.soup.select("main img, main script, main b")
    assert "group “<script>alert(1)</script>”" in page.select_text("#layout-rules")
    assert len(rules(layout_id)) == 1


def test_a_rule_is_edited_and_deleted(alice: Pages, people: dict[str, int]) -> None:
    layout_id = add()
    post(alice, layout_id)
    (row,) = rules(layout_id)
    address = f"{LIST}/{layout_id}/rules/{row.id}"
    form = alice.get(address)
    seen = str(form.soup.select_one("#seen")["value"])  # type: ignore[index]
    assert "Key 2 Anna 201" in form.select_text("#rule-preview")
    fields = {**PLAIN, "last_key": "9", "leaves_out_own": "", "most": "3", "seen": seen}
    assert alice.post(address, fields).status_code == 303
    (row,) = rules(layout_id)
    assert (row.last_key, row.leaves_out_own, row.most) == (9, False, 3)
    late = alice.post(address, {**PLAIN, "seen": seen})
    assert late.status_code == 422
    assert "Somebody else has changed this rule meanwhile" in late.select_text("main")
    again = str(late.soup.select_one("#seen")["value"])  # type: ignore[index]
    assert alice.post(address, {**PLAIN, "seen": again}).status_code == 303
    assert alice.post(f"{address}/delete", {}).status_code == 303
    assert rules(layout_id) == []
    assert alice.get(address).status_code == 404
    assert "taken back" in step(alice, layout_id, "undo")
    assert len(rules(layout_id)) == 1


def test_a_key_of_a_rule_can_be_assigned_by_hand(alice: Pages, people: dict[str, int]) -> None:
    """The form says which rule it is; a save swaps the rule's other keys and its list too."""
    layout_id = add()
    post(alice, layout_id)
    address = f"{LIST}/{layout_id}/keys/2"
    form = alice.get(address, HTMX)
    assert "BLF for everyone, keys 2–4" in form.select_text("#key-rule")
    assert form.soup.select_one("#value")["value"] == "201 Anna"  # type: ignore[index]
    fields = {"kind": "custom", "value": "77", "label": "", "seen": "empty"}
    saved = alice.post(address, fields, HTMX)
    assert names(saved)[0] == "Key 2: Custom 77"
    assert {str(key["id"]) for key in saved.soup.select("a.key")} == {
        "button-2",
        "button-3",
        "button-4",
    }
    assert "Key 3: BLF Anna (by a rule)" in names(saved)
    assert saved.soup.select_one("#layout-rules")["hx-swap-oob"] == "true"  # type: ignore[index]
    cleared = alice.post(f"{address}/clear", {}, HTMX)
    assert "Key 2: BLF Anna (by a rule)" in names(cleared)
    assert 2 not in buttons(layout_id)


def test_a_key_that_a_rule_may_fill_later_says_so(alice: Pages, people: dict[str, int]) -> None:
    layout_id = add()
    post(alice, layout_id, last_key="8")
    assert "Key 6: empty (kept for a rule)" in names(alice.get(f"{LIST}/{layout_id}"))


def test_a_rule_whose_group_is_empty_is_a_warning(alice: Pages, people: dict[str, int]) -> None:
    """In the list of layouts and in the editor; the form keeps the group."""
    layout_id = add()
    put_into(alice, people["201"], "201", "Sales")
    post(alice, layout_id, group="sales")
    assert "another look" not in alice.get(LIST).select_text(f"#layout-{layout_id}")
    put_into(alice, people["201"], "201", "")
    assert "1 rule needs another look" in alice.get(LIST).select_text(f"#layout-{layout_id}")
    page = alice.get(f"{LIST}/{layout_id}")
    assert "Nobody is in the group “Sales” any more" in page.select_text("#layout-rules")
    assert "1 needs another look" in page.select_text("#layout-counts")
    (row,) = rules(layout_id)
    form = alice.get(f"{LIST}/{layout_id}/rules/{row.id}")
    assert form.select_text("#group option[selected]") == "Sales (nobody)"
    assert (
        alice.post(f"{LIST}/{layout_id}/rules/{row.id}", {**PLAIN, "group": "sales"}).status_code
        == 303
    )


def test_a_rule_beyond_the_models_keys_is_a_warning(alice: Pages) -> None:
    layout_id = add()
    with open_session() as session:
        LayoutRuleFactory(layout_id=layout_id, first_key=40, last_key=50)
        session.commit()
    page = alice.get(f"{LIST}/{layout_id}")
    assert "has only 27 keys" in page.select_text("#layout-rules")
    assert "1 rule needs another look" in alice.get(LIST).select_text(f"#layout-{layout_id}")


def test_a_copy_for_another_model_says_what_becomes_of_rules(
    alice: Pages, people: dict[str, int]
) -> None:
    """R97."""
    layout_id = add()
    post(alice, layout_id, last_key="9")
    fields = {"name": "Small", "model_slug": "cisco-spa504g", "module_slug": ""}
    page = alice.post(f"{LIST}/{layout_id}/copy", fields)
    assert "BLF for everyone: keys 2–9 → 2–4" in page.select_text("main")


def test_module_layouts_have_rules_too(alice: Pages, people: dict[str, int]) -> None:
    layout_id = add(is_for_module=True, model_slug="yealink-exp43")
    answer = alice.post(f"{MODULES}/{layout_id}/rules/add", {**PLAIN, "last_key": "60"})
    assert answer.status_code == 303
    page = alice.get(f"{MODULES}/{layout_id}")
    assert names(page)[1] == "Key 2: BLF Anna (by a rule)"
    assert alice.get(f"{LIST}/{layout_id}/rules/add").status_code == 404


def test_it_is_not_there_for_another_tenant(
    alice: Pages, charlie: Pages, bob: Pages, people: dict[str, int]
) -> None:
    """R65: neither below acme's address nor below one's own, nor of another layout."""
    layout_id, other = add(), add(name="Another")
    post(alice, layout_id)
    (row,) = rules(layout_id)
    for path in ("rules/add", f"rules/{row.id}", f"rules/{row.id}/delete"):
        for slug in ("acme", "globex"):
            address = f"/t/{slug}/button-layouts/{layout_id}/{path}"
            assert charlie.post(address, PLAIN).status_code == 404
        assert bob.post(f"{LIST}/{layout_id}/{path}", PLAIN).status_code == 403
    assert alice.get(f"{LIST}/{other}/rules/{row.id}").status_code == 404
    assert len(rules(layout_id)) == 1


def test_it_refuses_a_post_without_token(alice: Pages, people: dict[str, int]) -> None:
    layout_id = add()
    post(alice, layout_id)
    (row,) = rules(layout_id)
    for path in ("rules/add", f"rules/{row.id}", f"rules/{row.id}/delete"):
        assert alice.ask("POST", f"{LIST}/{layout_id}/{path}", PLAIN).status_code == 400
    assert len(rules(layout_id)) == 1
