"""`config show` and `config explain`: what a phone would get, and why."""

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.cli import cli
from phoneprov.core.settings import Settings
from phoneprov.fleet.models import Phone
from phoneprov.tenancy.models import AuditEntry, Tenant
from tests.factories import ExtensionFactory, PbxFactory, PhoneFactory, use_session

MAC = "805ec01a2b3c"
SIP, ADMIN = "sip-Secret-77", "adm-Secret-88"


@pytest.fixture
def phone(session: Session) -> Phone:
    """Acme's phone with secrets of each kind."""
    use_session(session)
    acme = session.scalars(select(Tenant).where(Tenant.slug == "acme")).one()
    acme.pbx_id = PbxFactory(name="Main").id
    acme.admin_password = ADMIN
    extension = ExtensionFactory(tenant_id=acme.id, number="201", sip_password=SIP)
    row: Phone = PhoneFactory(tenant_id=acme.id, mac=MAC, extension_id=extension.id)
    session.commit()
    return row


@pytest.fixture(autouse=True)
def same_folder(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands read the settings of the test."""
    monkeypatch.setenv("PHONEPROV_DATA_DIR", str(settings.data_dir))


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["config", *words])


def actions(session: Session) -> list[tuple[str, str]]:
    session.expire_all()
    rows = session.scalars(select(AuditEntry)).all()
    return [(row.action, row.subject) for row in rows]


def test_show_prints_the_files_without_secrets(phone: Phone, session: Session) -> None:
    """The same as the preview on its page; nobody has to be told of it."""
    said = run("show", "80:5E:C0:1A:2B:3C")
    assert said.exit_code == 0
    assert f"==> {MAC}.cfg" in said.output
    assert "account.1.user_name = 201" in said.output
    for secret in (SIP, ADMIN, phone.token):
        assert secret not in said.output
    assert actions(session) == []


def test_show_reveals_when_asked_and_says_so(phone: Phone, session: Session) -> None:
    """Exactly what the phone gets, and a line in the tenant's activity list."""
    said = run("show", MAC, "--reveal")
    assert f"account.1.password = {SIP}" in said.output
    assert f"/prov/t/{phone.token}/" in said.output
    assert actions(session) == [("phone.reveal", "80:5e:c0:1a:2b:3c")]
    entry = session.scalars(select(AuditEntry)).one()
    assert entry.tenant_id == phone.tenant_id
    assert "command line" in entry.user_name


def test_explain_says_where_a_value_comes_from(phone: Phone) -> None:
    """Value, file, setting."""
    lines = run("explain", MAC, "local_time.time_zone").output.splitlines()
    assert lines[-3:] == [
        "local_time.time_zone = +1",
        f"  file: {MAC}.cfg",
        "  from: time zone of Acme Ltd (Europe/Berlin)",
    ]
    assert (
        "from: SIP domain of PBX Main"
        in run("explain", MAC, "account.1.sip_server.1.address").output
    )
    assert "from: the same for every Yealink T46U" in run("explain", MAC, "sip.mac_in_ua").output


def test_explain_masks_a_secret(phone: Phone, session: Session) -> None:
    """And reveals it only when asked."""
    masked = run("explain", MAC, "account.1.password").output
    assert "account.1.password = •••" in masked
    assert "from: SIP password of extension 201" in masked
    assert actions(session) == []
    assert f"= {SIP}" in run("explain", MAC, "account.1.password", "--reveal").output
    assert len(actions(session)) == 1


def test_explain_says_that_a_parameter_is_not_written(phone: Phone) -> None:
    """Whether the name is known tells a typing mistake from a gap."""
    known = run("explain", MAC, "features.dnd.enable")
    assert known.exit_code == 1
    assert "The name is known for Yealink" in known.output
    assert "The name is not known" in run("explain", MAC, "features.dnb.enable").output


def test_a_mac_that_is_nobodys_is_an_error(phone: Phone) -> None:
    """Not an empty answer."""
    said = run("show", "80:5e:c0:ff:ff:ff")
    assert said.exit_code == 1
    assert "No phone has the MAC address 80:5e:c0:ff:ff:ff" in said.output
