"""What a Yealink reads in `<mac>.cfg` is what was meant: R6, R19, R84, R109."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from phoneprov.catalog.model import PhoneModel
from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig, SipServer, Transport
from phoneprov.vendors.yealink import WRITER
from phoneprov.vendors.zone_rules import zone_rules
from tests.conformance import intents
from tests.conformance.readers.yealink import YealinkClock, read_boot, read_lines
from tests.conformance.yealink.models import MAC, MODELS, T46U, body_of, phone_with

NAMED_ELSEWHERE = {"sip.notify_reset.enable"}
"""In Yealink's reset-by-NOTIFY notes of 2019, in none of the templates the list is made of."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_registers_every_account_as_meant(model: PhoneModel) -> None:
    """R6, R32: each account arrives whole, on every model, up to its last account."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    phone = phone_with(intents.config(model, MAC, accounts=accounts))
    seen = phone.accounts()
    assert list(seen) == list(range(1, model.accounts + 1))
    for meant in accounts:
        account = seen[meant.number]
        assert account.user == meant.user
        assert account.auth_user == meant.auth_user
        assert account.password == meant.password
        assert account.display_name == meant.display_name
        assert account.label == meant.label
        assert account.voicemail == meant.voicemail_number
        assert (account.server, account.port) == ("pbx.example.net", 5060)
        assert (account.transport, account.expires_s) == ("udp", 1800)
        assert account.proxy == ""


@pytest.mark.parametrize("transport", list(Transport))
def test_it_goes_through_the_proxy_where_host_and_domain_differ(transport: Transport) -> None:
    """The address of record keeps the domain; packets go to the host and port that were given."""
    server = SipServer(domain="acme.example", host="10.1.2.3", port=5999, transport=transport)
    (account,) = phone_with(intents.config(T46U, MAC, server=server)).accounts().values()
    assert account.transport == transport.value
    assert account.server == "acme.example"
    assert (account.proxy, account.proxy_port) == ("10.1.2.3", 5999)
    assert account.port == (5061 if transport is Transport.TLS else 5060)


@pytest.mark.parametrize("port", [1024, 5060, 5061, 65535])
def test_it_listens_on_the_local_port(port: int) -> None:
    """R19, R84: account 1 has the port; the others' are valid and clash with nothing."""
    accounts = (intents.account(1), intents.account(2))
    phone = phone_with(intents.config(T46U, MAC, accounts=accounts, local_sip_port=port))
    assert phone.get("sip.listen_port") == str(port)
    assert phone.get("account.1.sip_listen_port") == str(port)
    ports = [int(phone.get(f"account.{n}.sip_listen_port")) for n in range(1, 17)]
    ports.append(int(phone.get("sip.tls_listen_port")))
    assert len(set(ports)) == 17
    assert all(1024 <= each <= 65535 for each in ports)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_forgets_what_is_taken_back(model: PhoneModel) -> None:
    """R109, R140: a phone that remembers its last file has no account, secret or key left."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    buttons = tuple(
        Button(position=n, kind=ButtonKind.BLF, value="204", label="Bob")
        for n in range(1, model.line_keys + 1)
    )
    phone = phone_with(intents.config(model, MAC, accounts=accounts, buttons=buttons))
    assert len(phone.accounts()) == model.accounts
    assert len(phone.keys()) == model.line_keys
    phone.take(body_of(intents.config(model, MAC, accounts=(), admin_password=None)))
    assert phone.accounts() == {}
    assert phone.secrets() == set()
    assert phone.keys() == {}
    left = {value for name, value in phone.settings.items() if re.match(r"account|linekey", name)}
    assert not left & {"204", "Bob", "pbx.example.net", "201", "Anna Arndt 1"}
    assert phone.get("static.auto_provision.repeat.enable") == "1"


def test_it_has_a_button_of_each_kind() -> None:
    """R100: the eight kinds become the key types that do them."""
    buttons = intents.eight_buttons(accounts=2)
    accounts = (intents.account(1), intents.account(2))
    keys = phone_with(intents.config(T46U, MAC, accounts=accounts, buttons=buttons)).keys()
    types = {"line": 15, "blf": 16, "speed_dial": 13, "feature_code": 13, "park": 10}
    types |= {"park_retrieve": 16, "conference": 1, "custom": 13}
    assert list(keys) == list(range(1, 9))
    for button in buttons:
        key = keys[button.position]
        assert key.type == types[button.kind]
        assert (key.line, key.value, key.label) == (2, button.value, button.label)
        assert key.pickup == ("*8" if button.kind is ButtonKind.BLF else "")


def test_it_shows_its_lines_when_it_has_no_layout() -> None:
    """Without buttons the first keys are the accounts' lines, the rest is cleared."""
    accounts = (intents.account(1), intents.account(2))
    keys = phone_with(intents.config(T46U, MAC, accounts=accounts)).keys()
    assert {n: (key.type, key.line) for n, key in keys.items()} == {1: (15, 1), 2: (15, 2)}


def test_it_finds_us_again_each_hour() -> None:
    """R18, R28: its own address, the interval it was given, and nobody else's address."""
    phone = phone_with(intents.config(T46U, MAC))
    for prefix in ("static.", ""):
        assert phone.get(f"{prefix}auto_provision.server.url") == intents.BASE_URL
        assert phone.get(f"{prefix}auto_provision.repeat.enable") == "1"
        assert phone.get(f"{prefix}auto_provision.repeat.minutes") == "57"
        assert phone.get(f"{prefix}auto_provision.power_on") == "1"
        assert phone.get(f"{prefix}auto_provision.pnp_enable") == "0"
        assert phone.get(f"{prefix}auto_provision.dhcp_option.enable") == "0"
        assert phone.get(f"{prefix}security.user_password") == "admin:Adm1n-Pass"
        assert phone.get(f"{prefix}firmware.url", "none") == "none"
    assert phone.get("local_time.ntp_server1") == "ntp.example.net"


def test_it_obeys_orders_by_notify() -> None:
    """Resync does not reboot, reset is allowed, nothing asks a person first."""
    phone = phone_with(intents.config(T46U, MAC))
    assert phone.get("sip.notify_reboot_enable") == "0"
    assert phone.get("sip.notify_reset.enable") == "1"
    assert phone.get("features.action_uri.enable") == "1"
    assert phone.get("features.action_uri_limit_ip") == "0"
    assert phone.get("features.show_action_uri_option") == "0"


@pytest.mark.parametrize(("from_server_only", "value"), [(True, "1"), (False, "0")])
def test_it_takes_orders_from_whom_it_should(from_server_only: bool, value: str) -> None:  # noqa: FBT001 - a parameter of the table
    """A NOTIFY straight from us is refused by a phone that trusts its SIP server alone."""
    config = intents.config(T46U, MAC, notify_from_server_only=from_server_only)
    phone = phone_with(config)
    assert phone.get("sip.trust_ctrl") == value
    assert phone.get("account.1.sip_trust_ctrl") == value


def test_it_reports_to_us() -> None:
    """Action URLs lead to the phone's own address and stay below the firmware's 511 characters."""
    phone = phone_with(intents.config(T46U, MAC))
    kinds = {"setup_completed": "booted", "registered": "registered"}
    kinds |= {"unregistered": "unregistered", "register_failed": "register_failed"}
    for event, kind in kinds.items():
        url = phone.get(f"action_url.{event}")
        assert url.startswith(f"{intents.BASE_URL}event/{kind}?mac=$mac&ip=$ip")
        assert len(url) < 511


@pytest.mark.parametrize("name", intents.ZONES)
def test_it_shows_the_right_time_all_year(name: str) -> None:
    """R15: every hour of the year, in half-hour zones and in the south too."""
    config = intents.config(T46U, MAC, zone=zone_rules(name, intents.YEAR))
    clock = YealinkClock(phone_with(config), intents.YEAR)
    zone = ZoneInfo(name)
    start = datetime(intents.YEAR, 1, 1, 12, tzinfo=UTC)
    for hour in range(364 * 24):
        moment = start + timedelta(hours=hour)
        assert clock.local_time(moment) == moment.astimezone(zone).replace(tzinfo=None), moment


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_uses_no_name_that_does_not_exist(model: PhoneModel) -> None:
    """Every parameter is in the vocabulary; a misspelt one would be ignored without a word."""
    known = {re.sub(r"\{\w\}", "{n}", name) for name in intents.known_names("yealink")}
    config = intents.config(model, MAC, buttons=intents.eight_buttons()[: model.line_keys])
    names = {re.sub(r"(?<=\.)\d+(?=\.|$)", "{n}", name) for name, _ in read_lines(body_of(config))}
    assert names - known == NAMED_ELSEWHERE


def test_it_writes_the_same_bytes_for_the_same_intent() -> None:
    """The phone compares files; a changed byte makes it apply everything again."""
    buttons = intents.eight_buttons()
    first = body_of(intents.config(T46U, MAC, buttons=buttons))
    assert body_of(intents.config(T46U, MAC, buttons=tuple(reversed(buttons)))) == first


def test_it_names_no_parameter_twice() -> None:
    """Whichever wins on the phone, there is only one."""
    names = [name for name, _ in read_lines(body_of(intents.config(T46U, MAC)))]
    assert len(names) == len(set(names))


def test_it_states_every_account_and_key_in_the_same_order() -> None:
    """DESIGN 4.9: used or not, the file names the same accounts and keys."""
    some = intents.config(T46U, MAC)
    none = intents.config(T46U, MAC, accounts=())
    pattern = re.compile(r"account\.\d+\.(enable|password|label)|linekey\..*|voice_mail\..*")

    def names(config: PhoneConfig) -> list[str]:
        return sorted(n for n, _ in read_lines(body_of(config)) if pattern.fullmatch(n))

    assert names(some) == names(none)


def test_it_includes_its_own_file_from_the_boot_file() -> None:
    """A boot file replaces the usual files, so it names the one that carries everything."""
    for name in (f"{MAC}.boot", f"{MAC.upper()}.boot", "y000000000000.boot"):
        boot = read_boot(body_of(intents.config(T46U, MAC), name))
        assert boot.includes == [f"{MAC}.cfg"]
        assert boot.overwrite_mode == "0"


def test_it_repeats_only_the_polling_in_the_common_file() -> None:
    """V80 reads it before `<mac>.cfg`."""
    lines = dict(read_lines(body_of(intents.config(T46U, MAC), "y000000000108.cfg")))
    assert lines["static.auto_provision.repeat.minutes"] == "57"
    assert all("auto_provision" in name for name in lines)


@pytest.mark.parametrize("name", ["spa504G.cfg", "000000000000.cfg", "y00000000010.cfg", ""])
def test_it_knows_no_other_file(name: str) -> None:
    """Anything else does not exist for this phone."""
    assert WRITER.write_file(intents.config(T46U, MAC), name) is None


def test_it_is_found_in_any_letter_case() -> None:
    """R21: names come in upper case through some proxies."""
    assert body_of(intents.config(T46U, MAC), f"{MAC.upper()}.CFG") == body_of(
        intents.config(T46U, MAC)
    )
