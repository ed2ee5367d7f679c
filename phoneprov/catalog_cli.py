"""`catalog check` and `catalog list`: models and templates, ours and the provider's own."""

from pathlib import Path

import click

from phoneprov.catalog.errors import CatalogError
from phoneprov.catalog.loader import load_catalog
from phoneprov.core.settings import load_settings
from phoneprov.vendors.template_checks import make_writers


@click.group()
def catalog() -> None:
    """Phone models: shipped ones, and the provider's own in the data folder."""


@catalog.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path, file_okay=False))
def check_catalog(folder: Path | None) -> None:
    """Say exactly what is wrong with own models and templates.

    FOLDER holds `catalog` and `vendor_templates`; without it, the data folder is looked at.
    """
    folder = folder or load_settings().data_dir
    if not folder.is_dir():
        raise click.ClickException(f"There is no folder {folder}.")
    try:
        found = load_catalog(folder / "catalog")
    except CatalogError as error:
        _, mistakes = make_writers(folder / "vendor_templates", load_catalog())
        raise click.ClickException("\n".join((*error.mistakes, *mistakes))) from error
    _, mistakes = make_writers(folder / "vendor_templates", found)
    if mistakes:
        raise click.ClickException("\n".join(mistakes))
    click.echo(f"{len(found.phone_models)} phone models, {len(found.module_models)} modules: right")


@catalog.command("list")
def list_catalog() -> None:
    """Print all phone models and expansion modules, own ones marked."""
    found, shipped = load_catalog(load_settings().data_dir / "catalog"), load_catalog()
    for phone in found.phone_models.values():
        mark = _mark(phone, shipped.find_model(phone.slug))
        click.echo(f"{phone.slug:40}{phone.full_name}, {phone.line_keys} keys{mark}")
    for module in found.module_models.values():
        mark = _mark(module, shipped.module_models.get(module.slug))
        click.echo(f"{module.slug:40}{module.name}, {module.keys} keys{mark}")


def _mark(own: object, shipped: object | None) -> str:
    if shipped is None:
        return ", your own"
    return "" if own == shipped else ", yours instead of the shipped one"
