"""Rules on a phone that registers while calls may fail: who is registered."""

from collections.abc import Iterator

from phoneprov.fleet.diagnosis.circumstances import Circumstances
from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.diagnosis.limits import was_register_refused
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.models import Registration
from phoneprov.fleet.telling_apart import INDISTINCT

REBOOT = NextStep(words="Reboot it (it takes its whole config)", action=StepAction.REBOOT)


def find_who_else_registers(known: Circumstances) -> Iterator[Finding]:
    """Yield what speaks against its registration, and whoever is registered in its place."""
    if was_register_refused(known.phone):
        yield _refused(known)
    for contact in known.details.contacts:
        if contact.gone_at is None and is_foreign(known.phone.agent_model, contact.agent_model):
            yield _foreign(known, contact)
    for stray in known.details.strays:
        yield _stray(known, stray)


def is_foreign(of_requests: str, of_contact: str) -> bool:
    """Tell whether a contact calls itself another model than the phone does; unknown is none."""
    return bool(of_requests and of_contact) and of_requests != of_contact


def _refused(known: Circumstances) -> Finding:
    extension = known.phone.extension
    who = f"extension {extension.number}" if extension else "its extension"
    failed_at = known.phone.register_failed_at
    return Finding(
        title="The PBX refused its registration.",
        cause=f"The password of {who} differs between PBX and phone: it was changed on the PBX "
        "only, or the phone has not taken it yet.",
        step=REBOOT if known.phone.last_registered_at is not None else None,
        checks=(f"The password of {who} here is the one on the PBX.",),
        evidence=(f"Told by the phone {known.say_time(failed_at)}.",) if failed_at else (),
        symptom=Symptom.CALLS,
    )


def _foreign(known: Circumstances, contact: Registration) -> Finding:
    return Finding(
        title=f"It is registered as a {contact.agent_model or 'stranger'}, and asks for its "
        f"config as a {known.phone.agent_model}.",
        cause="Another device has the credentials of its extension and takes its calls, or the "
        "phone was swapped and the old one still runs.",
        step=REBOOT,
        evidence=(
            f"Registered: {contact.user_agent}, {_place(contact)}",
            f"Its requests: {known.phone.user_agent}",
        ),
        symptom=Symptom.CALLS,
    )


def _stray(known: Circumstances, stray: Registration) -> Finding:
    agent = stray.user_agent or "without a User-Agent"
    evidence = (
        f"{_place(stray)}, {agent}: {stray.match_note}",
        f"MAC address here: {known.mac}",
    )
    if stray.match_note == INDISTINCT:
        return Finding(
            title="Somebody is registered as its extension; it may be this phone.",
            cause="Several phones have the extension, and User-Agent, address and port don't "
            "tell them apart. With a local SIP port of its own each can be told.",
            step=NextStep(words="Change its local SIP port", action=StepAction.EDIT),
            evidence=evidence,
            symptom=Symptom.CALLS,
        )
    return Finding(
        title="Somebody else is registered as its extension.",
        cause="A phone that the dashboard doesn't know by this extension takes its calls.",
        checks=(f"The sticker of the phone says {known.mac}.",),
        evidence=evidence,
        symptom=Symptom.CALLS,
    )


def _place(contact: Registration) -> str:
    return f"{contact.uri} from {contact.source}" if contact.source else contact.uri
