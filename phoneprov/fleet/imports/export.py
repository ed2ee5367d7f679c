"""Phones as the rows of a list: what can be set, and what they told."""

from collections.abc import Collection, Iterator

from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.imports.known import read_known
from phoneprov.fleet.imports.sheet import PhoneColumn, show_phone
from phoneprov.fleet.queries import title_phone


def export_phones(
    session: Session, catalog: Catalog, tenant_id: int, phone_ids: Collection[int]
) -> Iterator[dict[PhoneColumn, str]]:
    """Yield the rows of a tenant's phones with these ids, in the order they were added."""
    known = read_known(session, catalog, tenant_id)
    wanted, names = set(phone_ids), known.layout_names
    for phone in known.phones.values():
        if phone.id not in wanted:
            continue
        registered = phone.last_registered_at
        yield {
            **show_phone(phone, catalog, names, known.modules.get(phone.id, ())),
            PhoneColumn.NAME: title_phone(phone),
            PhoneColumn.STATUS: phone.status.label,
            PhoneColumn.IP_ADDRESS: phone.ip_address,
            PhoneColumn.FIRMWARE: phone.firmware,
            PhoneColumn.LAST_REGISTERED: registered.isoformat(timespec="seconds")
            if registered
            else "",
        }
