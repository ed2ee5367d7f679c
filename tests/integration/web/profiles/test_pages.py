"""The pages of the profiles, and what they do to phones (R49, R124)."""

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_models import Profile
from tests.integration.web.phones.test_edit import fields
from tests.integration.web.phones.test_layout_fields import chosen, layout, options
from tests.integration.web.phones.values import HTMX, LIST, MAC, get_by_mac
from tests.integration.web.rows import add_phone, audit_actions, open_session
from tests.integration.web.test_bulk import plan, work
from tests.pages import Pages

PROFILES = "/t/acme/profiles"
SECRET = "Office-1pw"
OFFICE = {
    "name": "Office",
    "description": "All of Berlin",
    "time_zone": "Europe/London",
    "admin_password": SECRET,
    "local_sip_port": "5070",
    "poll_minutes": "30",
}


def add(person: Pages, **values: str) -> int:
    """Add a profile through its page; return its id."""
    answer = person.post(f"{PROFILES}/add", {**OFFICE, **values})
    assert answer.status_code == 303
    return find(values.get("name", "Office")).id


def find(name: str) -> Profile:
    with open_session() as session:
        return session.scalars(select(Profile).where(Profile.name == name)).one()


def test_the_menu_leads_there_and_the_empty_page_teaches(alice: Pages, bob: Pages) -> None:
    page = alice.get(PROFILES)
    assert page.soup.select(f'nav a[href="{PROFILES}"][aria-current]')
    assert "many phones have in common" in page.select_text(".empty")
    assert page.soup.select(f'a[href="{PROFILES}/add"]')
    assert not bob.get(PROFILES).soup.select(f'a[href="{PROFILES}/add"]')
    assert bob.get(f"{PROFILES}/add").status_code == 403


def test_it_is_added_shown_and_changed(alice: Pages, bob: Pages) -> None:
    """R49; the password is never shown again, and stays when it isn't typed."""
    reception = layout("Reception")
    number = add(alice, **{"layout-yealink-t46u": str(reception)})
    row = bob.get(PROFILES).select_text(f"#profile-{number}")
    for said in ("Office", "All of Berlin", "Europe/London", "an admin password", "1 model",
                 "port 5070", "every 30 min", "no phone"):  # fmt: skip
        assert said in row
    page = alice.get(f"{PROFILES}/{number}/edit")
    assert SECRET not in page.text
    assert "It has one, not shown" in page.text
    assert chosen(page, "layout-yealink-t46u") == "Reception"
    answer = alice.post(
        f"{PROFILES}/{number}/edit",
        {"name": "Office", "time_zone": "", "local_sip_port": "", "poll_minutes": ""},
    )
    assert answer.status_code == 303
    kept = find("Office")
    assert (kept.time_zone, kept.local_sip_port, kept.poll_minutes) == (None, None, None)
    assert kept.admin_password == SECRET
    alice.post(f"{PROFILES}/{number}/edit", {"name": "Office", "drop_password": "y"})
    assert find("Office").admin_password is None
    assert audit_actions()[-3:] == ["profile.add", "profile.change", "profile.change"]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "office"}, "name", "already"),
        ({"local_sip_port": "80"}, "local_sip_port", "1024 to 65535"),
        ({"local_sip_port": "x"}, "local_sip_port", "digits"),
        ({"poll_minutes": "600"}, "poll_minutes", "From 5 to 60"),
        ({"admin_password": "x"}, "admin_password", "characters"),
        ({"time_zone": "Mars/Base"}, "time_zone", "from the list"),
    ],
)
def test_a_mistake_is_told_beside_its_field_and_keeps_the_rest(
    alice: Pages, wrong: dict[str, str], field: str, said: str
) -> None:
    add(alice)
    page = alice.post(f"{PROFILES}/add", {**OFFICE, "name": "Other", **wrong})
    assert page.status_code == 422
    assert said in page.select_text(f"#{field}-note")
    assert page.soup.select("#description")[0]["value"] == "All of Berlin"
    assert SECRET not in page.text


def test_applied_in_bulk_it_says_what_changes_on_whom(alice: Pages, app: Flask) -> None:
    """R49, R122, R124: by effect, with what each phone keeps; then it is done."""
    number = add(alice)
    plain = [add_phone("acme", f"805ec000000{one}") for one in range(1, 4)]
    own = add_phone("acme", "805ec0000004", time_zone="Asia/Tokyo")
    seen = plan(alice, [*plain, own], "apply_profile", profile=str(number))
    reasons = seen.select_text(".reasons")
    assert "Time zone Europe/Berlin → Europe/London" in reasons
    assert "keeps its own time zone" in reasons
    assert SECRET not in seen.text
    plan(alice, [*plain, own], "apply_profile", profile=str(number), start="1")
    work(app)
    with open_session() as session:
        rows = session.scalars(select(Phone).order_by(Phone.id)).all()
        assert {one.profile_id for one in rows} == {number}
        assert rows[3].time_zone == "Asia/Tokyo"
    again = plan(alice, [*plain, own], "apply_profile", profile=str(number))
    assert "It follows this profile already. 4" in again.select_text(".reasons")
    dropped = plan(alice, [own], "apply_profile", profile=str(number), drops_own="y", start="1")
    assert dropped.status_code == 303
    work(app)
    left = plan(alice, [own], "apply_profile", profile="0")
    assert "Time zone Europe/London → Europe/Berlin" in left.select_text(".reasons")
    assert plan(alice, [own], "apply_profile").status_code == 422
    listed = alice.get(f"{LIST}?profile={number}")
    assert "Only phones of profile Office" in listed.text
    assert len(listed.soup.select("tr.phone-row")) == 4


def test_a_new_phone_starts_with_the_default_and_may_have_another(alice: Pages) -> None:
    assert not alice.get(f"{LIST}/add").soup.select("#profile_id")
    default, other = add(alice, is_default="y"), add(alice, name="Other")
    page = alice.get(f"{LIST}/add")
    assert options(page, "profile_id") == ["None", "Office", "Other"]
    assert chosen(page, "profile_id") == "Office"
    assert options(page, "time_zone")[0] == "From profile Office (Europe/London)"
    assert "the one of profile Office" in page.select_text("#admin_password-note")
    assert "5070, from profile Office" in page.select_text("#local_sip_port-note")
    for mac, choice, given in (
        ("805ec0000001", {}, default),
        ("805ec0000002", {"profile_id": str(other)}, other),
        ("805ec0000003", {"profile_id": ""}, None),
    ):
        values = {"mac": mac, "model_slug": "yealink-t46u", **choice}
        assert alice.post(f"{LIST}/add", values).status_code == 303
        assert get_by_mac(mac).profile_id == given


def test_the_open_form_says_what_another_profile_changes(alice: Pages) -> None:
    """R124: before it is saved; then the phone's page says whose each value is."""
    number, reception = add(alice), layout("Reception")
    alice.post(
        f"{PROFILES}/{number}/edit",
        {**OFFICE, "layout-yealink-t46u": str(reception)},
    )
    phone_id = add_phone("acme", MAC)
    asked = f"{LIST}/hints?own={phone_id}&model_slug=yealink-t46u&profile_id={number}"
    hints = alice.get(asked, headers=HTMX)
    assert "Time zone" not in hints.select_text("#profile_id-note")
    assert "time zone Europe/Berlin → Europe/London" in hints.select_text("#profile_id-note")
    assert "From its profile (Reception)" in options(hints, "button_layout_id")
    edit = f"{LIST}/{phone_id}/edit"
    alice.post(edit, fields(profile_id=str(number), button_layout_id="default"))
    facts = alice.get(f"{LIST}/{phone_id}").select_text(".facts")
    for said in ("Reception from profile Office", "Europe/London from profile Office",
                 "5070 from profile Office", "from profile Office, not shown"):  # fmt: skip
        assert said in facts
    alice.post(edit, fields(profile_id=str(number), time_zone="Asia/Tokyo", button_layout_id=""))
    facts = alice.get(f"{LIST}/{phone_id}").select_text(".facts")
    assert "Asia/Tokyo its own" in facts
    assert alice.post(edit, fields(profile_id="9999")).status_code == 422


def test_deleting_says_what_each_phone_has_then(alice: Pages) -> None:
    number = add(alice)
    phone_id = add_phone("acme", MAC, profile_id=number, display_name="Lobby")
    page = alice.get(f"{PROFILES}/{number}/delete")
    assert "Local SIP port 5070 → 5060" in page.select_text(".reasons").replace("; l", "; L")
    assert "Lobby" in page.select_text(".reasons")
    assert alice.post(f"{PROFILES}/{number}/delete").status_code == 303
    assert get_by_mac(MAC).profile_id is None
    assert phone_id
    assert "No profiles yet" in alice.get(PROFILES).text


def test_its_extra_parameters_have_a_page_for_each_vendor(alice: Pages) -> None:
    number = add(alice)
    add_phone("acme", MAC, profile_id=number)
    address = f"{PROFILES}/{number}/parameters/yealink"
    answer = alice.post(address, {"parameters": "features.dnd.enable = 0"})
    assert answer.status_code == 303
    assert "1 phone takes it" in alice.get(answer.location).text
    assert "features.dnd.enable" in alice.get(f"{PROFILES}/{number}/edit").select_text("#extra")
    assert "features.dnd.enable" not in alice.get("/t/acme/settings").select_text("#extra")
    assert alice.get(f"{PROFILES}/{number}/parameters/nokia").status_code == 404
