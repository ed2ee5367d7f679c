"""The twelve phones of the demonstration, and what a log may show."""

from collections import Counter

from phoneprov.simulator.demo_phones import DEMO_PHONES
from phoneprov.simulator.identity import Vendor
from phoneprov.simulator.life import Exchange, shown_url

OUIS = {
    Vendor.YEALINK: "805ec0",
    Vendor.GRANDSTREAM: "c074ad",
    Vendor.CISCO: "8843e1",
    Vendor.POLYCOM: "64167f",
}


def test_there_are_three_different_models_of_each_vendor() -> None:
    """Twelve in all, each with its own MAC, address and extension."""
    counts = Counter(phone.identity.vendor for phone in DEMO_PHONES)
    assert counts == dict.fromkeys(Vendor, 3)
    assert len({phone.identity.model for phone in DEMO_PHONES}) == 12
    assert len({phone.identity.mac for phone in DEMO_PHONES}) == 12
    assert [phone.identity.local_ip for phone in DEMO_PHONES] == [
        f"127.0.1.{n}" for n in range(1, 13)
    ]
    assert [phone.extension for phone in DEMO_PHONES] == [str(n) for n in range(1001, 1013)]


def test_each_mac_belongs_to_its_maker() -> None:
    """The first half of a MAC names who built the phone."""
    assert all(p.identity.mac.startswith(OUIS[p.identity.vendor]) for p in DEMO_PHONES)


def test_a_log_shows_no_password_and_no_token() -> None:
    """The address in a line of output gives nothing away."""
    url = "http://user:secret@h:80/prov/t/0123456789abcdef0123456789abcdef/x.cfg?user=1001"
    assert shown_url(url) == "http://h:80/prov/t/0123…/x.cfg"
    assert Exchange(method="GET", url=url, status=200).name == "x.cfg"
