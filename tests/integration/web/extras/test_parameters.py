"""Extra parameters on their pages: of a tenant's phones by vendor, and of one phone."""

import pytest
from sqlalchemy import func, select, text

from phoneprov.fleet.extra_models import ExtraParameter
from phoneprov.fleet.models import Phone
from phoneprov.web.extras.typed import MASK
from tests.integration.web.rows import add_phone, audit_actions, open_session
from tests.pages import Answer, Pages

MAC = "805ec01a2b3c"
OF_TENANT = "/t/acme/parameters/yealink"
SECRET = "pa55w0rd-of-ldap"


def of_phone(phone_id: int) -> str:
    return f"/t/acme/phones/{phone_id}/parameters"


def typed(answer: Answer) -> str:
    """Return what stands in the form's text, without the line break that HTML drops."""
    found = answer.soup.select_one("textarea[name=parameters]")
    assert found is not None
    return found.text.strip("\n")


def kept() -> dict[tuple[int | None, str], str | None]:
    with open_session() as session:
        rows = session.scalars(select(ExtraParameter)).all()
        return {(row.phone_id, row.name): row.value for row in rows}


def revision(phone_id: int) -> int:
    with open_session() as session:
        return session.get_one(Phone, phone_id).config_revision


def test_it_saves_a_tenants_parameters_and_tells_its_phones(alice: Pages) -> None:
    """Each phone of that vendor takes a new config; the others don't."""
    yealink = add_phone("acme", MAC)
    polycom = add_phone("acme", "64167f1a2b3c", model_slug="polycom-vvx-450")
    foreign = add_phone("globex", "805ec0000009")
    answer = alice.post(OF_TENANT, {"parameters": "features.dnd.enable = 1\n\n# a note\n"})
    assert answer.status_code == 303
    assert kept() == {(None, "features.dnd.enable"): "1"}
    assert (revision(yealink), revision(polycom), revision(foreign)) == (2, 1, 1)
    assert "Saved. 1 phone takes it" in alice.get(OF_TENANT).text
    assert audit_actions() == ["tenant.parameters"]


def test_it_saves_a_phones_own(alice: Pages) -> None:
    """And its form says that it has them."""
    phone_id = add_phone("acme", MAC)
    other_id = add_phone("acme", "805ec0000001")
    alice.post(of_phone(phone_id), {"parameters": "features.dnd.enable=0"})
    assert kept() == {(phone_id, "features.dnd.enable"): "0"}
    assert (revision(phone_id), revision(other_id)) == (2, 1)
    edit = alice.get(f"/t/acme/phones/{phone_id}/edit")
    assert "features.dnd.enable" in edit.select_text("#extra")


def test_the_settings_lead_to_every_vendor(alice: Pages) -> None:
    """With the names that are set."""
    alice.post(OF_TENANT, {"parameters": "features.dnd.enable = 1"})
    section = alice.get("/t/acme/settings").select_text("#extra")
    assert "Yealink : features.dnd.enable" in section.replace("Yealink:", "Yealink :")
    assert "Grandstream" in section


def test_a_secret_never_comes_back_and_a_masked_line_keeps_it(alice: Pages) -> None:
    """It is encrypted in the database, and no page or audit row shows it."""
    phone_id = add_phone("acme", MAC)
    alice.post(of_phone(phone_id), {"parameters": f"ldap.password = {SECRET}"})
    page = alice.get(of_phone(phone_id))
    assert typed(page) == f"ldap.password = {MASK}"
    alice.post(of_phone(phone_id), {"parameters": f"{typed(page)}\nldap.enable = 1"})
    assert kept()[phone_id, "ldap.password"] == SECRET
    for path in (of_phone(phone_id), f"/t/acme/phones/{phone_id}?tab=config", "/t/acme/activity"):
        assert SECRET not in alice.get(path).text
    with open_session() as session:
        stored = session.scalars(text("SELECT value FROM extra_parameter")).all()
        assert not any(SECRET in value for value in stored)


def test_what_is_wrong_is_said_by_line_and_the_text_stays(alice: Pages) -> None:
    """422; nothing is changed, not even the lines that are right."""
    phone_id = add_phone("acme", MAC)
    wrong = "features.dnd.enable = 1\nno value here\nbad name = 1\nldap.enable =\na.b = 1\na.b = 2"
    answer = alice.post(of_phone(phone_id), {"parameters": wrong})
    assert answer.status_code == 422
    assert typed(answer) == wrong
    note = answer.select_text("#parameters-note")
    for said in ("Line 2: Write name = value", "Line 3:", "Line 4: ldap.enable", "Line 6: a.b"):
        assert said in note
    assert kept() == {}
    assert revision(phone_id) == 1


@pytest.mark.parametrize(
    ("model", "mac", "line"),
    [
        ("yealink-t46u", MAC, "static.auto_provision.server.url = http://evil.example/"),
        ("grandstream-gxp2170", "c074ad1a2b3c", "P237 = evil.example"),
        ("cisco-spa504g", "8843e11a2b3c", "Profile_Rule = http://evil.example/"),
        ("polycom-vvx-450", "64167f1a2b3c", "device.prov.serverName = http://evil.example/"),
    ],
)
def test_the_way_to_us_stays_ours(alice: Pages, model: str, mac: str, line: str) -> None:
    """A phone that is sent elsewhere is lost."""
    phone_id = add_phone("acme", mac, model_slug=model)
    answer = alice.post(of_phone(phone_id), {"parameters": line})
    assert answer.status_code == 422
    assert "can't be set by hand" in answer.select_text("#parameters-note")


def test_an_unknown_name_and_one_of_ours_are_kept_with_a_warning(alice: Pages) -> None:
    """A vocabulary is never complete, and a provider may know better."""
    phone_id = add_phone("acme", MAC)
    lines = "features.dnb.enable = 1\nsip.mac_in_ua = 0\nfeatures.dnd.enable = 1"
    assert alice.post(of_phone(phone_id), {"parameters": lines}).status_code == 303
    said = [tag.text for tag in alice.get(of_phone(phone_id)).soup.select(".message-warning")]
    assert len(said) == 2
    assert any("features.dnb.enable is not among the names" in one for one in said)
    assert any("sip.mac_in_ua is written by phoneprov too" in one for one in said)


def test_a_pasted_line_of_the_vendor_is_read(alice: Pages) -> None:
    """As it stands in a file of the vendor, escapes and all."""
    phone_id = add_phone("acme", "c074ad1a2b3c", model_slug="grandstream-gxp2170")
    alice.post(of_phone(phone_id), {"parameters": "  <P1362>A &amp; B</P1362>"})
    assert kept() == {(phone_id, "P1362"): "A & B"}


@pytest.mark.parametrize("value", ["a\u2028b = 1", "x\u202ey", "tab\there", "nul\x00"])
def test_a_character_that_no_file_can_carry_is_refused(alice: Pages, value: str) -> None:
    """It could pass for a line of its own."""
    phone_id = add_phone("acme", MAC)
    answer = alice.post(of_phone(phone_id), {"parameters": f"features.dnd.enable = {value}"})
    assert answer.status_code == 422
    assert kept() == {}


def test_nobody_elses_admin_gets_there(charlie: Pages) -> None:
    """R65: 404 as if there were none, for reading and writing."""
    phone_id = add_phone("acme", MAC)
    for path in (OF_TENANT, of_phone(phone_id), f"/t/acme/phones/{phone_id}/origins"):
        assert charlie.get(path).status_code == 404
    foreign = f"/t/globex/phones/{phone_id}"
    assert charlie.get(f"{foreign}/parameters").status_code == 404
    assert charlie.get(f"{foreign}/origins").status_code == 404
    for path in (OF_TENANT, of_phone(phone_id), f"{foreign}/parameters"):
        assert charlie.post(path, {"parameters": "a.b = 1"}).status_code == 404
    assert kept() == {}


def test_a_tenants_parameters_are_not_anothers(alice: Pages, charlie: Pages) -> None:
    """The same page of another tenant shows none of them."""
    alice.post(OF_TENANT, {"parameters": "features.dnd.enable = 1"})
    assert typed(charlie.get("/t/globex/parameters/yealink")) == ""


def test_a_viewer_sees_where_values_come_from_but_changes_nothing(bob: Pages) -> None:
    """The values of the form are for those who may change them."""
    phone_id = add_phone("acme", MAC)
    assert bob.get(f"/t/acme/phones/{phone_id}/origins").status_code == 200
    assert bob.get(of_phone(phone_id)).status_code == 403
    assert bob.post(of_phone(phone_id), {"parameters": "a.b = 1"}).status_code == 403


def test_a_form_without_token_changes_nothing(alice: Pages) -> None:
    """S9."""
    assert alice.ask("POST", OF_TENANT, {"parameters": "a.b = 1"}).status_code == 400
    assert kept() == {}


def test_there_is_no_page_for_a_vendor_that_nobody_knows(alice: Pages) -> None:
    """404, not an empty form."""
    assert alice.get("/t/acme/parameters/acme").status_code == 404


def test_what_a_phone_was_told_is_taken_back(alice: Pages) -> None:
    """It keeps what is left unsaid, so the page says what is written instead."""
    phone_id = add_phone("acme", MAC)
    alice.post(of_phone(phone_id), {"parameters": "features.dnd.enable = 1"})
    with open_session() as session:
        phone = session.get_one(Phone, phone_id)
        phone.fetched_at = session.scalar(select(func.max(ExtraParameter.set_at)))
        session.commit()
    alice.post(of_phone(phone_id), {"parameters": ""})
    assert kept() == {(phone_id, "features.dnd.enable"): None}
    page = alice.get(of_phone(phone_id))
    assert typed(page) == ""
    section = page.soup.select_one("section[aria-labelledby=taken-back]")
    assert section is not None
    assert "%NULL%" in section.text
    assert "features.dnd.enable" in section.text


def test_the_preview_leads_to_where_values_come_from(alice: Pages) -> None:
    """With the tenant's, the phone's and the extra ones told apart."""
    phone_id = add_phone("acme", MAC, time_zone="Asia/Tokyo")
    alice.post(OF_TENANT, {"parameters": "features.dnd.enable = 1"})
    preview = alice.get(f"/t/acme/phones/{phone_id}?tab=config")
    address = f"/t/acme/phones/{phone_id}/origins"
    assert preview.soup.select_one(f'a[href="{address}"]') is not None
    page = alice.get(address)
    rows = [[cell.text for cell in row.select("td")] for row in page.soup.select("tr")]
    assert ["features.dnd.enable", "1", "extra parameter of Acme Ltd"] in rows
    assert ["local_time.time_zone", "+9", "time zone of this phone (Asia/Tokyo)"] in rows
    assert ["local_time.ntp_server1", "pool.ntp.org", "time server of Acme Ltd"] in rows
