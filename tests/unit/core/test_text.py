"""The first wall: what may be stored at all."""

import pytest

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text


@pytest.mark.parametrize(
    "text", ["Tom & Jerry", 'O\'Brien "The Boss"', "R&D <Lab>", "#1; VIP", "Büro 😀"]
)
def test_everyday_names_pass_unchanged(text: str) -> None:
    """S2."""
    assert clean_text(f" {text} ", field="name", longest=64) == text


@pytest.mark.parametrize(
    "bad", ["a\nb", "a\rb", "a\x00b", "a\x85b", "a\u2028b", "a\ud800b", "a\u202eb", "a\ufffeb"]
)
def test_what_no_phone_may_read_is_refused(bad: str) -> None:
    """S1: a newline in a label never becomes a line of a config."""
    with pytest.raises(InvalidValueError) as caught:
        clean_text(bad, field="display_name", longest=64)
    assert caught.value.field == "display_name"


def test_it_says_how_long_a_text_may_be() -> None:
    with pytest.raises(InvalidValueError, match="At most 5 characters; this has 6"):
        clean_text("abcdef", field="name", longest=5)
