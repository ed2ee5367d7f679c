"""How phones find us: the address to type, and the DHCP options ready to paste."""

from dataclasses import dataclass

from flask import render_template
from werkzeug.wrappers import Response

from phoneprov.catalog.model import Vendor, VendorFacts
from phoneprov.web.runtime import runtime
from phoneprov.web.system.blueprint import blueprint

Answer = str | Response | tuple[str, int]

SPA_FILE = "spa$PSN.cfg"
"""What a Cisco SPA asks for before it knows its own address; `$PSN` is its model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the phones of one vendor get here."""

    facts: VendorFacts
    address: str

    @property
    def option(self) -> int | None:
        """The DHCP option its firmware looks at first that a text can be put into."""
        plain = [option for option in self.facts.dhcp_options if option not in _STRUCTURED]
        return plain[0] if plain else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The lines of one DHCP server's configuration."""

    server: str
    text: str


_STRUCTURED = frozenset({43})
"""Options that hold coded sub-options instead of a text."""


@blueprint.get("/t/<tenant_slug>/how-phones-find-us")
def how_phones_find_us() -> Answer:
    """Show the provisioning address and the ways to give it to a phone."""
    settings = runtime().settings
    address = f"{settings.address_for_phones}/prov/"
    ways = [
        Way(facts=facts, address=address + (SPA_FILE if vendor is Vendor.CISCO else ""))
        for vendor, facts in runtime().catalog.vendors.items()
    ]
    return render_template(
        "system/how_phones_find_us.html",
        provisioning_address=address,
        is_local=settings.address_for_phones.startswith(("http://127.", "http://localhost")),
        ways=ways,
        samples=make_samples(address),
        spa_file=SPA_FILE,
    )


def make_samples(address: str) -> tuple[Sample, ...]:
    """Return the lines that give phones the address, for common DHCP servers.

    Option 66 is read by all four vendors. A Cisco SPA needs the file's name in the address, so it
    gets an answer of its own, by the name it gives itself (option 60).
    """
    spa = address + SPA_FILE
    dnsmasq = (
        f'dhcp-option=66,"{address}"\ndhcp-option=160,"{address}"\n'
        f'dhcp-vendorclass=set:spa,SPA\ndhcp-option=tag:spa,66,"{spa}"\n'
        f'dhcp-option=tag:spa,160,"{spa}"'
    )
    isc = (
        "option option-160 code 160 = text;\n"
        f'option tftp-server-name "{address}";\noption option-160 "{address}";\n'
        'class "cisco-spa" {\n'
        '  match if substring(option vendor-class-identifier, 0, 3) = "SPA";\n'
        f'  option tftp-server-name "{spa}";\n  option option-160 "{spa}";\n'
        "}"
    )
    mikrotik = (
        f"/ip dhcp-server option add name=phoneprov-66 code=66 value=\"'{address}'\"\n"
        f"/ip dhcp-server option add name=phoneprov-160 code=160 value=\"'{address}'\"\n"
        "/ip dhcp-server network set [find] dhcp-option=phoneprov-66,phoneprov-160"
    )
    return (
        Sample(server="dnsmasq, OpenWrt, Pi-hole", text=dnsmasq),
        Sample(server="ISC dhcpd", text=isc),
        Sample(server="MikroTik RouterOS", text=mikrotik),
    )
