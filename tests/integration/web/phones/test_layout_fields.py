"""Button layout and expansion modules in the phone form (R16, R17, R30, R43, R82, R98, R115, R120)."""

import pytest
from bs4 import Tag
from sqlalchemy import select

from phoneprov.fleet.models import PhoneModule
from phoneprov.tenancy.models import Tenant
from tests.factories import ButtonLayoutFactory
from tests.integration.web.phones.test_edit import fields
from tests.integration.web.phones.values import HTMX, LIST, MAC, get_by_mac
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    open_session,
    put_on_pbx,
)
from tests.pages import Answer, Pages

ADD = f"{LIST}/add"
EXP = "yealink-exp43"


def layout(name: str, slug: str = "acme", **values: object) -> int:
    with open_session() as session:
        tenant_id = session.scalars(select(Tenant.id).where(Tenant.slug == slug)).one()
        row = ButtonLayoutFactory(tenant_id=tenant_id, name=name, **values)
        session.commit()
        return int(row.id)


def module_layout(name: str, **values: object) -> int:
    return layout(name, **({"is_for_module": True, "model_slug": EXP} | values))  # type: ignore[arg-type]


def modules(phone_id: int) -> list[tuple[str, int | None]]:
    with open_session() as session:
        rows = session.scalars(
            select(PhoneModule).where(PhoneModule.phone_id == phone_id).order_by(PhoneModule.number)
        )
        return [(row.module_slug, row.layout_id) for row in rows]


def options(page: Answer, select_id: str) -> list[str]:
    return [option.text for option in page.soup.select(f"#{select_id} option")]


def chosen(page: Answer, select_id: str) -> str:
    found = page.soup.select_one(f"#{select_id} option[selected]")
    assert isinstance(found, Tag)
    return found.text


def test_only_layouts_of_the_model_are_offered_its_default_preselected(alice: Pages) -> None:
    """R16."""
    layout("Reception", is_default=True)
    layout("Sales")
    layout("Other model", model_slug="polycom-vvx-411")
    layout("Foreign", slug="globex")
    module_layout("Module")
    page = alice.get(f"{ADD}?model=yealink-t46u")
    assert options(page, "button_layout_id") == [
        "The model's default (Reception)",
        "None: its keys are its lines",
        "Reception",
        "Sales",
    ]


def test_a_new_phone_starts_with_the_default_unless_another_is_chosen(alice: Pages) -> None:
    """R16, R30, R98: also for whoever sends no such field."""
    default, other = layout("Default", is_default=True), layout("Other")
    for mac, choice, expected in (
        ("805ec0000001", {"button_layout_id": "default"}, default),
        ("805ec0000002", {}, default),
        ("805ec0000003", {"button_layout_id": ""}, None),
        ("805ec0000004", {"button_layout_id": str(other)}, other),
    ):
        assert alice.post(ADD, fields(mac=mac, **choice)).status_code == 303
        assert get_by_mac(mac).button_layout_id == expected


@pytest.mark.parametrize("wrong", ["other-model", "foreign", "module", "999999", "x", "1e3"])
def test_a_layout_that_does_not_fit_is_refused(alice: Pages, wrong: str) -> None:
    """R16, R65: by the server, whatever the form offered."""
    ids = {
        "other-model": layout("Other model", model_slug="polycom-vvx-411"),
        "foreign": layout("Foreign", slug="globex"),
        "module": module_layout("Module"),
    }
    answer = alice.post(ADD, fields(button_layout_id=str(ids.get(wrong, wrong))))
    assert answer.status_code == 422
    assert "Choose a layout of this model" in answer.select_text("#button_layout_id-note")


def test_modules_that_fit_are_offered_as_many_as_the_model_takes(alice: Pages) -> None:
    """R17, R43."""
    module_layout("Everybody")
    module_layout("First", is_default=True)
    page = alice.get(f"{ADD}?model=yealink-t46u")
    assert len(page.soup.select("select[name=modules]")) == 3
    assert options(page, "modules-1") == [
        "None",
        "EXP43: First (default)",
        "EXP43: Everybody",
        "EXP43, keys empty",
    ]


def test_a_model_without_modules_has_no_such_field_and_takes_none(alice: Pages) -> None:
    """R115."""
    page = alice.get(f"{ADD}?model=cisco-spa303")
    assert not page.soup.select("[name=modules]")
    answer = alice.post(ADD, fields(model_slug="cisco-spa303", modules=EXP))
    assert answer.status_code == 422
    assert "takes no EXP43" in answer.select_text("#modules-note") or "takes no" in answer.text


def test_modules_are_kept_in_their_order(alice: Pages) -> None:
    """R17."""
    first = module_layout("First")
    data = {**fields(), "modules": ["", f"{EXP}:{first}", EXP]}
    assert alice.post(ADD, data).status_code == 303
    phone = get_by_mac(MAC)
    assert modules(phone.id) == [(EXP, first), (EXP, None)]
    page = alice.get(f"{LIST}/{phone.id}/edit")
    assert [chosen(page, f"modules-{number}") for number in (1, 2)] == [
        "EXP43: First",
        "EXP43, keys empty",
    ]
    alice.post(f"{LIST}/{phone.id}/edit", {**fields(), "modules": ["", "", ""]})
    assert modules(phone.id) == []


@pytest.mark.parametrize(
    ("posted", "message"),
    [
        ([EXP] * 4, "takes at most 3 modules"),
        (["yealink-exp50"], "takes no EXP50"),
        (["cisco-spa500s"], "takes no"),
        (["nonsense"], "takes no nonsense"),
        ([f"{EXP}:999999"], "Choose a layout of this module"),
        ([f"{EXP}:x"], "Choose a layout of this module"),
    ],
)
def test_a_module_that_does_not_fit_is_refused(
    alice: Pages, posted: list[str], message: str
) -> None:
    """R115."""
    answer = alice.post(ADD, {**fields(), "modules": ["", *posted]})
    assert answer.status_code == 422
    assert message in answer.select_text("#modules-note")


def test_an_edit_that_says_nothing_of_keys_leaves_them(alice: Pages) -> None:
    """A program that sends only some fields takes nothing away."""
    layout_id = layout("Reception")
    alice.post(ADD, {**fields(button_layout_id=str(layout_id)), "modules": ["", EXP]})
    phone = get_by_mac(MAC)
    alice.post(f"{LIST}/{phone.id}/edit", fields(display_name="New"))
    assert (get_by_mac(MAC).button_layout_id, modules(phone.id)) == (layout_id, [(EXP, None)])


def test_another_layout_tells_the_phone(alice: Pages) -> None:
    """R40."""
    layout_id = layout("Reception")
    phone_id = add_phone("acme", MAC)
    alice.post(f"{LIST}/{phone_id}/edit", fields(button_layout_id=str(layout_id)))
    phone = get_by_mac(MAC)
    assert (phone.button_layout_id, phone.config_revision) == (layout_id, 2)
    page = alice.get(f"{LIST}/{phone_id}/edit")
    assert chosen(page, "button_layout_id") == "Reception"


def test_another_model_in_the_open_form_names_what_goes(alice: Pages) -> None:
    """R82, R120: the new model's layouts are offered, and nothing else that was typed changes."""
    layout_id, first = layout("Reception"), module_layout("First")
    layout("For the VVX", model_slug="polycom-vvx-411", is_default=True)
    query = f"button_layout_id={layout_id}&modules=&modules={EXP}:{first}&mac="
    hints = alice.get(f"{LIST}/hints?model_slug=polycom-vvx-411&{query}", HTMX)
    note = hints.select_text("#button_layout_id-note")
    assert "Does not fit the Polycom VVX 411 and goes: Reception, module EXP43." in note
    assert "The model's default (For the VVX)" in options(hints, "button_layout_id")
    kept = alice.get(f"{LIST}/hints?model_slug=yealink-t46u&{query}", HTMX)
    assert chosen(kept, "button_layout_id") == "Reception"
    assert chosen(kept, "modules-1") == "EXP43: First"
    assert "Does not fit" not in kept.text


def test_another_model_brings_its_default_and_drops_what_does_not_fit(alice: Pages) -> None:
    """R120."""
    new = layout("For the VVX", model_slug="polycom-vvx-411", is_default=True)
    alice.post(ADD, {**fields(), "modules": ["", EXP]})
    phone = get_by_mac(MAC)
    changed = fields(model_slug="polycom-vvx-411", button_layout_id="default")
    assert alice.post(f"{LIST}/{phone.id}/edit", changed).status_code == 303
    assert (get_by_mac(MAC).button_layout_id, modules(phone.id)) == (new, [])


def test_the_phones_page_names_its_layout_and_modules(alice: Pages) -> None:
    """R17, R46."""
    phone_id = add_phone("acme", "805ec0000009")
    assert "none; its keys are its lines" in alice.get(f"{LIST}/{phone_id}").text
    layout_id, first = layout("Reception"), module_layout("First")
    chosen_keys = {"button_layout_id": str(layout_id), "modules": ["", f"{EXP}:{first}", EXP]}
    alice.post(ADD, {**fields(), **chosen_keys})
    page = alice.get(f"{LIST}/{get_by_mac(MAC).id}")
    facts = page.select_text(".facts")
    assert "Button layoutReception" in facts
    assert "Expansion modules1. EXP43: First2. EXP43: keys empty" in facts
    assert page.soup.select_one(f'a[href="/t/acme/button-layouts/{layout_id}"]')
    assert page.soup.select_one(f'a[href="/t/acme/module-layouts/{first}"]')


def test_a_key_that_does_nothing_is_named_with_the_config(alice: Pages) -> None:
    """R102, R109: an extension that is gone is no longer a line."""
    layout_id, extension = layout("Reception"), add_extension("acme", "201")
    line = add_extension("acme", "900")
    put_on_pbx("acme", add_pbx("Main"))
    alice.post(f"/t/acme/button-layouts/{layout_id}/keys/4", {"kind": "line", "value": "900"})
    phone_id = add_phone("acme", MAC, button_layout_id=layout_id, extension_id=extension)
    assert "not possible on it" not in alice.get(f"{LIST}/{phone_id}?tab=config").text
    alice.post(f"/t/acme/extensions/{line}/delete")
    page = alice.get(f"{LIST}/{phone_id}?tab=config")
    assert "Key 4: there is no extension 900 any more." in page.text
