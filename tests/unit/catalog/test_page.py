"""The page of the catalogue says what the catalogue holds."""

from phoneprov.catalog.model import ModuleModel, PhoneModel
from tests.unit.catalog.page import CATALOG, PAGE, written


def test_its_tables_are_those_of_the_catalogue() -> None:
    """Run `python -m tests.unit.catalog.page` after a change of a catalogue file."""
    assert PAGE.read_text("utf-8") == written()


def test_it_has_every_model_and_module() -> None:
    """R74: each has its row."""
    text = PAGE.read_text("utf-8")
    models: list[PhoneModel | ModuleModel] = list(CATALOG.phone_models.values())
    models += CATALOG.module_models.values()
    assert [one.name for one in models if f"| {one.name} " not in text] == []
