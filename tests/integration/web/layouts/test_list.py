"""List, add, edit, copy, delete layouts on their pages (R1, R29, R30, R65, R96, R97, R119)."""

import re

import pytest
from sqlalchemy import select

from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import Tenant
from tests.factories import ButtonLayoutFactory
from tests.integration.web.rows import add_phone, open_session
from tests.pages import Pages

LIST = "/t/acme/button-layouts"
MODULES = "/t/acme/module-layouts"
HTMX = {"HX-Request": "true"}
FRONT = {"name": "Front desk", "model_slug": "yealink-t46u", "leaves_out_own": "y"}


def tenant_id(slug: str) -> int:
    with open_session() as session:
        return session.scalars(select(Tenant.id).where(Tenant.slug == slug)).one()


def add(slug: str = "acme", **fields: object) -> int:
    owner = tenant_id(slug)
    with open_session() as session:
        layout = ButtonLayoutFactory(tenant_id=owner, **fields)
        session.commit()
        return int(layout.id)


def layouts(slug: str = "acme") -> list[ButtonLayout]:
    owner = tenant_id(slug)
    with open_session() as session:
        query = select(ButtonLayout).where(ButtonLayout.tenant_id == owner)
        return list(session.scalars(query.order_by(ButtonLayout.id)))


def test_both_lists_are_in_the_navigation(alice: Pages) -> None:
    """R1: Button Layouts and Expansion Module Layouts under Provisioning."""
    page = alice.get(LIST)
    for address, title in ((LIST, "Button Layouts"), (MODULES, "Expansion Module Layouts")):
        links = page.soup.select(f'nav a[href="{address}"]')
        assert {link.text for link in links} == {title}
    (current,) = {link.text for link in page.soup.select('nav a[aria-current="page"]')}
    assert current == "Button Layouts"


@pytest.mark.parametrize("address", [LIST, MODULES])
def test_an_empty_list_says_what_it_is_for(alice: Pages, bob: Pages, address: str) -> None:
    assert "yet" in alice.get(address).select_text(".empty h2")
    assert alice.get(address).soup.select_one(f'a[href="{address}/add"]')
    assert not bob.get(address).soup.select_one(f'a[href="{address}/add"]')


def test_it_lists_name_model_default_and_use(alice: Pages) -> None:
    """R29, R96."""
    used = add(name="Used", is_default=True, description="For all")
    add(name="Other", model_slug="polycom-vvx-411")
    add(name="Gone", model_slug="yealink-t99")
    for mac in ("805ec0000001", "805ec0000002"):
        add_phone("acme", mac, button_layout_id=used)
    page = alice.get(LIST)
    row = page.select_text(f"#layout-{used}")
    assert re.search(r"Used For all Yealink T46U Default 2 phones", row)
    assert "Polycom VVX 411 no no phone" in page.select_text("table")
    assert "not in the catalogue any more" in page.text


def test_a_new_layout_leads_to_its_editor(alice: Pages) -> None:
    """R29."""
    answer = alice.post(f"{LIST}/add", FRONT | {"description": "Desk", "is_default": "y"})
    (layout,) = layouts()
    assert (answer.status_code, answer.location) == (303, f"{LIST}/{layout.id}")
    assert (layout.name, layout.description, layout.is_default, layout.leaves_out_own) == (
        "Front desk",
        "Desk",
        True,
        True,
    )
    page = alice.get(answer.location)
    assert len(page.soup.select(".key")) == 9
    assert "0 of 27 keys assigned" in page.text


def test_a_new_module_layout_is_of_its_own_list(alice: Pages) -> None:
    """R119: the same, for modules."""
    answer = alice.post(f"{MODULES}/add", {"name": "All", "model_slug": "yealink-exp43"})
    (layout,) = layouts()
    assert answer.location == f"{MODULES}/{layout.id}"
    assert layout.is_for_module
    assert "0 of 60 keys assigned" in alice.get(answer.location).text
    assert alice.get(f"{LIST}/{layout.id}").status_code == 404
    assert "All" not in alice.get(LIST).select_text("main")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": " "}, "Give the layout a name."),
        ({"name": "TAKEN"}, "There is a layout of this name already."),
        ({"model_slug": ""}, "Choose a model from the list."),
        ({"model_slug": "yealink-exp43"}, "Choose a model from the list."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(
    alice: Pages, fields: dict[str, str], message: str
) -> None:
    """R97."""
    add(name="Taken")
    answer = alice.post(f"{LIST}/add", FRONT | {"description": "Kept words"} | fields)
    assert answer.status_code == 422
    assert message in answer.text
    assert 'value="Kept words"' in answer.text
    assert len(layouts()) == 1


def test_editing_says_how_many_phones_take_it(alice: Pages) -> None:
    layout_id = add(name="Old")
    add_phone("acme", "805ec0000001", button_layout_id=layout_id)
    address = f"{LIST}/{layout_id}/edit"
    assert 'value="Old"' in alice.get(address).text
    fields = {"name": "New", "model_slug": "yealink-t46u"}
    page = alice.get(alice.post(address, fields).location)
    assert "New saved. 1 phone takes the change at the next check." in page.text
    assert alice.post(address, fields | {"name": ""}).status_code == 422


def test_the_default_moves(alice: Pages) -> None:
    """R30."""
    first = add(name="First", is_default=True)
    alice.post(f"{LIST}/add", FRONT | {"is_default": "y"})
    assert [layout.is_default for layout in layouts()] == [False, True]
    alice.post(f"{LIST}/{first}/edit", FRONT | {"name": "First", "is_default": "y"})
    assert [layout.is_default for layout in layouts()] == [True, False]


def test_a_copy_needs_another_name(alice: Pages) -> None:
    layout_id = add(name="First")
    address = f"{LIST}/{layout_id}/copy"
    assert 'value="Copy of First"' in alice.get(address).text
    assert alice.post(address, {"name": "first"}).status_code == 422
    assert alice.post(address, {"name": "Second"}).status_code == 303
    assert [layout.name for layout in layouts()] == ["First", "Second"]


def test_deleting_names_the_phones_first(alice: Pages) -> None:
    """R96."""
    layout_id = add(name="First")
    add_phone("acme", "805ec0000001", button_layout_id=layout_id, display_name="Reception")
    address = f"{LIST}/{layout_id}/delete"
    assert "Reception" in alice.get(address).select_text("main ul")
    page = alice.get(alice.post(address).location)
    assert "First deleted. 1 phone takes the change" in page.text
    assert layouts() == []


def test_a_viewer_sees_and_changes_nothing(bob: Pages) -> None:
    layout_id = add()
    assert bob.get(LIST).status_code == 200
    assert bob.get(f"{LIST}/{layout_id}").status_code == 200
    for path in ("edit", "copy", "delete", "keys/1"):
        assert bob.get(f"{LIST}/{layout_id}/{path}").status_code == 403
        assert bob.post(f"{LIST}/{layout_id}/{path}").status_code == 403


def test_charlie_sees_nothing_of_it(charlie: Pages) -> None:
    """R65: neither at acme's address nor by acme's id at globex's."""
    layout_id = add()
    for slug in ("acme", "globex"):
        for path in ("", "/edit", "/copy", "/delete", "/keys/1"):
            address = f"/t/{slug}/button-layouts/{layout_id}{path}"
            assert charlie.get(address).status_code == 404
        for path in ("edit", "copy", "delete", "keys/1", "keys/1/clear", "keys/1/move"):
            address = f"/t/{slug}/button-layouts/{layout_id}/{path}"
            assert charlie.post(address, FRONT).status_code == 404
    assert "No Button Layouts yet" in charlie.get("/t/globex/button-layouts").text
    assert len(layouts()) == 1


def test_a_form_of_another_site_changes_nothing(alice: Pages) -> None:
    layout_id = add()
    for path in ("add", f"{layout_id}/delete", f"{layout_id}/keys/1", f"{layout_id}/keys/1/clear"):
        assert alice.ask("POST", f"{LIST}/{path}", FRONT).status_code == 400
    assert len(layouts()) == 1


def test_a_copy_for_another_model_says_first_what_comes_of_each_button(alice: Pages) -> None:
    """R97: then it is made as it was shown."""
    layout_id = add(name="Reception")
    for key, number in ((1, "5551"), (12, "5552")):
        values = {"kind": "speed_dial", "value": number, "label": ""}
        alice.post(f"{LIST}/{layout_id}/keys/{key}", values)
    values = {"name": "For the Cisco", "model_slug": "cisco-spa504g", "module_slug": ""}
    shown = alice.post(f"{LIST}/{layout_id}/copy", values)
    assert shown.status_code == 200
    assert "2 of 2 buttons fit the Cisco SPA504G" in shown.select_text("#plan-title")
    assert "Speed Dial 5552: key 12 → 2" in shown.text
    assert "For the Cisco" not in alice.get(LIST).text
    agreed = str(shown.soup.select("main #agreed")[0]["value"])
    done = alice.post(f"{LIST}/{layout_id}/copy", {**values, "agreed": agreed})
    assert done.status_code == 303
    assert "Cisco SPA504G" in alice.get(done.location).select_text("main")
    wrong = alice.post(f"{LIST}/{layout_id}/copy", {**values, "module_slug": "yealink-exp43"})
    assert "takes no such module" in wrong.select_text("#field-module_slug")
