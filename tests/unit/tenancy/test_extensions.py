"""Add, change, delete an extension, and who may see its password."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues
from phoneprov.tenancy.extensions import (
    add_extension,
    add_extensions,
    change_extension,
    delete_extension,
    reveal_sip_password,
)
from phoneprov.tenancy.models import AuditEntry, Extension, Tenant
from tests.unit.tenancy.conftest import ALICE, NOW

SECRET = "vR7mKq2ZxT9pLw4N"


def values(**changes: str) -> ExtensionValues:
    return ExtensionValues(
        **{"number": "201", "name": "Anna Berg", "sip_password": SECRET, **changes}
    )


def add(session: Session, tenant: Tenant, **changes: str) -> Extension:
    return add_extension(session, tenant, values(**changes), actor=ALICE, now=NOW)


def audit(session: Session) -> list[AuditEntry]:
    return list(session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_it_adds_an_extension(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    assert extension.title == "201 Anna Berg"
    assert extension.sip_user == "201"
    entry = audit(session)[0]
    assert (entry.action, entry.subject, entry.tenant_id) == (
        "extension.add",
        "201 Anna Berg",
        acme.id,
    )
    assert (entry.user_name, entry.address, entry.at) == (ALICE.name, ALICE.address, NOW)


def test_it_keeps_the_password_encrypted(session: Session, acme: Tenant) -> None:
    add(session, acme)
    stored = session.execute(text("select sip_password from extension")).scalar_one()
    assert SECRET not in stored


def test_it_refuses_a_number_twice_in_a_tenant(session: Session, acme: Tenant) -> None:
    add(session, acme)
    with pytest.raises(InvalidValueError) as caught:
        add(session, acme)
    assert caught.value.field == "number"
    assert "201" in caught.value.message


def test_it_gives_the_same_number_to_two_tenants(
    session: Session, acme: Tenant, globex: Tenant
) -> None:
    assert add(session, acme).tenant_id != add(session, globex).tenant_id


def test_it_lets_the_database_decide_between_two_clicks(session: Session, acme: Tenant) -> None:
    """Two adds at the same moment both find the number free; the second one is told."""
    add(session, acme)
    session.commit()
    with pytest.raises(InvalidValueError) as caught:
        add_extensions(session, acme, [values(number="202"), values()], actor=ALICE, now=NOW)
    assert caught.value.field == "number"
    assert session.scalars(select(Extension.number)).all() == ["201"]


def test_it_changes_what_differs_and_says_what(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    wanted = values(name="Anna Díaz", voicemail_number="*97")
    changed = change_extension(session, extension, wanted, actor=ALICE, now=NOW)
    assert changed == [ExtensionField.NAME, ExtensionField.VOICEMAIL_NUMBER]
    assert audit(session)[-1].changes == {
        "name": ["Anna Berg", "Anna Díaz"],
        "voicemail_number": ["", "*97"],
    }


def test_it_leaves_an_untouched_password_alone(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    change_extension(session, extension, values(name="B", sip_password=""), actor=ALICE, now=NOW)
    assert extension.sip_password == SECRET


def test_it_masks_a_changed_password_in_the_audit(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    changed = change_extension(
        session, extension, values(sip_password="another-secret"), actor=ALICE, now=NOW
    )
    assert changed == [ExtensionField.SIP_PASSWORD]
    assert extension.sip_password == "another-secret"
    trail = repr([entry.changes for entry in audit(session)])
    assert "another-secret" not in trail
    assert SECRET not in trail
    assert "sip_password" in trail


def test_it_writes_nothing_when_nothing_changes(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    assert change_extension(session, extension, values(), actor=ALICE, now=NOW) == []
    assert len(audit(session)) == 1


def test_it_refuses_to_take_the_number_of_another(session: Session, acme: Tenant) -> None:
    add(session, acme)
    other = add(session, acme, number="202")
    with pytest.raises(InvalidValueError) as caught:
        change_extension(session, other, values(), actor=ALICE, now=NOW)
    assert caught.value.field == "number"


def test_it_changes_the_number_and_the_user_that_follows_it(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    changed = change_extension(session, extension, values(number="0201"), actor=ALICE, now=NOW)
    assert changed == [ExtensionField.NUMBER, ExtensionField.SIP_USER]
    assert (extension.number, extension.sip_user) == ("0201", "0201")


def test_it_deletes_an_extension(session: Session, acme: Tenant) -> None:
    delete_extension(session, add(session, acme), actor=ALICE, now=NOW)
    assert session.scalars(select(Extension)).all() == []
    assert audit(session)[-1].action == "extension.delete"


def test_it_writes_down_who_saw_a_password(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    assert reveal_sip_password(session, extension, actor=ALICE, now=NOW) == SECRET
    entry = audit(session)[-1]
    assert entry.action == "extension.reveal"
    assert SECRET not in repr((entry.subject, entry.changes, entry.note))
