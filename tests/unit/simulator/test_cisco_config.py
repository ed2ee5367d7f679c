"""How the simulated Cisco SPA reads profiles and rules."""

import gzip

import pytest

from phoneprov.simulator.configs.cisco import CiscoReader, RuleFacts, read_profile, resolve_rule

FACTS = RuleFacts(
    macros={"MA": "8843e1000012", "MAU": "8843E1000012", "PSN": "504G", "SWVER": "7.5.2b", "A": "x"}
)
LINE = {"Proxy_1_": "acme.example:5062", "User_ID_1_": "201", "Password_1_": "pw"}


def test_it_reads_the_elements_of_a_flat_profile() -> None:
    """Attributes only say who may change a value; the last of two counts."""
    body = b'<flat-profile><A ua="na">1</A><B>a &amp; b</B><A>2</A><C/></flat-profile>'
    assert read_profile(body) == {"A": "2", "B": "a & b", "C": ""}
    assert read_profile(gzip.compress(body)) == read_profile(body)


@pytest.mark.parametrize(
    "body",
    [b"", b"<flat-profile><A>", b"<html/>", b"\x1f\x8bjunk", b"<flat-profile>&</flat-profile>"],
)
def test_a_profile_that_is_not_well_formed_is_dropped_whole(body: bytes) -> None:
    """The old values stay."""
    assert read_profile(body) is None


@pytest.mark.parametrize(
    ("rule", "url"),
    [
        ("http://h/$MA.cfg", "http://h/8843e1000012.cfg"),
        ("http://h/spa$PSN.cfg?m=$MAU&a=$A", "http://h/spa504G.cfg?m=8843E1000012&a=x"),
        ("http://h/$UNKNOWN", "http://h/$UNKNOWN"),
        ("( $SWVER lt 7.6 )? http://old/ | http://new/", "http://old/"),
        ("( $SWVER lt 7.5.2 )? http://old/ | http://new/", "http://new/"),
        ("( $SWVER ge 7.5.2 )? http://h/", "http://h/"),
        ("( $SWVER ne 7.5.2b )? http://h/", None),
        ('("$SWVER" eq "7.5.2b")? http://h/', "http://h/"),
        ("( rubbish )? http://h/", None),
        ("[--uid u --pwd p/w] http://h/x", "http://u:p%2Fw@h/x"),
        ("( $SWVER gt 7 )? [--uid u --pwd p] http://h/x", "http://u:p@h/x"),
        ("", None),
    ],
)
def test_a_rule_names_an_address(rule: str, url: str | None) -> None:
    """Macros, conditions, alternatives, options."""
    assert resolve_rule(rule, FACTS) == url


def test_a_line_is_what_its_elements_say() -> None:
    """The line is on unless told otherwise; its port counts from 5060."""
    account = CiscoReader(LINE).state().accounts[0]
    assert (account.aor, account.auth_user, account.password) == ("201@acme.example", "201", "pw")
    assert (account.registrar_port, account.local_port, account.expires_s) == (5062, 5060, 3600)


def test_an_authentication_name_needs_its_switch() -> None:
    """`Auth_ID` without `Use_Auth_ID` is not used: a trap."""
    named = LINE | {"Auth_ID_1_": "auth"}
    assert CiscoReader(named).state().accounts[0].auth_user == "201"
    switched = named | {"Use_Auth_ID_1_": "Yes"}
    assert CiscoReader(switched).state().accounts[0].auth_user == "auth"


def test_an_outbound_proxy_needs_its_switch() -> None:
    """The same with `Use_Outbound_Proxy`."""
    named = LINE | {"Outbound_Proxy_1_": "10.0.0.9:5070"}
    assert CiscoReader(named).state().accounts[0].registrar_host == "acme.example"
    account = CiscoReader(named | {"Use_Outbound_Proxy_1_": "Yes"}).state().accounts[0]
    assert (account.registrar_host, account.registrar_port) == ("10.0.0.9", 5070)


@pytest.mark.parametrize(
    "off", [{"Line_Enable_1_": "No"}, {"Proxy_1_": ""}, {"User_ID_1_": ""}, {"Register_1_": "No"}]
)
def test_a_line_can_be_off_in_four_ways(off: dict[str, str]) -> None:
    """Disabled, no proxy, no user, no registration."""
    assert CiscoReader(LINE | off).state().accounts == ()


def test_it_has_no_more_lines_than_the_model() -> None:
    """What a file says of a fourth line is lost on a phone of three."""
    fourth = {k.replace("_1_", "_4_"): v for k, v in LINE.items()}
    assert CiscoReader(fourth, 3).state().accounts == ()
    assert len(CiscoReader(fourth, 4).state().accounts) == 1


@pytest.mark.parametrize(("value", "seconds"), [("1800", 1800), ("0", None), ("", 3600)])
def test_it_polls_by_the_second(value: str, seconds: float | None) -> None:
    """Zero is never; nothing said is the factory's hour."""
    assert CiscoReader({"Resync_Periodic": value}).state().poll_s == seconds
