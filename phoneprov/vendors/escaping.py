"""Escape by format, by construction: the only environments that vendor files are rendered in.

Each environment runs every printed value through its format's escaping (Jinja's `finalize`), so
a template can't forget it and has no filter to switch it off. Line separators and control
characters can't be expressed in any of our formats and are refused; people's input was checked
for them long before (`core.text`), so this is the second wall.

Consequence for templates: print plain values only. What a macro or a `{% set %}` block returns
would be escaped a second time, so use `{% include %}` and loops instead.
"""

import re
from collections.abc import Callable
from pathlib import Path

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    FileSystemLoader,
    FunctionLoader,
    StrictUndefined,
    Undefined,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment

from phoneprov.vendors.errors import UnwritableValueError

SHIPPED_TEMPLATES = Path(__file__).parent.parent / "vendor_templates"

_UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""C0 and C1 controls, line separators, overrides of the writing direction, lone surrogates and
noncharacters: the same set that `core.text.is_forbidden` refuses at input."""

_MARKUP = re.compile("[&<>\"']")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}

_FILTERS = ("default", "first", "int", "join", "last", "length", "lower", "replace", "upper")
"""The filters that templates may use. None of them marks a text as already escaped."""


def plain_text(value: object) -> str:
    """Return `value` as text that every format can carry.

    Only texts and whole numbers are printed: None, True or a list in a file is a mistake of the
    template. Raises UnwritableValueError for those, and for text with a forbidden character.
    """
    if type(value) is int:
        return str(value)
    if isinstance(value, Undefined):
        str(value)  # raises UndefinedError, which names the missing variable
    if not isinstance(value, str):
        kind = type(value).__name__
        raise UnwritableValueError(f"only text and whole numbers can be written, not {kind}")
    found = _UNWRITABLE.search(value)
    if found is not None:
        code = ord(found.group())
        raise UnwritableValueError(f"the character U+{code:04X} can't be written to a phone's file")
    return value


def ini_value(value: object, reserved: frozenset[str] = frozenset(), empty: str = "") -> str:
    """Return `value` for the right side of a `key = value` line, its edges trimmed.

    The format has no quoting: a value runs to the end of its line. A text that the firmware
    would take for a command (`reserved`, upper case) gets its first character doubled, so that
    it is shown instead of obeyed. `empty` stands for no text at all, where the firmware would
    keep its old value for an empty one.
    """
    if type(value) is int:  # most values are numbers
        return str(value)
    if type(value) is str and value.isalnum():  # letters and digits: no need to look closer
        return value
    text = plain_text(value).strip()
    if not text:
        return empty
    return text[0] + text if text.upper() in reserved else text


def xml_value(value: object) -> str:
    """Return `value` escaped for XML text and for a quoted XML attribute alike."""
    if type(value) is str and (not value or value.isalnum()):
        return value
    text = plain_text(value)
    if _MARKUP.search(text) is None:
        return text
    return _MARKUP.sub(lambda match: _ENTITIES[match.group()], text)


def template_loader(vendor: str, extra: Path | None = None) -> BaseLoader:
    """Return the loader of a vendor's templates; files in `extra/<vendor>/` shadow ours.

    Those are read now and never again: what somebody is half way through typing is not served.
    Raises OSError, and UnicodeDecodeError for what is not UTF-8.
    """
    shipped = FileSystemLoader(SHIPPED_TEMPLATES / vendor)
    own = {path.name: (path.read_text("utf-8"), str(path)) for path in own_files(vendor, extra)}
    if not own:
        return shipped

    def load(name: str) -> tuple[str, str, None] | None:
        return (*own[name], None) if name in own else None

    return ChoiceLoader([FunctionLoader(load), shipped])


def own_files(vendor: str, extra: Path | None) -> list[Path]:
    """Return the files of a provider's folder for this vendor, without hidden ones."""
    folder = extra / vendor if extra else None
    if folder is None or not folder.is_dir():
        return []
    files = (path for path in folder.iterdir() if path.is_file())
    return sorted(path for path in files if not path.name.startswith(".") and path.suffix != ".md")


def ini_environment(
    vendor: str,
    extra: Path | None = None,
    *,
    reserved: frozenset[str] = frozenset(),
    empty: str = "",
) -> ImmutableSandboxedEnvironment:
    """Return the environment for files of `key = value` lines."""
    return _environment(vendor, extra, lambda value: ini_value(value, reserved, empty))


def xml_text_environment(vendor: str, extra: Path | None = None) -> ImmutableSandboxedEnvironment:
    """Return the environment for XML files whose values are the text of elements."""
    return _environment(vendor, extra, xml_value)


def xml_attribute_environment(
    vendor: str, extra: Path | None = None
) -> ImmutableSandboxedEnvironment:
    """Return the environment for XML files whose values are quoted attributes."""
    return _environment(vendor, extra, xml_value)


def _environment(
    vendor: str, extra: Path | None, escape: Callable[[object], str]
) -> ImmutableSandboxedEnvironment:
    # autoescape stays off on purpose: its Markup type would be the way round `finalize`, which
    # treats every value alike.
    environment = ImmutableSandboxedEnvironment(
        loader=template_loader(vendor, extra),
        undefined=StrictUndefined,
        finalize=escape,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    environment.globals = {"range": environment.globals["range"]}
    return environment
