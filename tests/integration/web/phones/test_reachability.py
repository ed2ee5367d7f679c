"""A phone that nobody probes is called registered, and the page says what isn't known."""

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.phones.values import LIST, add_online, contact, find_by_mac, keep
from tests.integration.web.rows import add_extension, add_pbx, open_session, put_on_pbx
from tests.pages import Pages


def test_unknown_reachability_is_said(alice: Pages) -> None:
    """R92: neither Online nor Offline, however long ago its last sign of life."""
    pbx_id = add_pbx("Main")
    put_on_pbx("acme", pbx_id)
    phone_id = add_online(extension_id=add_extension("acme", "201"))
    keep(contact(phone_id, pbx_id, is_probed=False, round_trip_us=None))
    with open_session() as session:
        assert session.get_one(Phone, phone_id)
        refresh_statuses(session, [phone_id], utc_now())
        session.commit()
    found = find_by_mac()
    assert found is not None
    assert found.status == PhoneStatus.REGISTERED
    page = alice.get(f"{LIST}/{phone_id}")
    assert "Nothing checks whether it is reachable" in page.select_text("#part-head")
