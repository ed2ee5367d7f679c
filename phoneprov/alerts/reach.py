"""Where an alert may be posted to: never into this machine or its neighbourhood by mistake.

Who may type an address could otherwise make this server ask what only it can reach: its own
database, a router, the metadata service of a cloud. The name is looked up here, once, and the
connection goes to the address that was checked: a name that changes in between changes nothing.
"""

import ipaddress
import socket
from collections.abc import Collection

from phoneprov.core.errors import PbxError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

METADATA = frozenset(
    {
        ipaddress.ip_address("169.254.169.254"),
        ipaddress.ip_address("100.100.100.200"),
        ipaddress.ip_address("168.63.129.16"),
        ipaddress.ip_address("192.0.0.192"),
        ipaddress.ip_address("fd00:ec2::254"),
    }
)
"""Where clouds hand out passwords to whoever asks from inside."""
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAMES = (".local", ".internal", ".lan", ".home.arpa")


def find_refusal(address: Address, *, allows_private: bool) -> str:
    """Return why an address may not be posted to, empty where it may."""
    bare = _inner(address)
    if bare.is_loopback or bare.is_unspecified:
        return "that is this server itself"
    if bare in METADATA or bare.is_link_local:
        return "that is an address of this server's own network segment"
    if bare.is_multicast or (bare.is_reserved and not _is_unicast_6(bare)):
        return "that is no address of a server"
    if not allows_private and not bare.is_global:
        return "that is a private address"
    return ""


def find_refusal_of_host(host: str, *, allows_private: bool) -> str:
    """Return why a host may not be typed, as far as that is seen without looking it up."""
    name = host.casefold().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return "that is this server itself"
    if not allows_private and name.endswith(_LOCAL_NAMES):
        return "that is a name of a private network"
    try:
        address = ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return ""
    return find_refusal(address, allows_private=allows_private)


def choose_address(host: str, port: int, *, allows_private: bool, allowed: Collection[str]) -> str:
    """Look a host up and return the address to connect to.

    `allowed` holds exact `host:port` entries that the operator has let in. Raises PbxError,
    `permanent` for an address that is refused, not so for a name that can't be looked up now.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise PbxError(f"{host} can't be looked up") from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses:
        raise PbxError(f"{host} can't be looked up")
    if f"{host}:{port}".casefold() not in allowed:
        for address in addresses:
            refusal = find_refusal(address, allows_private=allows_private)
            if refusal:
                message = f"nothing is posted to {host}: {refusal}"
                raise PbxError(message, permanent=True)
    return str(addresses[0])


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 one only wraps."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour
    if wrapped is None and address in _NAT64:
        wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return wrapped or address


def _is_unicast_6(address: Address) -> bool:
    """Tell whether Python calls a range reserved that holds ordinary addresses all the same."""
    return isinstance(address, ipaddress.IPv6Address) and address.is_global
