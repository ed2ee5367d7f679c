"""Writes docs/requirements.md: each requirement line, and the tests that name it.

`python -m tests.requirements_table` writes the page; a guard test checks that it is up to date.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "requirements.md"
LINES = ROOT / "tests" / "requirement_lines.tsv"
_NUMBER = re.compile(r"\bR(\d{1,3})\b")

HEAD = """# Requirements and the tests that hold them

Each line of the mission, and the tests whose docstrings name it. `python -m tests.requirements_table`
writes this page. A line without a test says which work it comes with.

| id | what is promised | held by |
|---|---|---|
"""


def lines_to_tests() -> dict[str, list[str]]:
    """Return, by requirement id, the tests that name it."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                name = f"{path.relative_to(ROOT / 'tests')}::{node.name}"
                for number in _NUMBER.findall(ast.get_docstring(node) or ""):
                    found[f"R{number}"].append(name)
    return found


def write_page() -> str:
    """Return the page's text."""
    held = lines_to_tests()
    rows = []
    for line in LINES.read_text("utf-8").splitlines():
        number, promise, comes_with = line.split("\t")
        names = [f"`{name}`" for name in held.get(number, [])]
        shown = "<br>".join(names[:4])
        if len(names) > 4:
            shown += f"<br>and {len(names) - 4} more"
        rows.append(f"| {number} | {promise} | {shown or comes_with} |")
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(write_page(), "utf-8")
