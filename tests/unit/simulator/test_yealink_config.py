"""How the simulated Yealink reads files."""

import pytest

from phoneprov.simulator.configs.yealink import (
    YealinkReader,
    merge,
    read_boot_file,
    read_config,
)

ACCOUNT = {
    "account.2.enable": "1",
    "account.2.user_name": "201",
    "account.2.auth_name": "auth201",
    "account.2.password": "p=#;%w",
    "account.2.sip_server.1.address": "acme.example",
    "account.2.sip_server.1.port": "5062",
    "account.2.sip_server.1.transport_type": "1",
    "account.2.sip_server.1.expires": "600",
}


def test_a_value_runs_to_the_end_of_its_line() -> None:
    """No quoting, no escape: hash, equals and percent are plain text; edges are cut."""
    text = b'#!version:1.0.0.1\r\n# a comment\r\na.b =  p=#;%w "x"  \r\nno equals sign\n'
    assert read_config(text) == {"a.b": 'p=#;%w "x"'}


@pytest.mark.parametrize(
    "body",
    [b"a = 1\n", b"\n#!version:1.0.0.1\na = 1\n", b"#!version:1.0.0.2\na = 1\n", b"", b"<html>"],
)
def test_a_file_without_its_first_line_is_dropped_whole(body: bytes) -> None:
    """Even a blank line before the mark is too much."""
    assert read_config(body) is None


def test_what_a_file_leaves_out_stays() -> None:
    """%NULL% takes a value back, %EMPTY% makes it empty, silence changes nothing."""
    values = {"kept": "1", "reset": "2", "emptied": "3"}
    merge(values, {"reset": "%NULL%", "emptied": "%EMPTY%"})
    assert values == {"kept": "1", "emptied": ""}


def test_a_boot_file_names_the_files_of_its_models() -> None:
    """A list of models in front limits an include; the mode stands at the end."""
    body = b"""#!version:1.0.0.1
include:config "common.cfg"
[T48S,T46U]include:config <mine.cfg>
[T58W]include:config "other.cfg"
overwrite_mode = 1
"""
    boot = read_boot_file(body, "T46U")
    assert boot is not None
    assert boot.includes == ("common.cfg", "mine.cfg")
    assert boot.overwrites
    assert read_boot_file(b"include:config x\n", "T46U") is None


def test_an_account_is_what_its_parameters_say() -> None:
    """Server, port, transport, expiry, names and password are taken as they stand."""
    account = YealinkReader(ACCOUNT, 86).state().accounts[0]
    assert (account.number, account.aor) == (2, "201@acme.example")
    assert (account.auth_user, account.password) == ("auth201", "p=#;%w")
    assert (account.registrar_host, account.registrar_port) == ("acme.example", 5062)
    assert (account.transport, account.expires_s, account.local_port) == ("tcp", 600, 5060)


def test_an_outbound_proxy_counts_only_when_switched_on() -> None:
    """The domain stays the server's; only the REGISTER goes elsewhere."""
    proxy = {
        "account.2.outbound_proxy.1.address": "10.0.0.9",
        "account.2.outbound_proxy.1.port": "5070",
    }
    off = YealinkReader(ACCOUNT | proxy, 86).state().accounts[0]
    on = YealinkReader(ACCOUNT | proxy | {"account.2.outbound_proxy_enable": "1"}, 86)
    assert off.registrar_host == "acme.example"
    account = on.state().accounts[0]
    assert (account.registrar_host, account.registrar_port) == ("10.0.0.9", 5070)
    assert account.domain == "acme.example"


@pytest.mark.parametrize("missing", ["enable", "user_name", "sip_server.1.address"])
def test_an_account_without_its_essentials_is_off(missing: str) -> None:
    """Not enabled, no user, no server: nothing to register."""
    values = {k: v for k, v in ACCOUNT.items() if k != f"account.2.{missing}"}
    assert YealinkReader(values, 86).state().accounts == ()


@pytest.mark.parametrize(
    ("generation", "spelling", "is_read"),
    [(80, "", True), (80, "static.", False), (81, "", True), (81, "static.", True),
     (86, "", False), (86, "static.", True)],
)  # fmt: skip
def test_each_generation_reads_its_own_spelling(
    generation: int, spelling: str, *, is_read: bool
) -> None:
    """V80 knows no `static.`, V82 and later know nothing else, V81 both."""
    prefix = f"{spelling}auto_provision"
    values = {
        f"{prefix}.server.url": "http://h/",
        f"{prefix}.repeat.enable": "1",
        f"{prefix}.repeat.minutes": "57",
    }
    state = YealinkReader(values, generation).state()
    assert (state.prov_url, state.poll_s) == (("http://h/", 3420) if is_read else (None, None))


def test_the_local_port_is_the_phones_or_on_old_ones_the_accounts() -> None:
    """`sip.listen_port` from V82 on, `account.n.sip_listen_port` before."""
    values = ACCOUNT | {"sip.listen_port": "5071", "account.2.sip_listen_port": "5072"}
    assert YealinkReader(values, 86).state().accounts[0].local_port == 5071
    assert YealinkReader(values, 80).state().accounts[0].local_port == 5072


def test_the_admin_password_stands_behind_the_name() -> None:
    """Everything after the first colon is the password."""
    values = {"static.security.user_password": "admin:a:b"}
    assert YealinkReader(values, 86).state().admin_password == "a:b"
    assert YealinkReader({}, 86).state().admin_password is None


def test_times_and_reports_are_kept_as_given() -> None:
    """Zone parameters raw, action URLs by what they report."""
    values = {"local_time.time_zone": "+1", "action_url.registered": "http://h/r", "x": "y"}
    state = YealinkReader(values, 86).state()
    assert state.time == {"local_time.time_zone": "+1"}
    assert state.action_urls == {"registered": "http://h/r"}
