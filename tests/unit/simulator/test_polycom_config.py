"""How the simulated Polycom reads files."""

import pytest

from phoneprov.simulator.configs.polycom import (
    PolycomReader,
    merge,
    read_attributes,
    read_master,
)

NAMES = {
    "PHONE_MAC_ADDRESS": "64167f000013",
    "PHONE_MODEL": "VVX450",
    "PHONE_PART_NUMBER": "3111-1",
}
LINE = {
    "reg.1.address": "201@acme.example",
    "reg.1.auth.userId": "auth",
    "reg.1.auth.password": "pw",
    "reg.1.server.1.address": "10.0.0.5",
    "reg.1.server.1.port": "5062",
    "reg.1.server.1.expires": "600",
}


def test_every_attribute_is_a_parameter() -> None:
    """Element names carry no meaning."""
    body = b'<PHONE a.b="1"><x c="&lt;2&gt;"/><y><z d="3"/></y></PHONE>'
    assert read_attributes(body) == {"a.b": "1", "c": "<2>", "d": "3"}


@pytest.mark.parametrize("body", [b"", b"<P a='1' a='2'/>", b"<P a=1/>", b"<P a='<'/>"])
def test_a_file_that_is_not_well_formed_is_dropped_whole(body: bytes) -> None:
    """An attribute twice in one element is enough."""
    assert read_attributes(body) is None


def test_the_master_names_the_rest() -> None:
    """Variables are filled in, folders end in a slash."""
    master = read_master(
        b'<APPLICATION APP_FILE_PATH="sip.ld" CONFIG_FILES="[PHONE_MAC_ADDRESS]-a.cfg, ,b.cfg"'
        b' LOG_FILE_DIRECTORY="logs/" OVERRIDES_DIRECTORY="over"/>',
        NAMES,
    )
    assert master is not None
    assert master.config_files == ("64167f000013-a.cfg", "b.cfg")
    assert (master.app_file, master.logs, master.overrides, master.contacts) == (
        "sip.ld", "logs/", "over/", "",
    )  # fmt: skip


def test_what_is_said_for_the_model_beats_what_is_said_for_all() -> None:
    """As an attribute with the model at its end, in an element of its own or not."""
    body = (
        b'<APPLICATION CONFIG_FILES="all.cfg" APP_FILE_PATH="sip.ld">'
        b'<APPLICATION_VVX450 CONFIG_FILES_VVX450="mine.cfg"/>'
        b'<APPLICATION_VVX250 CONFIG_FILES_VVX250="other.cfg"/></APPLICATION>'
    )
    master = read_master(body, NAMES)
    assert master is not None
    assert (master.config_files, master.app_file) == (("mine.cfg",), "sip.ld")


@pytest.mark.parametrize("body", [b'<PHONE reg.1.address="1"/>', b"junk"])
def test_a_plain_config_is_no_master(body: bytes) -> None:
    """It has no APPLICATION element."""
    assert read_master(body, NAMES) is None


def test_of_two_files_the_left_one_wins() -> None:
    """And what neither mentions stays."""
    values = {"kept": "0"}
    merge(values, [{"a": "left"}, {"a": "right", "b": "right"}])
    assert values == {"kept": "0", "a": "left", "b": "right"}


@pytest.mark.parametrize(
    ("read", "is_taken"),
    [
        ({"device.set": "1", "device.x.set": "1", "device.x": "v"}, True),
        ({"device.x.set": "1", "device.x": "v"}, False),
        ({"device.set": "1", "device.x": "v"}, False),
    ],
)
def test_device_settings_must_be_said_twice(read: dict[str, str], *, is_taken: bool) -> None:
    """`device.set` and the parameter's own `.set`, or nothing happens."""
    values: dict[str, str] = {}
    merge(values, [read])
    assert values == ({"device.x": "v"} if is_taken else {})


def test_a_line_is_what_its_parameters_say() -> None:
    """The domain comes from the address, the registrar from the server."""
    account = PolycomReader(LINE).state().accounts[0]
    assert (account.aor, account.auth_user, account.password) == ("201@acme.example", "auth", "pw")
    assert (account.registrar_host, account.registrar_port) == ("10.0.0.5", 5062)
    assert account.expires_s == 600


def test_without_a_domain_the_server_is_it() -> None:
    """`reg.n.address` may be the user alone."""
    state = PolycomReader(LINE | {"reg.1.address": "201"}).state()
    assert state.accounts[0].domain == "10.0.0.5"


def test_an_outbound_proxy_is_where_it_registers() -> None:
    """It needs no switch."""
    values = LINE | {"reg.1.outboundProxy.address": "10.0.0.9", "reg.1.outboundProxy.port": "5070"}
    account = PolycomReader(values).state().accounts[0]
    assert (account.registrar_host, account.registrar_port) == ("10.0.0.9", 5070)


@pytest.mark.parametrize(
    "off", [{"reg.1.address": ""}, {"reg.1.server.1.address": ""}, {"reg.1.server.1.register": "0"}]
)
def test_a_line_can_be_off_in_three_ways(off: dict[str, str]) -> None:
    """No address, no server, no registration."""
    assert PolycomReader(LINE | off).state().accounts == ()


@pytest.mark.parametrize(
    ("server", "kind", "url"),
    [
        ("h/prov", "2", "http://h/prov/"),
        ("h/prov/", "3", "https://h/prov/"),
        ("h", "HTTPS", "https://h/"),
        ("http://h/prov", "3", "http://h/prov/"),
    ],
)
def test_a_scheme_in_the_servers_name_beats_the_type(server: str, kind: str, url: str) -> None:
    """Numbers and words are both understood."""
    values = {"device.prov.serverName": server, "device.prov.serverType": kind}
    assert PolycomReader(values).state().prov_url == url


@pytest.mark.parametrize(
    ("mode", "period", "seconds"),
    [("rel", "3601", 3601), ("rel", "3600", 86_400), ("abs", "7200", 86_400), ("rel", "", 86_400)],
)
def test_it_polls_no_more_often_than_the_guide_says(mode: str, period: str, seconds: int) -> None:
    """The period must be greater than 3600; anything else is a day."""
    values = {
        "prov.polling.enabled": "1",
        "prov.polling.mode": mode,
        "prov.polling.period": period,
    }
    assert PolycomReader(values).state().poll_s == seconds
    assert PolycomReader(values | {"prov.polling.enabled": "0"}).state().poll_s is None


def test_registration_events_need_address_and_switch() -> None:
    """The older spelling of the port counts too."""
    values = {"apps.telNotification.URL": "http://h/e", "voIpProt.local.port": "5071"}
    assert PolycomReader(values).state().action_urls == {}
    on = PolycomReader(values | {"apps.telNotification.lineRegistrationEvent": "1"}).state()
    assert on.action_urls == {"registered": "http://h/e", "unregistered": "http://h/e"}
    assert on.local_sip_port == 5071
