"""A phone's own keys in what it is told, on all four vendors (R16, R17, R40, R45, R101, R102, R109)."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import select

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.fleet import layout_changes
from phoneprov.fleet.drafts import ModuleDraft, PhoneDraft, draft_of
from phoneprov.fleet.extensions import remove_extension, update_extension
from phoneprov.fleet.models import Phone, PhoneEvent
from phoneprov.fleet.own_key_models import PhoneButton
from phoneprov.fleet.own_key_uses import count_differing, list_own_keys
from phoneprov.fleet.own_keys import (
    KeyPlace,
    OpenKey,
    empty_own_key,
    find_key,
    revert_key,
    set_own_key,
)
from phoneprov.fleet.phones import change_phone, delete_phone, find_phone, reassign_phone
from phoneprov.fleet.revisions import touch_phones_that_say
from phoneprov.fleet.rule_changes import add_rule
from phoneprov.layouts.drafts import ButtonDraft
from phoneprov.layouts.rule_changes import RuleDraft
from phoneprov.layouts.targets import get_target
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.provisioning.keys import load_keys
from phoneprov.provisioning.preview import explain_file, load_told
from phoneprov.provisioning.told_keys import OWN_EXTENSION, ToldKey, read_told_keys
from phoneprov.tenancy.extension_values import values_of
from phoneprov.tenancy.models import AuditEntry, Extension
from phoneprov.vendors.config import ButtonKind, PhoneConfig
from tests.conformance.matrix.desks import desk_for
from tests.integration.layouts.conftest import MODULE, Desk
from tests.integration.provisioning.test_keys import told
from tests.integration.provisioning.test_patterns import MACS
from tests.integration.rows import ALICE, MAC, NOON, World

DIALECT = get_dialect("asterisk")
OFFICE = [
    ("yealink-t46u", "yealink-exp43"),
    ("grandstream-gxp2170", "grandstream-gxp2200ext"),
    ("cisco-spa509g", "cisco-spa500s"),
    ("polycom-vvx-601", "polycom-vvx-color-expansion-module"),
]


@dataclass
class Own:
    """Verbs on the own keys of one phone."""

    desk: Desk
    phone: Phone

    @property
    def world(self) -> World:
        return self.desk.world

    def open(self, position: int, module: int = 0) -> OpenKey:
        place = KeyPlace(position=position, module=module)
        key = find_key(self.world.session, self.world.catalog, self.loaded(), place)
        assert key is not None
        return key

    def loaded(self) -> Phone:
        phone = find_phone(self.world.session, self.phone.tenant_id, self.phone.id)
        assert phone is not None
        return phone

    def set(
        self,
        position: int,
        kind: str,
        value: str = "",
        label: str = "",
        module: int = 0,
        seen: str | None = None,
    ) -> bool:
        return set_own_key(
            self.world.session,
            self.world.catalog,
            self.loaded(),
            self.open(position, module),
            ButtonDraft(kind=kind, value=value, label=label),
            dialect=DIALECT,
            actor=ALICE,
            now=NOON,
            seen=seen,
        )

    def empty(self, position: int, module: int = 0) -> bool:
        key = self.open(position, module)
        return empty_own_key(self.world.session, self.loaded(), key, actor=ALICE, now=NOON)

    def revert(self, position: int, module: int = 0) -> bool:
        key = self.open(position, module)
        return revert_key(self.world.session, self.loaded(), key, actor=ALICE, now=NOON)

    def lock(self, layout_id: int, position: int, *, is_locked: bool = True) -> int:
        layout = next(one for one in self.desk.all() if one.id == layout_id)
        return layout_changes.lock_key(
            self.world.session, layout, position, is_locked=is_locked, actor=ALICE, now=NOON
        )

    def told(self) -> PhoneConfig:
        return told(self.world, self.phone)

    def buttons(self) -> dict[int, tuple[ButtonKind, str]]:
        return {one.position: (one.kind, one.value) for one in self.told().buttons}

    def picture(self) -> dict[tuple[int, int], ToldKey]:
        phone = self.loaded()
        keys = load_keys(self.world.session, phone)
        sets = read_told_keys(self.world.catalog, phone, keys, DIALECT)
        return {(one.module, key.position): key for one in sets for key in one.keys.values()}

    @property
    def revision(self) -> int:
        return self.desk.revision(self.phone)


@pytest.fixture
def desk(world: World) -> Desk:
    world.pbx.dialect = "asterisk"
    return Desk(world)


@pytest.fixture
def own(desk: Desk, world: World) -> Own:
    """The phone of 201 with a layout of a line and two lamps, and a module with one of its own."""
    anna = world.extension("201")
    for number in ("202", "203", "900"):
        world.extension(number)
    layout, side = desk.layout("Desk"), desk.module_layout("Side")
    desk.assign(layout, 1, "line")
    desk.assign(layout, 2, "blf", "202")
    desk.assign(layout, 3, "blf", "201")
    desk.assign(side, 1, "blf", "203")
    phone = world.phone(
        extension=anna,
        button_layout_id=layout.id,
        modules=(ModuleDraft(module_slug=MODULE, layout_id=side.id),),
    )
    return Own(desk, phone)


@pytest.mark.parametrize(("model", "module"), OFFICE)
def test_every_vendor_is_told_the_phones_own_keys(
    desk: Desk, world: World, model: str, module: str
) -> None:
    """R45, R109: on phone and module, instead of the layout's; reverted, all is as in the layout."""
    anna = world.extension("201")
    world.extension("202")
    layout = desk.layout("Desk", model_slug=model)
    side = desk.module_layout("Side", model_slug=module)
    desk.assign(layout, 1, "line")
    desk.assign(layout, 2, "blf", "202")
    desk.assign(layout, 3, "speed_dial", "030111", "Door")
    desk.assign(side, 1, "blf", "202")
    desk.assign(side, 2, "speed_dial", "030222", "Gate")
    attached = (ModuleDraft(module_slug=module, layout_id=side.id),)
    phone = world.phone(
        MACS[model], model, extension=anna, button_layout_id=layout.id, modules=attached
    )
    own = Own(desk, phone)

    def read() -> tuple[dict[int, str], dict[tuple[int, int], str]]:
        config = own.told()
        assert config.notes == ()
        reader = desk_for(config.model)
        reader.take(config)
        keys = {position: key.target for position, key in reader.keys().items() if position > 1}
        return keys, {where: key.target for where, key in reader.module_keys().items()}

    of_layout = ({2: "202", 3: "030111"}, {(1, 1): "202", (1, 2): "030222"})
    assert read() == of_layout
    own.set(2, "speed_dial", "030777", "Boss")
    own.empty(3)
    own.set(1, "speed_dial", "030888", "Lab", module=1)
    own.empty(2, module=1)
    assert read() == ({2: "030777"}, {(1, 1): "030888"})
    for module_number in (0, 1):
        for row in list_own_keys(world.session, phone.id):
            if row.module == module_number:
                own.revert(row.position, module_number)
    assert read() == of_layout


def test_own_keys_survive_every_change_of_the_layout(own: Own, desk: Desk) -> None:
    """Set, clear, move, undo: what the phone has of its own stays as it is."""
    layout = desk.layout_of(own.phone)
    own.set(2, "speed_dial", "030777", "Boss")
    desk.assign(layout, 2, "custom", "1")
    desk.assign(layout, 5, "custom", "5")
    desk.clear(layout, 2)
    desk.move(layout, 5, 2)
    layout_changes.undo_step(desk.world.session, layout, layout.step, actor=ALICE, now=NOON)
    assert own.buttons()[2] == (ButtonKind.SPEED_DIAL, "030777")
    layout_changes.remove_layout(desk.world.session, layout, actor=ALICE, now=NOON)
    assert own.buttons() == {1: (ButtonKind.LINE, ""), 2: (ButtonKind.SPEED_DIAL, "030777")}


def test_only_this_phone_is_told(own: Own, desk: Desk, world: World) -> None:
    """And the timeline and the audit trail say who did what."""
    layout = desk.layout_of(own.phone)
    other = world.phone("805ec0000009", button_layout_id=layout.id)
    before = (own.revision, desk.revision(other))
    assert own.set(2, "speed_dial", "030777", "Boss")
    assert not own.set(2, "speed_dial", "030777", "Boss")
    assert (own.revision, desk.revision(other)) == (before[0] + 1, before[1])
    assert told(world, other).buttons != own.told().buttons
    assert own.revert(2)
    assert not own.revert(2)
    assert own.revision == before[0] + 2
    texts = [one.text for one in world.session.scalars(select(PhoneEvent))]
    assert "Key 2 is its own: speed dial 030777 “Boss”." in texts
    assert "Key 2 is as in the layout again." in texts
    audit = world.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "phone.key").order_by(AuditEntry.id)
    ).all()
    assert audit[0].changes == {"key 2": [None, "speed dial 030777 “Boss”"]}


def test_without_a_layout_the_line_stays_beside_own_keys(desk: Desk, world: World) -> None:
    """R109: a lamp of its own does not take the line key away; leaving that empty does."""
    own = Own(desk, world.phone(extension=world.extension("201")))
    world.extension("202")
    assert own.buttons() == {}
    own.set(4, "blf", "202")
    assert own.buttons() == {1: (ButtonKind.LINE, ""), 4: (ButtonKind.BLF, "202")}
    own.empty(1)
    assert own.buttons() == {4: (ButtonKind.BLF, "202")}
    own.revert(4)
    assert own.buttons() == {}
    key = own.picture()[0, 1]
    assert key.button is not None
    assert "shows its line here" in key.reason


def test_a_locked_key_refuses_an_own_key(own: Own, desk: Desk) -> None:
    """Also one with no button; the reason says whose it is."""
    layout_id = desk.layout_of(own.phone).id
    own.lock(layout_id, 2)
    own.lock(layout_id, 9)
    for position in (2, 9):
        with pytest.raises(NotAllowedError, match="The layout has locked this key"):
            own.set(position, "custom", "1")
        with pytest.raises(NotAllowedError, match="The layout has locked this key"):
            own.empty(position)
    assert own.set(8, "custom", "1")


def test_locking_puts_own_keys_aside_and_keeps_them(own: Own, desk: Desk, world: World) -> None:
    """Only the phones that have one there are told; undo brings them back."""
    layout = desk.layout_of(own.phone)
    other = world.phone("805ec0000009", button_layout_id=layout.id)
    own.set(2, "speed_dial", "030777")
    assert count_differing(world.session, layout) == {2: 1}
    before = (own.revision, desk.revision(other))
    assert own.lock(layout.id, 2) == 1
    assert own.lock(layout.id, 2) == 0
    assert (own.revision, desk.revision(other)) == (before[0] + 1, before[1])
    assert own.buttons()[2] == (ButtonKind.BLF, "202")
    assert own.picture()[0, 2].is_overridden
    layout_changes.undo_step(world.session, layout, layout.step, actor=ALICE, now=NOON)
    assert own.buttons()[2] == (ButtonKind.SPEED_DIAL, "030777")
    layout_changes.redo_step(world.session, layout, layout.step, actor=ALICE, now=NOON)
    assert own.buttons()[2] == (ButtonKind.BLF, "202")
    assert own.lock(layout.id, 2, is_locked=False) == 1
    assert own.buttons()[2] == (ButtonKind.SPEED_DIAL, "030777")
    own.lock(layout.id, 2)
    assert own.revert(2)


def test_a_lock_of_a_module_layout_holds_for_its_modules(own: Own, desk: Desk) -> None:
    """Counted per phone, however many modules have the layout."""
    side = next(one for one in desk.all() if one.is_for_module)
    own.set(1, "custom", "1", module=1)
    assert count_differing(desk.world.session, side) == {1: 1}
    own.lock(side.id, 1)
    assert [one.value for one in own.told().modules[0].buttons] == ["203"]
    with pytest.raises(NotAllowedError):
        own.set(1, "custom", "2", module=1)


def test_the_second_of_two_is_told(own: Own, desk: Desk) -> None:
    """By an own key of somebody else, and by a change of the layout under it."""
    seen = own.open(2).mark
    own.set(2, "custom", "22", "Two")
    with pytest.raises(InvalidValueError, match="it is now custom 22 “Two”"):
        own.set(2, "custom", "11", seen=seen)
    seen = own.open(5).mark
    desk.assign(desk.layout_of(own.phone), 5, "custom", "55")
    with pytest.raises(InvalidValueError, match="it is now custom 55"):
        own.set(5, "custom", "11", seen=seen)
    assert own.set(5, "custom", "11", seen=own.open(5).mark)


def test_own_lines_count_against_the_accounts_of_the_model(desk: Desk, world: World) -> None:
    """R101: together with the layout's lines, and those of modules; the phone's own is no further."""
    model, module = "grandstream-gxp2140", "grandstream-gxp2200ext"
    anna, *_ = [world.extension(one) for one in ("201", "202", "203", "204", "205")]
    layout = desk.layout(model_slug=model)
    desk.assign(layout, 1, "line")
    desk.assign(layout, 2, "line", "202")
    attached = (ModuleDraft(module_slug=module, layout_id=None),)
    phone = world.phone(
        "c074ad1a2b3c", model, extension=anna, button_layout_id=layout.id, modules=attached
    )
    own = Own(desk, phone)
    own.set(3, "line", "203")
    own.set(4, "line", "203")
    own.set(5, "line", "204")
    with pytest.raises(InvalidValueError, match="has 4 accounts") as refused:
        own.set(6, "line", "205")
    assert refused.value.field == "value"
    own.set(6, "line", "201")
    own.empty(2)
    assert own.set(7, "line", "205")
    assert [one.user for one in own.told().accounts] == ["201", "203", "204", "205"]


def test_what_a_key_cant_be_is_refused_with_the_reason(own: Own, world: World) -> None:
    """R100: as in the editor of layouts; nobody else's extension is found."""
    world.extension("777", tenant=world.other_tenant())
    for kind, value, words in (
        ("blf", "Nobody here", "No extension has"),
        ("line", "777", "No extension has"),
        ("dance", "", "Choose what the key does"),
        ("park_retrieve", "99", "Slots of this PBX"),
        ("custom", "{x}", "There is no variable"),
    ):
        with pytest.raises(InvalidValueError, match=words):
            own.set(6, kind, value)
    assert list_own_keys(world.session, own.phone.id) == []


def test_a_key_that_the_phone_has_not_cant_be_opened(own: Own, world: World) -> None:
    for position, module in ((0, 0), (28, 0), (61, 1), (1, 2), (1, -1)):
        place = KeyPlace(position=position, module=module)
        assert find_key(world.session, world.catalog, own.loaded(), place) is None


def test_a_renamed_extension_renews_the_phones_with_an_own_key_on_it(
    own: Own, world: World
) -> None:
    """R102: label and number follow; gone, it is flagged and a line never becomes the phone's."""
    own.set(6, "line", "900")
    own.set(7, "blf", "203")
    row = world.session.scalars(select(Extension).where(Extension.number == "900")).one()
    before = own.revision
    values = values_of(row)
    changed = replace(values, name="Lab", number="901")
    update_extension(world.session, row, changed, actor=ALICE, now=NOON)
    assert own.revision == before + 1
    assert next(one.label for one in own.told().buttons if one.position == 6) == "Lab"
    remove_extension(world.session, row, actor=ALICE, now=NOON)
    assert own.revision > before + 1
    assert "Key 6: there is no extension 900 any more." in own.told().notes
    assert 6 not in own.buttons()


def test_the_tenants_name_in_an_own_label_is_renewed(own: Own, world: World) -> None:
    own.set(6, "custom", "1", "{tenant}")
    before = own.revision
    other = world.other_tenant()
    assert touch_phones_that_say(world.session, other.id, "tenant", NOON) == 0
    assert touch_phones_that_say(world.session, world.tenant.id, "tenant", NOON) == 1
    assert own.revision == before + 1


def test_another_model_drops_what_has_no_place(own: Own, world: World) -> None:
    """R120: keys beyond the new model's, and those of a module that goes; the rest stays."""
    own.set(2, "custom", "22")
    own.set(27, "custom", "27")
    own.set(3, "custom", "33", module=1)
    phone = own.loaded()
    draft = PhoneDraft(
        mac=MAC, model_slug="yealink-t40g", extension_id=phone.extension_id, modules=()
    )
    change_phone(
        world.session, world.catalog, phone, draft, keep_password=True, actor=ALICE, now=NOON
    )
    kept = [(one.module, one.position) for one in list_own_keys(world.session, phone.id)]
    assert kept == [(0, 2)]
    audit = world.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "phone.change")
    ).one()
    assert audit.changes["own key 27"] == ["custom 27", None]
    assert audit.changes["own key 3 of module 1"] == ["custom 33", None]


def test_any_other_change_of_the_phone_leaves_them(own: Own, world: World) -> None:
    own.set(2, "custom", "22")
    phone = own.loaded()
    draft = draft_of(phone)
    change_phone(
        world.session,
        world.catalog,
        phone,
        replace(draft, display_name="Other", mac="805ec0000055"),
        keep_password=True,
        actor=ALICE,
        now=NOON,
    )
    assert own.buttons()[2] == (ButtonKind.CUSTOM, "22")


@pytest.mark.parametrize("keeps", [False, True])
def test_a_new_user_starts_without_the_last_ones_keys(
    own: Own, world: World, *, keeps: bool
) -> None:
    """R142, R143: unless they are kept on purpose."""
    own.set(2, "custom", "22")
    phone = own.loaded()
    draft = PhoneDraft(mac=MAC, model_slug=phone.model_slug, extension_id=None)
    reassign_phone(
        world.session, world.catalog, phone, draft, keeps_own_keys=keeps, actor=ALICE, now=NOON
    )
    assert bool(list_own_keys(world.session, phone.id)) is keeps


def test_a_deleted_phone_leaves_no_key(own: Own, world: World) -> None:
    """R142."""
    own.set(2, "custom", "22")
    delete_phone(world.session, own.loaded(), actor=ALICE, now=NOON)
    assert world.session.scalars(select(PhoneButton)).all() == []


def test_the_picture_says_what_each_key_does_and_why_not(own: Own) -> None:
    """R99: a lamp for the phone's own extension is left out on purpose; an own one is meant."""
    own.set(7, "line", "900", "Lab")
    picture = own.picture()
    shown = {where: one.button.label for where, one in picture.items() if one.button}
    assert shown == {
        (0, 1): "Person 201",
        (0, 2): "Person 202",
        (0, 7): "Lab",
        (1, 1): "Person 203",
    }
    assert (picture[0, 3].button, picture[0, 3].reason) == (None, OWN_EXTENSION)
    own.set(3, "blf", "201")
    assert own.picture()[0, 3].button is not None


def test_explain_says_that_a_key_is_the_phones_own(own: Own, world: World) -> None:
    own.set(2, "custom", "22", "Two")
    own.set(1, "custom", "33", module=1)
    assert _explain(own, "linekey.2.value") == ["own key 2 of this phone"]
    assert _explain(own, "linekey.1.type") == ["key 1 of button layout “Desk”"]
    assert _explain(own, "expansion_module.1.key.1.value") == ["own keys of this phone on module 1"]


def _explain(own: Own, name: str) -> list[str]:
    loaded = load_told(
        own.world.session,
        own.world.catalog,
        own.phone,
        phones_address="https://p.example",
        now=NOON,
    )
    assert loaded is not None
    return [words for one in explain_file(loaded, name=name) for words in one.settings]


def test_an_own_key_takes_one_place_of_a_rule_and_moves_nobody(own: Own, world: World) -> None:
    """R102: the others of the rule stay on their keys; what the rule made there is the layout's."""
    world.extension("901")
    layout = own.desk.layout_of(own.phone)
    target = get_target(world.catalog, layout.model_slug, is_for_module=False)
    draft = RuleDraft(kind="blf", first_key=4, last_key=6)
    add_rule(world.session, layout, target, draft, actor=ALICE, now=NOON)
    assert [own.buttons().get(one) for one in (4, 5, 6)] == [
        (ButtonKind.BLF, "900"),
        (ButtonKind.BLF, "901"),
        None,
    ]
    own.set(4, "custom", "44")
    assert own.buttons()[4] == (ButtonKind.CUSTOM, "44")
    assert own.buttons()[5] == (ButtonKind.BLF, "901")
    key = own.picture()[0, 4]
    assert key.in_layout is not None
    assert key.in_layout.value == "900"
