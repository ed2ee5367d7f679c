"""Where each model's keys are: enough to draw a phone, and no key twice or missing."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from phoneprov.catalog.errors import CatalogError
from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import KeyPicture, ModuleModel, PhoneModel
from tests.unit.catalog.test_loader import PHONE

CATALOG = load_catalog()
WITHOUT_SCREEN = {
    "cisco-spa301", "cisco-spa501g", "cisco-spa500s", "yealink-exp38",
    "polycom-vvx-paper-expansion-module",
}  # fmt: skip


def test_it_places_every_key_of_every_phone() -> None:
    """Each key beside the screen, on a touch screen, or in a block of its own."""
    for phone in CATALOG.phone_models.values():
        picture = phone.picture
        beside = picture.left + picture.right + picture.below
        assert beside == (0 if picture.touch else phone.physical_keys), phone.slug
        block = phone.line_keys if picture.touch else phone.side_keys
        assert bool(picture.columns) == bool(block), phone.slug
        assert phone.sources["picture"], phone.slug


def test_it_places_every_key_of_every_module() -> None:
    """The keys of a page stand in two columns."""
    for module in CATALOG.module_models.values():
        assert module.picture.left + module.picture.right == module.keys_per_page, module.slug
        assert module.sources["picture"], module.slug


def test_it_knows_the_screen_of_every_model_that_has_one() -> None:
    """A picture has the proportions of the screen."""
    models: list[PhoneModel | ModuleModel] = [
        *CATALOG.phone_models.values(),
        *CATALOG.module_models.values(),
    ]
    assert {model.slug for model in models if model.picture.screen is None} == WITHOUT_SCREEN


def _mistakes_of(folder: Path, picture: str) -> Sequence[str]:
    (folder / "yealink" / "phones").mkdir(parents=True)
    text = PHONE.replace("[sources]", f"[picture]\n{picture}\n\n[sources]")
    (folder / "yealink" / "phones" / "yealink-t99x.toml").write_text(text)
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    return caught.value.mistakes


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        ("left = 3\nright = 3", "yealink-t99x: picture: left, right and below are 6 keys, not 5"),
        (
            "left = 3\nright = 2\ncolumns = 2",
            "yealink-t99x: picture: columns is for side_keys or a touch screen; there are none",
        ),
        ("touch = true", "yealink-t99x: picture: columns is missing for a block of 10 keys"),
        (
            "left = 5\nscreen = [480, 0]",
            "yealink-t99x: picture: screen is a width and a height in pixels",
        ),
    ],
)
def test_it_says_which_keys_a_picture_gets_wrong(tmp_path: Path, picture: str, said: str) -> None:
    """A picture that contradicts the figures is a mistake, with both numbers."""
    assert said in _mistakes_of(tmp_path, picture)


def test_it_draws_half_the_keys_on_either_side_without_a_picture(tmp_path: Path) -> None:
    """A provider's own model needs none."""
    (tmp_path / "yealink" / "phones").mkdir(parents=True)
    (tmp_path / "yealink" / "phones" / "yealink-t99x.toml").write_text(PHONE)
    assert load_catalog(tmp_path).get_model("yealink-t99x").picture == KeyPicture(left=3, right=2)
