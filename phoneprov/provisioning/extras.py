"""The extra parameters of one phone: its tenant's and its own; of each name the last counts."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.extra_models import ExtraParameter as Row
from phoneprov.fleet.extra_parameters import list_for_phone
from phoneprov.fleet.models import Phone
from phoneprov.vendors.config import ExtraParameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A parameter with whose it is, for people."""

    parameter: ExtraParameter
    source: str


def load_extras(session: Session, catalog: Catalog, phone: Phone) -> tuple[Extra, ...]:
    """Return what counts for a phone, by name; its tenant has to be loaded."""
    vendor = catalog.get_model(phone.model_slug).vendor
    return merge_extras(list_for_phone(session, phone, vendor), phone.tenant.name)


def parameters_of(extras: Iterable[Extra]) -> tuple[ExtraParameter, ...]:
    """Return the parameters without whose they are."""
    return tuple(one.parameter for one in extras)


def merge_extras(rows: Iterable[Row], tenant_name: str) -> tuple[Extra, ...]:
    """Return one parameter for each name: a later row wins, and any value wins over none."""
    found: dict[str, Row] = {}
    for row in rows:
        if row.value is not None or row.name not in found:
            found[row.name] = row
    return tuple(_extra(found[name], tenant_name) for name in sorted(found))


def _extra(row: Row, tenant_name: str) -> Extra:
    whose = f"of {tenant_name}" if row.phone_id is None else "of this phone"
    return Extra(
        parameter=ExtraParameter(
            name=row.name, value=row.value or "", is_taken_back=row.value is None
        ),
        source=f"extra parameter {whose}" + (", taken back" if row.value is None else ""),
    )
