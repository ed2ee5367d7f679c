"""Names of groups in a row: cleaned, each once, compared without case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.group_names import (
    LONGEST_KEY,
    MOST_GROUPS,
    group_key,
    group_keys,
    read_groups,
    write_groups,
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        (" , ;", ()),
        ("Sales", ("Sales",)),
        ("Support;sales , SALES", ("sales", "Support")),
        ("Front   desk", ("Front desk",)),
        ("Straße, STRASSE", ("Straße",)),
    ],
)
def test_it_reads_a_row(text: str, names: tuple[str, ...]) -> None:
    assert read_groups(text) == names


@pytest.mark.parametrize("text", ["x" * 41, "a\nb", "a\tb", "a\u202eb", "\ud800"])
def test_it_refuses_what_no_name_may_be(text: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        read_groups(text)
    assert caught.value.field == "groups"


def test_there_is_an_end_to_groups() -> None:
    many = ", ".join(f"Group {number}" for number in range(MOST_GROUPS))
    assert len(read_groups(many)) == MOST_GROUPS
    with pytest.raises(InvalidValueError, match="At most"):
        read_groups(f"{many}, one more")


@given(st.text(max_size=120))
def test_what_was_read_is_read_the_same_again(text: str) -> None:
    """And fits its column, however long folding makes it."""
    try:
        names = read_groups(text)
    except InvalidValueError:
        return
    assert read_groups(write_groups(names)) == names
    assert group_keys(write_groups(names)) == {group_key(name) for name in names}
    assert all(len(group_key(name)) <= LONGEST_KEY for name in names)
