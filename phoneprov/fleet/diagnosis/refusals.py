"""What a refused request means, by the reason it was refused for.

The keys are values of provisioning.admission.Reason; the phone itself only sees a 404.
"""

from dataclasses import dataclass

from phoneprov.fleet.diagnosis.circumstances import Circumstances
from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.diagnosis.limits import WRONG_MAC, is_told_elsewhere
from phoneprov.fleet.diagnosis.symptoms import Symptom


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A reason in words, for the page."""

    title: str
    cause: str


_ALLOW = NextStep(words="Allow first contact again", action=StepAction.ALLOW)
_COMPARE = NextStep(words="Compare with the sticker", action=StepAction.EDIT)
MEANINGS = {
    "window_closed": Refused(
        title="It asks without its own address and is turned away.",
        cause="First contact is over, and a MAC address alone opens nothing. The phone was reset, "
        "or it still has the address of another time.",
    ),
    "window_waited_out": Refused(
        title="It asks for its config and is turned away.",
        cause="First contact waited longer than it was set to before the phone came.",
    ),
    WRONG_MAC: Refused(
        title="Its own address is used for another MAC address.",
        cause="The address was copied to another phone, or the phone was swapped.",
    ),
    "unencrypted": Refused(
        title="It asks for an unencrypted config and is turned away.",
        cause="It had its key before. It has lost it, as in a reset, or somebody else asks.",
    ),
}
_OTHER = Refused(title="It asks for its config and is turned away.", cause="")


def find_refusal(known: Circumstances, symptom: Symptom) -> Finding | None:
    """Return what a refused request says, unless the finding of another MAC says it already."""
    refusal = known.refusal
    if refusal is None or is_told_elsewhere(known.phone):
        return None
    meaning = MEANINGS.get(refusal.admitted_by, _OTHER)
    agent = f", {refusal.user_agent}" if refusal.user_agent else ""
    return Finding(
        title=meaning.title,
        cause=meaning.cause,
        step=_COMPARE if refusal.admitted_by == WRONG_MAC else _ALLOW,
        evidence=(
            f"{refusal.file_name} asked for {known.say_time(refusal.at)} from {refusal.address}"
            f"{agent}: {refusal.answer}. {refusal.scheme}".strip(),
        ),
        symptom=symptom,
    )
