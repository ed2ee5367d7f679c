"""Templates keep the rules that no page test can see."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent.parent / "phoneprov"
TEMPLATES = PACKAGE / "templates"
NAMES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))

_USE = re.compile(r"""["']([a-z_]+/_?[a-z_]+\.html)["']""")
_IMPORT = re.compile(r"""from "[^"]+" import ([\w, ]+?)(?: with context)? %}""")


def read(name: str) -> str:
    return (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_it_never_switches_escaping_off(name: str) -> None:
    """A stored name can't become markup (S11)."""
    text = read(name)
    assert "|safe" not in text.replace(" ", "")
    assert "autoescape" not in text


@pytest.mark.parametrize("name", NAMES)
def test_it_holds_no_inline_code(name: str) -> None:
    """The policy would block it, and only in a browser would that be seen."""
    text = read(name)
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "javascript:" not in text


@pytest.mark.parametrize("name", NAMES)
def test_it_uses_what_it_imports(name: str) -> None:
    text = read(name)
    for names in _IMPORT.findall(text):
        for one in names.split(","):
            assert len(re.findall(rf"\b{one.strip()}\b", text)) > 1, one


def test_every_template_is_used() -> None:
    """By a view, or by another template."""
    sources = [path.read_text() for path in PACKAGE.rglob("*.py")]
    sources += [read(name) for name in NAMES]
    used = {name for source in sources for name in _USE.findall(source)}
    assert set(NAMES) - used == set()
    assert used - set(NAMES) == set()


def test_markup_is_made_in_few_places() -> None:
    """These build HTML in Python, of their own words and escaped values; a new one is a decision."""
    makers = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "Markup(" in path.read_text()
    }
    assert makers == {"web/times.py", "web/phones/parts.py"}
