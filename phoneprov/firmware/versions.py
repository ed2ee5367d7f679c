"""Compare firmware versions as each vendor counts them. Pure.

| vendor | version | counts |
|---|---|---|
| Yealink | `96.86.0.75` | image number (names the family of hardware), generation, minor, build |
| Grandstream | `1.0.11.64` | four numbers |
| Cisco SPA | `7.6.2h`, `7.6.2SR7` | three numbers, then nothing < a letter < a service release |
| Polycom | `6.4.6.2453` | three numbers and a build |

Source: User-Agents kept in wazo-provd-plugins 2321a3f3 and FusionPBX c7a00dcb (all four forms);
names of the images of each Yealink family (catalogue, `firmware_files`), from which the first
number is taken; Cisco SPA500 release notes, which go 7.6.2, 7.6.2a … and then 7.6.2SR1 to SR7.
"""

import re
from enum import StrEnum
from itertools import zip_longest

from phoneprov.catalog.model import Vendor

_NUMBERS = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,5}", re.ASCII)
_YEALINK = re.compile(r"(\d{1,4})\.(\d{1,9}(?:\.\d{1,9}){1,3})", re.ASCII)
_CISCO = re.compile(
    r"(?P<numbers>\d{1,9}(?:\.\d{1,9}){1,3})"
    r"(?:(?P<letter>[a-z])|-?SR(?P<release>\d{1,3}))?(?:\([\w.]*\))?",
    re.IGNORECASE | re.ASCII,
)

Rank = tuple[tuple[int, ...], tuple[int, int]]
_PLAIN, _LETTER, _SERVICE_RELEASE = 0, 1, 2


class Comparison(StrEnum):
    """What a version is beside another one."""

    OLDER = "older"
    SAME = "same"
    NEWER = "newer"
    UNKNOWN = "unknown"
    """One of them can't be read as a version of this vendor."""


def is_version(vendor: Vendor, text: str) -> bool:
    """Tell whether `text` can be compared as a version of this vendor."""
    return _rank(vendor, text) is not None


def compare_versions(vendor: Vendor, version: str, other: str) -> Comparison:
    """Return what `version` is beside `other`.

    Yealink's image number is left out: a family may go over to another one's image (a T57W from
    97.84 to 96.85), and which it can take is a question of hardware (`told_hardware`).
    """
    left, right = _rank(vendor, version), _rank(vendor, other)
    if left is None or right is None:
        return Comparison.UNKNOWN
    ours, theirs = _even(left, right)
    if ours == theirs:
        return Comparison.SAME
    return Comparison.NEWER if ours > theirs else Comparison.OLDER


def is_newer(vendor: Vendor, version: str, other: str) -> bool:
    """Tell whether `version` is surely newer than `other`."""
    return compare_versions(vendor, version, other) is Comparison.NEWER


def is_at_least(vendor: Vendor, version: str, other: str) -> bool:
    """Tell whether `version` is surely `other` or newer."""
    return compare_versions(vendor, version, other) in {Comparison.NEWER, Comparison.SAME}


def sort_key(vendor: Vendor, version: str) -> tuple[bool, Rank]:
    """Return what versions of one vendor are sorted by; those that can't be read come first."""
    rank = _rank(vendor, version)
    return (rank is not None, rank or ((), (0, 0)))


def image_number(version: str) -> str:
    """Return the number of a Yealink's image (`96` of 96.86.0.75); empty where there is none."""
    match = _YEALINK.fullmatch(version.strip())
    return match[1] if match else ""


def told_hardware(vendor: Vendor, version: str, revision: str) -> str:
    """Return the hardware revision that a phone has told, as far as its vendor tells any.

    A Yealink's is the image number of what it runs; a Grandstream's stands in its User-Agent
    (`HW GXV3350 V1.3A`).
    """
    return image_number(version) if vendor is Vendor.YEALINK else revision


def _rank(vendor: Vendor, text: str) -> Rank | None:
    plain = text.strip()
    if vendor is Vendor.CISCO:
        return _cisco_rank(plain)
    if vendor is Vendor.YEALINK:
        match = _YEALINK.fullmatch(plain)
        return (_numbers(match[2]), (_PLAIN, 0)) if match else None
    return (_numbers(plain), (_PLAIN, 0)) if _NUMBERS.fullmatch(plain) else None


def _cisco_rank(text: str) -> Rank | None:
    match = _CISCO.fullmatch(text)
    if match is None:
        return None
    suffix = (_PLAIN, 0)
    if match["letter"]:
        suffix = (_LETTER, ord(match["letter"].lower()))
    elif match["release"]:
        suffix = (_SERVICE_RELEASE, int(match["release"]))
    return _numbers(match["numbers"]), suffix


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _even(left: Rank, right: Rank) -> tuple[Rank, Rank]:
    """Return both with the same length: 7.5 is 7.5.0."""
    pairs = list(zip_longest(left[0], right[0], fillvalue=0))
    ours = tuple(pair[0] for pair in pairs)
    theirs = tuple(pair[1] for pair in pairs)
    return (ours, left[1]), (theirs, right[1])
