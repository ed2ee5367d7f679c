"""Rules on whether it is the phone we take it for, and whether it can be told anything."""

from collections.abc import Iterator

from phoneprov.core.mac import format_mac
from phoneprov.fleet.diagnosis.circumstances import Circumstances
from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.status import PhoneStatus


def find_wrong_identity(known: Circumstances) -> Iterator[Finding]:
    """Yield what says that it is not the phone we take it for."""
    if known.model is None:
        slug = known.phone.model_slug
        yield Finding(
            title=f"The catalogue has no model {slug}.",
            cause="Nothing can be written for it until the model is back or another is chosen.",
            step=NextStep(words="Choose the model", action=StepAction.EDIT),
        )
    if known.phone.told_model:
        yield _other_model(known)
    if known.phone.told_mac:
        yield _other_mac(known)


def find_unwritable(known: Circumstances) -> Iterator[Finding]:
    """Yield what keeps its config from being written."""
    reason = known.phone.unwritable_reason
    if reason:
        yield Finding(
            title="Its config can't be written.",
            cause="The phone keeps the config it has, and asks again, until this is mended.",
            evidence=(reason, "It is answered 503: try again later."),
            symptom=Symptom.PROVISIONING,
        )


def _other_model(known: Circumstances) -> Finding:
    phone, name = known.phone, known.told_model_name
    ours = known.model.full_name if known.model else phone.model_slug
    return Finding(
        title=f"The phone says that it is a {name}.",
        cause=f"Here it is a {ours}, so keys and accounts may be laid out for other hardware.",
        step=NextStep(
            words=f"Change the model to {name}",
            action=StepAction.EDIT,
            values=(("model", phone.told_model),),
        ),
        evidence=(f"Its User-Agent: {phone.user_agent}",),
        symptom=_symptom(known),
    )


def _other_mac(known: Circumstances) -> Finding:
    told = format_mac(known.phone.told_mac)
    refusal = known.refusal
    evidence = [f"MAC address here: {known.mac}", f"In the User-Agent: {told}"]
    if refusal is not None:
        evidence.append(
            f"Asked for {refusal.file_name} {known.say_time(refusal.at)} from {refusal.address}, "
            f"and got {refusal.answer}."
        )
    return Finding(
        title=f"A phone that calls itself {told} asked for its files.",
        cause="It got nothing. The MAC address here may be mistyped, or the phone was swapped.",
        step=NextStep(words="Compare with the sticker", action=StepAction.EDIT),
        evidence=tuple(evidence),
        symptom=_symptom(known),
    )


def _symptom(known: Circumstances) -> Symptom | None:
    if not known.is_on:
        return None
    is_pending = known.phone.status == PhoneStatus.PENDING
    return Symptom.PENDING if is_pending else Symptom.CALLS
