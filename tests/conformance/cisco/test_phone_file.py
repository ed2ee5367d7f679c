"""What a Cisco SPA reads in its profile is what was meant: R6, R19, R84, R109."""

import re

import pytest

from phoneprov.catalog.model import PhoneModel
from phoneprov.vendors.cisco import WRITER
from phoneprov.vendors.config import Button, ButtonKind, Provisioning, SipServer, Transport
from tests.conformance import intents
from tests.conformance.cisco.models import (
    MAC,
    MODELS,
    SPA301,
    SPA504G,
    SPA509G,
    body_of,
    phone_with,
)
from tests.conformance.readers.cisco import read_elements


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_registers_every_account_as_meant(model: PhoneModel) -> None:
    """R6, R32: each account arrives whole, on every model, up to its last account."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    seen = phone_with(intents.config(model, MAC, accounts=accounts)).accounts()
    assert list(seen) == list(range(1, model.accounts + 1))
    for meant in accounts:
        account = seen[meant.number]
        assert account.user == meant.user
        assert account.auth_user == meant.auth_user
        assert account.password == meant.password
        assert account.display_name == meant.display_name
        assert account.voicemail == meant.voicemail_number
        assert (account.server, account.port) == ("pbx.example.net", 5060)
        assert (account.transport, account.expires_s) == ("udp", 1800)
        assert account.proxy == ""


@pytest.mark.parametrize("transport", list(Transport))
def test_it_goes_through_the_proxy_where_host_and_domain_differ(transport: Transport) -> None:
    """The address of record keeps the domain; packets go to the host and port that were given."""
    server = SipServer(domain="acme.example", host="10.1.2.3", port=5999, transport=transport)
    (account,) = phone_with(intents.config(SPA504G, MAC, server=server)).accounts().values()
    assert account.transport == transport.value
    assert account.server == "acme.example"
    assert (account.proxy, account.proxy_port) == ("10.1.2.3", 5999)


@pytest.mark.parametrize("port", [1024, 5060, 5061, 65535])
def test_it_listens_on_the_local_port(port: int) -> None:
    """R19, R84: account 1 has the port; the others' are valid and clash with nothing."""
    accounts = (intents.account(1), intents.account(2))
    phone = phone_with(intents.config(SPA509G, MAC, accounts=accounts, local_sip_port=port))
    assert phone.accounts()[1].local_port == port
    ports = [int(phone.get(f"SIP_Port_{number}_")) for number in range(1, 13)]
    assert len(set(ports)) == 12
    assert all(1024 <= each <= 65535 for each in ports)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_forgets_what_is_taken_back(model: PhoneModel) -> None:
    """R109, R140: a phone that remembers its last profile has no account, secret or key left."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    buttons = tuple(
        Button(position=n, kind=ButtonKind.BLF, value="204", label="Bob")
        for n in range(1, model.line_keys + 1)
    )
    phone = phone_with(intents.config(model, MAC, accounts=accounts, buttons=buttons))
    assert len(phone.accounts()) == model.accounts
    assert len(phone.keys()) == model.line_keys
    empty = intents.config(
        model, MAC, accounts=(), admin_password=None, display_name="", pickup_code=""
    )
    phone.take(body_of(empty))
    assert phone.accounts() == {}
    assert phone.secrets() == set()
    assert phone.keys() == {}
    left = set(phone.settings.values())
    assert not left & {"204", "Bob", "pbx.example.net:5060", "201", "Anna Arndt 1", "*91", "*8"}
    assert phone.get("Resync_Periodic") == "3420"


def test_it_has_a_button_of_each_kind() -> None:
    """R100: what each kind becomes; every key names its account."""
    buttons = intents.eight_buttons(accounts=2)
    accounts = (intents.account(1), intents.account(2))
    phone = phone_with(intents.config(SPA509G, MAC, accounts=accounts, buttons=buttons))
    keys = phone.keys()
    watched = {"blf": ("blf", "sd", "cp"), "park_retrieve": ("blf", "sd")}
    for button in buttons:
        key = keys[button.position]
        target = f"{button.value}@$PROXY"
        is_line, is_watched = button.kind is ButtonKind.LINE, button.kind in watched
        assert (key.label, key.account) == (button.label, 2)
        assert key.functions == (() if is_line else watched.get(button.kind, ("sd",)))
        assert key.name == ("" if is_line else button.label)
        assert key.watches == (target if is_watched else "")
        assert key.dials == ("" if is_line or is_watched else target)
    assert list(keys) == list(range(1, 9))
    assert phone.get("Call_Pickup_Code") == "*8"
    assert phone.get("Server_Type") == "Asterisk"


def test_it_leaves_a_conference_key_without_a_number_dark() -> None:
    """The phone has no such key function; without a room to dial the key does nothing."""
    button = Button(position=1, kind=ButtonKind.CONFERENCE, label="Conf")
    phone = phone_with(intents.config(SPA504G, MAC, buttons=(button,)))
    assert phone.keys() == {}
    assert phone.get("Extension_1_") == "Disabled"
    assert phone.get("Short_Name_1_") == ""


@pytest.mark.parametrize(("code", "functions"), [("*8", "blf+sd+cp"), ("", "blf+sd")])
def test_it_picks_up_only_with_a_code(code: str, functions: str) -> None:
    """A press on a ringing lamp would dial an empty code; the sidecar's own code goes along."""
    button = Button(position=1, kind=ButtonKind.BLF, value="204", label="Bob")
    phone = phone_with(intents.config(SPA504G, MAC, buttons=(button,), pickup_code=code))
    assert phone.keys()[1].functions == tuple(functions.split("+"))
    assert phone.get("Call_Pickup_Code", "*36") == code
    sidecar = phone.get("Attendant_Console_Call_Pickup_Code", "*98")
    assert sidecar == (f"{code}#" if code else "")


@pytest.mark.parametrize(
    ("kind", "transfers"), [(ButtonKind.PARK, "Yes"), (ButtonKind.SPEED_DIAL, "No")]
)
def test_it_parks_by_a_blind_transfer(kind: ButtonKind, transfers: str) -> None:
    """A park key transfers the call; without one a speed dial in a call does not."""
    button = Button(position=1, kind=kind, value="700", label="Park")
    phone = phone_with(intents.config(SPA504G, MAC, buttons=(button,)))
    assert phone.get("BXfer_On_Speed_Dial_Enable") == transfers


def test_it_dials_an_address_as_it_stands() -> None:
    """A target with a host of its own is not sent to the PBX's host besides."""
    button = Button(position=1, kind=ButtonKind.SPEED_DIAL, value="bob@example.org")
    key = phone_with(intents.config(SPA504G, MAC, buttons=(button,))).keys()[1]
    assert (key.dials, key.name, key.label) == ("bob@example.org",) * 3


def test_it_shows_its_lines_when_it_has_no_layout() -> None:
    """Without buttons the first keys are the accounts' lines, the rest is switched off."""
    accounts = (intents.account(1), intents.account(2))
    keys = phone_with(intents.config(SPA504G, MAC, accounts=accounts)).keys()
    assert {n: (key.account, key.label) for n, key in keys.items()} == {
        1: (1, "Anna 1"),
        2: (2, "Anna 2"),
    }


def test_it_names_a_line_key_after_its_account() -> None:
    """A line button without a label shows the account's; of an account that is not there, none."""
    buttons = (
        Button(position=1, kind=ButtonKind.LINE, account=1),
        Button(position=2, kind=ButtonKind.LINE, account=3),
        Button(position=9, kind=ButtonKind.BLF, value="204"),
    )
    keys = phone_with(intents.config(SPA504G, MAC, buttons=buttons)).keys()
    assert {n: key.label for n, key in keys.items()} == {1: "Anna 1", 2: ""}


def test_it_finds_us_again_each_hour() -> None:
    """R18, R28: its own address, the interval in seconds, and no other rule that could win."""
    phone = phone_with(intents.config(SPA504G, MAC))
    assert phone.get("Provision_Enable") == "Yes"
    assert phone.get("Profile_Rule") == f"{intents.BASE_URL}$MA.cfg"
    assert {phone.get(f"Profile_Rule_{rule}", "kept") for rule in "BCD"} == {""}
    assert phone.get("Resync_Periodic") == str(57 * 60)
    assert int(phone.get("Resync_Error_Retry_Delay", "3600")) <= 900
    assert phone.get("Resync_On_Reset") == "Yes"
    assert phone.get("Resync_Fails_On_FNF") == "Yes"
    assert phone.get("Upgrade_Enable") == "No"
    assert phone.get("Upgrade_Rule", "kept") == ""
    assert phone.get("Admin_Passwd") == "Adm1n-Pass"
    assert phone.get("Primary_NTP_Server") == "ntp.example.net"
    assert phone.get("Station_Name") == "Anna Arndt 1"
    assert phone.get("Voice_Mail_Number") == "*91"


def test_it_lets_no_dhcp_server_lead_it_away() -> None:
    """Its own address holds the secret; the common one that DHCP gives must not replace it."""
    assert phone_with(intents.config(SPA504G, MAC)).get("DHCP_Option_To_Use", "66,160") == ""


def test_it_has_no_open_web_server() -> None:
    """Its holes let anybody in the network in, and no firmware will close them."""
    assert phone_with(intents.config(SPA504G, MAC)).get("Enable_Web_Server", "Yes") == "No"


def test_it_spreads_its_polls() -> None:
    """R28: what the composer gives in minutes is written in seconds."""
    provisioning = Provisioning(base_url=intents.BASE_URL, poll_minutes=60)
    phone = phone_with(intents.config(SPA504G, MAC, provisioning=provisioning))
    assert phone.get("Resync_Periodic") == "3600"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_obeys_orders_by_notify(model: PhoneModel) -> None:
    """Resync is on, and no line asks the PBX for a password it can't give."""
    phone = phone_with(intents.config(model, MAC))
    assert phone.get("Resync_From_SIP") == "Yes"
    lines = range(1, model.accounts + 1)
    assert {phone.get(f"Auth_Resync-Reboot_{line}_", "Yes") for line in lines} == {"No"}


def test_it_leaves_the_admin_password_alone_when_there_is_none() -> None:
    """An empty element would take the phone's password away."""
    names = [name for name, _ in read_elements(body_of(intents.config(SPA504G, MAC)))]
    config = intents.config(SPA504G, MAC, admin_password=None)
    without = [name for name, _ in read_elements(body_of(config))]
    assert [name for name in names if name not in without] == ["Admin_Passwd"]


def test_it_empties_its_own_star_codes() -> None:
    """Its factory codes would swallow equal codes of the PBX."""
    settings = phone_with(intents.config(SPA504G, MAC, pickup_code="")).settings
    codes = {name: value for name, value in settings.items() if name.endswith("_Code")}
    assert len(codes) > 40
    assert set(codes.values()) == {""}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_uses_no_name_that_does_not_exist(model: PhoneModel) -> None:
    """Every element is in the vocabulary; a misspelt one would be ignored without a word."""
    known = intents.known_names("cisco_spa")
    config = intents.config(model, MAC, buttons=intents.eight_buttons()[: model.line_keys])
    names = {re.sub(r"_\d+_$", "_{n}_", name) for name, _ in read_elements(body_of(config))}
    names = {re.sub(r"^Unit_\d", "Unit_{n}", re.sub(r"_Key_\d+$", "_Key_{n}", n)) for n in names}
    assert names - known == set()


def test_it_writes_the_same_bytes_for_the_same_intent() -> None:
    """The revision is the file's own fingerprint: equal intents give equal bytes."""
    buttons = intents.eight_buttons()
    first = body_of(intents.config(SPA509G, MAC, buttons=buttons))
    assert body_of(intents.config(SPA509G, MAC, buttons=tuple(reversed(buttons)))) == first


def test_it_states_the_same_elements_whoever_uses_the_phone() -> None:
    """DESIGN 4.9: used or not, the profile names the same parameters in the same order, once."""
    config = intents.config(SPA509G, MAC, buttons=intents.eight_buttons())
    some = [name for name, _ in read_elements(body_of(config))]
    none = [name for name, _ in read_elements(body_of(intents.config(SPA509G, MAC, accounts=())))]
    assert some == none
    assert len(some) == len(set(some))


@pytest.mark.parametrize(
    "name",
    [f"{MAC}.cfg", f"{MAC.upper()}.CFG", f"{MAC}.xml", f"spa{MAC}.xml", "spa504G.cfg"],
)
def test_it_is_one_whole_profile_under_every_name(name: str) -> None:
    """R21: any letter case, and the common name leads the phone that has its address home too."""
    config = intents.config(SPA504G, MAC)
    assert body_of(config, name) == body_of(config)


@pytest.mark.parametrize("name", ["y000000000108.cfg", "000000000000.cfg", "spa.cfg", "a.xml", ""])
def test_it_knows_no_other_file(name: str) -> None:
    """Anything else does not exist for this phone."""
    assert WRITER.write_file(intents.config(SPA504G, MAC), name) is None


def test_it_writes_no_key_for_a_phone_without_line_keys() -> None:
    """The SPA301 has one line and no key."""
    phone = phone_with(intents.config(SPA301, MAC))
    assert list(phone.accounts()) == [1]
    assert phone.keys() == {}
