"""The extra parameters of one phone: its tenant's, its profile's, its own; the last counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.extra_models import ExtraParameter as Row
from phoneprov.fleet.extra_parameters import list_for_phone
from phoneprov.fleet.inherited import Source, name_source
from phoneprov.fleet.models import Phone
from phoneprov.vendors.config import ExtraParameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A parameter with whose it is, for people."""

    parameter: ExtraParameter
    source: str


def load_extras(session: Session, catalog: Catalog, phone: Phone) -> tuple[Extra, ...]:
    """Return what counts for a phone, by name; its tenant and profile have to be loaded."""
    vendor = catalog.get_model(phone.model_slug).vendor
    return merge_extras(list_for_phone(session, phone, vendor), phone)


def parameters_of(extras: Iterable[Extra]) -> tuple[ExtraParameter, ...]:
    """Return the parameters without whose they are."""
    return tuple(one.parameter for one in extras)


def merge_extras(rows: Iterable[Row], phone: Phone) -> tuple[Extra, ...]:
    """Return one parameter for each name: a later row wins, and any value wins over none."""
    found: dict[str, Row] = {}
    for row in rows:
        if row.value is not None or row.name not in found:
            found[row.name] = row
    return tuple(_extra(found[name], phone) for name in sorted(found))


def _extra(row: Row, phone: Phone) -> Extra:
    source = Source.PHONE if row.phone_id else Source.PROFILE if row.profile_id else Source.TENANT
    return Extra(
        parameter=ExtraParameter(
            name=row.name, value=row.value or "", is_taken_back=row.value is None
        ),
        source=f"extra parameter of {name_source(phone, source)}"
        + (", taken back" if row.value is None else ""),
    )
