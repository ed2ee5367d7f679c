"""Delivered, not just saved: which phones have a layout, and why the others have not (R110)."""

from datetime import timedelta

from phoneprov.core.clock import utc_now
from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.layouts.test_list import LIST, add
from tests.integration.web.rows import add_phone
from tests.pages import Pages


def test_it_names_who_lacks_it_and_why(alice: Pages, bob: Pages, charlie: Pages) -> None:
    """R110: by the config revision that each phone has fetched."""
    layout_id, now = add(), utc_now()
    asked = {"first_check_in_at": now, "last_check_in_at": now, "config_revision": 2}
    used = {"button_layout_id": layout_id}
    has_it = {"fetched_revision": 2, "fetched_at": now}
    add_phone("acme", "805ec0000001", display_name="Has", **used, **asked, **has_it)
    add_phone("acme", "805ec0000002", display_name="New", **used)
    add_phone("acme", "805ec0000003", display_name="Soon", **used, **asked, fetched_revision=1)
    late = {**asked, "last_check_in_at": now - timedelta(hours=3)}
    add_phone("acme", "805ec0000004", display_name="Late", **used, **late, fetched_revision=1)
    gone = {**asked, "status": PhoneStatus.OFFLINE}
    add_phone("acme", "805ec0000005", display_name="Gone", **used, **gone, fetched_revision=1)
    broken = {**asked, "unwritable_reason": "no such module"}
    add_phone("acme", "805ec0000006", display_name="Broken", **used, **broken)
    add_phone("acme", "805ec0000007", display_name="Other")
    assert "1 of 6 phones have it" in bob.get(f"{LIST}/{layout_id}").select_text("#delivered")
    page = bob.get(f"{LIST}/{layout_id}/phones")
    rows = {
        row.select_one("th").get_text(): row.get_text(" ")  # type: ignore[union-attr]
        for row in page.soup.select("tbody tr")
    }
    assert list(rows) == ["Broken", "Gone", "Late", "New", "Soon", "Has"]
    for name, said in {
        "Broken": "can't be written: no such module",
        "Gone": "is offline",
        "Late": "missed its check",
        "New": "never asked",
        "Soon": "asks again by itself. By",
    }.items():
        assert said in rows[name], rows[name]
    assert charlie.get(f"/t/globex/button-layouts/{layout_id}/phones").status_code == 404
    assert "No phone uses it yet" in alice.get(f"{LIST}/{add(name='Unused')}/phones").text
