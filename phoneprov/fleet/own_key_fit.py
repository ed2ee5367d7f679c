"""Own keys of a phone that another model, or other modules, have no place for."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.fleet.own_key_uses import list_own_keys
from phoneprov.fleet.own_keys import KeyPlace, say_key
from phoneprov.fleet.phone_keys import list_modules
from phoneprov.layouts.targets import find_target


def list_misfit_keys(
    session: Session,
    catalog: Catalog,
    phone_id: int,
    model_slug: str,
    modules: Sequence[str],
) -> list[PhoneButton]:
    """Return the own keys of a phone that it could not have as this model with these modules.

    `modules` are slugs in the order of attachment.
    """
    slugs = {ON_PHONE: model_slug, **dict(enumerate(modules, start=1))}
    return [
        row
        for row in list_own_keys(session, phone_id)
        if not _fits(catalog, row, slugs.get(row.module, ""))
    ]


def say_misfit(row: PhoneButton) -> str:
    """Return an own key in words: `its own key 4 of module 1 (blf 202)`."""
    place = KeyPlace(module=row.module, position=row.position)
    return f"its own {place.words} ({say_key(row)})"


def drop_misfit_keys(session: Session, catalog: Catalog, phone: Phone) -> dict[str, list[object]]:
    """Forget the own keys that have no place on the phone as it is now; return what they were."""
    modules = [row.module_slug for row in list_modules(session, phone.id)]
    misfits = list_misfit_keys(session, catalog, phone.id, phone.model_slug, modules)
    changes: dict[str, list[object]] = {
        f"own {KeyPlace(module=row.module, position=row.position).words}": [say_key(row), None]
        for row in misfits
    }
    for row in misfits:
        session.delete(row)
    session.flush()
    return changes


def forget_own_keys(session: Session, phone_id: int) -> None:
    """Let all keys of a phone be as in its layouts."""
    session.execute(delete(PhoneButton).where(PhoneButton.phone_id == phone_id))


def _fits(catalog: Catalog, row: PhoneButton, slug: str) -> bool:
    target = find_target(catalog, slug, is_for_module=row.module != ON_PHONE)
    if target is None or not 1 <= row.position <= target.keys:
        return False
    if row.kind is None:
        return True
    return target.why_not(row.position, row.kind, has_value=bool(row.value)) is None
