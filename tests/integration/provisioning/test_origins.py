"""Where each value of a config comes from: what changes with a setting comes from it."""

import pytest

from phoneprov.fleet.extra_parameters import Level, set_parameter
from phoneprov.fleet.models import Phone
from phoneprov.provisioning.preview import MASK, explain_file, list_our_names, load_told
from tests.integration.layouts.conftest import Desk
from tests.integration.rows import ALICE, NOON, World

PHONES = {
    "yealink-t46u": "805ec01a2b3c",
    "grandstream-gxp2170": "c074ad1a2b3c",
    "cisco-spa504g": "8843e11a2b3c",
    "polycom-vvx-450": "64167f1a2b3c",
}
NAMES = {
    "yealink-t46u": {
        "static.auto_provision.server.url": "this phone's own address",
        "static.auto_provision.repeat.minutes": "checks of Acme, every 60 min, "
        "spread by MAC address",
        "security.user_password": "admin password of Acme",
        "local_time.start_time": "time zone of Acme (Europe/Berlin)",
        "account.1.enable": "extension 201 is on this phone",
        "account.1.password": "SIP password of extension 201",
        "account.1.label": "name of extension 201",
        "account.1.sip_server.1.address": "SIP domain of PBX Main",
        "account.1.outbound_proxy.1.address": "registrar of PBX Main",
    },
    "grandstream-gxp2170": {
        "P237": "this phone's own address; encryption of configs of Acme",
        "P2": "admin password of Acme",
        "P246": "time zone of Acme (Europe/Berlin)",
        "P271": "extension 201 is on this phone",
        "P34": "SIP password of extension 201",
        "P130": "transport of PBX Main",
    },
    "cisco-spa504g": {
        "Profile_Rule": "this phone's own address; encryption of configs of Acme",
        "Admin_Passwd": "admin password of Acme",
        "Time_Zone": "time zone of Acme (Europe/Berlin)",
        "Line_Enable_1_": "extension 201 is on this phone",
        "Password_1_": "SIP password of extension 201",
        "Register_Expires_1_": "registration expiry of PBX Main",
    },
    "polycom-vvx-450": {
        "device.prov.serverName": "this phone's own address",
        "device.auth.localAdminPassword": "admin password of Acme",
        "tcpIpApp.sntp.gmtOffset": "time zone of Acme (Europe/Berlin)",
        "reg.1.server.1.register": "extension 201 is on this phone",
        "reg.1.auth.password": "SIP password of extension 201",
        "voIpProt.SIP.specialEvent.checkSync.alwaysReboot": "an order to reboot that is under way",
    },
}


def explain(world: World, phone: Phone, name: str | None = None) -> dict[str, tuple[str, ...]]:
    """Return the settings by parameter."""
    world.session.flush()
    told = load_told(
        world.session, world.catalog, phone, phones_address="https://phones.example.net", now=NOON
    )
    assert told is not None
    return {row.name: row.settings for row in explain_file(told, name=name)}


def phone_of(world: World, slug: str) -> Phone:
    world.tenant.admin_password = "Adm1n-of-acme"
    return world.phone(PHONES[slug], slug, extension=world.extension())


@pytest.mark.parametrize("slug", PHONES)
def test_each_value_is_traced_to_its_setting(world: World, slug: str) -> None:
    """For every vendor, without a list of parameters anywhere in the product."""
    found = explain(world, phone_of(world, slug))
    assert {name: "; ".join(found[name]) for name in NAMES[slug]} == NAMES[slug]


@pytest.mark.parametrize("slug", PHONES)
def test_the_phones_own_values_are_told_from_the_tenants(world: World, slug: str) -> None:
    """What is overridden on the phone says so, everything else as before."""
    phone = phone_of(world, slug)
    before = explain(world, phone)
    phone.time_zone, phone.admin_password = "Asia/Tokyo", "0wn-of-phone"
    after = explain(world, phone)
    others = {name for name, said in before.items() if said and "Acme" not in str(said)}
    assert {name: after.get(name) for name in others} == {name: before[name] for name in others}
    said = {one for settings in after.values() for one in settings}
    assert "admin password of this phone" in said
    assert "time zone of this phone (Asia/Tokyo)" in said
    assert "admin password of Acme" not in said


def test_a_value_can_rest_on_several_settings(world: World) -> None:
    """A Polycom's address is user and domain in one."""
    found = explain(world, phone_of(world, "polycom-vvx-450"))
    assert found["reg.1.address"] == ("SIP domain of PBX Main", "SIP user of extension 201")


def test_what_no_setting_changes_is_the_models(world: World) -> None:
    """It says nothing instead of inventing something."""
    found = explain(world, phone_of(world, "yealink-t46u"))
    assert found["sip.mac_in_ua"] == ()
    assert found["account.9.enable"] == ()


@pytest.mark.parametrize("slug", PHONES)
def test_a_key_is_traced_to_its_layout_and_alone_to_its_button(world: World, slug: str) -> None:
    """The layout by its name; one parameter alone also says which key."""
    phone = phone_of(world, slug)
    desk = Desk(world)
    layout = desk.layout("Reception", model_slug=slug)
    world.extension("202")
    desk.assign(layout, 1, "line")
    desk.assign(layout, 2, "blf", "202")
    phone.button_layout_id = layout.id
    found = explain(world, phone)
    of_keys = [name for name, said in found.items() if "button layout “Reception”" in said]
    assert of_keys
    details = explain(world, phone, of_keys[-1])[of_keys[-1]]
    assert any(said.startswith("key ") and "Reception" in said for said in details)


def test_an_extra_parameter_says_whose_it_is(world: World) -> None:
    """Also where it takes the place of a value that would come from elsewhere."""
    phone = phone_of(world, "yealink-t46u")
    of_tenant = Level(tenant=world.tenant, vendor=world.catalog.get_model(phone.model_slug).vendor)
    of_phone = Level(tenant=world.tenant, vendor=of_tenant.vendor, phone=phone)
    for level, name in (
        (of_tenant, "features.dnd.enable"),
        (of_tenant, "local_time.ntp_server1"),
        (of_phone, "features.dnd.enable"),
    ):
        set_parameter(world.session, world.catalog, level, name, "7", actor=ALICE, now=NOON)
    found = explain(world, phone)
    assert found["features.dnd.enable"] == ("extra parameter of this phone",)
    assert found["local_time.ntp_server1"] == ("extra parameter of Acme",)


def test_a_secret_extra_parameter_is_masked(world: World) -> None:
    """By its name, in any file."""
    phone = phone_of(world, "yealink-t46u")
    level = Level(
        tenant=world.tenant, vendor=world.catalog.get_model(phone.model_slug).vendor, phone=phone
    )
    set_parameter(
        world.session, world.catalog, level, "ldap.password", "s3cret", actor=ALICE, now=NOON
    )
    world.session.flush()
    told = load_told(world.session, world.catalog, phone, phones_address="https://x", now=NOON)
    assert told is not None
    (row,) = explain_file(told, name="ldap.password")
    assert row.value == MASK
    assert "ldap.password" not in list_our_names(told)
