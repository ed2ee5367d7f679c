"""Which names are known, which are secret, which can't be set by hand."""

import pytest

from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.vendors.vocabulary import advise, check_name, check_value, is_known, is_secret

Y, G, C, P = Vendor.YEALINK, Vendor.GRANDSTREAM, Vendor.CISCO, Vendor.POLYCOM


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (Y, "account.16.100rel_enable"),
        (Y, "linekey.27.type"),
        (G, "P1362"),
        (C, "Extended_Function_2_"),
        (C, "Back_Light_Timer"),
        (P, "reg.12.auth.password"),
        (P, "up.oneTouchVoiceMail"),
    ],
)
def test_a_number_stands_for_any_index(vendor: Vendor, name: str) -> None:
    assert is_known(vendor, name)
    assert advise(vendor, name) is None


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (Y, "account.x.100rel_enable"),
        (Y, "account.1.200rel_enable"),
        (Y, "Features.dnd.enable"),
        (G, "P999999"),
        (C, "Extended_Function_x_"),
        (P, "reg.1.auth.pasword"),
    ],
)
def test_a_misspelt_name_is_told_apart(vendor: Vendor, name: str) -> None:
    """Case and figures count, as they do on the phone."""
    assert not is_known(vendor, name)
    assert "compare its spelling" in str(advise(vendor, name))


def test_a_polycom_device_parameter_wants_its_switch() -> None:
    """Without it the phone ignores the value without a word."""
    assert "device.auth.localUserPassword.set = 1" in str(
        advise(P, "device.auth.localUserPassword")
    )
    assert advise(P, "device.auth.localUserPassword.set") is None


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (Y, "account.3.password"),
        (Y, "static.security.user_password"),
        (Y, "phone_setting.phone_lock.unlock_pin"),
        (G, "P2"),
        (G, "P34"),
        (G, "P1806"),
        (G, "P51506"),
        (G, "P999999"),
        (C, "Password_4_"),
        (C, "Admin_Passwd"),
        (C, "XML_Password"),
        (P, "reg.2.auth.password"),
        (P, "device.auth.localAdminPassword"),
    ],
)
def test_a_secret_is_known_by_its_name(vendor: Vendor, name: str) -> None:
    """A P-value that nobody knows might be one."""
    assert is_secret(vendor, name)


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (Y, "features.password_dial.enable"),
        (Y, "features.dnd.enable"),
        (G, "P1362"),
        (C, "Back_Light_Timer"),
        (P, "device.auth.localAdminPassword.set"),
    ],
)
def test_what_only_speaks_of_one_is_none(vendor: Vendor, name: str) -> None:
    assert not is_secret(vendor, name)


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (Y, "dnd"),
        (Y, "a b.c"),
        (Y, "#a.b"),
        (G, "account.1.sip.userid"),
        (G, "P"),
        (G, "P12x"),
        (G, "mac"),
        (C, "A>B"),
        (C, "1st"),
        (P, 'a.b"'),
        (P, "CONFIG_FILES"),
        (Y, ""),
    ],
)
def test_a_name_that_the_format_cant_carry_is_refused(vendor: Vendor, name: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_name(vendor, name)
    assert caught.value.field == "parameters"


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (Y, "static.auto_provision.server.url"),
        (Y, "auto_provision.server.password"),
        (Y, "autoprovision.1.url"),
        (G, "P212"),
        (G, "P1359"),
        (C, "Profile_Rule"),
        (C, "Profile_Rule_B"),
        (P, "device.prov.serverName"),
        (P, "device.prov.serverName.set"),
        (P, "device.set"),
    ],
)
def test_what_leads_a_phone_to_us_is_refused(vendor: Vendor, name: str) -> None:
    with pytest.raises(InvalidValueError, match="leads the phone"):
        check_name(vendor, name)


def test_an_empty_value_is_one_where_the_phone_takes_it() -> None:
    """A Yealink would keep its old one, so its word for nothing is asked for."""
    assert check_value(C, "Back_Light_Timer", "  ") == ""
    assert check_value(Y, "features.dnd.enable", "%NULL%") == "%NULL%"
    with pytest.raises(InvalidValueError, match="%NULL%"):
        check_value(Y, "features.dnd.enable", "")
    with pytest.raises(InvalidValueError, match=r"a\.b: At most"):
        check_value(P, "a.b", "x" * 1001)
