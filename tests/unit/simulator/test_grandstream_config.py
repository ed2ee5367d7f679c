"""How the simulated Grandstream reads files."""

import pytest

from phoneprov.simulator.configs.grandstream import (
    GrandstreamReader,
    account_key,
    read_config,
)

MAC = "c074ad000011"
ACCOUNT = {"P271": "1", "P47": "acme.example:5062", "P35": "201", "P34": "pw", "P32": "10"}


def wrap(inner: str, mac: str = MAC, version: int = 1) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><gs_provision version="1"><mac>{mac}</mac>'
        f'<config version="{version}">{inner}</config></gs_provision>'
    ).encode()


def test_it_reads_p_values() -> None:
    """XML escapes are undone; what is no P-value is passed over."""
    read = read_config(wrap("<P3>A &amp; B</P3><P35/><note>x</note>"), MAC)
    assert read == {"P3": "A & B", "P35": ""}


@pytest.mark.parametrize("mac", ["C074AD000011", "c0:74:ad:00:00:11"])
def test_its_own_mac_is_known_in_any_spelling(mac: str) -> None:
    """Letter case and separators don't matter."""
    assert read_config(wrap("<P2>x</P2>", mac), MAC) == {"P2": "x"}


@pytest.mark.parametrize(
    "body",
    [wrap("<P2>x</P2>", "c074ad000012"), wrap("<P2>a & b</P2>"), b"<html/>", b"", b"\x00\x01",
     wrap("<P2>x\x01</P2>")],
)  # fmt: skip
def test_a_file_that_is_not_its_own_or_broken_is_dropped_whole(body: bytes) -> None:
    """Another phone's MAC, one bad character, or no config at all."""
    assert read_config(body, MAC) is None


def test_version_2_says_the_same_in_words() -> None:
    """Items become the P-values they stand for; words become numbers."""
    items = {
        "account.1.sip.server.1.address": "acme.example",
        "account.2.sip.userid": "202",
        "account.2.sip.transport": "TCP",
        "account.1.sip.allowSipReset": "Yes",
        "provisioning.config.protocol": "HTTPS",
        "sip.notify.challenge": "No",
        "unheard.of": "x",
    }
    inner = "".join(f'<item name="{k}">{v}</item>' for k, v in items.items())
    assert read_config(wrap(inner, version=2), MAC) == {
        "P47": "acme.example",
        "P404": "202",
        "P448": "1",
        "P26015": "1",
        "P212": "2",
        "P4428": "1",
        "unheard.of": "x",
    }


@pytest.mark.parametrize(
    ("number", "what", "model", "key"),
    [
        (1, "server", "GXP2170", "P47"),
        (2, "server", "GXP2170", "P402"),
        (4, "active", "GXP2170", "P601"),
        (5, "password", "GXP2170", "P1706"),
        (6, "local_port", "GRP2614", "P1813"),
        (5, "server", "GRP2602", "P702"),
        (6, "server", "GRP2602", "P802"),
        (7, "active", "GXV3370", "P50601"),
        (8, "server", "GXV3370", "P50702"),
        (2, "allow_reset", "GXP2170", "P26115"),
        (2, "proxy_only", "GXP2170", "P2447"),
    ],
)
def test_each_account_has_its_block(number: int, what: str, model: str, key: str) -> None:
    """Accounts 5 and 6 differ by family."""
    assert account_key(number, what, model) == key


def test_an_account_is_what_its_values_say() -> None:
    """Expiry is in minutes; without an authentication name the user serves."""
    account = GrandstreamReader(ACCOUNT, "GXP2170").state().accounts[0]
    assert (account.aor, account.auth_user) == ("201@acme.example", "201")
    assert (account.registrar_host, account.registrar_port) == ("acme.example", 5062)
    assert (account.expires_s, account.local_port, account.transport) == (600, 5060, "udp")


def test_the_proxy_is_where_it_registers() -> None:
    """The domain stays the server's."""
    account = GrandstreamReader(ACCOUNT | {"P48": "10.0.0.9:5070"}, "GXP2170").state().accounts[0]
    assert (account.registrar_host, account.registrar_port) == ("10.0.0.9", 5070)
    assert account.domain == "acme.example"


@pytest.mark.parametrize("off", [{"P271": "0"}, {"P47": ""}, {"P35": ""}, {"P31": "0"}])
def test_an_account_can_be_off_in_four_ways(off: dict[str, str]) -> None:
    """Inactive, no server, no user, no registration."""
    assert GrandstreamReader(ACCOUNT | off, "GXP2170").state().accounts == ()


def test_the_second_account_has_its_own_port() -> None:
    """Unless told, it listens at 5062."""
    values = {"P401": "1", "P402": "acme.example", "P404": "202"}
    assert GrandstreamReader(values, "GXP2170").state().accounts[0].local_port == 5062


@pytest.mark.parametrize(
    ("values", "url"),
    [
        ({"P237": "h:8080/prov"}, "http://h:8080/prov/"),
        ({"P237": "h/prov/", "P212": "2"}, "https://h/prov/"),
        ({"P237": "h", "P212": "0"}, "tftp://h/"),
        ({"P237": "h", "P1360": "u", "P1361": "p"}, "http://u:p@h/"),
        ({"P237": "http://h/prov"}, "http://http://h/prov/"),
        ({}, None),
    ],
)
def test_the_address_is_put_together_from_protocol_and_path(
    values: dict[str, str], url: str | None
) -> None:
    """A scheme in the path is doubled, as real phones do it to the unwary."""
    assert GrandstreamReader(values, "GXP2170").state().prov_url == url


@pytest.mark.parametrize(
    ("mode", "minutes", "seconds"),
    [("1", "60", 3600), ("1", "59", 604_800), ("1", "", 604_800), ("0", "60", None)],
)
def test_less_than_an_hour_is_refused(mode: str, minutes: str, seconds: float | None) -> None:
    """Below 60 minutes the factory's week counts."""
    values = {"P194": mode, "P193": minutes}
    assert GrandstreamReader(values, "GXP2170").state().poll_s == seconds


def test_action_urls_stand_without_a_scheme() -> None:
    """They are called over HTTP."""
    state = GrandstreamReader({"P8305": "h/r?x", "P2": "secret", "P246": "UTC0"}, "GXP2170").state()
    assert state.action_urls == {"registered": "http://h/r?x"}
    assert state.admin_password == "secret"
    assert state.time == {"P246": "UTC0"}
