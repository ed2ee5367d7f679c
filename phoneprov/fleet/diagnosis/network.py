"""Rules on what its contact tells of the network between phone and PBX."""

from collections.abc import Iterator

from phoneprov.fleet.diagnosis.circumstances import Circumstances
from phoneprov.fleet.diagnosis.finding import Finding, NextStep
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.inherited import local_sip_port_of
from phoneprov.fleet.models import Registration
from phoneprov.fleet.nat import ContactPath, read_path


def find_rewriting(known: Circumstances) -> Iterator[Finding]:
    """Yield contacts that somebody on the way wrote: calls go through, and one side is silent."""
    pbx = known.details.pbx
    ports = pbx.rtp_ports if pbx else ""
    for path in (read_contact_path(known, one) for one in _live(known)):
        if path is not None and path.is_rewritten:
            yield Finding(
                title="A router on its way rewrites SIP (SIP ALG).",
                cause="Its contact names the public address and port it came from; the phone "
                "itself uses another port. A SIP ALG often breaks the addresses of the voice, "
                "too: one side hears nothing.",
                step=NextStep(words="Switch SIP ALG off in the router of its network."),
                checks=(say_ports(ports),),
                evidence=(
                    (
                        f"The contact says {path.said}, seen from {path.seen}; its local SIP port "
                        f"is {local_sip_port_of(known.phone).value}."
                    ),
                ),
                symptom=Symptom.AUDIO,
            )


def say_nat(known: Circumstances) -> str:
    """Return in words whether there is NAT on the way of its live contact; empty if unknown."""
    paths = [path for one in _live(known) if (path := read_contact_path(known, one))]
    for path in paths:
        if path.is_rewritten:
            return f"The contact says {path.said} though the phone uses another port: SIP ALG."
        if path.is_behind_nat:
            return f"Behind NAT: the phone says {path.said}, the PBX sees {path.seen}."
    return f"No NAT: the phone says {paths[0].said}." if paths else ""


def say_ports(rtp_ports: str) -> str:
    """Return what a firewall must let through for the voice."""
    ports = rtp_ports.replace("-", "\u2013") or "10000\u201320000"
    return f"The firewall lets UDP {ports} out, to the PBX and back: that is the voice."


def read_contact_path(known: Circumstances, contact: Registration) -> ContactPath | None:
    """Return the way of one contact."""
    return read_path(contact.uri, contact.source, local_sip_port_of(known.phone).value)


def _live(known: Circumstances) -> Iterator[Registration]:
    return (one for one in known.details.contacts if one.gone_at is None)
