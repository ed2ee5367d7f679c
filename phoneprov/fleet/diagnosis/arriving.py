"""Rules on a phone that is Pending: what keeps it from finding its way here."""

from collections.abc import Iterator

from phoneprov.core.mac import format_mac
from phoneprov.fleet.diagnosis.circumstances import Circumstances, NearMac
from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.diagnosis.limits import has_waited_out, is_silent
from phoneprov.fleet.diagnosis.refusals import find_refusal
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.status import PhoneStatus


def find_what_keeps_it_away(known: Circumstances) -> Iterator[Finding]:
    """Yield why nothing that was asked for counts as its first check-in."""
    phone = known.phone
    if phone.status != PhoneStatus.PENDING:
        return
    refusal = find_refusal(known, Symptom.PENDING)
    if refusal is not None:
        yield refusal
    elif has_waited_out(phone, known.now):
        yield Finding(
            title="First contact has waited too long.",
            cause="A phone that comes now without its own address is turned away.",
            step=NextStep(words="Allow first contact again", action=StepAction.ALLOW),
            symptom=Symptom.PENDING,
        )
    if is_silent(phone, known.now):
        yield from (_near(known, one) for one in known.near)
        if refusal is None and not phone.told_mac:
            yield _silent(known)


def _near(known: Circumstances, near: NearMac) -> Finding:
    mac = format_mac(near.mac)
    return Finding(
        title=f"{mac} asked for a config and is nobody's; it is nearly {known.mac}.",
        cause="One or two digits were probably mistyped here.",
        step=NextStep(
            words=f"Change the MAC address to {mac}",
            action=StepAction.EDIT,
            values=(("mac", near.mac),),
        ),
        checks=(f"Compare with the sticker on the phone: {known.mac} or {mac}?",),
        evidence=(
            (
                f"Last asked {known.say_time(near.at)} from {near.address}, "
                f"{near.user_agent or 'without a User-Agent'}."
            ),
        ),
        symptom=Symptom.PENDING,
    )


def _silent(known: Circumstances) -> Finding:
    vendor = known.vendor
    checks = ["The network cable is plugged in, and the screen shows an IP address."]
    if vendor is not None:
        options = " or ".join(str(one) for one in vendor.dhcp_options if one != 43)  # noqa: PLR2004
        checks = [
            f"The network cable is plugged in, and the phone has an IP address: {vendor.find_ip}",
            (
                f"The DHCP server of its network gives {known.address} in option {options}, or the "
                f"address was typed into the phone. {vendor.set_up_by_hand}"
            ),
        ]
    checks.append(
        f"A PC in the phone's network opens {known.test_address}. If it doesn't, a firewall is in "
        "the way."
    )
    return Finding(
        title="Nothing was asked for by this MAC address since it was added.",
        cause="The phone has no network, or doesn't know where to ask.",
        step=NextStep(words="Show how phones find us", action=StepAction.SHOW_WAYS),
        checks=tuple(checks),
        evidence=(
            f"Added {known.say_time(known.phone.added_at)}; no request for {known.mac} since.",
            _say_neighbours(known),
        ),
        symptom=Symptom.PENDING,
    )


def _say_neighbours(known: Circumstances) -> str:
    """Return whether anybody else found the way, which clears the way itself of suspicion."""
    others, name = known.neighbours, known.phone.tenant.name
    if not others.count or others.last_at is None:
        return f"No other phone of {name} has asked in the last 24 hours either."
    phones = "1 other phone" if others.count == 1 else f"{others.count} other phones"
    return (
        f"{phones} of {name} asked in the last 24 hours, the last one "
        f"{known.say_time(others.last_at)}: the way here works from where they are."
    )
