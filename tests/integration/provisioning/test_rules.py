"""What rules come to on phones: in the configs of all four vendors, and at what cost."""

import pytest

from phoneprov.fleet import extensions
from phoneprov.fleet.drafts import ModuleDraft
from phoneprov.fleet.models import Phone
from phoneprov.layouts.models import ButtonLayout
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import Ask
from phoneprov.vendors.config import ButtonKind
from tests.conformance.matrix.desks import desk_for
from tests.integration.layouts.conftest import MODULE, Desk
from tests.integration.layouts.ruling import change, person, rule
from tests.integration.provisioning.test_keys import OFFICE, counted, told
from tests.integration.provisioning.test_patterns import MACS, OWN, SLOTS, same
from tests.integration.rows import ALICE, NOON, World


@pytest.fixture
def desk(world: World) -> Desk:
    world.pbx.dialect = "asterisk"
    return Desk(world)


def read(world: World, phone: Phone) -> list[tuple[frozenset[ButtonKind], str]]:
    config = told(world, phone)
    reader = desk_for(config.model)
    reader.take(config)
    keys = reader.keys()
    assert list(keys) == list(range(1, len(keys) + 1))
    return [(key.kinds, key.target) for key in keys.values()]


def lamps(*numbers: str) -> list[tuple[ButtonKind, str | None]]:
    return [(ButtonKind.BLF, number) for number in numbers]


@pytest.mark.parametrize("model", MACS)
def test_every_vendor_is_told_exactly_the_keys_of_the_rules(
    desk: Desk, world: World, model: str
) -> None:
    """R34, R36, R102: line by hand, everyone but the phone's own by number, then the slots."""
    own = world.extension("204")
    for number in ("202", "1000", "203"):
        world.extension(number)
    layout = desk.layout(model_slug=model)
    desk.assign(layout, 1, "line")
    rule(desk, layout, 2, 4, order="number")
    rule(desk, layout, 5, 9, kind="park_retrieve")
    phone = world.phone(MACS[model], model, extension=own, button_layout_id=layout.id)
    found = read(world, phone)
    assert same(found, [OWN, *lamps("202", "203", "1000"), *SLOTS]), found
    change(desk, own, number="205", name="Zoë")
    person(desk, "101", "Aaron")
    found = read(world, phone)
    assert same(found, [OWN, *lamps("101", "202", "203"), *SLOTS]), found
    assert told(world, phone).notes == (
        "Key 2–4: BLF for everyone: no key is left for Person 1000.",
    )


@pytest.mark.parametrize(("model", "module"), OFFICE)
def test_the_rest_goes_on_to_every_vendors_module(
    desk: Desk, world: World, model: str, module: str
) -> None:
    """R45, R46."""
    own = person(desk, "201", "Own")
    for number in range(300, 306):
        person(desk, str(number), f"Name {number}", "Sales")
    layout = desk.layout("Desk", model_slug=model)
    modules = desk.module_layout("Side", model_slug=module)
    desk.assign(layout, 1, "line")
    desk.assign(modules, 2, "speed_dial", "+49 30 5550202", "Door")
    rule(desk, layout, 2, 4, group="sales", goes_on=True)
    attached = (ModuleDraft(module_slug=module, layout_id=modules.id),)
    mac = next(
        mac for slug, mac in MACS.items() if slug.split("-")[0] == model.split("-", maxsplit=1)[0]
    )
    phone = world.phone(mac, model, extension=own, button_layout_id=layout.id, modules=attached)
    config = told(world, phone)
    assert config.notes == ()
    reader = desk_for(config.model)
    reader.take(config)
    there = reader.module_keys()
    assert {place: key.target for place, key in there.items()} == {
        (1, 1): "303",
        (1, 2): "+49305550202",
        (1, 3): "304",
        (1, 4): "305",
    }
    assert [key.target for key in reader.keys().values()][1:] == ["300", "301", "302"]


def test_each_phone_has_all_but_itself(desk: Desk, world: World) -> None:
    anna, ben = person(desk, "201", "Anna"), person(desk, "202", "Ben")
    layout = desk.layout()
    rule(desk, layout, 3, 9)
    phones = [
        world.phone("805ec0000001", extension=anna, button_layout_id=layout.id),
        world.phone("805ec0000002", extension=ben, button_layout_id=layout.id),
    ]
    assert [
        [(one.position, one.label) for one in told(world, phone).buttons] for phone in phones
    ] == [[(3, "Ben")], [(3, "Anna")]]


def test_rules_cost_two_queries_however_many_there_are(desk: Desk, world: World) -> None:
    """And a phone without any costs as many as before there were rules."""
    own = person(desk, "201")
    layouts = {name: desk.layout(name) for name in ("plain", "one", "many", "slots")}
    for number in range(300, 330):
        person(desk, str(number), groups="Sales, Support")
    desk.assign(layouts["plain"], 1, "line")
    rule(desk, layouts["one"], 1, 27)
    rule(desk, layouts["slots"], 1, 5, kind="park_retrieve")
    for first in range(1, 20):
        rule(desk, layouts["many"], first, first, group="sales" if first % 2 else "support")
    costs = {}
    for at, (name, layout) in enumerate(layouts.items()):
        phone = world.phone(f"805ec000000{at}", extension=own, button_layout_id=layout.id)
        told(world, phone)
        with counted(world.session) as statements:
            told(world, phone)
        costs[name] = len(statements)
        assert not [one for one in statements if "sip_password" in one][1:]
    assert costs["one"] == costs["many"] == costs["slots"] + 1 == costs["plain"] + 2


def test_nothing_of_another_tenant_comes_onto_a_phone(desk: Desk, world: World) -> None:
    """R65: neither its extensions nor, if a row pointed at one, its layout's rules."""
    own = person(desk, "201")
    other = world.other_tenant()
    person(desk, "666", groups="Sales", tenant=other)
    person(desk, "202", groups="sales")
    layout = desk.layout()
    rule(desk, layout, 1, 9, group="sales")
    phone = world.phone(extension=own, button_layout_id=layout.id)
    assert [one.value for one in told(world, phone).buttons] == ["202"]
    foreign = desk.layout("Theirs", tenant=other)
    rule(desk, foreign, 1, 9)
    phone.button_layout_id = foreign.id
    assert told(world, phone).buttons == ()


def test_a_phone_without_line_gets_no_key_of_a_rule(desk: Desk, world: World) -> None:
    person(desk, "201")
    layout = desk.layout()
    rule(desk, layout, 1, 9)
    config = told(world, world.phone(button_layout_id=layout.id))
    assert (config.buttons, config.notes) == ((), ())


def test_etags_change_for_exactly_the_phones_that_a_rule_reaches(
    desk: Desk, world: World, answering: Answering
) -> None:
    """R41: all others get their 304."""
    first = person(desk, "201", "Anna")
    person(desk, "202", "Ben", "Sales")
    on_module = desk.module_layout()
    layouts: dict[str, ButtonLayout | None] = {
        "everyone": desk.layout("everyone"),
        "sales": desk.layout("sales"),
        "by hand": desk.layout("by hand"),
        "module": None,
    }
    for name, group in (("everyone", ""), ("sales", "sales")):
        layout = layouts[name]
        assert layout is not None
        rule(desk, layout, 1, 9, group=group)
    rule(desk, on_module, 1, 9, group="sales")
    assert layouts["by hand"] is not None
    desk.assign(layouts["by hand"], 1, "blf", "202")
    phones = {}
    for at, (name, layout) in enumerate(layouts.items()):
        modules = (ModuleDraft(module_slug=MODULE, layout_id=on_module.id),)
        phones[name] = world.phone(
            f"805ec000000{at}",
            extension=first,
            button_layout_id=layout.id if layout else None,
            modules=() if layout else modules,
        )

    def etags() -> dict[str, str]:
        world.session.commit()
        found = {}
        for name, phone in phones.items():
            path = f"/prov/t/{phone.token}/{phone.mac}.cfg"
            answer = answering.answer(Ask(method="GET", path=path, address="10.1.1.7"))
            assert answer.status == 200, name
            found[name] = dict(answer.headers)["ETag"]
        return found

    def changed(before: dict[str, str]) -> set[str]:
        after = etags()
        return {name for name in phones if before[name] != after[name]}

    before = etags()
    carl = person(desk, "203", "Carl")
    assert changed(before) == {"everyone"}
    before = etags()
    change(desk, carl, groups="Sales")
    assert changed(before) == {"sales", "module"}
    before = etags()
    change(desk, carl, name="Karl")
    assert changed(before) == {"everyone", "sales", "module"}
    before = etags()
    extensions.remove_extension(world.session, carl, actor=ALICE, now=NOON)
    assert changed(before) == {"everyone", "sales", "module"}
