"""Extensions together with the phones that register as them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session

from phoneprov.core.database import Model, apply_engine_rules
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.secrets import SecretBox, new_token, use_secret_box
from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.extensions import (
    PAGE_SIZE,
    existing_values,
    find_extension_page,
    import_extensions,
    list_phones_on,
    name_phone,
    remove_extension,
    update_extension,
)
from phoneprov.fleet.first_contact import hash_token
from phoneprov.fleet.models import Phone
from phoneprov.fleet.pbx_changes import update_pbx
from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.pbxs import PbxDraft, add_pbx
from phoneprov.tenancy.audit import Actor
from phoneprov.tenancy.extension_file import read_rows
from phoneprov.tenancy.extension_import import ImportPlan, plan_import
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues
from phoneprov.tenancy.extensions import add_extension
from phoneprov.tenancy.models import AuditEntry, Extension, Tenant

NOW = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 15, 0, 0, tzinfo=UTC)
ALICE = Actor(name="alice@acme.example")


@pytest.fixture
def session() -> Iterator[Session]:
    use_secret_box(SecretBox([Fernet.generate_key()]))
    engine = create_engine("sqlite://")
    apply_engine_rules(engine)
    Model.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def acme(session: Session) -> Tenant:
    return make_tenant(session, "acme")


def make_tenant(session: Session, slug: str) -> Tenant:
    tenant = Tenant(slug=slug, name=slug.capitalize(), created_at=NOW)
    session.add(tenant)
    session.flush()
    return tenant


def make_phone(session: Session, tenant: Tenant, number: int, extension: Extension | None) -> Phone:
    token = new_token()
    phone = Phone(
        tenant_id=tenant.id,
        mac=f"805ec0{number:06x}",
        model_slug="yealink-t46u",
        extension_id=extension.id if extension else None,
        added_at=NOW,
        token=token,
        token_hash=hash_token(token),
        config_state=ConfigState(changed_at=NOW),
        status_since_at=NOW,
    )
    session.add(phone)
    session.flush()
    return phone


def values(number: str = "201", **changes: str) -> ExtensionValues:
    return ExtensionValues(**{"number": number, "sip_password": "old-secret", **changes})


def add(session: Session, tenant: Tenant, number: str = "201", **changes: str) -> Extension:
    return add_extension(session, tenant, values(number, **changes), actor=ALICE, now=NOW)


def plan(session: Session, tenant: Tenant, text: str) -> ImportPlan:
    return plan_import(read_rows(text), existing_values(session, tenant.id))


def test_it_tells_exactly_the_phones_of_a_changed_extension(session: Session, acme: Tenant) -> None:
    """A save bumps the revision of the phones it touches, and of no other."""
    extension = add(session, acme)
    on_it = make_phone(session, acme, 1, extension)
    other = make_phone(session, acme, 2, add(session, acme, "202"))
    update_extension(session, extension, values(name="Anna"), actor=ALICE, now=LATER)
    session.expire_all()
    assert (on_it.config_revision, on_it.config_changed_at) == (2, LATER)
    assert other.config_revision == 1


def test_it_tells_no_phone_of_a_save_without_change(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    phone = make_phone(session, acme, 1, extension)
    assert update_extension(session, extension, values(), actor=ALICE, now=LATER) == []
    session.expire_all()
    assert phone.config_revision == 1


def test_it_leaves_phones_without_extension_when_theirs_is_deleted(
    session: Session, acme: Tenant
) -> None:
    """R64: the phone keeps its place in the fleet; it is told, and the activity list says so."""
    extension = add(session, acme)
    phone = make_phone(session, acme, 1, extension)
    assert list_phones_on(session, extension.id) == [phone]
    assert remove_extension(session, extension, actor=ALICE, now=LATER) == 1
    session.expire_all()
    assert phone.extension_id is None
    assert phone.config_revision == 2
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["extension.add", "phone.unassign", "extension.delete"]


def test_it_imports_what_the_plan_says(session: Session, acme: Tenant) -> None:
    on_it = make_phone(session, acme, 1, add(session, acme, name="Anna"))
    other = make_phone(session, acme, 2, add(session, acme, "202"))
    text = "number;name;sip_password\n201;Anna Berg;\n0042;Zoë;new-secret\n"
    import_extensions(session, acme, plan(session, acme, text), actor=ALICE, now=LATER)
    session.expire_all()
    kept = existing_values(session, acme.id)
    assert kept["201"].name == "Anna Berg"
    assert kept["201"].sip_password == "old-secret"
    assert kept["0042"].sip_password == "new-secret"
    assert (on_it.config_revision, other.config_revision) == (2, 1)
    assert not plan(session, acme, text).can_start
    last = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()[-1]
    assert (last.action, last.note) == ("extension.import", "1 added, 1 changed")


def test_it_imports_nothing_into_another_tenant(session: Session, acme: Tenant) -> None:
    globex = make_tenant(session, "globex")
    add(session, globex, name="Charlie")
    text = "number;name;sip_password\n201;Anna;s3cret\n"
    done = plan(session, acme, text)
    assert len(done.added) == 1
    import_extensions(session, acme, done, actor=ALICE, now=LATER)
    assert existing_values(session, globex.id)["201"].name == "Charlie"


def test_it_refuses_a_plan_that_no_longer_fits(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    done = plan(session, acme, "number;name\n201;Anna\n")
    remove_extension(session, extension, actor=ALICE, now=NOW)
    with pytest.raises(InvalidValueError):
        import_extensions(session, acme, done, actor=ALICE, now=LATER)


def test_it_imports_five_thousand_rows_with_few_reads(session: Session, acme: Tenant) -> None:
    lines = "\n".join(f"{20_000 + i};Name {i};pass{i}" for i in range(5_000))
    done = plan(session, acme, f"number;name;sip_password\n{lines}\n")
    with counting(session) as statements:
        import_extensions(session, acme, done, actor=ALICE, now=LATER)
    assert len(existing_values(session, acme.id)) == 5_000
    reads = [statement for statement in statements if statement.startswith("SELECT")]
    assert len(reads) < 5


def test_it_pages_with_a_constant_number_of_queries(session: Session, acme: Tenant) -> None:
    counts = []
    for rows in (1, 2 * PAGE_SIZE + 1):
        for i in range(rows):
            extension = add(session, acme, f"{rows}{i:04}")
            make_phone(session, acme, extension.id * 10, extension)
        session.flush()
        session.expire_all()
        with counting(session) as statements:
            page = find_extension_page(session, acme.id)
            assert [row.title for row in page.extensions]
            assert all(name_phone(p) for phones in page.phones.values() for p in phones)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 4
    assert (page.total, page.last) == (2 * PAGE_SIZE + 2, 3)
    assert len(page.extensions) == PAGE_SIZE


def test_it_never_loads_passwords_into_a_list(session: Session, acme: Tenant) -> None:
    make_phone(session, acme, 1, add(session, acme))
    tenant_id = acme.id
    session.commit()
    session.expunge_all()
    page = find_extension_page(session, tenant_id)
    (extension,) = page.extensions
    assert "sip_password" not in extension.__dict__
    assert not {"token", "admin_password"} & page.phones[extension.id][0].__dict__.keys()


@pytest.mark.parametrize(
    ("search", "found"),
    [("anna", ["201"]), ("20", ["201", "0202"]), ("%", []), ("_", []), (" 0202 ", ["0202"])],
)
def test_it_finds_by_number_or_name(
    session: Session, acme: Tenant, search: str, found: list[str]
) -> None:
    """A percent sign or underscore stands for itself."""
    add(session, acme, name="Anna Berg")
    add(session, acme, "0202", name="Carl")
    add(session, make_tenant(session, "globex"), "2099", name="Anna")
    page = find_extension_page(session, acme.id, search=search)
    assert [row.number for row in page.extensions] == found


@pytest.mark.parametrize("number", [-3, 0, 99])
def test_it_shows_a_page_that_exists_whatever_was_asked(
    session: Session, acme: Tenant, number: int
) -> None:
    add(session, acme)
    assert find_extension_page(session, acme.id, number=number).number == 1


def test_it_tells_the_phones_of_a_pbx_what_changes_for_them(session: Session, acme: Tenant) -> None:
    """Only tenants on that PBX, and only when phones are told something else."""
    draft = PbxDraft(name="A", kind=PbxKind.DIRECT.value, sip_domain="a.example")
    pbx = add_pbx(session, draft, actor=ALICE, now=NOW)
    acme.pbx_id = pbx.id
    phone = make_phone(session, acme, 1, None)
    other = make_phone(session, make_tenant(session, "globex"), 2, None)
    renamed = replace(draft, name="B")
    assert update_pbx(session, pbx, renamed, actor=ALICE, now=LATER) == 0
    moved = replace(renamed, registrar_port=5070)
    assert update_pbx(session, pbx, moved, actor=ALICE, now=LATER) == 1
    session.expire_all()
    assert (phone.config_revision, other.config_revision) == (2, 1)
    assert session.get_one(Pbx, pbx.id).registrar_port == 5070


class counting:  # noqa: N801 - reads as a word after `with`
    """Counts the statements of a session's engine."""

    def __init__(self, session: Session) -> None:
        self._engine = session.get_bind()
        self._statements: list[str] = []

    def __enter__(self) -> list[str]:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self._statements

    def __exit__(self, *_: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, *arguments: object) -> None:
        self._statements.append(str(arguments[2]))


def test_it_says_which_fields_changed(session: Session, acme: Tenant) -> None:
    extension = add(session, acme)
    changed = update_extension(
        session, extension, values(voicemail_number="*97"), actor=ALICE, now=LATER
    )
    assert changed == [ExtensionField.VOICEMAIL_NUMBER]
