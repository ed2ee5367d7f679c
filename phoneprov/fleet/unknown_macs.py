"""MACs that asked for files and are nobody's phone, and phones that were removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel
from phoneprov.core.mac import format_mac
from phoneprov.core.sheets import MOST_ROWS
from phoneprov.fleet.models import Farewell, UnknownMac
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import for_tenant
from phoneprov.vendors.registry import read_user_agent

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownPage:
    """One page of the unknown MACs, those seen last first."""

    macs: Sequence[UnknownMac]
    total: int
    number: int
    """Counts from 1."""

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // PAGE_SIZE))


def count_unknown(session: Session) -> int:
    """Return how many unknown MACs there are."""
    return session.scalar(select(func.count()).select_from(UnknownMac)) or 0


def find_unknown_page(session: Session, *, number: int = 1) -> UnknownPage:
    """Return a page of the unknown MACs; a page beyond the last is the last."""
    total = count_unknown(session)
    page = min(max(number, 1), max(1, -(-total // PAGE_SIZE)))
    rows = session.scalars(
        select(UnknownMac)
        .order_by(UnknownMac.last_seen_at.desc(), UnknownMac.mac)
        .offset((page - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE)
    ).all()
    return UnknownPage(macs=rows, total=total, number=page)


def find_unknown_mac(session: Session, mac: str) -> UnknownMac | None:
    """Return what is known of an unknown MAC, in its normal form."""
    return session.get(UnknownMac, mac)


def told_model(catalog: Catalog, seen: UnknownMac) -> PhoneModel | None:
    """Return the model that an unknown phone's User-Agent names, where the catalogue has it."""
    agent = read_user_agent(seen.user_agent)
    if agent is None or agent.model_name is None:
        return None
    return catalog.find_model_by_agent(agent.vendor, agent.model_name)


def list_for_import(session: Session, catalog: Catalog) -> str:
    """Return the unknown phones as a list to import, each with the model it says it is."""
    rows = session.scalars(
        select(UnknownMac).order_by(UnknownMac.last_seen_at.desc()).limit(MOST_ROWS)
    )
    lines = ["mac;model;extension;place"]
    for seen in rows:
        model = told_model(catalog, seen)
        lines.append(f"{format_mac(seen.mac)};{model.full_name if model else ''};;")
    return "\n".join(lines) + "\n"


def forget_unknown_mac(session: Session, seen: UnknownMac, *, actor: Actor, now: datetime) -> None:
    """Take a MAC off the list; it comes back when it asks again."""
    write_audit(session, actor, "unknown.forget", format_mac(seen.mac), at=now)
    session.delete(seen)
    session.flush()


def forget_all_unknown(
    session: Session, *, seen_before: datetime, actor: Actor, now: datetime
) -> int:
    """Take all MACs off the list that were last seen before a time; return how many."""
    gone = session.scalars(
        delete(UnknownMac).where(UnknownMac.last_seen_at <= seen_before).returning(UnknownMac.mac)
    ).all()
    write_audit(session, actor, "unknown.forget_all", f"{len(gone)} unknown MACs", at=now)
    return len(gone)


def list_farewells(session: Session, tenant_id: int) -> Sequence[Farewell]:
    """Return the removed phones of a tenant that may still have to be told, newest first."""
    query = for_tenant(tenant_id, Farewell).order_by(Farewell.removed_at.desc(), Farewell.mac)
    return session.scalars(query).all()
