"""Which version is newer, as each vendor counts (R127)."""

import pytest

from phoneprov.catalog.model import Vendor
from phoneprov.firmware.versions import (
    Comparison,
    compare_versions,
    image_number,
    is_at_least,
    is_newer,
    is_version,
    sort_key,
    told_hardware,
)

IN_ORDER = {
    Vendor.YEALINK: [
        "54.80.0.130",
        "54.83.0.10",
        "54.84.0.1",
        "54.86.0.9",
        "54.86.0.75",
        "54.86.0.160",
        "54.87.0.2",
    ],
    Vendor.GRANDSTREAM: [
        "1.0.0.4",
        "1.0.9.135",
        "1.0.11.6",
        "1.0.11.64",
        "1.0.11.85",
        "1.0.13.35",
        "1.1.0.1",
        "2.0.0.0",
    ],
    Vendor.CISCO: [
        "7.1.3",
        "7.4.8a",
        "7.4.9c",
        "7.5.2",
        "7.5.2b",
        "7.5.5",
        "7.6.2",
        "7.6.2a",
        "7.6.2c",
        "7.6.2h",
        "7.6.2SR1",
        "7.6.2SR7",
        "7.6.2SR10",
        "7.6.3",
    ],
    Vendor.POLYCOM: [
        "4.0.15.1047",
        "5.8.0.13848",
        "5.9.7.4477",
        "5.9.7.35480",
        "6.3.0.14929",
        "6.4.6.2453",
        "6.4.10.1",
    ],
}
"""Real versions of each vendor from old to new."""

PAIRS = [
    (vendor, older, newer)
    for vendor, versions in IN_ORDER.items()
    for at, older in enumerate(versions)
    for newer in versions[at + 1 :]
]


@pytest.mark.parametrize(("vendor", "older", "newer"), PAIRS)
def test_it_tells_the_newer_one(vendor: Vendor, older: str, newer: str) -> None:
    assert compare_versions(vendor, newer, older) is Comparison.NEWER
    assert compare_versions(vendor, older, newer) is Comparison.OLDER
    assert is_newer(vendor, newer, older)
    assert not is_newer(vendor, older, newer)
    assert is_at_least(vendor, newer, older)
    assert not is_at_least(vendor, older, newer)
    assert sort_key(vendor, newer) > sort_key(vendor, older)


@pytest.mark.parametrize(
    ("vendor", "one", "other"),
    [
        *((vendor, text, text) for vendor, texts in IN_ORDER.items() for text in texts),
        (Vendor.CISCO, "7.6.2C", "7.6.2c"),
        (Vendor.CISCO, "7.6.2-SR7", "7.6.2SR7"),
        (Vendor.CISCO, "7.6.2sr7", "7.6.2SR7"),
        (Vendor.CISCO, "7.5", "7.5.0"),
        (Vendor.CISCO, "7.4.9c(XU_002)", "7.4.9c"),
        (Vendor.GRANDSTREAM, "1.0.11", "1.0.11.0"),
        (Vendor.GRANDSTREAM, "1.0.011.64", "1.0.11.64"),
        (Vendor.GRANDSTREAM, " 1.0.11.64 ", "1.0.11.64"),
        (Vendor.POLYCOM, "6.4.6.02453", "6.4.6.2453"),
    ],
)
def test_the_same_is_no_update(vendor: Vendor, one: str, other: str) -> None:
    assert compare_versions(vendor, one, other) is Comparison.SAME
    assert is_at_least(vendor, one, other)
    assert not is_newer(vendor, one, other)


@pytest.mark.parametrize("vendor", list(Vendor))
@pytest.mark.parametrize(
    "text",
    ["", "latest", "1", "..", "1..2", "1.0.11.", ".1.0", "1.0.x", "1.0.11.64; DROP", "1.0\n.2", "٣.١.٢", "9" * 400],
)  # fmt: skip
def test_what_is_no_version_is_never_newer(vendor: Vendor, text: str) -> None:
    """An offer needs two versions that can be read."""
    known = IN_ORDER[vendor][0]
    assert not is_version(vendor, text)
    assert compare_versions(vendor, text, known) is Comparison.UNKNOWN
    assert compare_versions(vendor, known, text) is Comparison.UNKNOWN
    assert not is_newer(vendor, text, known)
    assert not is_newer(vendor, known, text)


def test_a_yealinks_image_number_says_nothing_of_its_age() -> None:
    """The T57W went from image 97 to the family's 96: 96.85 is newer than its 97.84."""
    assert is_newer(Vendor.YEALINK, "96.85.0.5", "97.84.0.30")
    assert compare_versions(Vendor.YEALINK, "96.86.0.75", "108.86.0.75") is Comparison.SAME


@pytest.mark.parametrize(
    ("version", "number"),
    [("96.86.0.75", "96"), ("108.87.0.15", "108"), ("7.6.2c", ""), ("", ""), ("86", "")],
)
def test_it_knows_the_image_number(version: str, number: str) -> None:
    assert image_number(version) == number


def test_the_hardware_is_what_the_phone_tells() -> None:
    """A Yealink by its version, a Grandstream by its User-Agent, the others not at all."""
    assert told_hardware(Vendor.YEALINK, "96.86.0.75", "") == "96"
    assert told_hardware(Vendor.GRANDSTREAM, "1.0.1.9", "V1.3A") == "V1.3A"
    assert told_hardware(Vendor.CISCO, "7.6.2c", "") == ""
    assert told_hardware(Vendor.POLYCOM, "6.4.6.2453", "") == ""
