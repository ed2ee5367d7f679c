"""The farewell of a removed phone: told once to switch its accounts off, by its old address."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.first_contact import hash_token
from phoneprov.fleet.models import Farewell
from phoneprov.provisioning.compose import ConfigFrame, compose_farewell
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask, make_answers
from phoneprov.provisioning.files import AskedFile
from phoneprov.tenancy.models import Tenant
from phoneprov.vendors.encryption import encrypt_file
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import carries_accounts


def answer_farewell(  # noqa: PLR0913 - a request with its frame
    session: Session,
    catalog: Catalog,
    ask: Ask,
    file: AskedFile,
    *,
    frame: ConfigFrame,
    now: datetime,
) -> Answer:
    """Return the file of a removed phone with all accounts off, until it has fetched it."""
    farewell = session.scalar(
        select(Farewell).where(Farewell.token_hash == hash_token(frame.token))
    )
    if farewell is None or farewell.ends_at <= now or farewell.fetched_at is not None:
        return NOT_FOUND
    if ask.method not in {"GET", "HEAD"} or file.mac not in {None, farewell.mac}:
        return NOT_FOUND
    tenant = session.get_one(Tenant, farewell.tenant_id)
    config = compose_farewell(catalog, farewell, tenant, frame)
    writer = WRITERS[config.model.vendor]
    written = writer.write_file(config, file.name)
    if written is None:
        return NOT_FOUND
    if ask.method == "GET" and carries_accounts(writer, config, file.name, written):
        farewell.fetched_at = now
        session.commit()
    if file.is_sealed and farewell.config_key:
        written = encrypt_file(config.model, written, farewell.config_key)
    answers = make_answers(written.body, written.content_type)
    return answers.choose(if_none_match="", is_head=ask.method == "HEAD")


def forget_old_farewells(session: Session, now: datetime) -> int:
    """Delete farewells whose day is over; return how many."""
    result = session.execute(delete(Farewell).where(Farewell.ends_at <= now))
    return int(result.rowcount)  # type: ignore[attr-defined]
