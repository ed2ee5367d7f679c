"""What an import would do, said before it is done."""

from hypothesis import given
from hypothesis import strategies as st

from phoneprov.tenancy.extension_file import read_rows
from phoneprov.tenancy.extension_import import ImportPlan, plan_import
from phoneprov.tenancy.extension_values import ExtensionField, ExtensionValues, check_values

ANNA = check_values(
    ExtensionValues(
        number="201", name="Anna Berg", sip_password="old-secret", voicemail_number="*97"
    )
)


def plan(text: str, *existing: ExtensionValues) -> ImportPlan:
    return plan_import(read_rows(text), {values.number: values for values in existing})


def after(done: ImportPlan, *existing: ExtensionValues) -> dict[str, ExtensionValues]:
    result = {values.number: values for values in existing}
    result |= {add.values.number: add.values for add in done.added}
    return result | {change.values.number: change.values for change in done.changed}


def test_it_adds_what_is_new() -> None:
    done = plan("number;name;sip_password\n0042;Zoë;s3cret\n")
    (add,) = done.added
    assert (add.line, add.values.number, add.values.sip_user) == (2, "0042", "0042")
    assert done.can_start


def test_it_shows_each_field_that_changes() -> None:
    done = plan("number;name;voicemail_number\n201;Anna Díaz;\n", ANNA)
    (change,) = done.changed
    assert [(c.field, c.before, c.after) for c in change.changes] == [
        (ExtensionField.NAME, "Anna Berg", "Anna Díaz"),
        (ExtensionField.VOICEMAIL_NUMBER, "*97", ""),
    ]


def test_it_says_of_a_password_only_that_it_changes() -> None:
    done = plan("number;name;voicemail_number;sip_password\n201;Anna Berg;*97;new-secret\n", ANNA)
    (change,) = done.changed
    (field,) = change.changes
    assert field.is_secret
    assert "secret" not in field.before + field.after
    assert "new-secret" not in repr(done)
    assert change.values.sip_password == "new-secret"


def test_it_leaves_fields_without_a_column_alone() -> None:
    done = plan("number;voicemail_number\n201;*98\n", ANNA)
    assert done.changed[0].values.name == "Anna Berg"
    assert done.changed[0].values.sip_password == "old-secret"


def test_it_leaves_the_password_alone_when_its_cell_is_empty() -> None:
    done = plan("number;name;sip_password;voicemail_number\n201;Anna Berg;;*97\n", ANNA)
    assert [row.number for row in done.unchanged] == ["201"]
    assert not done.can_start


def test_it_refuses_rows_with_line_column_and_reason() -> None:
    text = "number;name;sip_password\n2 02;Carl;x\n203;Dora;\n201;Eve;x\n201;Eva;x\n4.93E+11;F;x\n;G;x\n"
    refused = plan(text, ANNA).refused
    assert [(r.line, r.field) for r in refused] == [
        (2, ExtensionField.NUMBER),
        (3, ExtensionField.SIP_PASSWORD),
        (5, ExtensionField.NUMBER),
        (6, ExtensionField.NUMBER),
        (7, ExtensionField.NUMBER),
    ]
    assert "Line 4" in refused[2].reason
    assert "spreadsheet" in refused[3].reason


def test_it_names_every_fault_of_a_row() -> None:
    done = plan("number;name;sip_user;sip_password\n202;a\x07;b c;x\n")
    assert [r.field for r in done.refused] == [ExtensionField.NAME, ExtensionField.SIP_USER]
    assert done.refused_lines == 1


def test_it_refuses_a_row_with_too_many_cells_as_a_whole() -> None:
    (refusal,) = plan("number,name\n201,Berg, Anna\n").refused
    assert refusal.field is None
    assert refusal.number == "201"


def test_it_finds_the_same_file_unchanged_the_second_time() -> None:
    text = "number;name;sip_user;auth_user;sip_password;voicemail_number\n202;Carl;;202;pw;*97\n201;A;x;y;z;\n"
    first = plan(text, ANNA)
    second = plan(text, *after(first, ANNA).values())
    assert (second.added, second.changed, second.refused) == ((), (), ())
    assert len(second.unchanged) == 2


def test_it_marks_a_plan_that_does_something_else() -> None:
    """The mark holds the confirmation to what was shown, passwords included."""
    text = "number;sip_password\n201;one\n"
    assert plan(text, ANNA).fingerprint == plan(text, ANNA).fingerprint
    assert plan(text, ANNA).fingerprint != plan(text).fingerprint
    assert plan(text).fingerprint != plan("number;sip_password\n201;two\n").fingerprint


ROWS = st.lists(
    st.tuples(st.text("0123+*", max_size=4), st.text(max_size=6), st.text("ab ", max_size=3)),
    min_size=1,
    max_size=15,
)


@given(ROWS)
def test_it_gives_each_row_exactly_one_outcome(rows: list[tuple[str, str, str]]) -> None:
    """And done twice changes nothing, whatever the rows hold."""
    cells = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in rows]
    text = (
        "number;name;sip_password\n" + "\n".join(";".join(row) for row in cells) + "\n999;Last;x\n"
    )
    parsed = read_rows(text)
    first = plan_import(parsed, {})
    taken = [add.line for add in first.added] + [same.line for same in first.unchanged]
    lines = taken + sorted({refusal.line for refusal in first.refused})
    assert not first.changed
    assert sorted(lines) == sorted(row.line for row in parsed)
    second = plan_import(parsed, after(first))
    assert not second.can_start
