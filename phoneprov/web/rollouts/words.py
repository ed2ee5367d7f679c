"""Roll-outs in words."""

from phoneprov.firmware.rollout_models import CANARY, Rollout


def name_wave(number: int) -> str:
    """Return what a wave is called."""
    if number < CANARY:
        return "–"
    return "First phones" if number == CANARY else f"Batch {number}"


def title_rollout(rollout: Rollout) -> str:
    """Return the name that a person gave, else the version."""
    return rollout.name
