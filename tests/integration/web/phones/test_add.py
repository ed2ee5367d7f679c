"""Add a phone: the form, what it refuses, what follows."""

import pytest
from flask import Flask
from sqlalchemy import select

from phoneprov.fleet.models import UnknownMac
from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.phones.values import (
    HOSTILE,
    HTMX,
    LIST,
    MAC,
    change_tenant,
    count_phones,
    counted,
    find_by_mac,
    get_by_mac,
    keep,
    provider,
)
from tests.integration.web.rows import (
    add_extension,
    add_phone,
    add_unknown,
    audit_actions,
    open_session,
)
from tests.pages import Answer, Pages

ADD = f"{LIST}/add"
GOOD = {"mac": "80:5E:C0:1A:2B:3C", "model_slug": "yealink-t46u"}


def value_of(page: Answer, name: str) -> str:
    """Return what stands in a field."""
    field = page.soup.select_one(f"#{name}")
    assert field is not None
    if field.name == "select":
        chosen = field.select_one("option[selected]")
        return str(chosen["value"]) if chosen else ""
    return str(field.get("value", ""))


def test_it_has_the_missions_fields_in_its_words_and_order(alice: Pages) -> None:
    """R78; the expansion modules come with a model that takes some (R115)."""
    page = alice.get(ADD)
    labels = [label.get_text(strip=True) for label in page.soup.select(".form label")]
    assert labels == [
        "MAC Address",
        "Phone Model",
        "Extension",
        "Display Name",
        "Timezone",
        "Button Layout",
        "Admin Password",
        "Local SIP Port",
        "Serial number",
        "Place",
    ]
    needed = [str(field["id"]) for field in page.soup.select(".form [required]")]
    assert needed == ["mac", "model_slug"]


def test_it_offers_the_models_of_the_catalogue_by_vendor(alice: Pages) -> None:
    """R12, R74."""
    page = alice.get(ADD)
    groups = [str(group["label"]) for group in page.soup.select("#model_slug optgroup")]
    assert set(groups) >= {"Yealink", "Grandstream", "Cisco SPA", "Polycom"}
    names = {option.get_text() for option in page.soup.select("#model_slug option")}
    assert {"Cisco SPA303", "Cisco SPA504G", "Cisco SPA525G", "Polycom VVX 401"} <= names


def test_a_phone_is_pending_with_its_config_ready(alice: Pages) -> None:
    """R11, R13, R20: the MAC in any spelling, the rest as it was left."""
    extension = add_extension("acme", "201", name="Anna Berg")
    answer = alice.post(ADD, {**GOOD, "extension": "201"})
    phone = get_by_mac()
    assert answer.status_code == 303
    assert answer.location == f"{LIST}/{phone.id}"
    assert phone.status == PhoneStatus.PENDING
    assert phone.extension_id == extension
    assert phone.time_zone is None
    assert phone.local_sip_port is None
    assert phone.admin_password is None
    assert phone.window_opened_at is not None
    assert audit_actions() == ["phone.add"]


def test_everything_that_is_typed_is_kept(alice: Pages) -> None:
    """R14, R15, R18, R19."""
    fields = {
        **GOOD,
        "display_name": "Empfang Ü",
        "time_zone": "America/New_York",
        "admin_password": "Adm1n-secret",
        "local_sip_port": "5066",
        "serial_number": "SN-77",
        "place": "Lobby",
    }
    alice.post(ADD, fields)
    phone = get_by_mac()
    assert (phone.display_name, phone.time_zone) == ("Empfang Ü", "America/New_York")
    assert (phone.admin_password, phone.local_sip_port) == ("Adm1n-secret", 5066)
    assert (phone.serial_number, phone.place) == ("SN-77", "Lobby")


def test_the_phones_page_says_what_to_do_next(alice: Pages) -> None:
    """R85, R86: the address, the DHCP option, what to type on this vendor's phone."""
    location = alice.post(ADD, GOOD).location
    page = alice.get(location)
    assert "added" in page.select_text(".message-done")
    guide = page.select_text("#part-guide")
    assert "/prov/" in guide
    assert "option 66" in guide
    assert "Auto Provision" in guide


@pytest.mark.parametrize(
    "typed",
    [
        "805ec01a2b3c",
        "80-5E-C0-1A-2B-3C",
        "805e.c01a.2b3c",
        "  80 5e c0 1a 2b 3c ",
        "MAC: 805EC01A2B3C",
        "\u200e80:5e:c0:1a:2b:3c",
        "80:5e:c0:1A:2B:3C",
    ],
)
def test_a_mac_is_taken_in_any_common_spelling(alice: Pages, typed: str) -> None:
    """R79."""
    assert alice.post(ADD, {**GOOD, "mac": typed}).status_code == 303
    assert find_by_mac() is not None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the MAC address"),
        ("80:5e:c0:1a:2b", "2 digits are missing"),
        ("80:5e:c0:1a:2b:3", "1 digit is missing"),
        ("80:5e:c0:1a:2b:3c:4d", "2 digits too many"),
        ("80:5e:c0:1a:2b:3g", "“g” can't be part of a MAC address"),
        ("00:00:00:00:00:00", "All zeros"),
        ("ff:ff:ff:ff:ff:ff", "broadcast"),
        ("01:00:5e:00:00:01", "multicast"),
    ],
)
def test_a_wrong_mac_is_refused_with_what_is_wrong(alice: Pages, typed: str, said: str) -> None:
    """R79: how many digits are missing, which character is wrong."""
    page = alice.post(ADD, {**GOOD, "mac": typed})
    assert page.status_code == 422
    assert said in page.select_text("#mac-note .error")
    assert count_phones() == 0


def test_a_mac_of_another_vendor_is_a_warning(alice: Pages) -> None:
    """R79: saved all the same, and said."""
    answer = alice.post(ADD, {**GOOD, "model_slug": "polycom-vvx-450"})
    assert answer.status_code == 303
    warning = alice.get(answer.location).select_text(".message-warning")
    assert "Yealink" in warning
    assert "Polycom" in warning


def test_a_mac_of_another_tenant_says_no_more_than_in_use(alice: Pages) -> None:
    """R11: nothing of whose it is."""
    add_phone("globex", MAC, display_name="Charlie's phone")
    page = alice.post(ADD, GOOD)
    assert page.status_code == 422
    said = page.select_text("#mac-note")
    assert "already in use; ask your provider" in said
    assert "Charlie" not in page.text
    assert page.soup.select_one("#mac-note a") is None


def test_a_mac_of_an_own_phone_leads_to_it(alice: Pages) -> None:
    phone_id = add_phone("acme", MAC, display_name="Reception")
    page = alice.post(ADD, {**GOOD, "display_name": "Another"})
    assert page.status_code == 422
    link = page.soup.select_one("#mac-note a")
    assert link is not None
    assert (link["href"], link.get_text()) == (f"{LIST}/{phone_id}", "Reception")


def test_two_clicks_make_one_phone(alice: Pages) -> None:
    """R85: the second lands on the phone that the first one made, with a note."""
    first = alice.post(ADD, {**GOOD, "display_name": "Desk"})
    second = alice.post(ADD, {**GOOD, "display_name": "Desk"})
    assert first.location == second.location
    assert count_phones() == 1
    assert "was added already" in alice.get(second.location).text


def test_mistakes_keep_all_that_was_typed_but_the_password(alice: Pages) -> None:
    """R85, R18: all mistakes at once; the password has to be typed again, and that is said."""
    fields = {
        "mac": "80:5e",
        "model_slug": "yealink-t46u",
        "extension": "nobody",
        "display_name": HOSTILE,
        "time_zone": "America/New_York",
        "admin_password": "Adm1n-secret",
        "local_sip_port": "80",
        "serial_number": "SN-77",
        "place": "Lobby",
    }
    page = alice.post(ADD, fields)
    assert page.status_code == 422
    for name in ("mac", "extension", "local_sip_port"):
        assert page.soup.select_one(f"#field-{name}.has-error #{name}[aria-invalid=true]")
        assert page.select_text(f"#{name}-note .error")
    for name, typed in fields.items():
        if name != "admin_password":
            assert value_of(page, name) == typed
    assert "Adm1n-secret" not in page.text
    assert "Type the password again" in page.select_text("#admin_password-note")


def test_a_missing_model_is_said_with_what_the_mac_tells(alice: Pages) -> None:
    """R12 without script: the vendor's models stand first after Save."""
    page = alice.post(ADD, {"mac": "00:0b:82:00:00:01", "model_slug": ""})
    assert "one of Grandstream" in page.select_text("#model_slug-note .error")
    groups = [str(group["label"]) for group in page.soup.select("#model_slug optgroup")]
    assert next(label for label in groups if label) == "Grandstream"
    assert alice.post(ADD, {**GOOD, "model_slug": "no-such"}).status_code == 422


@pytest.mark.parametrize("typed", ["201", "201 Anna Berg", "anna berg", "ANNA", "  201 "])
def test_an_extension_is_found_by_number_or_name(alice: Pages, typed: str) -> None:
    """R80, R13."""
    extension = add_extension("acme", "201", name="Anna Berg")
    add_extension("acme", "2010", name="Carl Diaz")
    alice.post(ADD, {**GOOD, "extension": typed})
    assert get_by_mac().extension_id == extension


def test_an_extension_that_could_be_several_is_asked_for(alice: Pages) -> None:
    add_extension("acme", "201", name="Anna Berg")
    add_extension("acme", "202", name="Anna Diaz")
    said = alice.post(ADD, {**GOOD, "extension": "anna"}).select_text("#extension-note .error")
    assert said == "Which one? 201 Anna Berg, 202 Anna Diaz."


def test_an_extension_of_another_tenant_is_not_there(alice: Pages) -> None:
    """R13: only the tenant's own, neither offered nor taken."""
    add_extension("globex", "777", name="Charlie")
    assert "Charlie" not in alice.get(ADD).text
    page = alice.post(ADD, {**GOOD, "extension": "777"})
    assert page.status_code == 422
    assert count_phones() == 0


def test_an_extension_on_another_phone_is_allowed_and_said(alice: Pages) -> None:
    """R80: `also on Reception, VVX 401`."""
    extension = add_extension("acme", "201", name="Anna Berg")
    add_phone(
        "acme",
        "64167f000001",
        display_name="Reception",
        model_slug="polycom-vvx-401",
        extension_id=extension,
    )
    option = alice.get(ADD).soup.select_one('#extensions option[value="201 Anna Berg"]')
    assert option is not None
    assert option.get_text() == "also on Reception, VVX 401"
    assert alice.post(ADD, {**GOOD, "extension": "201"}).status_code == 303


@pytest.mark.parametrize("typed", ["1023", "65536", "80", "-1", "port", "5060.5", "٥٠٦٠"])
def test_a_port_that_no_phone_may_use_is_refused(alice: Pages, typed: str) -> None:
    """R84, R19."""
    page = alice.post(ADD, {**GOOD, "local_sip_port": typed})
    assert page.status_code == 422
    assert "1024 to 65535" in page.select_text("#local_sip_port-note .error")


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("1024", 1024), (" 65535 ", 65535)])
def test_a_port_is_kept_and_none_is_the_usual(alice: Pages, typed: str, kept: int | None) -> None:
    """R84; nothing is the profile's, or 5060."""
    alice.post(ADD, {**GOOD, "local_sip_port": typed})
    assert get_by_mac().local_sip_port == kept


def test_a_password_that_the_vendor_would_not_take_is_refused(alice: Pages) -> None:
    """R83: with the reason; Yealink's notation knows no colon."""
    page = alice.post(ADD, {**GOOD, "admin_password": "a:b"})
    assert page.status_code == 422
    assert "Yealink phones don't take :" in page.select_text("#admin_password-note .error")
    assert "a:b" not in page.text


def test_it_says_where_an_empty_password_comes_from(alice: Pages) -> None:
    """R83, R144."""
    assert "none is set for Acme Ltd" in alice.get(ADD).select_text("#admin_password-note")
    change_tenant("acme", admin_password="tenants-secret")
    page = alice.get(ADD)
    assert "Empty: the one of Acme Ltd" in page.select_text("#admin_password-note")
    assert "tenants-secret" not in page.text


def test_the_tenants_zone_stays_a_reference(alice: Pages) -> None:
    """R81."""
    change_tenant("acme", time_zone="Asia/Tokyo")
    options = alice.get(ADD).soup.select("#time_zone option")
    assert (options[0]["value"], options[0].get_text()) == ("", "Tenant default (Asia/Tokyo)")
    alice.post(ADD, {**GOOD, "time_zone": ""})
    assert get_by_mac().time_zone is None
    page = alice.post(ADD, {**GOOD, "mac": "805ec0000009", "time_zone": "Mars/Olympus"})
    assert page.status_code == 422


def test_a_missing_model_leads_to_the_provider(alice: Pages, petra: Pages) -> None:
    """R76: the provider's own contact; the provider sees what to do instead."""
    keep(provider("support@msp.example"))
    assert "support@msp.example" in alice.get(ADD).select_text("#model_slug-note")
    assert "added to the catalogue" in petra.get(ADD).select_text("#model_slug-note")


def test_the_address_fills_the_form(petra: Pages) -> None:
    """From the list of unknown MACs: `?mac=&model=`."""
    page = petra.get(f"{ADD}?mac=80:5e:c0:1a:2b:3c&model=yealink-t54w")
    assert value_of(page, "mac") == "80:5e:c0:1a:2b:3c"
    assert value_of(page, "model_slug") == "yealink-t54w"


def test_an_unknown_mac_is_known_then(petra: Pages) -> None:
    add_unknown(MAC)
    petra.post(ADD, GOOD)
    with open_session() as session:
        assert session.scalar(select(UnknownMac)) is None


def test_the_open_form_says_what_the_mac_tells(alice: Pages) -> None:
    """R12, R79: vendor and likely model at once, from what the tenant has most of."""
    add_phone("acme", "805ec0000001", model_slug="yealink-t54w")
    hints = alice.get(f"{LIST}/hints?mac=80-5E-C0-00-00-02&model_slug=&extension=", headers=HTMX)
    assert "An address of Yealink." in hints.text
    assert value_of(hints, "model_slug") == "yealink-t54w"
    assert "Yealink phones take" in hints.select_text("#admin_password-note")
    wrong = alice.get(f"{LIST}/hints?mac=80-5E&model_slug=&extension=", headers=HTMX)
    assert "8 digits are missing" in wrong.select_text("#mac-note .error")
    assert wrong.soup.select_one("#model_slug") is None


def test_a_chosen_model_is_left_alone(alice: Pages) -> None:
    """What a person chose is not taken back; a foreign vendor is only said."""
    asked = f"{LIST}/hints?mac=805ec0000002&model_slug=polycom-vvx-450&extension="
    hints = alice.get(asked, headers=HTMX)
    assert hints.soup.select_one("#model_slug") is None
    assert "can be saved all the same" in hints.select_text("#mac-note")


def test_the_open_form_says_what_the_extension_tells(alice: Pages) -> None:
    extension = add_extension("acme", "201")
    add_phone("acme", MAC, display_name="Reception", extension_id=extension)
    asked = f"{LIST}/hints?mac={MAC}&model_slug=&extension="
    hints = alice.get(f"{asked}201", headers=HTMX)
    assert "Also on Reception, T46U." in hints.select_text("#extension-note")
    assert hints.select_text("#mac-note a") == "Reception"
    assert "No extension" in alice.get(f"{asked}999", headers=HTMX).text
    assert alice.get(asked).location == ADD


def test_the_form_costs_the_same_queries_however_many_extensions(app: Flask, alice: Pages) -> None:
    """And reads no SIP password."""
    for number in range(3):
        add_extension("acme", f"20{number}")
    alice.get(ADD)
    with counted(app) as few:
        alice.get(ADD)
    for number in range(30):
        add_phone(
            "acme", f"805ec00000{number:02x}", extension_id=add_extension("acme", f"3{number:02}")
        )
    with counted(app) as many:
        alice.get(ADD)
    assert len(many) == len(few)
    assert not [sql for sql in many if "sip_password" in sql]


def test_it_refuses_a_form_without_its_token(alice: Pages) -> None:
    assert alice.ask("POST", ADD, GOOD).status_code == 400
    assert count_phones() == 0


def test_it_is_not_for_viewers(bob: Pages) -> None:
    assert bob.get(ADD).status_code == 403
    assert bob.get(f"{LIST}/hints", headers=HTMX).status_code == 403
    assert bob.post(ADD, GOOD).status_code == 403
    assert count_phones() == 0


def test_it_is_not_there_for_another_tenant(charlie: Pages) -> None:
    """R65."""
    phone_id = add_phone("acme", MAC, display_name="Reception")
    assert charlie.get(ADD).status_code == 404
    assert charlie.post(ADD, GOOD).status_code == 404
    asked = f"/t/globex/phones/hints?mac={MAC}&model_slug=&extension="
    assert "Reception" not in charlie.get(asked, headers=HTMX).text
    assert charlie.get(f"{asked}&own={phone_id}", headers=HTMX).status_code == 404
