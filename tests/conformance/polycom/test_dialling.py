"""What is pressed on a Polycom VVX reaches the PBX: R6."""

import pytest

from tests.conformance import intents
from tests.conformance.polycom.models import MAC, VVX411, phone_with
from tests.conformance.readers.polycom import FACTORY_DIGIT_MAP, fits_digit_map


@pytest.mark.parametrize(
    "dialled",
    ["201", "0", "911", "112", "1234567", "0049301234567", "*8", "*8201", "**201", "#72"],
)
def test_it_dials_what_is_pressed(dialled: str) -> None:
    """R6: what the PBX understands gets there, with a time for each pattern of the map."""
    phone = phone_with(intents.config(VVX411, MAC))
    digit_map = phone.get("dialplan.digitmap", FACTORY_DIGIT_MAP)
    assert fits_digit_map(digit_map, dialled)
    assert phone.get("dialplan.digitmap.timeOut").count("|") == digit_map.count("|")
    assert phone.get("dialplan.impossibleMatchHandling", "0") == "2"


@pytest.mark.parametrize("dialled", ["201", "112", "*8201", "0049301234567"])
def test_it_would_not_dial_extensions_by_its_factory_map(dialled: str) -> None:
    """Why a map has to be written: the factory's is for American numbers."""
    assert not fits_digit_map(FACTORY_DIGIT_MAP, dialled)
