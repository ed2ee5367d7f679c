"""Escaping by format, by construction: S1."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, TemplateAssertionError, TemplateNotFound, UndefinedError
from jinja2.exceptions import SecurityError

from phoneprov.core.text import is_forbidden
from phoneprov.vendors.errors import UnwritableValueError
from phoneprov.vendors.escaping import (
    ini_environment,
    ini_value,
    plain_text,
    xml_attribute_environment,
    xml_text_environment,
    xml_value,
)

ENVIRONMENTS = {
    "ini": ini_environment("yealink"),
    "xml text": xml_text_environment("grandstream"),
    "xml attribute": xml_attribute_environment("polycom"),
}


@pytest.fixture(params=ENVIRONMENTS)
def environment(request: pytest.FixtureRequest) -> Environment:
    """Return each of the environments in turn."""
    return ENVIRONMENTS[request.param]


@given(st.text())
def test_it_carries_every_text_through_xml_or_refuses_it(text: str) -> None:
    """What an XML reader gets is what was written, as text and as attribute."""
    if any(is_forbidden(character) for character in text):
        with pytest.raises(UnwritableValueError):
            xml_value(text)
        return
    root = ET.fromstring(f'<a b="{xml_value(text)}">{xml_value(text)}</a>')
    assert (root.text or "") == text
    assert root.get("b") == text


@given(st.text())
def test_it_keeps_every_text_on_its_line(text: str) -> None:
    """One value is one line, whatever splits lines, or it is refused."""
    if any(is_forbidden(character) for character in text):
        with pytest.raises(UnwritableValueError):
            ini_value(text)
        return
    written = ini_value(text)
    assert written == text.strip()
    assert len(f"key = {written}".splitlines()) == 1


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, 0x202E, 0xFFFE])
def test_it_refuses_control_characters_wherever_they_stand(code: int) -> None:
    """Trimmed edges are no way in either."""
    for text in (chr(code), f"a{chr(code)}", f"{chr(code)}b", f"a{chr(code)}b"):
        with pytest.raises(UnwritableValueError, match=f"U\\+{code:04X}"):
            plain_text(text)
        with pytest.raises(UnwritableValueError):
            ini_value(text)
        with pytest.raises(UnwritableValueError):
            xml_value(text)


@pytest.mark.parametrize("value", [None, True, 1.5, ["a"], b"a"])
def test_it_refuses_what_is_no_text(environment: Environment, value: object) -> None:
    """None in a file would be read as the word None."""
    with pytest.raises(UnwritableValueError):
        environment.from_string("{{ value }}").render(value=value)


def test_it_refuses_what_is_not_there(environment: Environment) -> None:
    """A misspelt variable is an error, not an empty value."""
    with pytest.raises(UndefinedError, match="missing"):
        environment.from_string("{{ missing }}").render()
    with pytest.raises(UndefinedError):
        environment.from_string("{{ row.missing }}").render(row={})


@pytest.mark.parametrize("filter_name", ["safe", "forceescape", "escape", "tojson", "xmlattr"])
def test_it_has_no_way_round(environment: Environment, filter_name: str) -> None:
    """No filter marks a text as written already."""
    with pytest.raises(TemplateAssertionError, match="No filter named"):
        environment.from_string(f"{{{{ value|{filter_name} }}}}")


def test_it_escapes_what_claims_to_be_escaped() -> None:
    """Neither a Markup value nor the autoescape block gets past."""

    class Marked(str):
        __slots__ = ()

        def __html__(self) -> str:
            return str(self)

    environment = ENVIRONMENTS["xml text"]
    for source in ("{{ value }}", "{% autoescape true %}{{ value }}{% endautoescape %}"):
        assert "<" not in environment.from_string(source).render(value=Marked("<P47>"))


def test_it_keeps_templates_in_their_box(environment: Environment) -> None:
    """An operator's template can't reach Python."""
    with pytest.raises(SecurityError):
        environment.from_string("{{ ''.__class__.__mro__ }}").render()


def test_it_writes_numbers_and_literals_as_they_are(environment: Environment) -> None:
    """Text of the template itself is the format's syntax."""
    source = '<a b="%NULL%">{{ 5 }}{% if 1 %}<c/>{% endif %}</a>\n'
    assert environment.from_string(source).render() == '<a b="%NULL%">5<c/></a>\n'


def test_it_shows_words_of_command_and_replaces_nothing_else() -> None:
    """A reserved word is doubled at its front; an empty text becomes what stands for it."""
    reserved = frozenset({"%NULL%"})
    assert ini_value("%null%", reserved) == "%%null%"
    assert ini_value("x %NULL%", reserved) == "x %NULL%"
    assert ini_value("  ", reserved, "%NULL%") == "%NULL%"
    assert ini_value("", reserved) == ""


def test_it_lets_an_operators_folder_shadow_a_template(tmp_path: Path) -> None:
    """DESIGN 4.2: the operator's file counts, the others stay ours."""
    folder = tmp_path / "yealink"
    folder.mkdir()
    (folder / "common.cfg").write_text("#!version:1.0.0.1\nx = {{ poll_minutes }}\n")
    environment = ini_environment("yealink", tmp_path)
    assert "x = 60" in environment.get_template("common.cfg").render(poll_minutes=60)
    assert "include:config" in environment.get_template("phone.boot").render(mac="805ec01a2b3c")
    with pytest.raises(TemplateNotFound):
        environment.get_template("../grandstream/phone.xml")
