"""Whatever is typed as a name, a label or a number changes its own parameters, and no other."""

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phoneprov.catalog.loader import load_catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig
from phoneprov.vendors.errors import UnwritableValueError
from tests.conformance import intents
from tests.conformance.matrix.desks import config_for, desk_for

CATALOG = load_catalog()
SLUGS = ("yealink-t46u", "grandstream-gxp2170", "cisco-spa509g", "polycom-vvx-450")
MARK = "Marker7"
TRICKS = (
    'x"\n<a b="c"/>',
    "x;fnc=sd;ext=9",
    "a=b",
    "#!version",
    "%NULL%",
    "$Tinvite$",
    "&amp;",
    "]]>",
    "$MA",
    "x\r\naccount.1.enable = 0",
    "\u2028account.1.enable=0",
    "+",
    "'",
    "a@b",
)


def named(slug: str, text: str) -> PhoneConfig:
    """Return a config with `text` wherever a person's name goes."""
    value = config_for(CATALOG.get_model(slug), display_name=text)
    return intents.with_account(value, display_name=text, label=text)


def dialled(slug: str, text: str) -> PhoneConfig:
    """Return a config with `text` as label and target of a key of each kind that has them."""
    kinds = [kind for kind in ButtonKind if kind is not ButtonKind.LINE]
    buttons = tuple(
        Button(position=n, kind=kind, value=text, label=text) for n, kind in enumerate(kinds, 1)
    )
    return config_for(CATALOG.get_model(slug), buttons=buttons)


def stored(text: str) -> str | None:
    """Return what is stored of a text that is typed; None where it is refused."""
    try:
        return clean_text(text, field="text", longest=400)
    except InvalidValueError:
        return None


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("make", [named, dialled])
@settings(deadline=None)  # a busy machine is no fault of a file
@given(text=st.text(max_size=40) | st.sampled_from(TRICKS))
@example(text=TRICKS[0])
def test_it_changes_no_other_parameter(
    slug: str, make: Callable[[str, str], PhoneConfig], text: str
) -> None:
    """The file names the same parameters in the same order, and all others keep their value."""
    desk = desk_for(CATALOG.get_model(slug))
    plain = desk.parameters(make(slug, MARK))
    clean = stored(f"7{text}7")
    if clean is None:
        with pytest.raises(UnwritableValueError):
            desk.parameters(make(slug, f"7{text}7"))
        return
    tricky = desk.parameters(make(slug, clean))
    assert [name for name, _ in tricky] == [name for name, _ in plain]
    for (name, before), (_, after) in zip(plain, tricky, strict=True):
        assert before == after or MARK in before, name
