"""Marks a config that a phone shall take anew though nothing in it has changed.

A Yealink keeps a hash of its file and leaves one alone that has not changed; of the others it
isn't known, so that all get the mark, as a comment that says nothing to them.

Source: Yealink auto-provisioning guides W52P p. 35, T2 p. 41 (hash of each file).
"""

from phoneprov.catalog.model import Vendor
from phoneprov.vendors.config import PhoneConfig

_WORDS = "Taken anew"


def mark_edition(config: PhoneConfig, text: str) -> str:
    """Return the text of a phone's main file with its edition, from the first one on."""
    if not config.edition:
        return text
    if config.model.vendor is Vendor.YEALINK:
        return f"{text}# {_WORDS}: {config.edition}\n"
    before, end, rest = text.rpartition("</")
    return f"{before}<!-- {_WORDS}: {config.edition} -->\n{end}{rest}"
