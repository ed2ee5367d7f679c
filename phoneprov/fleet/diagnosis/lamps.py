"""Rules on keys that watch somebody."""

from collections.abc import Iterator

from phoneprov.fleet.diagnosis.circumstances import Circumstances, LampFault
from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.diagnosis.symptoms import Symptom


def find_dead_lamps(known: Circumstances) -> Iterator[Finding]:
    """Yield the keys that watch an extension that isn't there, in one finding."""
    faults = known.lamp_faults
    if not faults:
        return
    first = faults[0]
    keys = "One of its keys watches" if len(faults) == 1 else f"{len(faults)} of its keys watch"
    yield Finding(
        title=f"{keys} an extension that isn't there.",
        cause="The extension was deleted or its number mistyped: the PBX refuses the "
        "subscription, and the lamp stays dark.",
        step=_open(first),
        evidence=tuple(f"{fault.key}: {fault.text}" for fault in faults),
        symptom=Symptom.LAMPS,
    )


def _open(fault: LampFault) -> NextStep:
    """Return where the key can be changed: in its layout, or on the phone that differs from it."""
    if not fault.layout_id:
        return NextStep(
            words=f"Open {fault.key[:1].lower()}{fault.key[1:]}",
            action=StepAction.OPEN_KEY,
            place=(fault.module, fault.position),
        )
    action = StepAction.OPEN_MODULE_LAYOUT if fault.module else StepAction.OPEN_LAYOUT
    return NextStep(words="Open the layout", action=action, layout_id=fault.layout_id)
