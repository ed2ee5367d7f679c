"""The picture has every key of every model, where the catalogue says it is (R31, R99, R116–R118)."""

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.layouts.targets import LayoutTarget, find_target
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.web.layouts.picture import MOST_COLUMNS, Desk, Picture, cut, draw

CATALOG = load_catalog()
DESK = Desk(tenant="Acme", dialect=get_dialect("own"), extensions={})
TARGETS = [
    target
    for slugs, is_for_module in ((CATALOG.phone_models, False), (CATALOG.module_models, True))
    for slug in slugs
    if (target := find_target(CATALOG, slug, is_for_module=is_for_module)) and target.keys
]


def pages(target: LayoutTarget) -> list[Picture]:
    return [draw(target, {}, DESK, page=page) for page in range(1, target.last_page + 1)]


def get(slug: str) -> LayoutTarget:
    (target,) = (one for one in TARGETS if one.model.slug == slug)
    return target


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.model.slug)
def test_every_key_is_on_exactly_one_page(target: LayoutTarget) -> None:
    """R99: a block beside the pages is there on each of them."""
    positions = [key.position for page in pages(target) for key in page.keys]
    beside = range(target.paged_keys + 1, target.keys + 1)
    assert sorted(set(positions)) == list(range(1, target.keys + 1))
    assert len(positions) == target.keys + len(beside) * (target.last_page - 1)
    for page in pages(target):
        for key in page.keys:
            assert target.page_of(key.position) == page.page or key.position in beside
    assert target.model.picture.columns <= MOST_COLUMNS


def test_keys_stand_beside_the_screen_in_their_order() -> None:
    """A T46U has ten keys on its front; the tenth turns the page."""
    second = pages(get("yealink-t46u"))[1]
    assert [key.position for key in second.left] == [10, 11, 12, 13, 14]
    assert [key.position for key in second.right] == [15, 16, 17, 18]
    assert second.has_screen


def test_a_block_of_keys_is_beside_every_page() -> None:
    for page in pages(get("grandstream-gxp2160")):
        assert [key.position for key in page.block] == list(range(25, 49))
        assert (len(page.left), len(page.right), page.columns) == (6, 0, 2)


def test_keys_of_a_touch_screen_are_on_it() -> None:
    first = pages(get("yealink-t48u"))[0]
    assert (len(first.left), len(first.right), len(first.block), first.columns) == (0, 0, 10, 5)


def test_a_page_beyond_the_last_is_the_last() -> None:
    target = get("yealink-t46u")
    assert [draw(target, {}, DESK, page=page).page for page in (-1, 0, 4, 99)] == [1, 1, 3, 3]


@pytest.mark.parametrize(("chars", "shown"), [(None, "Dora Max"), (4, "Dora"), (20, "Dora Max")])
def test_a_label_is_cut_where_it_no_longer_shows(chars: int | None, shown: str) -> None:
    assert cut("Dora Max", chars) == shown
