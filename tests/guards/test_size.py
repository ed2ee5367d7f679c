"""Modules and functions stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent.parent / "phoneprov"
MODULES = sorted(PACKAGE.rglob("*.py"))
MODULE_LINES, FUNCTION_LINES, SCRIPT_LINES = 300, 40, 200


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_it_is_small(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MODULE_LINES
    assert [name for name, lines in _functions(ast.parse(text)) if lines > FUNCTION_LINES] == []


def test_our_script_is_small() -> None:
    """Pages work without it, so there is little that it could be for."""
    lines = (PACKAGE / "static" / "app.js").read_text().splitlines()
    assert len(lines) <= SCRIPT_LINES


def _functions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Yield each function with its lines; those of its docstring don't count."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            docstring = 0
            if ast.get_docstring(node) is not None:
                docstring = (first.end_lineno or first.lineno) - first.lineno + 1
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1 - docstring
