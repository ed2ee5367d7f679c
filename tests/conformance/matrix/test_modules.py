"""Expansion modules: every key that exists can be set, and nothing is dropped in silence."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import ModuleModel, PhoneModel
from phoneprov.vendors.config import Button, ButtonKind, ModuleConfig, PhoneConfig
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.key_rules import can_carry
from phoneprov.vendors.registry import WRITERS
from tests.conformance import intents
from tests.conformance.matrix.desks import config_for, desk_for

CATALOG = load_catalog()
FITS = [
    (model, CATALOG.module_models[fit.module], fit.at_most)
    for group in CATALOG.models_by_vendor().values()
    for model in group
    for fit in model.modules
]
IDS = [f"{model.slug}-{module.slug}" for model, module, _ in FITS]
ONE_OF_EACH = (
    ("yealink-t46s", "yealink-exp40", "expansion_module.2.key.40."),
    ("yealink-t54w", "yealink-exp50", "expansion_module.2.key.60."),
    ("grandstream-gxp2170", "grandstream-gxp2200ext", "P2339"),
    ("grandstream-gxv3240", "grandstream-gxp2200ext", "P2339"),
    ("cisco-spa525g", "cisco-spa500s", "Unit_2_Key_32"),
    ("cisco-spa504g", "cisco-spa500ds", "Unit_2_Key_30"),
    ("polycom-vvx-601", "polycom-vvx-color-expansion-module", "attendant.resourceList.1."),
    ("polycom-vvx-450", "polycom-vvx-em50", "attendant.resourceList.1."),
)
KINDS = (ButtonKind.SPEED_DIAL, ButtonKind.BLF, ButtonKind.PARK_RETRIEVE, ButtonKind.CUSTOM)


def with_modules(
    model: PhoneModel, modules: tuple[ModuleConfig, ...], own: tuple[Button, ...] = ()
) -> PhoneConfig:
    """Return a config with modules."""
    return config_for(model, buttons=own, modules=modules)


def full(module: ModuleModel, number: int, kind: ButtonKind) -> ModuleConfig:
    """Return a module with a button on each key, no two of the phone alike."""
    buttons = (
        Button(position=n, kind=kind, value=f"{number}{n:03}", label=f"M{number} K{n}")
        for n in range(1, module.keys + 1)
    )
    return ModuleConfig(module=module, buttons=tuple(buttons))


@pytest.mark.parametrize("kind", [ButtonKind.SPEED_DIAL, ButtonKind.BLF])
@pytest.mark.parametrize(("model", "module", "at_most"), FITS, ids=IDS)
def test_it_sets_every_key_of_every_module(
    model: PhoneModel, module: ModuleModel, at_most: int, kind: ButtonKind
) -> None:
    """R44, R116-R118: all keys on all pages of as many modules as the phone takes."""
    modules = tuple(full(module, number, kind) for number in range(1, at_most + 1))
    config = with_modules(model, modules)
    desk = desk_for(model)
    desk.take(config)
    seen = desk.module_keys()
    assert set(seen) == {(m, n) for m in range(1, at_most + 1) for n in range(1, module.keys + 1)}
    for (number, position), key in seen.items():
        assert (key.target, key.label) == (f"{number}{position:03}", f"M{number} K{position}")
    dark = [place for place, key in seen.items() if kind not in key.kinds]
    losses = WRITERS[model.vendor].list_losses(config)
    assert (
        len(losses)
        == len(dark)
        == max(0, len(seen) - 100) * (model.vendor == "polycom") * (kind is ButtonKind.BLF)
    )


@pytest.mark.parametrize(("model", "module", "at_most"), FITS, ids=IDS)
def test_it_names_the_same_parameters_with_modules_and_without(
    model: PhoneModel, module: ModuleModel, at_most: int
) -> None:
    """DESIGN 4.9: a module that is unplugged, or its layout taken off, leaves nothing behind."""
    desk = desk_for(model)
    none = with_modules(model, ())
    modules = tuple(full(module, number, ButtonKind.BLF) for number in range(1, at_most + 1))
    some = with_modules(model, modules)
    names = [name for name, _ in desk.parameters(none)]
    assert [name for name, _ in desk.parameters(some)] == names
    assert desk.unknown_names(some) == set()
    desk.take(some)
    desk.take(none)
    assert desk.module_keys() == {}


@pytest.mark.parametrize(("model_slug", "module_slug", "_place"), ONE_OF_EACH)
@pytest.mark.parametrize("kind", [ButtonKind.BLF, ButtonKind.SPEED_DIAL])
def test_it_forgets_one_key_that_is_taken_back(
    model_slug: str, module_slug: str, _place: str, kind: ButtonKind
) -> None:
    """R109: one key goes, its neighbours stay as they were."""
    model, module = CATALOG.get_model(model_slug), CATALOG.module_models[module_slug]
    whole = full(module, 1, kind)
    fewer = dataclasses.replace(whole, buttons=(*whole.buttons[:4], *whole.buttons[5:]))
    desk = desk_for(model)
    desk.take(with_modules(model, (whole,)))
    before = desk.module_keys()
    desk.take(with_modules(model, (fewer,)))
    assert desk.module_keys() == {place: key for place, key in before.items() if place != (1, 5)}


def test_it_numbers_the_keys_of_two_sorts_of_modules_in_their_order() -> None:
    """R46: on a VVX keys count on over the modules, whatever each one's size."""
    paper = CATALOG.module_models["polycom-vvx-paper-expansion-module"]
    colour = CATALOG.module_models["polycom-vvx-color-expansion-module"]
    model = CATALOG.get_model("polycom-vvx-601")
    first, last = full(paper, 1, ButtonKind.BLF), full(colour, 2, ButtonKind.SPEED_DIAL)
    desk = desk_for(model)
    desk.take(with_modules(model, (first, last)))
    names = dict(desk.parameters(with_modules(model, (first, last))))
    assert names["lineKey.17.category"] == names["lineKey.56.category"] == "BLF"
    assert names["lineKey.57.category"] == "EFK"
    assert len(desk.module_keys()) == 40 + 84


@pytest.mark.parametrize(("model_slug", "module_slug", "place"), ONE_OF_EACH)
@pytest.mark.parametrize("hostile", intents.hostile_inputs("text"), ids=lambda one: str(one.id))
def test_it_lets_no_label_of_a_module_become_a_parameter(
    model_slug: str, module_slug: str, place: str, hostile: intents.HostileInput
) -> None:
    """S1, S2: only the key's own parameters differ from those of a plain label."""
    model, module = CATALOG.get_model(model_slug), CATALOG.module_models[module_slug]
    last = Button(position=module.keys, kind=ButtonKind.BLF, value="204", label="Benign")

    def labelled(text: str) -> PhoneConfig:
        one = ModuleConfig(module=module, buttons=(dataclasses.replace(last, label=text),))
        return with_modules(model, (ModuleConfig(module=module), one))

    desk = desk_for(model)
    if not hostile.is_writable:
        with pytest.raises(UnwritableValueError):
            desk.parameters(labelled(hostile.stored))
        return
    plain, tricky = desk.parameters(labelled("Benign")), desk.parameters(labelled(hostile.stored))
    assert [name for name, _ in tricky] == [name for name, _ in plain]
    changed = {name for (name, _), before in zip(tricky, plain, strict=True) if (name, _) != before}
    assert all(name.startswith(place) for name in changed)
    assert len(changed) <= 1


def buttons_of(keys: int) -> st.SearchStrategy[tuple[Button, ...]]:
    """Return any buttons, also where there is no key and of kinds that can't be."""
    one = st.builds(
        Button,
        position=st.integers(1, keys + 3),
        kind=st.sampled_from(ButtonKind),
        value=st.sampled_from(["", "201", "*72", ";"]),
        label=st.sampled_from(["", "Anna"]),
    )
    return st.lists(one, unique_by=lambda button: button.position, max_size=12).map(tuple)


@pytest.mark.parametrize(("model_slug", "module_slug", "_place"), ONE_OF_EACH)
@settings(deadline=None)  # a busy machine is no fault of a file
@given(data=st.data())
def test_it_drops_no_button_in_silence(
    model_slug: str, module_slug: str, _place: str, data: st.DataObject
) -> None:
    """R100: each button is on its key, or list_losses says which is not and why."""
    model, module = CATALOG.get_model(model_slug), CATALOG.module_models[module_slug]
    own = data.draw(buttons_of(model.line_keys).filter(bool))
    modules = (ModuleConfig(module=module, buttons=data.draw(buttons_of(module.keys))),)
    config = with_modules(model, modules, own)
    desk = desk_for(model)
    desk.take(config)
    seen, seen_on_module = desk.keys(), desk.module_keys()
    missing = [b for b in own if _does(b) and b.position not in seen]
    plugged = modules[0].buttons
    missing += [b for b in plugged if _does(b) and (1, b.position) not in seen_on_module]
    assert len(WRITERS[model.vendor].list_losses(config)) >= len(missing)


def _does(button: Button) -> bool:
    """Tell whether a button means something: a line, a conference, or a number to dial."""
    return button.kind in {ButtonKind.LINE, ButtonKind.CONFERENCE} or bool(button.value)


@pytest.mark.parametrize("kind", ButtonKind)
@pytest.mark.parametrize("model", [*CATALOG.phone_models.values(), *CATALOG.module_models.values()])
def test_it_says_why_a_key_can_not_be_that(
    model: PhoneModel | ModuleModel, kind: ButtonKind
) -> None:
    """R100, R107: a refusal is a sentence that names the way that works."""
    keys = model.line_keys if isinstance(model, PhoneModel) else model.keys
    assert can_carry(model, kind, 0) is not None
    assert can_carry(model, kind, keys + 1) is not None
    refusal = can_carry(model, kind, max(keys, 1), has_value=True)
    assert refusal is None or (refusal.endswith(".") and len(refusal) > 30)


@pytest.mark.parametrize(
    ("slug", "kind", "says"),
    [
        ("cisco-spa504g", ButtonKind.CONFERENCE, "conf soft key"),
        ("polycom-vvx-411", ButtonKind.CONFERENCE, "Conference soft key"),
        ("grandstream-gxv3370", ButtonKind.LINE, "offers its accounts by itself"),
        ("cisco-spa301", ButtonKind.BLF, "no programmable keys"),
    ],
)
def test_it_names_the_way_that_works(slug: str, kind: ButtonKind, says: str) -> None:
    """R107: conference where the model has no such key, and its like."""
    assert says in (can_carry(CATALOG.get_model(slug), kind, 1) or "")
    if kind is ButtonKind.CONFERENCE:
        assert can_carry(CATALOG.get_model(slug), kind, 1, has_value=True) is None


def test_it_refuses_the_key_that_turns_a_page() -> None:
    """Key 21 of an EXP20 can't be configured; its neighbours can."""
    exp20 = CATALOG.module_models["yealink-exp20"]
    refusals = {n for n in range(1, exp20.keys + 1) if can_carry(exp20, ButtonKind.BLF, n)}
    assert refusals == {21}


def test_it_names_a_module_that_does_not_fit() -> None:
    """R115: one too many, or of another vendor, is left out and said."""
    model = CATALOG.get_model("cisco-spa504g")
    module = ModuleConfig(module=CATALOG.module_models["cisco-spa500s"])
    (loss,) = WRITERS[model.vendor].list_losses(with_modules(model, (module,) * 3))
    assert loss.startswith("Module 3:")


@pytest.mark.parametrize("slug", ["grandstream-gxv3240", "grandstream-gxv3275"])
def test_it_shows_a_gxv_s_own_keys_behind_those_of_its_boards(slug: str) -> None:
    """The app and the boards show the same 160 keys; what has no room is named."""
    model = CATALOG.get_model(slug)
    module = CATALOG.module_models["grandstream-gxp2200ext"]
    own = tuple(Button(position=n, kind=ButtonKind.BLF, value=f"3{n:03}") for n in (1, 120, 121))
    config = with_modules(model, (full(module, 1, ButtonKind.BLF),), own)
    desk = desk_for(model)
    desk.take(config)
    assert sorted(desk.keys()) == [1, 120]
    assert len(desk.module_keys()) == 40
    (loss,) = WRITERS[model.vendor].list_losses(config)
    assert loss.startswith("Key 121:")


@pytest.mark.parametrize(
    ("slug", "longest"),
    [("yealink-t46u", 99), ("grandstream-grp2614", 64), ("polycom-vvx-411", 91)],
)
def test_it_dials_no_number_that_was_cut(slug: str, longest: int) -> None:
    """R108: a number that a key can't hold is named; half of it would ring somebody else."""
    model = CATALOG.get_model(slug)
    own = tuple(
        Button(position=n, kind=ButtonKind.SPEED_DIAL, value="7" * (longest + n)) for n in (0, 1)
    )
    own = tuple(dataclasses.replace(one, position=n) for n, one in enumerate(own, start=1))
    config = with_modules(model, (), own)
    desk = desk_for(model)
    desk.take(config)
    assert {n: len(key.target) for n, key in desk.keys().items()} == {1: longest}
    (loss,) = WRITERS[model.vendor].list_losses(config)
    assert loss.startswith("Key 2:")


@pytest.mark.parametrize(
    "model", [m for m in CATALOG.phone_models.values() if len(m.modules) > 1], ids=lambda m: m.slug
)
def test_it_forgets_a_module_that_another_one_replaces(model: PhoneModel) -> None:
    """R109: of a larger module's keys none is left behind the smaller one's."""
    sorts = [CATALOG.module_models[fit.module] for fit in model.modules]
    large, small = sorted(sorts, key=lambda module: -module.keys)
    desk = desk_for(model)
    desk.take(with_modules(model, (full(large, 1, ButtonKind.BLF),) * 2))
    assert len(desk.module_keys()) == min(2 * large.keys, 252)
    desk.take(with_modules(model, (full(small, 1, ButtonKind.SPEED_DIAL),)))
    assert set(desk.module_keys()) == {(1, n) for n in range(1, small.keys + 1)}
    kinds = {ButtonKind.BLF, ButtonKind.PARK_RETRIEVE}
    assert not any(key.kinds & kinds for key in desk.module_keys().values())
