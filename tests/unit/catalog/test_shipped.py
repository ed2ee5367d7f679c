"""The catalogue as it ships: every model the mission names, found the way phones are found."""

import netaddr
import pytest

from phoneprov.catalog.catalog import plain_name
from phoneprov.catalog.checks import FIGURES
from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.core.errors import NotFoundError

CATALOG = load_catalog()
PHONES = list(CATALOG.phone_models.values())
NAMED = {
    Vendor.YEALINK: ("T42U", "T46U", "T48U", "T54W", "T58W", "T58"),
    Vendor.GRANDSTREAM: ("GXP2135", "GXP2170", "GRP2614", "GRP2616", "GXV3370"),
    Vendor.CISCO: ("SPA303", "SPA504G", "SPA525G", "SPA525G2"),
    Vendor.POLYCOM: ("VVX 250", "VVX 401", "VVX 411", "VVX 450", "VVX 601"),
}
SERIES = (
    "T4", "T5", "GXP1", "GXP2", "GRP", "GXV", "SPA3", "SPA5", "VVX 1", "VVX 2", "VVX 3", "VVX 4",
    "VVX 5", "VVX 6",
)  # fmt: skip
MODULES = (
    (Vendor.YEALINK, "EXP40", 40),
    (Vendor.YEALINK, "EXP50", 60),
    (Vendor.CISCO, "SPA500S", 32),
    (Vendor.POLYCOM, "VVX Color Expansion Module", 84),
    (Vendor.POLYCOM, "Polycom VVX EXP", 84),
    (Vendor.POLYCOM, "VVX Paper Expansion Module", 40),
    (Vendor.POLYCOM, "VVX EM50", 90),
)
MAKERS = {
    Vendor.YEALINK: "yealink",
    Vendor.GRANDSTREAM: "grandstream",
    Vendor.CISCO: "cisco",
    Vendor.POLYCOM: "poly",
}
NOT_IN_THE_REGISTRY = {
    "3497d7", "644f56", "b061a9", "e434d7", "ec1da9", "f01653", "f04ea4",
}  # fmt: skip
"""Prefixes seen in public provisioning systems that the judge's registry does not know: a hint
from them is weaker, and no phone is refused by it."""


@pytest.mark.parametrize(
    ("vendor", "name"), [(vendor, name) for vendor, names in NAMED.items() for name in names]
)
def test_it_has_every_model_that_the_mission_names(vendor: Vendor, name: str) -> None:
    """R74: each can be chosen under that name."""
    found = [model for model in PHONES if name in {model.name, *model.aliases}]
    assert [model.vendor for model in found] == [vendor]


@pytest.mark.parametrize("series", SERIES)
def test_it_has_a_model_of_each_series(series: str) -> None:
    """R74: at least one of each series."""
    assert [model for model in PHONES if model.name.startswith(series)]


@pytest.mark.parametrize(("vendor", "name", "keys"), MODULES)
def test_it_has_every_module_that_the_mission_names(vendor: Vendor, name: str, keys: int) -> None:
    """R43, R74, R116: each with all its keys, and at least one phone that takes it."""
    found = [
        module
        for module in CATALOG.module_models.values()
        if name.lower() in {module.name.lower(), *(alias.lower() for alias in module.aliases)}
    ]
    (module,) = found
    assert (module.vendor, module.keys) == (vendor, keys)
    takers = [p for p in PHONES if module.slug in {fit.module for fit in p.modules}]
    assert takers
    assert {phone.vendor for phone in takers} == {vendor}


@pytest.mark.parametrize("model", PHONES, ids=lambda model: model.slug)
def test_it_finds_each_model_by_its_own_user_agent_name(model: PhoneModel) -> None:
    """R5: the names a model calls itself by lead back to it, in any spelling."""
    for name in model.agent_names:
        for spelling in (name, name.lower(), name.replace("-", " "), name.replace("_", "")):
            assert model in CATALOG.list_models_by_agent(model.vendor, spelling)
    assert any(plain_name(name) in plain_name(model.agent_example) for name in model.agent_names)


@pytest.mark.parametrize("model", PHONES, ids=lambda model: model.slug)
def test_it_says_where_every_figure_comes_from(model: PhoneModel) -> None:
    """A figure without a source can't be checked by the next person."""
    assert all(model.sources[figure].strip() for figure in FIGURES)
    assert model.slug.startswith(f"{model.vendor.value}-")
    assert CATALOG.get_model(model.slug) is model
    assert CATALOG.find_model(model.slug) is model
    assert model.full_name.startswith(("Yealink ", "Grandstream ", "Cisco ", "Polycom "))


def test_it_finds_both_models_that_share_a_name() -> None:
    """T58A and T58V say the same of themselves; neither is a contradiction."""
    both = CATALOG.list_models_by_agent(Vendor.YEALINK, "SIP-T58")
    assert {model.name for model in both} == {"T58A", "T58V"}
    assert CATALOG.find_model_by_agent(Vendor.YEALINK, "SIP-T58") in both


def test_it_finds_nothing_for_what_it_does_not_know() -> None:
    """Unknown names lead to no model, and asking for one that must exist is an error."""
    assert CATALOG.find_model_by_agent(Vendor.YEALINK, "SIP-T99") is None
    assert CATALOG.find_model_by_agent(Vendor.CISCO, "VVX_411") is None
    assert CATALOG.find_model("yealink-t99") is None
    assert CATALOG.find_model_by_file("nothing.cfg") is None
    assert CATALOG.vendor_of_mac("000000000000") is None
    with pytest.raises(NotFoundError):
        CATALOG.get_model("yealink-t99")


def test_it_finds_a_model_by_the_common_file_it_asks_for() -> None:
    """Only where the name says something of the model: zeros say nothing."""
    found = CATALOG.find_model_by_file("SPA504G.CFG")
    assert found is not None
    assert found.name == "SPA504G"
    for name in ("cfg.xml", "000000000000.cfg", "y000000000000.boot"):
        assert CATALOG.find_model_by_file(name) is None


@pytest.mark.parametrize("vendor", list(Vendor))
def test_it_lists_its_models_by_vendor(vendor: Vendor) -> None:
    """R12: the form groups them so; none is lost."""
    listed = CATALOG.models_by_vendor()[vendor]
    assert listed
    assert {model.vendor for model in listed} == {vendor}
    assert len(listed) == len([model for model in PHONES if model.vendor is vendor])


@pytest.mark.parametrize(
    ("vendor", "oui"),
    [(facts.vendor, oui) for facts in CATALOG.vendors.values() for oui in sorted(facts.ouis)],
)
def test_it_names_the_maker_that_the_registry_names(vendor: Vendor, oui: str) -> None:
    """R12: judged by the IEEE registry in another's package."""
    assert CATALOG.vendor_of_mac(f"{oui}1a2b3c") is vendor
    try:
        maker = netaddr.EUI(f"{oui}000000").oui.registration().org
    except netaddr.NotRegisteredError:
        assert oui in NOT_IN_THE_REGISTRY
        return
    assert MAKERS[vendor] in maker.lower()
    assert oui not in NOT_IN_THE_REGISTRY
