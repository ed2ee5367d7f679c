"""What a contact tells of the network between phone and PBX: NAT, and routers that rewrite SIP.

A phone writes its own address into its contact. What the registrar saw the request come from may
be another: then there is NAT between. A contact that names the public address itself was written
by somebody else than the phone: a SIP ALG in the router, or a PBX that rewrites contacts and says
so.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_PLACE = re.compile(r"sips?:(?:[^@;>]*@)?(\[[0-9A-Fa-f:.]+\]|[^:;>\s]+)(?::(\d{1,5}))?")
_REWRITTEN_BY_PBX = re.compile(
    r"[;?&]x-ast-orig-host=(\[[^\]]*\]|[^:;>\s]+)(?::(\d{1,5}))?", re.IGNORECASE
)
"""Asterisk with `rewrite_contact` puts the source in place of the contact and keeps what was there
in this parameter.

Source: Asterisk, res_pjsip (its message filter names x-ast-orig-host as that of rewrite_contact).
"""
DEFAULT_PORT = 5060
IP_V6 = 6
_SITES = tuple(
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
"""Addresses that mean something only inside one network (RFC 1918, 6598, 4193)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPath:
    """Where a phone says it is, and where its requests come from."""

    said: str
    """`host:port` as the phone wrote it."""
    seen: str
    """`host:port` as the registrar saw it; empty when it can't tell."""
    is_behind_nat: bool
    """The phone wrote an address of its own network, and came from another one."""
    public_port: int | None
    """The port of a contact that names just the public address and port it came from."""
    is_rewritten: bool
    """That port is none that the phone uses: something on the way wrote it, as a SIP ALG does."""


def read_path(uri: str, source: str, local_port: int) -> ContactPath | None:
    """Return what a contact tells of its way, or None where it names no IP address.

    `source` is `ip:port` or empty; `local_port` is the SIP port that the phone was told to use.
    """
    kept = _REWRITTEN_BY_PBX.search(uri)
    match = kept or _PLACE.match(uri)
    if match is None:
        return None
    host, port = _find_ip(match[1]), int(match[2] or DEFAULT_PORT)
    if host is None:
        return None
    seen_host, seen_port = _split(source)
    is_elsewhere = seen_host is not None and seen_host != host
    is_as_seen = seen_host == host and seen_port == port
    public_port = port if kept is None and is_as_seen and _is_public(host) else None
    return ContactPath(
        said=_join(host, port),
        seen=_join(seen_host, seen_port) if seen_host else "",
        is_behind_nat=is_elsewhere and not _is_public(host),
        public_port=public_port,
        is_rewritten=public_port is not None and public_port != local_port,
    )


def _split(source: str) -> tuple[IPv4Address | IPv6Address | None, int]:
    host, _, port = source.rpartition(":")
    return _find_ip(host), int(port) if port.isascii() and port.isdigit() else 0


def _find_ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None


def _is_public(host: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address means the same everywhere."""
    return not (host.is_loopback or host.is_link_local or any(host in one for one in _SITES))


def _join(host: IPv4Address | IPv6Address, port: int) -> str:
    return f"[{host}]:{port}" if host.version == IP_V6 else f"{host}:{port}"
