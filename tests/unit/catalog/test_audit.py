"""The audit: every model and module that was promised is there, every figure has a source."""

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import ModuleModel, PhoneModel, Vendor

CATALOG = load_catalog()
PROMISED = {
    Vendor.YEALINK: """T40P T40G T41P T41S T41U T42G T42S T42U T43U T44U T44W T46G T46S T46U T48G T48S
        T48U T49G T52S T53 T53W T54S T54W T56A T57W T58 T58A T58V T58W""",
    Vendor.GRANDSTREAM: """GXP1400 GXP1405 GXP1450 GXP1610 GXP1615 GXP1620 GXP1625 GXP1628 GXP1630
        GXP1760 GXP1780 GXP1782 GXP2130 GXP2135 GXP2140 GXP2160 GXP2170 GRP2601 GRP2602 GRP2603
        GRP2604 GRP2612 GRP2613 GRP2614 GRP2615 GRP2616 GRP2624 GRP2634 GRP2636 GRP2650 GRP2670
        GXV3240 GXV3275 GXV3350 GXV3370 GXV3380""",
    Vendor.CISCO: """SPA301 SPA303 SPA501G SPA502G SPA504G SPA508G SPA509G SPA512G SPA514G SPA525G
        SPA525G2""",
    Vendor.POLYCOM: """VVX_101 VVX_150 VVX_201 VVX_250 VVX_300 VVX_301 VVX_310 VVX_311 VVX_350 VVX_400
        VVX_401 VVX_410 VVX_411 VVX_450 VVX_500 VVX_501 VVX_600 VVX_601""",
}
PROMISED_MODULES = {
    Vendor.YEALINK: ("EXP40", "EXP43", "EXP50"),
    Vendor.GRANDSTREAM: ("GXP2200EXT", "GBX20"),
    Vendor.CISCO: ("SPA500S", "SPA500DS"),
    Vendor.POLYCOM: ("VVX Color Expansion Module", "VVX Paper Expansion Module", "VVX EM50"),
}
UNSAID = frozenset({"name", "slug", "vendor", "family", "aliases", "notes", "sources", "traits"})
"""Fields that are no figure: names, what the vendor's writer needs, words."""
ELSEWHERE = frozenset({"agent_example", "key_rules", "keys_per_page"})
"""Made of a figure that has its source, or with a source in each entry."""


def _names(model: PhoneModel | ModuleModel) -> set[str]:
    return {model.name, *model.aliases}


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (vendor, name.replace("_", " "))
        for vendor, all_ in PROMISED.items()
        for name in all_.split()
    ],
)
def test_it_has_every_promised_phone(vendor: Vendor, name: str) -> None:
    """R74: it can be chosen under this name, and is one model of this vendor."""
    found = [one for one in CATALOG.phone_models.values() if name in _names(one)]
    assert [one.vendor for one in found] == [vendor]


@pytest.mark.parametrize(
    ("vendor", "name"),
    [(vendor, name) for vendor, all_ in PROMISED_MODULES.items() for name in all_],
)
def test_it_has_every_promised_module(vendor: Vendor, name: str) -> None:
    """R74, R116: under this name, and some phone takes it."""
    found = [one for one in CATALOG.module_models.values() if name in _names(one)]
    assert [one.vendor for one in found] == [vendor]
    fits = {fit.module for one in CATALOG.phone_models.values() for fit in one.modules}
    assert found[0].slug in fits


@pytest.mark.parametrize("model", CATALOG.phone_models.values(), ids=lambda one: one.slug)
def test_every_figure_of_a_phone_has_a_source(model: PhoneModel) -> None:
    """Also those that only some phones have."""
    figures = set(PhoneModel.__dataclass_fields__) - UNSAID - ELSEWHERE
    given = {name for name in figures if getattr(model, name)}
    assert given - {name for name, source in model.sources.items() if source.strip()} == set()


@pytest.mark.parametrize("model", CATALOG.module_models.values(), ids=lambda one: one.slug)
def test_every_figure_of_a_module_has_a_source(model: ModuleModel) -> None:
    """The source of `keys` is that of keys and pages."""
    figures = set(ModuleModel.__dataclass_fields__) - UNSAID - ELSEWHERE - {"pages"}
    given = {name for name in figures if getattr(model, name)}
    assert given - {name for name, source in model.sources.items() if source.strip()} == set()
    assert model.sources["keys"].strip()
