"""The CSV file of extensions, read as spreadsheets write it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.sheets import MOST_ROWS, decode_file, guard_cell, unguard_cell
from phoneprov.tenancy.extension_file import SAMPLE, read_rows, write_rows
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues, check_values

NUMBER, NAME, PASSWORD = ExtensionField.NUMBER, ExtensionField.NAME, ExtensionField.SIP_PASSWORD
NUMBERS = st.text("0123456789*#+abcXYZ.-_", min_size=1, max_size=32)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), max_size=30)


def message_of(text: str) -> str:
    with pytest.raises(InvalidValueError) as caught:
        read_rows(text)
    assert caught.value.field == "file"
    return caught.value.message


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_it_reads_each_delimiter_and_line_end(delimiter: str, line_end: str) -> None:
    text = line_end.join([delimiter.join(["name", "number"]), delimiter.join(["Anna", "0201"]), ""])
    (row,) = read_rows(text)
    assert row.cells == {NAME: "Anna", NUMBER: "0201"}
    assert row.line == 2


def test_it_reads_columns_in_any_order_and_spelling() -> None:
    (row,) = read_rows(
        "Voicemail;SIP Password;NUMBER\n*97;se;cret\n".replace("se;cret", '"se;cret";201')
    )
    assert row.cells == {
        ExtensionField.VOICEMAIL_NUMBER: "*97",
        PASSWORD: "se;cret",
        NUMBER: "201",
    }


def test_it_keeps_leading_zeros_and_plus() -> None:
    rows = read_rows("number,name\n007,James\n+4930123,Outside\n")
    assert [row.cells[NUMBER] for row in rows] == ["007", "+4930123"]


@pytest.mark.parametrize(
    "content",
    [
        "number;name\n201;Jörg Größe\n".encode(),
        "number;name\n201;Jörg Größe\n".encode("utf-8-sig"),
        "number;name\n201;Jörg Größe\n".encode("latin-1"),
        "number;name\n201;Jörg Größe\n".encode("utf-16"),
    ],
)
def test_it_reads_the_encodings_of_spreadsheets(content: bytes) -> None:
    (row,) = read_rows(decode_file(content))
    assert row.cells[NAME] == "Jörg Größe"


@given(st.binary(max_size=200))
@example(b"\x81\x8d")
@example(b"\xff\xfe\x00")
def test_it_reads_or_refuses_any_bytes(content: bytes) -> None:
    """A file of anything at all is answered with rows or a message, never with a crash."""
    try:
        rows = read_rows(decode_file(content))
    except InvalidValueError as caught:
        outcome = caught.field == "file" and bool(caught.message)
    else:
        outcome = bool(rows)
    assert outcome


def test_it_heeds_the_separator_line_of_excel() -> None:
    (row,) = read_rows("sep=;\r\nnumber;name\r\n201;Berg, Anna\r\n")
    assert (row.line, row.cells[NAME]) == (3, "Berg, Anna")


def test_it_counts_lines_as_an_editor_does() -> None:
    """Empty lines and line breaks in quotes count; the row has the number of its first line."""
    rows = read_rows('number;name\n\n201;"two\nlines"\n;;\n202;x\n')
    assert [(row.line, row.cells[NUMBER]) for row in rows] == [(3, "201"), (6, "202")]


def test_it_takes_passwords_to_the_letter() -> None:
    (row,) = read_rows("number;sip_password\n201; '=x \n")
    assert row.cells[PASSWORD] == " '=x "


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "nothing in it"),
        ("\ufeff\n\n", "nothing in it"),
        ("201;Anna\n202;Carl\n", "“201”"),
        ("name;sip_password\nAnna;x\n", "“number” is missing"),
        ("number;nmae\n201;Anna\n", "“nmae”"),
        ("number;number\n201;202\n", "twice"),
        ("number;extension\n201;202\n", "twice"),
        ("number;name\n", "no row"),
        ('number;name\n201;"Anna\n202;Carl\n', "quotation mark"),
    ],
)
def test_it_says_why_a_file_can_not_be_read(text: str, told: str) -> None:
    assert told in message_of(text)


def test_it_names_the_row_with_too_many_cells() -> None:
    rows = read_rows("number,name\n201,Berg, Anna\n202,Carl\n")
    assert rows[0].fault
    assert not rows[1].fault


def test_it_passes_over_columns_without_a_name() -> None:
    (row,) = read_rows("number;name;;\n201;Anna;;\n")
    assert not row.fault
    (row,) = read_rows("number;;name\n201;lost;Anna\n")
    assert row.fault


def test_it_takes_five_thousand_rows_and_no_more() -> None:
    lines = ["number"] + [str(10_000 + i) for i in range(MOST_ROWS)]
    assert len(read_rows("\n".join(lines))) == MOST_ROWS
    assert "5,000" in message_of("\n".join([*lines, "1"]))


def test_it_shows_a_sample_that_it_can_read_itself() -> None:
    for row in read_rows(SAMPLE):
        check_values(ExtensionValues(**{field.value: cell for field, cell in row.cells.items()}))


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+4930", "-1", "@x", "\tx", "'=x", "''+1"])
def test_it_neutralises_what_a_spreadsheet_would_run(text: str) -> None:
    assert guard_cell(text).startswith("'")
    assert unguard_cell(guard_cell(text)) == text


@given(st.text(max_size=40))
def test_it_gives_every_cell_back(text: str) -> None:
    assert unguard_cell(guard_cell(text)) == text
    assert guard_cell(text)[:1] not in set("=+-@\t\r\n")


def test_it_exports_no_password() -> None:
    text = write_rows([ExtensionValues(number="201", sip_password="hidden-secret")])
    assert "hidden-secret" not in text
    assert "password" not in text


@given(st.lists(st.tuples(NUMBERS, NAMES, NUMBERS, st.just("") | NUMBERS), min_size=1, max_size=20))
def test_it_reads_back_what_it_exports(rows: list[tuple[str, str, str, str]]) -> None:
    """Whatever a name holds: separators, quotes, formulas, leading zeros, emoji."""
    exported = [
        check_values(
            ExtensionValues(
                number=number, name=name, sip_user=user, voicemail_number=mail, sip_password="x"
            )
        )
        for number, name, user, mail in rows
    ]
    back = read_rows(decode_file(write_rows(exported).encode("utf-8-sig")))
    assert [tuple(row.cells.values()) for row in back] == [
        (kept.number, kept.name, kept.sip_user, kept.auth_user, kept.voicemail_number, kept.groups)
        for kept in exported
    ]
