"""The folders of a provider, followed by the server: what is taken, what is refused, who is told."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from phoneprov.core.settings import Settings
from phoneprov.fleet.models import Phone
from phoneprov.jobs.own_files import OwnFiles
from phoneprov.tenancy.models import Tenant
from phoneprov.vendors.registry import SHIPPED_WRITERS, WRITERS
from phoneprov.web.runtime import EXTENSION
from tests.factories import PhoneFactory, TenantFactory, use_session
from tests.unit.catalog.test_loader import PHONE

COMMON = "#!version:1.0.0.1\nauto_provision.repeat.minutes = {{ poll_minutes }}\n"


@pytest.fixture
def own(app: Flask) -> OwnFiles:
    """Return what follows the folders of the test's data folder."""
    found = app.extensions[EXTENSION].own_files
    assert isinstance(found, OwnFiles)
    return found


def put(settings: Settings, name: str, text: str) -> Path:
    path = settings.data_dir / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def phones(session: Session, *slugs: str) -> list[Phone]:
    """Add a phone of each model."""
    use_session(session)
    tenant: Tenant = TenantFactory()
    rows = [
        PhoneFactory(tenant_id=tenant.id, mac=f"805ec01a2b0{place}", model_slug=slug)
        for place, slug in enumerate(slugs)
    ]
    session.commit()
    return rows


def revisions(session: Session, rows: list[Phone]) -> list[int]:
    session.expire_all()
    return [row.config_revision for row in rows]


def test_it_reads_only_what_has_changed(own: OwnFiles, settings: Settings) -> None:
    """Looking is all it does while nothing happens."""
    assert not own.follow()
    put(settings, "catalog/yealink/phones/yealink-t99x.toml", PHONE)
    assert own.follow()
    assert own.mistakes == ()
    assert own.catalog.find_model("yealink-t99x") is not None
    assert not own.follow()


def test_phones_of_a_changed_model_get_a_new_config(
    own: OwnFiles, settings: Settings, session: Session
) -> None:
    """R77: those and no others."""
    put(settings, "catalog/yealink/phones/yealink-t99x.toml", PHONE)
    own.follow()
    rows = phones(session, "yealink-t99x", "yealink-t46u")
    mine, other = revisions(session, rows)
    put(settings, "catalog/yealink/phones/yealink-t99x.toml", PHONE.replace("= 4", "= 3"))
    own.follow()
    assert revisions(session, rows) == [mine + 1, other]


def test_phones_of_the_vendor_of_a_changed_template_get_a_new_config(
    own: OwnFiles, settings: Settings, session: Session
) -> None:
    """Adding it and taking it away: both change what is written."""
    rows = phones(session, "yealink-t46u", "cisco-spa504g")
    mine, other = revisions(session, rows)
    path = put(settings, "vendor_templates/yealink/common.cfg", COMMON)
    own.follow()
    assert own.mistakes == ()
    assert revisions(session, rows) == [mine + 1, other]
    path.unlink()
    own.follow()
    assert revisions(session, rows) == [mine + 2, other]
    assert dict(WRITERS) == SHIPPED_WRITERS


def test_a_model_in_use_stays(own: OwnFiles, settings: Settings, session: Session) -> None:
    """A phone without a model would get no config."""
    path = put(settings, "catalog/yealink/phones/yealink-t99x.toml", PHONE)
    own.follow()
    phones(session, "yealink-t99x")
    path.unlink()
    own.follow()
    assert own.catalog.find_model("yealink-t99x") is not None
    assert own.mistakes == (
        (
            "yealink-t99x: its file is gone, but phones use it; "
            "put it back, or change those phones first"
        ),
    )


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("vendor_templates/yealink/common.cfg", "{{ nothing }}", "line 1: 'nothing' is undefined"),
        ("vendor_templates/yealink/common.cfg", "{% if %}", "line 1: "),
        ("vendor_templates/yealink/comon.cfg", COMMON, "no template of this name is shipped"),
        ("vendor_templates/cisco/common.xml", "<a>", "is no well-formed XML"),
        ("catalog/yealnk/phones/yealink-t99x.toml", PHONE, "nobody reads a file here"),
        ("catalog/yealink/phones/yealink-t99x.toml", "name = ", "Invalid value"),
    ],
)
def test_it_says_what_is_wrong_and_goes_on(
    own: OwnFiles, settings: Settings, name: str, text: str, said: str
) -> None:
    """File, place and reason; nothing of it is used."""
    path = put(settings, name, text)
    own.follow()
    assert any(str(path) in one or str(path.parent) in one for one in own.mistakes)
    assert any(said in one for one in own.mistakes), own.mistakes
    assert dict(WRITERS) == SHIPPED_WRITERS
    path.unlink()
    own.follow()
    assert own.mistakes == ()
