"""Extra parameters in each vendor's file: never twice, never more than one line, always escaped."""

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.vendors.config import ExtraParameter
from phoneprov.vendors.lines import read_parameters, write_extra
from phoneprov.vendors.registry import WRITERS
from tests.conformance.intents import config

CATALOG = load_catalog()
OURS = {
    Vendor.YEALINK: ("yealink-t46u", "sip.mac_in_ua", "features.dnd.enable"),
    Vendor.GRANDSTREAM: ("grandstream-gxp2170", "P84", "P1362"),
    Vendor.CISCO: ("cisco-spa504g", "NAT_Keep_Alive_Intvl", "Back_Light_Timer"),
    Vendor.POLYCOM: ("polycom-vvx-450", "nat.keepalive.interval", "up.oneTouchVoiceMail"),
}
"""A model, a name that its file has anyway, and one that it has not."""
HOSTILE = ("a<b>&\"c'", "]]>", "--><x>", "%NULL%", "x=y;#z", 'a" b="c', "Zoë ☎ 日本")

vendors = pytest.mark.parametrize("vendor", Vendor)


def written(vendor: Vendor, *extra: ExtraParameter) -> list[tuple[str, str]]:
    """Return the parameters of a phone's file."""
    model = CATALOG.get_model(OURS[vendor][0])
    value = config(model, "0004f2000001", extra=extra)
    file = WRITERS[vendor].write_file(value, WRITERS[vendor].main_file_name(value))
    assert file is not None
    return [(one.name, one.value) for one in read_parameters(vendor, file.body.decode())]


def one(name: str, value: str = "7", *, is_taken_back: bool = False) -> ExtraParameter:
    return ExtraParameter(name=name, value=value, is_taken_back=is_taken_back)


@vendors
def test_what_is_read_is_all_that_is_written(vendor: Vendor) -> None:
    """Without extra parameters no name stands twice, and none is missed."""
    names = [name for name, _ in written(vendor)]
    assert len(names) == len(set(names)) > 100
    assert OURS[vendor][1] in names


@vendors
def test_it_takes_the_place_of_ours(vendor: Vendor) -> None:
    """One line for the name, where it stood; all others as before."""
    name = OURS[vendor][1]
    before = written(vendor)
    after = written(vendor, one(name, "1234"))
    assert after == [(n, "1234" if n == name else value) for n, value in before]


@vendors
def test_a_new_name_goes_below_ours(vendor: Vendor) -> None:
    """As one line more."""
    name = OURS[vendor][2]
    assert written(vendor, one(name, "1")) == [*written(vendor), (name, "1")]


@vendors
@pytest.mark.parametrize("value", HOSTILE)
def test_any_value_arrives_as_it_is(vendor: Vendor, value: str) -> None:
    """And changes nothing but its own line."""
    name = OURS[vendor][2]
    assert written(vendor, one(name, value)) == [*written(vendor), (name, value)]


@vendors
def test_what_was_taken_back_is_written_as_nothing(vendor: Vendor) -> None:
    """A phone keeps what is left unsaid; Yealink has a word for its factory's value."""
    name = OURS[vendor][2]
    nothing = "%NULL%" if vendor is Vendor.YEALINK else ""
    after = written(vendor, one(name, "", is_taken_back=True))
    assert after == [*written(vendor), (name, nothing)]


@vendors
def test_ours_counts_again_when_it_was_taken_back(vendor: Vendor) -> None:
    """Then there is a value to write."""
    name = OURS[vendor][1]
    assert written(vendor, one(name, "", is_taken_back=True)) == written(vendor)


@vendors
def test_a_providers_own_template_gives_way_too(vendor: Vendor) -> None:
    """The step comes after rendering, so it does not ask who wrote the line; of twins one is left."""
    lines = {
        Vendor.YEALINK: "#!version:1.0.0.1\na.b = 1\nc.d = 2\na.b = 3\n",
        Vendor.GRANDSTREAM: "<config>\n  <P1>1</P1>\n  <P2>2</P2>\n  <P1>3</P1>\n</config>\n",
        Vendor.CISCO: "<flat-profile>\n  <A>1</A>\n  <B>2</B>\n  <A>3</A>\n</flat-profile>\n",
        Vendor.POLYCOM: '<ALL\n    a.b="1"\n    c.d="2"\n    a.b="3"\n  />\n',
    }[vendor]
    first, second, _ = read_parameters(vendor, lines)
    after = write_extra(vendor, lines, [one(first.name, "9"), one(OURS[vendor][2], "8")])
    assert [(each.name, each.value) for each in read_parameters(vendor, after)] == [
        (first.name, "9"),
        (second.name, "2"),
        (OURS[vendor][2], "8"),
    ]
    assert after.splitlines()[-1] == lines.splitlines()[-1] or vendor is Vendor.YEALINK
