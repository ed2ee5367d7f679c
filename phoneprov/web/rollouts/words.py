"""Roll-outs in words."""

from phoneprov.firmware.rollout_models import CANARY


def name_wave(number: int) -> str:
    """Return what a wave is called."""
    if number < CANARY:
        return "–"
    return "Canary" if number == CANARY else f"Batch {number}"
