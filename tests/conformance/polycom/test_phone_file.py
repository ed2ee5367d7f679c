"""What a Polycom VVX reads by way of its master file is what was meant: R6, R19, R84, R109."""

import re

import pytest

from phoneprov.catalog.model import PhoneModel
from phoneprov.vendors.config import Button, ButtonKind, Provisioning, SipServer, Transport
from phoneprov.vendors.polycom import WRITER
from tests.conformance import intents
from tests.conformance.polycom.models import (
    MAC,
    MAIN,
    MODELS,
    VVX101,
    VVX411,
    body_of,
    boot,
    parameters_of,
    phone_with,
)
from tests.conformance.readers.polycom import read_root

TRANSPORTS = {Transport.UDP: "UDPOnly", Transport.TCP: "TCPOnly", Transport.TLS: "TLS"}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_registers_every_account_as_meant(model: PhoneModel) -> None:
    """R6, R32: each account arrives whole, on every model, up to its last account."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    seen = phone_with(intents.config(model, MAC, accounts=accounts)).accounts()
    assert list(seen) == list(range(1, model.accounts + 1))
    for meant in accounts:
        account = seen[meant.number]
        assert (account.user, account.domain) == (meant.user, "pbx.example.net")
        assert account.auth_user == meant.auth_user
        assert account.password == meant.password
        assert account.display_name == meant.display_name
        assert account.label == meant.label
        assert account.voicemail == meant.voicemail_number
        assert (account.server, account.port) == ("pbx.example.net", 5060)
        assert (account.transport, account.expires_s) == ("UDPOnly", 1800)
        assert (account.proxy, account.proxy_port) == ("", 0)


@pytest.mark.parametrize("transport", list(Transport))
def test_it_goes_to_the_host_where_host_and_domain_differ(transport: Transport) -> None:
    """The address of record keeps the domain; packets go to the host and port that were given."""
    server = SipServer(domain="acme.example", host="10.1.2.3", port=5999, transport=transport)
    (account,) = phone_with(intents.config(VVX411, MAC, server=server)).accounts().values()
    assert account.transport == TRANSPORTS[transport]
    assert (account.user, account.domain) == ("201", "acme.example")
    assert (account.server, account.port) == ("10.1.2.3", 5999)
    assert (account.proxy, account.proxy_port) == ("10.1.2.3", 5999)


@pytest.mark.parametrize("port", [1024, 5060, 5061, 65535])
def test_it_listens_on_the_local_port(port: int) -> None:
    """R19, R84: one port for all accounts, in the spelling of older and newer software."""
    phone = phone_with(intents.config(VVX411, MAC, local_sip_port=port))
    assert phone.get("voIpProt.local.port") == str(port)
    assert phone.get("voIpProt.SIP.local.port") == str(port)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("kind", [ButtonKind.BLF, ButtonKind.SPEED_DIAL])
def test_it_forgets_what_is_taken_back(model: PhoneModel, kind: ButtonKind) -> None:
    """R109, R140: a phone that remembers its last files has no account, secret or key left."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    buttons = tuple(
        Button(position=n, kind=kind, value="204", label="Bob")
        for n in range(1, model.line_keys + 1)
    )
    phone = phone_with(intents.config(model, MAC, accounts=accounts, buttons=buttons))
    assert len(phone.accounts()) == model.accounts
    assert len(phone.keys()) == model.line_keys
    boot(phone, intents.config(model, MAC, accounts=(), admin_password=None, pickup_code=""))
    assert phone.accounts() == {}
    assert phone.secrets() == set()
    assert phone.keys() == {}
    assert phone.watched() == []
    left = set(phone.settings.values())
    assert not left & {"204", "Bob", "204$Tinvite$", "pbx.example.net", "201", "*91", "*8"}
    assert not {value for value in left if "Anna" in value}
    assert phone.get("prov.polling.enabled") == "1"


def test_it_has_a_button_of_each_kind() -> None:
    """R100: what each kind becomes; a conference key dials the room it was given."""
    buttons = intents.eight_buttons()
    phone = phone_with(intents.config(VVX411, MAC, buttons=buttons))
    keys = phone.keys()
    whats = {
        ButtonKind.LINE: "line",
        ButtonKind.BLF: "normal",
        ButtonKind.PARK_RETRIEVE: "automata",
        ButtonKind.PARK: "transfer",
    }
    assert list(keys) == list(range(1, 9))
    for button in buttons:
        key = keys[button.position]
        assert key.what == whats.get(button.kind, "dial")
        if button.kind is ButtonKind.LINE:
            assert key.account == 1
        else:
            assert (key.target, key.label) == (button.value, button.label)
    macros = [key.macro for key in keys.values() if key.macro]
    assert len(macros) == len(set(macros)) == 5
    assert phone.get("up.em.smartpaging.enabled") == "0"


def test_it_fills_the_watched_list_in_the_order_of_the_keys() -> None:
    """A hole or an empty entry would shift every later lamp to another label."""
    watched = {2: "204", 3: "", 5: "205", 6: "206", 9: "209"}
    kinds = {6: ButtonKind.PARK_RETRIEVE}
    buttons = [
        Button(position=n, kind=kinds.get(n, ButtonKind.BLF), value=value, label=f"L{n}")
        for n, value in watched.items()
    ]
    buttons.append(Button(position=4, kind=ButtonKind.SPEED_DIAL, value="0301234"))
    phone = phone_with(intents.config(VVX411, MAC, buttons=tuple(reversed(buttons))))
    assert phone.watched() == ["204", "205", "206", "209"]
    assert {n: (key.target, key.label) for n, key in phone.keys().items()} == {
        2: ("204", "L2"),
        4: ("0301234", "0301234"),
        5: ("205", "L5"),
        6: ("206", "L6"),
        9: ("209", "L9"),
    }


def test_it_watches_with_the_account_of_the_first_watching_key() -> None:
    """The phone knows one account for the whole list."""
    accounts = (intents.account(1), intents.account(2))
    buttons = (Button(position=3, kind=ButtonKind.BLF, value="204", account=2),)
    phone = phone_with(intents.config(VVX411, MAC, accounts=accounts, buttons=buttons))
    assert phone.keys()[3].account == 2


@pytest.mark.parametrize(
    "button",
    [
        Button(position=1, kind=ButtonKind.CONFERENCE, label="Conf"),
        Button(position=1, kind=ButtonKind.SPEED_DIAL, value="$!^", label="Nothing"),
        Button(position=1, kind=ButtonKind.BLF, label="Nobody"),
    ],
    ids=lambda button: button.kind.value,
)
def test_it_leaves_a_key_without_a_number_dark(button: Button) -> None:
    """A key that dials or watches nothing takes no slot of a list."""
    assert phone_with(intents.config(VVX411, MAC, buttons=(button,))).keys() == {}


@pytest.mark.parametrize(
    ("code", "method", "enabled"), [("*8", "legacy", "1"), ("", "native", "0")]
)
def test_it_picks_up_with_the_code_of_the_pbx(code: str, method: str, enabled: str) -> None:
    """A press on a ringing lamp dials the code and the number, where the PBX has a code."""
    phone = phone_with(intents.config(VVX411, MAC, pickup_code=code))
    assert phone.get("call.directedCallPickupString", "*97") == code
    assert phone.get("call.directedCallPickupMethod") == method
    assert phone.get("feature.directedCallPickup.enabled") == enabled


def test_it_shows_its_lines_when_it_has_no_layout() -> None:
    """Without buttons the first keys are the accounts' lines, the rest is empty."""
    accounts = (intents.account(1), intents.account(2))
    phone = phone_with(intents.config(VVX411, MAC, accounts=accounts))
    assert {n: (key.what, key.account) for n, key in phone.keys().items()} == {
        1: ("line", 1),
        2: ("line", 2),
    }
    assert [phone.get(f"lineKey.{n}.category") for n in range(3, 13)] == ["Unassigned"] * 10


def test_it_gives_an_account_as_many_keys_as_name_it() -> None:
    """Each line button beyond the first is one more call that the account shows."""
    buttons = tuple(Button(position=n, kind=ButtonKind.LINE, account=1) for n in (1, 2, 4))
    accounts = (intents.account(1), intents.account(2))
    seen = phone_with(intents.config(VVX411, MAC, accounts=accounts, buttons=buttons)).accounts()
    assert (seen[1].line_keys, seen[2].line_keys) == (3, 1)


@pytest.mark.parametrize(("scheme", "kind"), [("http", "2"), ("https", "3")])
def test_it_finds_us_again_each_hour(scheme: str, kind: str) -> None:
    """R18, R28: its own address, and the shortest period that the software documents."""
    url = intents.BASE_URL.replace("http:", f"{scheme}:")
    provisioning = Provisioning(base_url=url, poll_minutes=57)
    phone = phone_with(intents.config(VVX411, MAC, provisioning=provisioning))
    assert phone.get("device.prov.serverName") == url.rstrip("/")
    assert phone.get("device.prov.serverType") == kind
    assert phone.get("device.prov.tagSerialNo") == "1"
    assert phone.get("prov.polling.enabled") == "1"
    assert phone.get("prov.polling.mode") == "rel"
    assert phone.get("prov.polling.period") == "3601"
    assert phone.get("dir.local.readonly") == "1"
    assert phone.get("tcpIpApp.sntp.address") == "ntp.example.net"
    assert phone.get("tcpIpApp.sntp.address.overrideDHCP") == "1"
    assert phone.get("device.auth.localAdminPassword") == "Adm1n-Pass"


def test_it_takes_a_longer_period_in_seconds() -> None:
    """A tenant that wants to be asked each two hours is."""
    provisioning = Provisioning(base_url=intents.BASE_URL, poll_minutes=120)
    phone = phone_with(intents.config(VVX411, MAC, provisioning=provisioning))
    assert phone.get("prov.polling.period") == "7200"


def test_it_lets_no_dhcp_server_lead_it_away() -> None:
    """The common address that DHCP gives at each boot must not win over the phone's own."""
    assert phone_with(intents.config(VVX411, MAC)).get("device.dhcp.bootSrvUseOpt", "3") == "2"


def test_it_sets_every_device_parameter_that_it_names() -> None:
    """Without its twin a device parameter is ignored without a word."""
    config = intents.config(VVX411, MAC)
    named = {name for name, _ in parameters_of(config) if name.startswith("device.")}
    meant = {name for name in named if not name.endswith(".set")}
    assert named == meant | {f"{name}.set" for name in meant} | {"device.set"}
    assert meant <= set(phone_with(config).settings)


def test_it_leaves_the_admin_password_alone_when_there_is_none() -> None:
    """An empty value would take the phone's password away."""
    names = dict(parameters_of(intents.config(VVX411, MAC, admin_password=None)))
    assert not [name for name in names if "Password" in name and name.startswith("device.")]


@pytest.mark.parametrize(("armed", "value"), [(False, "0"), (True, "1")])
def test_it_restarts_on_check_sync_only_when_armed(armed: bool, value: str) -> None:  # noqa: FBT001 - a parameter of the table
    """A resync throws nobody out of a call; a reboot is armed first."""
    phone = phone_with(intents.config(VVX411, MAC, reboot_on_check_sync=armed))
    assert phone.get("voIpProt.SIP.specialEvent.checkSync.alwaysReboot") == value


@pytest.mark.parametrize(("from_server_only", "method"), [(True, "NOTIFY"), (False, "")])
def test_it_takes_orders_from_whom_it_should(from_server_only: bool, method: str) -> None:  # noqa: FBT001 - a parameter of the table
    """A NOTIFY straight from us is refused by a phone that trusts its SIP server alone."""
    phone = phone_with(intents.config(VVX411, MAC, notify_from_server_only=from_server_only))
    assert phone.get("voIpProt.SIP.requestValidation.1.request", "kept") == method
    assert phone.get("voIpProt.SIP.requestValidation.1.method") == "Source"


def test_it_reports_to_us() -> None:
    """The phone posts its registrations to its own address."""
    phone = phone_with(intents.config(VVX411, MAC))
    assert phone.get("apps.telNotification.URL") == f"{intents.BASE_URL}event/notification"
    assert phone.get("apps.telNotification.lineRegistrationEvent") == "1"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_uses_no_name_that_does_not_exist(model: PhoneModel) -> None:
    """Every parameter is in the vocabulary; a misspelt one would be ignored without a word."""
    known = intents.known_names("polycom")
    config = intents.config(model, MAC, buttons=intents.eight_buttons()[: model.line_keys])
    names = {re.sub(r"(?<=\.)\d+(?=\.|$)", "{n}", name) for name, _ in parameters_of(config)}
    names = {name.replace("server.{n}.", "server.1.") for name in names} - known
    assert {name.replace("server.1.", "server.{n}.") for name in names} - known == set()


def test_it_writes_the_same_bytes_for_the_same_intent() -> None:
    """The revision is the file's own fingerprint: equal intents give equal bytes."""
    buttons = intents.eight_buttons()
    first = body_of(intents.config(VVX411, MAC, buttons=buttons))
    assert body_of(intents.config(VVX411, MAC, buttons=tuple(reversed(buttons)))) == first


def test_it_states_the_same_parameters_whoever_uses_the_phone() -> None:
    """DESIGN 4.9: used or not, the file names the same parameters in the same order."""
    config = intents.config(VVX411, MAC, buttons=intents.eight_buttons())
    some = [name for name, _ in parameters_of(config)]
    none = [name for name, _ in parameters_of(intents.config(VVX411, MAC, accounts=()))]
    assert some == none


def test_it_reads_one_file_by_way_of_its_master() -> None:
    """The master names the phone's own file, and no firmware that would be loaded by accident."""
    phone = phone_with(intents.config(VVX411, MAC))
    assert phone.asked == [f"{MAC}.cfg", MAIN, f"{MAC}-directory.xml"]
    master = body_of(intents.config(VVX411, MAC), f"{MAC}.cfg")
    assert read_root(master).attrib["CONFIG_FILES"] == MAIN
    for name in ("000000000000.cfg", f"{MAC.upper()}.CFG"):
        assert body_of(intents.config(VVX411, MAC), name) == master


@pytest.mark.parametrize("name", [f"{MAC}-directory.xml", "000000000000-directory.xml"])
def test_it_has_an_empty_directory(name: str) -> None:
    """What the last user kept in the phone's directory is replaced by nothing."""
    root = read_root(body_of(intents.config(VVX101, MAC), name))
    assert root.tag == "directory"
    assert root.findall(".//item") == []


@pytest.mark.parametrize(
    "name",
    [f"{MAC}-phone.cfg", f"{MAC}-web.cfg", f"{MAC}-license.cfg", f"{MAC}-calls.xml", "sip.ld", ""],
)
def test_it_gives_no_override_back(name: str) -> None:
    """Overrides of the last owner would beat every later config."""
    assert WRITER.write_file(intents.config(VVX411, MAC), name) is None
