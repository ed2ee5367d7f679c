"""The five troubles that people report, as they name them."""

from enum import StrEnum


class Symptom(StrEnum):
    """A row of the table of common issues."""

    PENDING = "stuck_pending"
    PROVISIONING = "stuck_provisioning"
    CALLS = "calls_fail"
    AUDIO = "one_way_audio"
    LAMPS = "lamps_stuck"

    @property
    def label(self) -> str:
        """The symptom in few words."""
        return _WORDS[self][0]

    @property
    def meaning(self) -> str:
        """What is counted as it, in one sentence."""
        return _WORDS[self][1]


_WORDS = {
    Symptom.PENDING: (
        "stuck on Pending",
        "It was added a while ago and has not asked for its config, or asked and was refused.",
    ),
    Symptom.PROVISIONING: (
        "stuck on Provisioning",
        "It reached this server, and its config or its registration did not follow.",
    ),
    Symptom.CALLS: (
        "calls may fail",
        "Its registration was refused, or phone and dashboard disagree on which phone it is.",
    ),
    Symptom.AUDIO: (
        "one-way audio likely",
        "Its contact looks rewritten on the way, as a router's SIP ALG does.",
    ),
    Symptom.LAMPS: (
        "dead BLF keys",
        "A key of the phone or of a module watches an extension that isn't there.",
    ),
}
