"""A phone's layouts in what it is told (R16, R17, R32–R37, R40, R41, R46, R101, R109)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from phoneprov.fleet.drafts import ModuleDraft
from phoneprov.fleet.extensions import remove_extension
from phoneprov.fleet.layout_changes import remove_layout
from phoneprov.fleet.models import Phone
from phoneprov.fleet.phones import disable_phone, unassign_phone
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.pbx.models import Pbx
from phoneprov.provisioning.compose import ConfigFrame, compose, load_for_config
from phoneprov.provisioning.keys import load_keys
from phoneprov.provisioning.preview import preview_config
from phoneprov.vendors.config import ButtonKind, PhoneConfig
from tests.integration.layouts.conftest import MODULE, Desk
from tests.integration.rows import ALICE, NOON, World

FRAME = ConfigFrame(phones_address="https://phones.example.net", year=2026, token="0" * 32)


@pytest.fixture
def desk(world: World) -> Desk:
    world.pbx.dialect = "asterisk"
    return Desk(world)


def told(world: World, phone: Phone) -> PhoneConfig:
    world.session.flush()
    phone_id = phone.id
    world.session.expire_all()
    loaded = load_for_config(world.session, phone_id)
    assert loaded is not None
    pbx = world.session.get(Pbx, loaded.tenant.pbx_id)
    return compose(world.catalog, loaded, pbx, FRAME, load_keys(world.session, loaded))


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def receptionist(desk: Desk) -> ButtonLayout:
    """The mission's pattern: main lines, everybody's lamp, the park slots."""
    layout = desk.layout("Receptionist")
    desk.assign(layout, 1, "line")
    desk.assign(layout, 2, "line", "900")
    desk.assign(layout, 3, "blf", "202")
    desk.assign(layout, 4, "park")
    for position, slot in enumerate(range(71, 76), start=5):
        desk.assign(layout, position, "park_retrieve", str(slot))
    return layout


def test_a_phone_is_told_its_layout(desk: Desk, world: World) -> None:
    """R16, R40: and the account that a line key of another extension needs."""
    own = world.extension("201")
    for number in ("202", "900"):
        world.extension(number)
    phone = world.phone(extension=own, button_layout_id=receptionist(desk).id)
    config = told(world, phone)
    assert [(one.position, one.kind, one.value, one.account) for one in config.buttons] == [
        (1, ButtonKind.LINE, "", 1),
        (2, ButtonKind.LINE, "", 2),
        (3, ButtonKind.BLF, "202", 1),
        (4, ButtonKind.PARK, "70", 1),
        *((position, ButtonKind.PARK_RETRIEVE, str(66 + position), 1) for position in range(5, 10)),
    ]
    assert [(one.number, one.user, one.password) for one in config.accounts] == [
        (1, "201", "secret-201"),
        (2, "900", "secret-900"),
    ]
    assert config.buttons[2].label == "Person 202"
    assert config.pickup_code == "**"
    assert config.notes == ()


def test_taking_the_line_key_away_takes_the_account_away(desk: Desk, world: World) -> None:
    """R101, R109."""
    own, _ = world.extension("201"), [world.extension(one) for one in ("202", "900")]
    layout = receptionist(desk)
    phone = world.phone(extension=own, button_layout_id=layout.id)
    desk.clear(layout, 2)
    assert [one.user for one in told(world, phone).accounts] == ["201"]
    remove_layout(world.session, layout, actor=ALICE, now=NOON)
    assert told(world, phone).buttons == ()


def test_one_layout_is_another_on_each_phone(desk: Desk, world: World) -> None:
    """No lamp on a phone's own extension; labels follow whose phone it is."""
    anna, ben = world.extension("201"), world.extension("202")
    layout = desk.layout()
    desk.assign(layout, 1, "line", label="{name} at {tenant}")
    desk.assign(layout, 2, "blf", "201")
    desk.assign(layout, 3, "blf", "202")
    phones = [
        world.phone("805ec0000001", extension=anna, button_layout_id=layout.id),
        world.phone("805ec0000002", extension=ben, button_layout_id=layout.id),
    ]
    first, second = (told(world, phone).buttons for phone in phones)
    assert [(one.position, one.label) for one in first] == [
        (1, "Person 201 at Acme"),
        (3, "Person 202"),
    ]
    assert [(one.position, one.label) for one in second] == [
        (1, "Person 202 at Acme"),
        (2, "Person 201"),
    ]


def test_what_is_dialled_follows_the_pbx(desk: Desk, world: World) -> None:
    """R36, R37: the same layout on another PBX."""
    own, _ = world.extension("201"), [world.extension(one) for one in ("202", "900")]
    phone = world.phone(extension=own, button_layout_id=receptionist(desk).id)
    world.pbx.dialect = "freeswitch"
    buttons = told(world, phone).buttons
    assert [one.value for one in buttons[3:5]] == ["*5900", "park+*5971"]


def test_modules_come_in_their_order_with_their_layouts(desk: Desk, world: World) -> None:
    """R17, R46."""
    own = world.extension("201")
    world.extension("202")
    layout = desk.module_layout()
    desk.assign(layout, 60, "line", "202")
    modules = (
        ModuleDraft(module_slug=MODULE, layout_id=None),
        ModuleDraft(module_slug=MODULE, layout_id=layout.id),
    )
    config = told(world, world.phone(extension=own, modules=modules))
    assert [one.module.slug for one in config.modules] == [MODULE, MODULE]
    assert config.modules[0].buttons == ()
    assert [(one.position, one.account) for one in config.modules[1].buttons] == [(60, 2)]
    assert [one.user for one in config.accounts] == ["201", "202"]


@pytest.mark.parametrize("switch", [disable_phone, unassign_phone])
def test_a_phone_without_line_has_no_further_account_and_no_key(
    desk: Desk, world: World, switch: object
) -> None:
    own, _ = world.extension("201"), [world.extension(one) for one in ("202", "900")]
    layout, modules = receptionist(desk), desk.module_layout()
    desk.assign(modules, 1, "line", "900")
    attached = (ModuleDraft(module_slug=MODULE, layout_id=modules.id),)
    phone = world.phone(extension=own, button_layout_id=layout.id, modules=attached)
    switch(world.session, phone, actor=ALICE, now=NOON)  # type: ignore[operator]
    config = told(world, phone)
    assert (config.accounts, config.buttons) == ((), ())
    assert [one.buttons for one in config.modules] == [()]


def test_a_key_that_does_nothing_here_is_noted(desk: Desk, world: World) -> None:
    """R102: an extension that is gone never turns a line key into the phone's own line."""
    own, gone = world.extension("201"), world.extension("202")
    layout = desk.layout()
    desk.assign(layout, 7, "line", "202")
    phone = world.phone(extension=own, button_layout_id=layout.id)
    remove_extension(world.session, gone, actor=ALICE, now=NOON)
    config = told(world, phone)
    assert config.buttons == ()
    assert config.notes == ("Key 7: there is no extension 202 any more.",)


def test_the_preview_hides_the_password_of_every_account(desk: Desk, world: World) -> None:
    """R101: the further accounts' too."""
    own, _ = world.extension("201"), [world.extension(one) for one in ("202", "900")]
    phone = world.phone(extension=own, button_layout_id=receptionist(desk).id)
    files = preview_config(
        world.session, world.catalog, phone, phones_address="https://p.example", now=NOON
    )
    text = "".join(one.text for one in files)
    assert "900" in text
    assert "secret-" not in text


def test_a_hundred_buttons_cost_no_more_queries_than_one(desk: Desk, world: World) -> None:
    own = world.extension("201")
    for number in range(300, 320):
        world.extension(str(number))
    few, many = desk.layout("Few"), desk.layout("Many")
    module_layouts = [desk.module_layout(name) for name in ("One", "Two", "Three")]
    desk.assign(few, 1, "line", "300")
    for position in range(1, 21):
        desk.assign(many, position, "blf", str(299 + position))
        for layout in module_layouts:
            desk.assign(layout, position, "line" if position < 9 else "blf", str(299 + position))
    attached = tuple(ModuleDraft(module_slug=MODULE, layout_id=one.id) for one in module_layouts)
    plain = world.phone("805ec0000000", extension=own)
    small = world.phone("805ec0000001", extension=own, button_layout_id=few.id)
    large = world.phone("805ec0000002", extension=own, button_layout_id=many.id, modules=attached)
    costs = []
    for phone in (plain, small, large):
        told(world, phone)
        with counted(world.session) as statements:
            told(world, phone)
        costs.append(len(statements))
    assert costs[1] == costs[2] <= costs[0] + 2


def test_without_a_layout_nothing_is_said_of_keys(desk: Desk, world: World) -> None:
    """The writers then lay out the phone's lines."""
    config = told(world, world.phone(extension=world.extension("201")))
    assert (config.buttons, config.modules, config.notes) == ((), (), ())


def test_a_layout_of_another_tenant_is_never_told(desk: Desk, world: World) -> None:
    """R65: even if a row pointed at one."""
    own = world.extension("201")
    foreign = desk.layout(tenant=world.other_tenant())
    desk.assign(foreign, 1, "custom", "1", dialect=get_dialect("own"))
    phone = world.phone(extension=own)
    phone.button_layout_id = foreign.id
    assert told(world, phone).buttons == ()


OFFICE = [
    ("yealink-t46u", "yealink-exp43"),
    ("grandstream-gxp2170", "grandstream-gxp2200ext"),
    ("cisco-spa504g", "cisco-spa500s"),
    ("polycom-vvx-411", "polycom-vvx-color-expansion-module"),
]


@pytest.mark.parametrize(("model", "module"), OFFICE)
def test_every_vendor_writes_what_a_layout_says(
    desk: Desk, world: World, model: str, module: str
) -> None:
    """R34, R45, R46: dial strings of phone and module arrive; without the layout none of them."""
    own = world.extension("201")
    world.extension("202")
    layout = desk.layout("Desk", model_slug=model)
    modules = desk.module_layout("Side", model_slug=module)
    desk.assign(layout, 1, "line")
    desk.assign(layout, 2, "speed_dial", "+49 30 5550101", "Boss")
    desk.assign(layout, 3, "blf", "202")
    desk.assign(modules, 1, "speed_dial", "+49 30 5550202", "Door")
    phone = world.phone(
        model=model,
        extension=own,
        button_layout_id=layout.id,
        modules=(ModuleDraft(module_slug=module, layout_id=modules.id),),
    )
    text = written(world, phone)
    for part in ("+49305550101", "Boss", "202", "Person 202", "+49305550202", "Door"):
        assert part in text, part
    remove_layout(world.session, layout, actor=ALICE, now=NOON)
    remove_layout(world.session, modules, actor=ALICE, now=NOON)
    bare = written(world, phone)
    for part in ("5550101", "Boss", "Person 202", "5550202", "Door"):
        assert part not in bare, part


def written(world: World, phone: Phone) -> str:
    files = preview_config(
        world.session, world.catalog, phone, phones_address="https://p.example", now=NOON
    )
    return "".join(one.text for one in files)
