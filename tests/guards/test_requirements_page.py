"""docs/requirements.md says what is held by which test, and is never out of date."""

from tests.requirements_table import LINES, PAGE, lines_to_tests, write_page


def test_the_page_is_up_to_date() -> None:
    """After naming a line in a test: `python -m tests.requirements_table`."""
    assert PAGE.read_text("utf-8") == write_page()


def test_tests_name_only_lines_that_exist() -> None:
    known = {line.split("\t")[0] for line in LINES.read_text("utf-8").splitlines()}
    assert set(lines_to_tests()) <= known
