"""What buttons dial, edited at the PBX (R35–R37, R103–R106)."""

import pytest

from tests.integration.web.pbxs.test_pbxs import TYPED
from tests.integration.web.rows import add_phone, find_pbx, find_phone, put_on_pbx
from tests.pages import Pages

DIALLED = {
    "dialect": "asterisk",
    "park_slots": "801-803",
    "park_code": "800",
    "park_slot_code": "*6{slot}",
    "retrieve_code": "*7{slot}",
    "outside_prefix": "0",
    "international_prefix": "00",
    "feature_codes": "Queue pause = *99\nGate = 8#",
}


def test_it_keeps_and_shows_what_is_typed(petra: Pages) -> None:
    petra.post("/pbxs/add", TYPED | DIALLED)
    pbx = find_pbx("Main")
    assert (pbx.park_slots, pbx.park_code, pbx.park_slot_code, pbx.retrieve_code) == (
        "801-803",
        "800",
        "*6{slot}",
        "*7{slot}",
    )
    assert (pbx.outside_prefix, pbx.international_prefix) == ("0", "00")
    assert pbx.feature_codes == {"queue_pause": "*99", "Gate": "8#"}
    page = petra.get(f"/pbxs/{pbx.id}/edit")
    text = page.soup.select_one("textarea#feature_codes")
    assert text is not None
    assert text.text.split("\n")[-2:] == ["Queue pause = *99", "Gate = 8#"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("park_slots", "first"),
        ("park_slots", "75-71"),
        ("park_code", "a b"),
        ("park_slot_code", "*6"),
        ("retrieve_code", "{slot}{slot}"),
        ("outside_prefix", "nine"),
        ("international_prefix", "0 0"),
        ("feature_codes", "Queue pause *99"),
        ("feature_codes", "Queue pause = <b>"),
        ("dialect", "klingon"),
    ],
)
def test_it_says_beside_the_field_what_cant_be(petra: Pages, field: str, text: str) -> None:
    answer = petra.post("/pbxs/add", TYPED | DIALLED | {field: text})
    assert answer.status_code == 422
    assert answer.soup.select_one(f"#field-{field} .error")


def test_another_code_reaches_the_phones_of_its_tenants(petra: Pages) -> None:
    """R35: the layout stays, what it dials is another."""
    petra.post("/pbxs/add", TYPED)
    pbx = find_pbx("Main")
    put_on_pbx("acme", pbx.id)
    phone_id = add_phone("acme", "805ec0000001")
    before = find_phone(phone_id).config_revision
    petra.post(f"/pbxs/{pbx.id}/edit", TYPED | {"feature_codes": "Queue pause = *46"})
    assert find_phone(phone_id).config_revision == before + 1
