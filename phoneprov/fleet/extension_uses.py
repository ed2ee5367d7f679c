"""What a phone's form needs to know of a tenant's extensions and models; no secret is read."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.core.mac import format_mac
from phoneprov.fleet.models import Phone
from phoneprov.tenancy.models import Extension


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneOnLine:
    """A phone as it is named beside the extension that it is on."""

    phone_id: int
    name: str
    model_slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtensionUse:
    """An extension as it is offered, with the phones that are on it already; no secret."""

    id: int
    number: str
    name: str
    phones: tuple[PhoneOnLine, ...] = ()

    @property
    def title(self) -> str:
        """Number and name as people read it: `201 Anna Berg`."""
        return f"{self.number} {self.name}".strip()


def list_extension_uses(session: Session, tenant_id: int) -> Sequence[ExtensionUse]:
    """Return the extensions of a tenant and the phones on each, in two queries."""
    on_line: dict[int | None, list[PhoneOnLine]] = {}
    phones = session.execute(
        select(
            Phone.extension_id,
            Phone.id,
            Phone.display_name,
            Phone.place,
            Phone.mac,
            Phone.model_slug,
        )
        .where(Phone.tenant_id == tenant_id, Phone.extension_id.is_not(None))
        .order_by(Phone.display_name, Phone.mac)
    )
    for extension_id, phone_id, name, place, mac, slug in phones:
        one = PhoneOnLine(phone_id=phone_id, name=name or place or format_mac(mac), model_slug=slug)
        on_line.setdefault(extension_id, []).append(one)
    rows = session.execute(
        select(Extension.id, Extension.number, Extension.name)
        .where(Extension.tenant_id == tenant_id)
        .order_by(func.length(Extension.number), Extension.number)
    )
    return [
        ExtensionUse(id=key, number=number, name=name, phones=tuple(on_line.get(key, ())))
        for key, number, name in rows
    ]


def count_models(session: Session, tenant_id: int) -> dict[str, int]:
    """Return how many phones of each model a tenant has."""
    rows = session.execute(
        select(Phone.model_slug, func.count())
        .where(Phone.tenant_id == tenant_id)
        .group_by(Phone.model_slug)
    )
    return {slug: count for slug, count in rows}  # noqa: C416 - dict() of rows loses the types
