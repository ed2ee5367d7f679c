"""Assign, clear, move a button (R31–R41, R97, R100–R108)."""

import pytest

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.fleet.drafts import ModuleDraft
from phoneprov.fleet.extensions import remove_extension, update_extension
from phoneprov.layouts.buttons import list_buttons
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.tenancy.extension_values import ExtensionValues
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.tenants.changes import update_tenant
from tests.integration.layouts.conftest import MODULE, Desk
from tests.integration.rows import ALICE, NOON, World


def button(desk: Desk, layout: ButtonLayout, position: int) -> tuple[str, str, str]:
    row = list_buttons(desk.world.session, layout.id)[position]
    return row.kind.value, row.value, row.label


def refused(desk: Desk, layout: ButtonLayout, position: int, kind: str, value: str = "") -> str:
    with pytest.raises(InvalidValueError) as error:
        desk.assign(layout, position, kind, value)
    assert error.value.field in {"kind", "value", "label"}
    return error.value.message


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("line", ""),
        ("blf", "201"),
        ("speed_dial", "+49 30 123"),
        ("feature_code", "queue_pause"),
        ("park", ""),
        ("park_retrieve", "72"),
        ("conference", ""),
        ("custom", "*72,,1#"),
    ],
)
def test_each_of_the_eight_kinds_is_kept_as_typed(desk: Desk, kind: str, value: str) -> None:
    """R32–R39, R100."""
    layout = desk.layout()
    desk.assign(layout, 27, kind, f" {value} ", " Label ")
    assert button(desk, layout, 27) == (kind, value, "Label")
    assert kind in set(ButtonKind)


@pytest.mark.parametrize("typed", ["202", "202 Person 202", "Person 202", " Person  202 "])
def test_an_extension_is_found_by_number_or_name(desk: Desk, world: World, typed: str) -> None:
    extension = world.extension("202")
    layout = desk.layout()
    desk.assign(layout, 1, "blf", typed)
    row = list_buttons(world.session, layout.id)[1]
    assert (row.extension_id, row.value) == (extension.id, "202")


def test_an_extension_of_another_tenant_is_not_found(desk: Desk, world: World) -> None:
    """R65: what is typed is then just a number, and no line."""
    world.extension("700", tenant=world.other_tenant())
    layout = desk.layout()
    desk.assign(layout, 1, "blf", "700")
    assert list_buttons(world.session, layout.id)[1].extension_id is None
    assert "No extension" in refused(desk, layout, 2, "line", "700")
    assert "No extension" in refused(desk, layout, 2, "blf", "Person 700")


def test_a_name_that_several_have_is_asked_about(desk: Desk, world: World) -> None:
    for number in ("202", "203"):
        world.extension(number).name = "Twin"
    assert refused(desk, desk.layout(), 1, "blf", "Twin") == "Which one? Twin has 202, 203."


@pytest.mark.parametrize(
    ("position", "kind", "value", "reason"),
    [
        (0, "line", "", "has keys 1 to 27"),
        (28, "line", "", "has keys 1 to 27"),
        (1, "dance", "", "Choose what the key does"),
        (1, "blf", "", "which extension"),
        (1, "speed_dial", " ", "Type the number"),
        (1, "feature_code", "", "Choose a feature"),
        (1, "park_retrieve", "", "which slot"),
        (1, "park_retrieve", "99", "Slots of this PBX: 71, 72, 73, 74, 75."),
        (1, "park", "99", "Slots of this PBX"),
        (1, "custom", "", "Type what it dials"),
        (1, "custom", "a\nb", "U+000A"),
        (1, "speed_dial", "{nobody}", "There is no variable {nobody}"),
        (1, "custom", "1" * 129, "At most 128"),
    ],
)
def test_it_says_why_a_key_cant_be_so(
    desk: Desk, position: int, kind: str, value: str, reason: str
) -> None:
    """R97, R100, R106: refused when saved, never dropped silently."""
    layout = desk.layout()
    assert reason in refused(desk, layout, position, kind, value)
    assert list_buttons(desk.world.session, layout.id) == {}


def test_a_pbx_that_chooses_no_slot_wants_one_for_park(desk: Desk) -> None:
    """R105."""
    layout, own = desk.layout(), get_dialect("own")
    with pytest.raises(InvalidValueError, match="does not choose a slot"):
        desk.assign(layout, 1, "park", dialect=own)
    assert desk.assign(layout, 1, "park", "71", dialect=own) == 0


def test_a_model_without_conference_key_says_the_way_that_works(desk: Desk) -> None:
    """R107."""
    layout = desk.layout(model_slug="polycom-vvx-411")
    assert "conference room" in refused(desk, layout, 1, "conference")
    desk.assign(layout, 1, "conference", "800")


def test_lines_are_counted_against_the_models_accounts(desk: Desk, world: World) -> None:
    """R101: one account is the phone's own."""
    numbers = [str(300 + count) for count in range(4)]
    for number in numbers:
        world.extension(number)
    layout = desk.layout(model_slug="cisco-spa504g")
    for position, number in enumerate(numbers[:3], start=1):
        desk.assign(layout, position, "line", number)
    assert "none left for 303" in refused(desk, layout, 4, "line", "303")
    desk.assign(layout, 4, "line", "302")
    desk.assign(layout, 4, "line")


def test_saving_the_same_again_changes_nothing(desk: Desk, world: World) -> None:
    layout = desk.layout()
    phone = world.phone(button_layout_id=layout.id)
    assert desk.assign(layout, 1, "custom", "1") == 1
    assert desk.assign(layout, 1, "custom", "1") == 0
    assert (desk.revision(phone), layout.revision) == (2, 2)


def test_each_change_bumps_exactly_the_phones_that_use_the_layout(desk: Desk, world: World) -> None:
    """R40, R41."""
    layout, other, modules = desk.layout(), desk.layout("Other"), desk.module_layout()
    user = world.phone("805ec0000001", button_layout_id=layout.id)
    bystander = world.phone("805ec0000002", button_layout_id=other.id)
    with_module = world.phone(
        "805ec0000003", modules=(ModuleDraft(module_slug=MODULE, layout_id=modules.id),)
    )
    everyone = (user, bystander, with_module)
    assert desk.assign(layout, 1, "line") == 1
    assert desk.move(layout, 1, 5) == 1
    assert desk.clear(layout, 5) == 1
    assert [desk.revision(phone) for phone in everyone] == [4, 1, 1]
    assert desk.assign(modules, 1, "speed_dial", "123") == 1
    assert [desk.revision(phone) for phone in everyone] == [4, 1, 2]


def test_clearing_an_empty_key_changes_nothing(desk: Desk, world: World) -> None:
    layout = desk.layout()
    world.phone(button_layout_id=layout.id)
    assert desk.clear(layout, 9) == 0
    assert desk.move(layout, 9, 1) == 0


def test_moving_onto_another_swaps_the_two(desk: Desk) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "custom", "1", "One")
    desk.assign(layout, 2, "speed_dial", "2", "Two")
    desk.move(layout, 1, 2)
    assert button(desk, layout, 1) == ("speed_dial", "2", "Two")
    assert button(desk, layout, 2) == ("custom", "1", "One")
    desk.move(layout, 2, 27)
    assert list(list_buttons(desk.world.session, layout.id)) == [1, 27]


def test_moving_where_there_is_no_key_is_refused(desk: Desk) -> None:
    layout = desk.layout()
    desk.assign(layout, 1, "line")
    with pytest.raises(NotAllowedError, match="keys 1 to 27"):
        desk.move(layout, 1, 28)


def values(**changes: str) -> ExtensionValues:
    plain = {"number": "202", "name": "Person 202", "sip_user": "202", "sip_password": ""}
    return ExtensionValues(**(plain | changes))


def test_renaming_an_extension_tells_the_phones_that_have_a_button_on_it(
    desk: Desk, world: World
) -> None:
    """R102: and those alone."""
    watched = world.extension("202")
    layout, modules = desk.layout(), desk.module_layout()
    desk.assign(layout, 1, "blf", "202")
    desk.assign(modules, 1, "line", "202")
    user = world.phone("805ec0000001", button_layout_id=layout.id)
    with_module = world.phone(
        "805ec0000002", modules=(ModuleDraft(module_slug=MODULE, layout_id=modules.id),)
    )
    bystander = world.phone("805ec0000003")
    update_extension(world.session, watched, values(name="Ben"), actor=ALICE, now=NOON)
    assert [desk.revision(one) for one in (user, with_module, bystander)] == [2, 2, 1]


def test_deleting_a_watched_extension_keeps_the_button_and_tells_the_phones(
    desk: Desk, world: World
) -> None:
    """R102: the number it had stays, so that the layout can be mended."""
    watched = world.extension("202")
    layout = desk.layout()
    desk.assign(layout, 1, "blf", "202")
    user = world.phone(button_layout_id=layout.id)
    remove_extension(world.session, watched, actor=ALICE, now=NOON)
    world.session.expire_all()
    row = list_buttons(world.session, layout.id)[1]
    assert (row.extension_id, row.value, desk.revision(user)) == (None, "202", 2)


def test_renaming_the_tenant_tells_the_phones_that_show_its_name(desk: Desk, world: World) -> None:
    from dataclasses import fields

    from phoneprov.tenancy.tenants import TenantDraft

    layout = desk.layout()
    desk.assign(layout, 1, "line", label="{tenant}")
    user = world.phone("805ec0000001", button_layout_id=layout.id)
    bystander = world.phone("805ec0000002")
    names = {one.name for one in fields(TenantDraft)} - {"admin_password"}
    plain = {name: getattr(world.tenant, name) for name in names if hasattr(world.tenant, name)}
    draft = TenantDraft(**(plain | {"name": "Acme New"}))
    assert update_tenant(world.session, world.tenant, draft, actor=ALICE, now=NOON) == 1
    assert (desk.revision(user), desk.revision(bystander)) == (2, 1)
