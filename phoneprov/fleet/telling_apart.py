"""Tells the phones of one extension apart, where a contact of the registrar is one of them."""

import re
from collections.abc import Sequence
from typing import Protocol, TypeVar

from phoneprov.pbx.link import ContactState
from phoneprov.vendors.registry import read_user_agent

USUAL_PORT = "5060"
INDISTINCT = "several phones have this extension and can't be told apart"

_NODE = re.compile(r"([0-9a-f]{12})>?\"?$", re.IGNORECASE)


class Told(Protocol):
    """What is known of a phone from its own requests."""

    @property
    def mac(self) -> str:
        """Twelve hexadecimal digits."""
        ...

    @property
    def ip_address(self) -> str:
        """Where it fetched its config from; empty when unknown."""
        ...

    @property
    def local_sip_port(self) -> int:
        """The port it is told to use."""
        ...

    @property
    def user_agent(self) -> str:
        """What it called itself then."""
        ...


Phone = TypeVar("Phone", bound=Told)


def find_by_instance(contact: ContactState, phones: Sequence[Phone]) -> Phone | None:
    """Return the phone whose MAC address ends the contact's `+sip.instance`.

    A UUID made from a MAC has it as its last twelve digits (Source: RFC 4122 section 4.1.6); one
    that was rolled has anything there, so that another MAC there says nothing.
    """
    found = _NODE.search(contact.instance.strip())
    node = found[1].lower() if found else ""
    return next((one for one in phones if one.mac == node), None)


def tell_apart(contact: ContactState, phones: Sequence[Phone]) -> tuple[Phone | None, str]:
    """Return which of several phones a contact is, and by what; None where nothing tells.

    In order: the only one of the model that the contact's User-Agent names; the only one at the
    address the registration came from, or at the one in the contact; of several there (behind one
    NAT) the only one with that port. The port in the contact is the phone's own also behind NAT.
    """
    of_model = _of_same_model(contact, phones)
    if len(of_model) == 1:
        return of_model[0], "only phone of the model in the User-Agent"
    source, told = _split(contact.source), uri_address(contact.uri)
    for host, ports in ((source[0], {source[1]}), (told[0], {told[1]}), (source[0], {told[1]})):
        near = [one for one in of_model if host and one.ip_address == host]
        if len(near) == 1:
            return near[0], "address that fetched the config"
        fitting = [one for one in near if str(one.local_sip_port) in ports]
        if len(fitting) == 1:
            return fitting[0], "address that fetched the config, and its local SIP port"
    return None, INDISTINCT


def uri_address(uri: str) -> tuple[str, str]:
    """Return host and port of a SIP URI; an IPv6 address without its brackets."""
    rest = uri.partition(":")[2].partition(";")[0].partition("?")[0].rpartition("@")[2]
    host, port = _split(rest)
    return host, port or USUAL_PORT


def _split(address: str) -> tuple[str, str]:
    if address.startswith("["):
        host, _, port = address[1:].partition("]")
        return host, port.lstrip(":")
    host, _, port = address.partition(":")
    return host, port


def _of_same_model(contact: ContactState, phones: Sequence[Phone]) -> Sequence[Phone]:
    """Return the phones that name the same model as the contact; all where none is named."""
    said = read_user_agent(contact.user_agent)
    if said is None or said.model_name is None:
        return phones
    same = []
    for phone in phones:
        own = read_user_agent(phone.user_agent)
        if own is None or own.model_name is None or own.model_name == said.model_name:
            same.append(phone)
    return same or phones
