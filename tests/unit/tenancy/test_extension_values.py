"""What the fields of an extension may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.extension_values import (
    ALPHABET,
    ExtensionField,
    ExtensionValues,
    check_values,
    find_faults,
    new_sip_password,
)


def values(**changes: str) -> ExtensionValues:
    return ExtensionValues(**{"number": "201", "sip_password": "s3cret-enough", **changes})


def fault_of(**changes: str) -> InvalidValueError:
    with pytest.raises(InvalidValueError) as caught:
        check_values(values(**changes))
    return caught.value


@pytest.mark.parametrize(
    "number", ["7", "0042", "+493012345", "*97", "#1", "anna.berg-2_x", "9" * 32]
)
def test_it_keeps_a_number_as_it_was_typed(number: str) -> None:
    """Leading zeros and a plus are part of a number."""
    assert check_values(values(number=f" {number} ")).number == number


@pytest.mark.parametrize(
    "number", ["", "  ", "2 01", "2/1", "20ä", "２０１", "201\n", "9" * 33, "a@b", '"']
)
def test_it_refuses_a_number_no_phone_could_register(number: str) -> None:
    inside = f"1{number}1" if number == "201\n" else number
    fault = fault_of(number=inside)
    assert fault.field == "number"
    assert fault.message


def test_it_takes_the_number_for_an_empty_sip_user() -> None:
    """And keeps no auth user of its own where it is the SIP user anyway."""
    kept = check_values(values(auth_user="201"))
    assert kept.sip_user == "201"
    assert kept.auth_user == ""


def test_it_keeps_an_auth_user_of_its_own() -> None:
    kept = check_values(values(sip_user="acme-201", auth_user="201@acme.example"))
    assert (kept.sip_user, kept.auth_user) == ("acme-201", "201@acme.example")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "a\x00b"),
        ("name", "x" * 65),
        ("name", "new\nline"),
        ("sip_user", "anna berg"),
        ("sip_user", "anna@acme"),
        ("sip_user", "x" * 65),
        ("auth_user", 'say "hi"'),
        ("auth_user", "a:b"),
        ("auth_user", "a\\b"),
        ("voicemail_number", "9 7"),
        ("voicemail_number", "9" * 33),
        ("sip_password", ""),
        ("sip_password", "x" * 65),
        ("sip_password", " leading"),
        ("sip_password", "trailing "),
        ("sip_password", "tab\tinside"),
        ("sip_password", "pässword"),
    ],
)
def test_it_names_the_field_that_is_wrong(field: str, text: str) -> None:
    assert fault_of(**{field: text}).field == field


def test_it_never_repeats_a_password_in_its_message() -> None:
    secret = "very-secret-pässword"
    assert secret not in fault_of(sip_password=secret).message
    assert "s3cret-enough" not in repr(values())


def test_it_finds_all_faults_at_once() -> None:
    faults = find_faults(values(number="2 01", name="\x01", sip_password=""))
    assert [fault.field for fault in faults] == ["number", "name", "sip_password"]


def test_it_makes_passwords_of_twenty_plain_characters() -> None:
    made = {new_sip_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 20 and set(password) <= set(ALPHABET) for password in made)
    assert not set(ALPHABET) & set("0O1lI")


@given(st.builds(ExtensionValues, **dict.fromkeys(ExtensionField, st.text(max_size=70))))
def test_it_either_refuses_or_comes_to_rest(anything: ExtensionValues) -> None:
    """What was checked once passes again unchanged, whatever was typed."""
    try:
        kept = check_values(anything)
    except InvalidValueError as caught:
        outcome = caught.field in set(ExtensionField)
    else:
        outcome = check_values(kept) == kept
    assert outcome
