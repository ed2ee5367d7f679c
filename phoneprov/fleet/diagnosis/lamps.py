"""Rules on keys that watch somebody."""

from collections.abc import Iterator

from phoneprov.fleet.diagnosis.circumstances import Circumstances
from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.diagnosis.symptoms import Symptom


def find_dead_lamps(known: Circumstances) -> Iterator[Finding]:
    """Yield the keys that watch an extension that isn't there, in one finding."""
    faults = known.lamp_faults
    if not faults:
        return
    first = faults[0]
    keys = "One of its keys watches" if len(faults) == 1 else f"{len(faults)} of its keys watch"
    action = StepAction.OPEN_MODULE_LAYOUT if first.is_for_module else StepAction.OPEN_LAYOUT
    yield Finding(
        title=f"{keys} an extension that isn't there.",
        cause="The extension was deleted or its number mistyped: the PBX refuses the "
        "subscription, and the lamp stays dark.",
        step=NextStep(words="Open the layout", action=action, layout_id=first.layout_id),
        evidence=tuple(f"{fault.key}: {fault.text}" for fault in faults),
        symptom=Symptom.LAMPS,
    )
