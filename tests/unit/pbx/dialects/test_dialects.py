"""What buttons dial on each kind of PBX (R35, R36, R37, R103–R106)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.pbx.dialects.dialect import Dialect, Feature
from phoneprov.pbx.dialects.loader import get_dialect, load_dialects
from phoneprov.pbx.dialects.typed import (
    check_code,
    check_prefix,
    dialect_of,
    read_codes,
    read_slots,
    write_codes,
)
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.pbxs import DIALECTS

FEATURES = {feature.value for feature in Feature}
OUTSIDE = Dialect(name="own", label="Own", outside_prefix="0", international_prefix="00")


def pbx(**columns: object) -> Pbx:
    plain: dict[str, object] = {
        "dialect": "asterisk",
        "pickup_code": "",
        "park_slots": "71-75",
        "park_code": "",
        "park_slot_code": "",
        "retrieve_code": "",
        "outside_prefix": "",
        "international_prefix": "+",
        "feature_codes": {},
    }
    return Pbx(**(plain | columns))


def test_there_is_one_for_each_that_a_pbx_can_have() -> None:
    assert set(load_dialects()) == set(DIALECTS)


@pytest.mark.parametrize("name", DIALECTS)
def test_it_names_only_features_that_are_known_and_says_where_codes_are_from(name: str) -> None:
    dialect = get_dialect(name)
    assert set(dialect.codes) <= FEATURES
    assert "park" in dialect.sources
    for feature in dialect.codes:
        group = feature.split("_", maxsplit=1)[0]
        assert feature in dialect.sources or group in dialect.sources


@pytest.mark.parametrize("name", DIALECTS)
def test_slots_are_71_to_75_unless_somebody_says_otherwise(name: str) -> None:
    """R106."""
    assert get_dialect(name).slots == ("71", "72", "73", "74", "75")
    assert dialect_of(pbx(dialect=name)).slots == get_dialect(name).slots


def test_asterisk_parks_by_a_transfer_to_its_lot_and_takes_back_by_the_slot() -> None:
    """R36, R37: Asterisk chooses the slot; a transfer to a slot would take a call out of it."""
    dialect = get_dialect("asterisk")
    assert (dialect.park(), dialect.park("72"), dialect.retrieve("72")) == ("70", "70", "72")


def test_fusionpbx_parks_on_the_slot_that_is_asked_for() -> None:
    """R36, R37."""
    dialect = get_dialect("freeswitch")
    assert (dialect.park(), dialect.park("72")) == ("*5900", "*5972")
    assert dialect.retrieve("72") == "park+*5972"


def test_a_pbx_of_its_own_parks_by_the_slots_number_only() -> None:
    dialect = get_dialect("own")
    assert (dialect.park(), dialect.park("72"), dialect.retrieve("72")) == ("", "72", "72")


def test_an_unknown_name_is_that_of_a_pbx_with_codes_of_its_own() -> None:
    assert get_dialect("klingon") is get_dialect("own")
    assert dialect_of(None) is get_dialect("own")


def test_queue_pause_is_the_code_of_this_pbx() -> None:
    """R35: the same button dials another code on another PBX."""
    assert get_dialect("asterisk").find_code("queue_pause") == "*46"
    assert get_dialect("freeswitch").find_code("queue_pause") == "*24"
    assert get_dialect("kamailio").find_code("queue_pause") is None


def test_what_is_typed_for_a_pbx_goes_before_its_kind() -> None:
    typed = dialect_of(
        pbx(
            pickup_code="*8",
            park_slots="801-803",
            park_code="800",
            park_slot_code="*6{slot}",
            retrieve_code="*7{slot}",
            outside_prefix="9",
            feature_codes={"queue_pause": "*99", "dnd_toggle": "", "Door": "*1"},
        )
    )
    assert (typed.pickup_code, typed.park(), typed.park("802")) == ("*8", "800", "*6802")
    assert (typed.retrieve("802"), typed.slots) == ("*7802", ("801", "802", "803"))
    assert typed.find_code("queue_pause") == "*99"
    assert typed.find_code("dnd_toggle") is None
    assert typed.find_code("Door") == "*1"
    assert typed.find_code("voicemail") == "*97"
    assert typed.outside_prefix == "9"


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("+49 30 123-456", "00049301" + "23456"),
        ("+49 (0)30 / 123 456", "0004930123456"),
        ("030 123 456", "0030123456"),
        ("(030) 123.456", "0030123456"),
        ("5551234", "05551234"),
        ("201", "201"),
        ("112", "112"),
        ("0", "0"),
        ("*46", "*46"),
        ("#31#030123456", "#31#030123456"),
        ("201,,5", "201,,5"),
        (" anna.berg@sip.example ", "anna.berg@sip.example"),
    ],
)
def test_a_number_is_dialled_as_the_pbx_wants_it(number: str, dialled: str) -> None:
    """R103: the number as people write it; 00 for the plus, 0 for a line outside."""
    assert OUTSIDE.dial(number) == dialled


def test_a_number_of_the_house_gets_no_prefix_however_long() -> None:
    assert OUTSIDE.dial("0800 1234", is_internal=True) == "08001234"


def test_without_prefixes_only_the_blanks_go() -> None:
    assert get_dialect("own").dial("+49 30 123456") == "+4930123456"


@given(st.text(max_size=40))
def test_dialling_never_fails_and_adds_no_control_character(text: str) -> None:
    dialled = OUTSIDE.dial(text)
    assert set(dialled) <= set(text) | {"0"}


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("71-75", ("71", "72", "73", "74", "75")),
        (" 71 – 73 , 81 ", ("71", "72", "73", "81")),
        ("01-03", ("01", "02", "03")),
        ("71,71", ("71",)),
        ("", ()),
    ],
)
def test_it_reads_slots(text: str, slots: tuple[str, ...]) -> None:
    assert read_slots(text) == slots


@pytest.mark.parametrize("text", ["seven", "75-71", "1-101", "71-", "-5", "1-60, 101-160", "7;8"])
def test_it_refuses_what_are_no_slots(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        read_slots(text)
    assert refused.value.field == "park_slots"


def test_it_reads_codes_by_the_words_of_the_form_or_by_name() -> None:
    text = "Queue pause = *46\n\ndnd_toggle=*76\nVoicemail =\nGate = 8#\n"
    codes = {"queue_pause": "*46", "dnd_toggle": "*76", "voicemail": "", "Gate": "8#"}
    assert read_codes(text) == codes
    assert read_codes(write_codes(codes)) == codes


@pytest.mark.parametrize("text", ["*46", "= *46", "Pause = * 46", "Pause = <b>", "Pa\x07use = 1"])
def test_it_names_the_line_that_is_no_code(text: str) -> None:
    with pytest.raises(InvalidValueError) as refused:
        read_codes(f"DND on = *78\n{text}")
    assert refused.value.field == "feature_codes"


def test_a_code_for_a_slot_says_where_the_slot_goes() -> None:
    assert check_code(" *59{slot} ", field="x", with_slot=True) == "*59{slot}"
    assert check_code("", field="x", with_slot=True) == ""
    for wrong in ("*59", "{slot}{slot}", "*59{slot};", "{slot}\n"):
        if wrong.strip() != "{slot}":
            with pytest.raises(InvalidValueError):
                check_code(wrong, field="x", with_slot=True)
    with pytest.raises(InvalidValueError):
        check_code("*59{slot}", field="x")


@pytest.mark.parametrize("text", ["0", "9", "00", "+", "", "*31#"])
def test_a_prefix_is_digits(text: str) -> None:
    assert check_prefix(text, field="x") == text


@pytest.mark.parametrize("text", ["a", "0+", "123456789", "0 0"])
def test_anything_else_is_no_prefix(text: str) -> None:
    with pytest.raises(InvalidValueError):
        check_prefix(text, field="x")
