"""The tenant's switch for encrypted configs."""

import pytest
from sqlalchemy.orm import Session

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone
from tests.factories import use_session
from tests.integration.web.tenants.test_tenants import ALL, OWN, SETTINGS, acme, add_phone
from tests.pages import Pages


@pytest.fixture(autouse=True)
def _rows(session: Session) -> None:
    use_session(session)


def test_it_is_off_until_the_provider_turns_it_on(petra: Pages, session: Session) -> None:
    """All phones are told, and those that once had a key get it in plain once more."""
    phone_id = add_phone(session)
    phone = session.get_one(Phone, phone_id)
    phone.key_used_at, before = utc_now(), phone.config_revision
    session.commit()
    assert not acme(session).encrypts_configs
    assert petra.post(SETTINGS, {**ALL, "encrypts_configs": "y"}).status_code == 303
    assert acme(session).encrypts_configs
    phone = session.get_one(Phone, phone_id)
    assert phone.key_used_at is None
    assert phone.config_revision == before + 1


def test_an_unchanged_switch_leaves_the_keys_in_use(petra: Pages, session: Session) -> None:
    """Else a plain config could be had after any change of the settings."""
    phone_id = add_phone(session)
    acme(session).encrypts_configs = True
    session.get_one(Phone, phone_id).key_used_at = utc_now()
    session.commit()
    petra.post(SETTINGS, {**ALL, "encrypts_configs": "y", "ntp_server": "ntp.example.net"})
    session.rollback()
    assert session.get_one(Phone, phone_id).key_used_at is not None


def test_a_tenants_admin_leaves_it_as_it_is(alice: Pages, session: Session) -> None:
    """It is the provider's part of the settings."""
    acme(session).encrypts_configs = True
    session.commit()
    assert alice.post(SETTINGS, {**OWN, "poll_minutes": "30"}).status_code == 303
    assert acme(session).poll_minutes == 30
    assert acme(session).encrypts_configs
