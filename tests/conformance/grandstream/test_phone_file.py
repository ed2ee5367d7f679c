"""What a Grandstream reads in `cfg<mac>.xml` is what was meant: R7, R19, R84, R109."""

import dataclasses
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from phoneprov.catalog.model import PhoneModel
from phoneprov.vendors.config import (
    Button,
    ButtonKind,
    Provisioning,
    SipServer,
    Transport,
)
from phoneprov.vendors.grandstream import WRITER
from phoneprov.vendors.key_rules import can_carry
from phoneprov.vendors.zone_rules import zone_rules
from tests.conformance import intents
from tests.conformance.grandstream.models import (
    GRP2614,
    GRP2616,
    GXP2170,
    GXV3370,
    MAC,
    MODELS,
    body_of,
    phone_with,
)
from tests.conformance.readers.grandstream import DroppedFileError, read_values
from tests.conformance.readers.grandstream_clock import local_clock

KNOWN_OTHERWISE = re.compile(r"P80\d|P810|P826|P848|P(50[6-9]|51[0-5])\d\d|P239\d\d|P2300[78]")
"""P-numbers the list of names was not made of: blocks in Grandstream's templates of newer firmware
(GRP260x 1.0.7.71, GXV33xx 1.0.3.57, GRP26xx 1.0.15.19), and virtual keys 33 to 48 and label and
value of board key 2, which follow from the spacing of their neighbours."""


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_registers_every_account_as_meant(model: PhoneModel) -> None:
    """R7, R32: each account arrives whole, in the block where its family keeps it."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    seen = phone_with(intents.config(model, MAC, accounts=accounts)).accounts()
    assert list(seen) == list(range(1, model.accounts + 1))
    for meant in accounts:
        account = seen[meant.number]
        assert account.user == meant.user
        assert account.auth_user == meant.auth_user
        assert account.password == meant.password
        assert account.display_name == meant.display_name
        assert account.label == meant.label
        assert account.voicemail == meant.voicemail_number
        assert (account.server, account.proxy) == ("pbx.example.net", "")
        assert (account.transport, account.expires_s) == ("udp", 1800)
        assert account.pickup_prefix == "*8"


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (("pbx.example", "pbx.example", 5060, Transport.UDP), ("pbx.example", "")),
        (("pbx.example", "pbx.example", 5061, Transport.TLS), ("pbx.example", "")),
        (("pbx.example", "pbx.example", 5080, Transport.TCP), ("pbx.example:5080", "")),
        (("acme.example", "10.1.2.3", 5060, Transport.UDP), ("acme.example", "10.1.2.3")),
        (("acme.example", "10.1.2.3", 5999, Transport.TCP), ("acme.example", "10.1.2.3:5999")),
        (
            ("acme.example", "2001:db8::5", 5999, Transport.TCP),
            ("acme.example", "[2001:db8::5]:5999"),
        ),
    ],
    ids=["usual", "tls", "port", "proxy", "proxy-port", "ipv6"],
)
def test_it_goes_where_it_is_sent(
    server: tuple[str, str, int, Transport], expected: tuple[str, str]
) -> None:
    """The address of record keeps the domain; packets go to the host and port that were given."""
    domain, host, port, transport = server
    value = SipServer(domain=domain, host=host, port=port, transport=transport)
    (account,) = phone_with(intents.config(GXP2170, MAC, server=value)).accounts().values()
    assert (account.server, account.proxy) == expected
    assert account.transport == transport.value


@pytest.mark.parametrize(("seconds", "minutes"), [(20, 1), (60, 1), (61, 2), (1800, 30)])
def test_it_rounds_the_expiry_up_to_minutes(seconds: int, minutes: int) -> None:
    """Trap: 20 seconds divided by 60 would be 0."""
    server = SipServer(
        domain="p.example",
        host="p.example",
        port=5060,
        transport=Transport.UDP,
        register_expires_s=seconds,
    )
    (account,) = phone_with(intents.config(GXP2170, MAC, server=server)).accounts().values()
    assert account.expires_s == minutes * 60


@pytest.mark.parametrize("port", [1024, 5060, 65535])
def test_it_listens_on_the_local_port(port: int) -> None:
    """R19, R84: account 1 has the port; the others' are valid and clash with nothing."""
    accounts = tuple(intents.account(number) for number in range(1, 17))
    config = intents.config(GRP2616, MAC, accounts=accounts, local_sip_port=port)
    ports = [account.local_port for account in phone_with(config).accounts().values()]
    assert ports[0] == port
    assert len(set(ports)) == 16
    assert all(1024 <= each <= 65535 for each in ports)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_forgets_what_is_taken_back(model: PhoneModel) -> None:
    """R109, R140: a phone that remembers its last file has no account, secret or key left."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    count = model.line_keys
    buttons = tuple(
        Button(position=n, kind=ButtonKind.BLF, value="204", label="Bob")
        for n in range(1, count + 1)
    )
    phone = phone_with(intents.config(model, MAC, accounts=accounts, buttons=buttons))
    assert len(phone.accounts()) == model.accounts
    assert len(phone.keys(count)) == count
    phone.take(body_of(intents.config(model, MAC, accounts=(), admin_password=None)))
    assert phone.accounts() == {}
    assert phone.passwords() == set()
    assert phone.keys(count) == {}
    gone = {"204", "Bob", "201", "auth-201", "Anna Arndt 1", "pbx.example.net"}
    assert not gone & set(phone.values.values())
    assert phone.get("P194") == "1"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_has_a_button_of_each_kind(model: PhoneModel) -> None:
    """R100: the kinds become the modes that do them, each on its family's scale."""
    is_app = model.name.startswith("GXV")
    every = intents.eight_buttons()[: model.line_keys]
    buttons = tuple(
        one for one in every if not can_carry(model, one.kind, one.position, has_value=True)
    )
    assert len(buttons) >= len(every) - 1
    keys = phone_with(intents.config(model, MAC, buttons=buttons)).keys(model.line_keys)
    modes = {"line": "line", "blf": "blf", "speed_dial": "speeddial", "custom": "speeddial"}
    modes |= {"feature_code": "speeddial", "park": "callpark", "park_retrieve": "monitoredcp"}
    modes |= {"conference": "conference"}
    modes |= {"park_retrieve": "blf"} if is_app or model.name.startswith("GXP16") else {}
    for button in buttons:
        key = keys[button.position]
        assert key.mode == modes[button.kind]
        assert (key.account, key.value, key.label) == (1, button.value, button.label)


def test_it_shows_its_lines_when_it_has_no_layout() -> None:
    """Without buttons the first keys are the accounts' lines, the rest is cleared."""
    accounts = (intents.account(1), intents.account(2))
    keys = phone_with(intents.config(GRP2614, MAC, accounts=accounts)).keys(GRP2614.line_keys)
    assert {n: (key.mode, key.account) for n, key in keys.items()} == {
        1: ("line", 1),
        2: ("line", 2),
    }
    assert phone_with(intents.config(GXV3370, MAC, accounts=accounts)).keys(160) == {}


def test_it_cuts_what_a_key_can_not_hold() -> None:
    """32 characters of a label: a longer one would be refused as a whole."""
    button = Button(position=1, kind=ButtonKind.SPEED_DIAL, value="7" * 64, label="L" * 40)
    key = phone_with(intents.config(GRP2614, MAC, buttons=(button,))).keys(GRP2614.line_keys)[1]
    assert (key.label, key.value) == ("L" * 32, "7" * 64)


@pytest.mark.parametrize(
    ("url", "scheme", "path", "action"),
    [
        ("http://p.example:8080/prov/t/ab/", "1", "p.example:8080/prov/t/ab", "p.example:8080"),
        ("https://p.example/prov/t/ab/", "2", "p.example/prov/t/ab", "https://p.example"),
    ],
    ids=["http", "https"],
)
def test_it_finds_us_again_each_hour(url: str, scheme: str, path: str, action: str) -> None:
    """R18, R28: its own address without scheme, at least 60 minutes, and nobody else's address.

    An action URL over HTTPS keeps its scheme: without one the token would go in the clear.
    """
    provisioning = Provisioning(base_url=url, poll_minutes=51)
    phone = phone_with(intents.config(GRP2614, MAC, provisioning=provisioning))
    assert (phone.get("P212"), phone.get("P237")) == (scheme, path)
    assert (phone.get("P194"), phone.get("P193")) == ("1", "60")
    for name in ("P143", "P144", "P145", "P8337", "P1414", "P8375", "P9996"):
        assert phone.get(name, "factory") == "0"
    assert phone.get("P2") == "Adm1n-Pass"
    assert phone.get("P30") == "ntp.example.net"
    assert phone.get("P192", "fm.grandstream.com/gs") == ""
    for name, kind in (("P8304", "booted"), ("P8305", "registered"), ("P8306", "unregistered")):
        assert phone.get(name).startswith(f"{action}/prov/t/ab/event/{kind}?mac=$mac&ip=$phone_ip")


def test_it_keeps_a_longer_interval() -> None:
    """A tenant that asks every four hours gets four hours."""
    provisioning = Provisioning(base_url=intents.BASE_URL, poll_minutes=230)
    assert phone_with(intents.config(GRP2614, MAC, provisioning=provisioning)).get("P193") == "230"


@pytest.mark.parametrize(("from_server_only", "value"), [(True, "1"), (False, "0")])
def test_it_obeys_orders_by_notify(from_server_only: bool, value: str) -> None:  # noqa: FBT001 - a parameter of the table
    """No challenge, reset allowed, and from our side too where there is no PBX link."""
    accounts = (intents.account(1), intents.account(2))
    phone = phone_with(
        intents.config(GXP2170, MAC, accounts=accounts, notify_from_server_only=from_server_only)
    )
    assert phone.get("P4428") == "1"
    assert (phone.get("P26015"), phone.get("P26115"), phone.get("P26215")) == ("1", "1", "0")
    assert (phone.get("P2347"), phone.get("P2447")) == (value, value)
    assert phone.get("P84") == "30"


@pytest.mark.parametrize("name", intents.ZONES)
@pytest.mark.parametrize("model", [GXP2170, GXV3370], ids=lambda model: model.name)
def test_it_shows_the_right_time_all_year(name: str, model: PhoneModel) -> None:
    """R15: every hour of the year, in half-hour zones and in the south too."""
    config = intents.config(model, MAC, zone=zone_rules(name, intents.YEAR))
    clock = local_clock(phone_with(config), intents.YEAR)
    zone = ZoneInfo(name)
    start = datetime(intents.YEAR, 1, 1, 12, tzinfo=UTC)
    for hour in range(364 * 24):
        moment = start + timedelta(hours=hour)
        assert clock(moment) == moment.astimezone(zone).replace(tzinfo=None), moment


def test_it_says_quarter_hours() -> None:
    """Chatham changes at 02:45."""
    config = intents.config(GXP2170, MAC, zone=zone_rules("Pacific/Chatham", intents.YEAR))
    assert phone_with(config).get("P246") == "STD-12:45DST-13:45,M9.5.0/2:45,M4.1.0/3:45"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_uses_no_name_that_does_not_exist(model: PhoneModel) -> None:
    """Every P-number is in the vocabulary."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    config = intents.config(model, MAC, accounts=accounts)
    names = {name for name, _ in read_values(body_of(config), MAC)}
    unknown = names - intents.known_names("grandstream")
    assert [name for name in sorted(unknown) if not KNOWN_OTHERWISE.fullmatch(name)] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_names_no_parameter_twice(model: PhoneModel) -> None:
    """Blocks, keys and settings share one space of numbers."""
    names = [name for name, _ in read_values(body_of(intents.config(model, MAC)), MAC)]
    assert len(names) == len(set(names))


def test_it_writes_the_same_bytes_for_the_same_intent() -> None:
    """Same rows, same bytes, same ETag."""
    buttons = intents.eight_buttons()
    first = body_of(intents.config(GRP2614, MAC, buttons=buttons))
    assert body_of(intents.config(GRP2614, MAC, buttons=tuple(reversed(buttons)))) == first


def test_it_is_refused_by_another_phone() -> None:
    """The file names its phone: a mix-up of addresses gives nobody somebody's line."""
    with pytest.raises(DroppedFileError):
        read_values(body_of(intents.config(GRP2614, MAC)), "000b82865e6a")


@pytest.mark.parametrize(
    "name",
    [f"cfg{MAC}.xml", f"CFG{MAC.upper()}.XML", f"{MAC}.cfg", f"acme-cfg{MAC}.xml.2024"],
)
def test_it_is_found_under_its_names(name: str) -> None:
    """R21: the firmware's name in any case, with an old prefix or postfix, and `<mac>.cfg`."""
    config = intents.config(GRP2614, MAC)
    assert body_of(config, name) == body_of(config)


@pytest.mark.parametrize(
    "name",
    [f"cfg{MAC}", f"cfg{MAC}.bin", f"dev{MAC}.cfg", "cfggrp2614.xml", "cfg.xml", "gs_lang.txt"],
)
def test_it_knows_no_other_file(name: str) -> None:
    """A binary config would hide the XML, a later common one could overrule it."""
    assert WRITER.write_file(intents.config(GRP2614, MAC), name) is None


def test_it_writes_disputed_blocks_twice() -> None:
    """Sources disagree where a GRP keeps accounts 5 and 6; told both, it can't miss them."""
    accounts = tuple(intents.account(number) for number in range(1, 7))
    values = dict(read_values(body_of(intents.config(GRP2616, MAC, accounts=accounts)), MAC))
    assert values["P704"] == values["P1704"] == "205"
    assert values["P806"] == values["P1806"] == accounts[5].password


def test_it_lets_a_catalogue_file_say_how_a_model_counts() -> None:
    """A provider who adds a model writes its block and notation as traits, no code."""
    traits = {"account_blocks": "701", "time_zone": "iana"}
    model = dataclasses.replace(GXP2170, traits=traits)
    names = dict(read_values(body_of(intents.config(model, MAC)), MAC))
    assert "P701" in names
    assert "P1701" not in names
    assert names["P64"] == "Europe/Berlin"
