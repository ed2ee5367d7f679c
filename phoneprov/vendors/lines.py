"""The one thing all our files have in common: each parameter stands on a line of its own.

So one step after rendering lets extra parameters take the place of ours, whichever template (a
provider's own too) wrote the line, and one reader lists what a file says. No value holds a line
break (`escaping` refuses it), so none can pass for a line.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from xml.sax.saxutils import unescape

from phoneprov.catalog.model import Vendor
from phoneprov.vendors.config import ExtraParameter
from phoneprov.vendors.escaping import plain_text, xml_value
from phoneprov.vendors.writer import Parameter

_QUOTES = {"&quot;": '"', "&#39;": "'"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFormat:
    """How a vendor's file writes a parameter on its line."""

    line: re.Pattern[str]
    """A whole line; its groups are `indent`, `name` and `value`."""
    name: re.Pattern[str]
    """What a name may be made of."""
    name_rule: str
    """The same in words, with an example."""
    write: Callable[[str, str], str]
    """Return the line of a name and a value, which it escapes."""
    read: Callable[[str], str]
    """Return the plain text of a value as it stands there."""
    nothing: str = ""
    """The value that takes back what was set; an empty text where the format has no word."""
    takes_empty: bool = True
    """Whether an empty value is one; else the phone would keep its old one."""


def _read_xml(text: str) -> str:
    return unescape(text, _QUOTES)


_ELEMENT = re.compile(r"(?P<indent>\s*)<(?P<name>[\w.\-]+)>(?P<value>[^<]*)</(?P=name)>")

FORMATS = {
    Vendor.YEALINK: LineFormat(
        line=re.compile(r"(?P<indent>\s*)(?P<name>[\w.\-]+) = ?(?P<value>.*)"),
        name=re.compile(r"[A-Za-z][A-Za-z0-9_\-]*(\.[A-Za-z0-9_\-]+)+"),
        name_rule="a key such as features.dnd.enable",
        write=lambda name, value: f"{name} = {plain_text(value).strip()}",
        read=lambda text: text,
        nothing="%NULL%",
        takes_empty=False,
    ),
    Vendor.GRANDSTREAM: LineFormat(
        line=_ELEMENT,
        name=re.compile(r"P[0-9]{1,6}"),
        name_rule="a P-value such as P1362",
        write=lambda name, value: f"<{name}>{xml_value(value)}</{name}>",
        read=_read_xml,
    ),
    Vendor.CISCO: LineFormat(
        line=_ELEMENT,
        name=re.compile(r"[A-Za-z][A-Za-z0-9_\-]*"),
        name_rule="an element such as Back_Light_Timer",
        write=lambda name, value: f"<{name}>{xml_value(value)}</{name}>",
        read=_read_xml,
    ),
    Vendor.POLYCOM: LineFormat(
        line=re.compile(r'(?P<indent>\s*)(?P<name>[\w.\-]+)="(?P<value>[^"]*)"'),
        name=re.compile(r"[A-Za-z][A-Za-z0-9_\-]*(\.[A-Za-z0-9_\-]+)+"),
        name_rule="a parameter such as up.oneTouchVoiceMail",
        write=lambda name, value: f'{name}="{xml_value(value)}"',
        read=_read_xml,
    ),
}


def read_parameters(vendor: Vendor, text: str) -> tuple[Parameter, ...]:
    """Return the parameters of a file of ours in its order."""
    form = FORMATS[vendor]
    matches = (form.line.fullmatch(line) for line in text.splitlines())
    return tuple(
        Parameter(name=match["name"], value=form.read(match["value"])) for match in matches if match
    )


def write_extra(vendor: Vendor, text: str, extra: Iterable[ExtraParameter]) -> str:
    """Return a rendered file in which `extra` counts instead of ours; none of its names is twice.

    A name that is there keeps its place, a new one goes below the last parameter.
    """
    form = FORMATS[vendor]
    wanted = {one.name: one for one in extra}
    if not wanted:
        return text
    left = dict(wanted)
    lines: list[str] = []
    last, indent = 0, ""
    for line in text.splitlines():
        match = form.line.fullmatch(line)
        own = wanted.get(match["name"]) if match else None
        is_again = own is not None and left.pop(own.name, None) is None
        if own is None or own.is_taken_back:
            lines.append(line)
        elif not is_again:
            lines.append(_line(form, match["indent"] if match else "", own))
        if match:
            last, indent = len(lines), match["indent"]
    lines[last:last] = [_line(form, indent, one) for one in left.values()]
    return "\n".join(lines) + "\n"


def _line(form: LineFormat, indent: str, parameter: ExtraParameter) -> str:
    value = form.nothing if parameter.is_taken_back else parameter.value
    return f"{indent}{form.write(parameter.name, value)}"
