"""What is pressed on a Cisco SPA reaches the PBX: R6."""

import pytest

from tests.conformance import intents
from tests.conformance.cisco.models import MAC, SPA509G, phone_with
from tests.conformance.readers.cisco import FACTORY_DIAL_PLAN, goes_out

DIALLED = ("201", "0", "911", "112", "1234567", "0049301234567", "*8", "*8201", "**201", "#72")
"""Extensions, emergency and outside numbers of several countries, codes with and without number."""


@pytest.mark.parametrize("dialled", DIALLED)
def test_it_dials_what_is_pressed(dialled: str) -> None:
    """R6: what the PBX understands gets there, on each line; the phone rejects nothing itself."""
    phone = phone_with(intents.config(SPA509G, MAC))
    plans = {phone.get(f"Dial_Plan_{line}_", FACTORY_DIAL_PLAN) for line in range(1, 13)}
    assert len(plans) == 1
    assert goes_out(plans.pop(), dialled)


@pytest.mark.parametrize("dialled", ["201", "*8201", "**201"])
def test_it_would_reject_extensions_by_its_factory_plan(dialled: str) -> None:
    """Why a plan has to be written: the factory's is for American numbers."""
    assert not goes_out(FACTORY_DIAL_PLAN, dialled)
