"""What an image is, read from its name and its first bytes (R51)."""

import struct

import pytest

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.reading import names_of_model, read_image

PLAIN = b"\x01\x02firmware" + b"\x00" * 4000
SIZE = 40_000_000


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def grandstream_head(parts: list[tuple[str, int, tuple[int, int, int, int]]], room: int) -> bytes:
    """Return the table at the head of a Grandstream image, as its readers describe it."""
    empty = [("", 0, (0, 0, 0, 0))] * (room - len(parts))
    rows = [*parts, *empty]
    names = b"".join(name.encode().ljust(64, b"\0") for name, _, _ in rows)
    sizes = b"".join(struct.pack("<I", size) for _, size, _ in rows)
    versions = b"".join(struct.pack("<I", int.from_bytes(bytes(v), "big")) for _, _, v in rows)
    return struct.pack("<I", 0x23C97AF9) + names + sizes + versions


PARTS = [
    ("gxp2140core.bin", 1_000_000, (1, 0, 11, 33)),
    ("gxp2140base.bin", 3_000_000, (1, 0, 11, 33)),
    ("gxp2140prog.bin", 9_000_000, (1, 0, 11, 35)),
]


@pytest.mark.parametrize(
    ("name", "vendor", "version", "some", "hardware"),
    [
        (
            "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.86.0.90.rom",
            Vendor.YEALINK,
            "108.86.0.90",
            {"yealink-t46u", "yealink-t43u", "yealink-t44w"},
            ("108",),
        ),
        (
            "T54W(T57W,T53W,T53,T53C,T54,T57)-96.86.0.75.rom",
            Vendor.YEALINK,
            "96.86.0.75",
            {"yealink-t54w", "yealink-t57w", "yealink-t53w"},
            ("95", "96", "97"),
        ),
        ("T58W-OS12-150.87.0.12.rom", Vendor.YEALINK, "150.87.0.12", {"yealink-t58w"}, ("150",)),
        (
            "spa50x-30x-7-6-2SR7.bin",
            Vendor.CISCO,
            "7.6.2SR7",
            {"cisco-spa504g", "cisco-spa303"},
            (),
        ),
        ("spa525g-7-6-2c.bin", Vendor.CISCO, "7.6.2c", {"cisco-spa525g", "cisco-spa525g2"}, ()),
        ("grp2610fw.bin", Vendor.GRANDSTREAM, "", {"grandstream-grp2614"}, ()),
        ("gxp2170fw.bin", Vendor.GRANDSTREAM, "", {"grandstream-gxp2170"}, ()),
        ("3111-48450-001.sip.ld", Vendor.POLYCOM, "", {"polycom-vvx-411"}, ()),
        ("unheard-of.rom", Vendor.YEALINK, "", set(), ()),
    ],
)
def test_it_reads_a_makers_name(
    catalog: Catalog,
    name: str,
    vendor: Vendor,
    version: str,
    some: set[str],
    hardware: tuple[str, ...],
) -> None:
    found = read_image(catalog, name, PLAIN, SIZE)
    assert (found.vendor, found.version, found.hardware) == (vendor, version, hardware)
    assert some <= set(found.model_slugs)
    others = {"cisco-spa504g", "polycom-vvx-450", "grandstream-gxv3350", "yealink-t40p"} - some
    assert not others & set(found.model_slugs)


def test_one_combined_polycom_image_is_for_all(catalog: Catalog) -> None:
    found = read_image(catalog, "sip.ld", PLAIN, SIZE)
    assert len(found.model_slugs) == len(catalog.models_by_vendor()[Vendor.POLYCOM])


def test_a_split_polycom_image_is_for_one_part_number(catalog: Catalog) -> None:
    """An image of another model must never be offered."""
    assert read_image(catalog, "3111-48450-001.sip.ld", PLAIN, SIZE).model_slugs == (
        "polycom-vvx-411",
    )


@pytest.mark.parametrize("room", [4, 6, 7, 8, 16])
def test_it_reads_the_version_out_of_a_grandstream_image(catalog: Catalog, room: int) -> None:
    """Its main part's is what the phone tells; how long the table is depends on the family."""
    head = grandstream_head(PARTS, room).ljust(4096, b"\x5a")
    found = read_image(catalog, "gxp2140fw.bin", head, 13_100_000)
    assert found.version == "1.0.11.35"


def test_it_tells_a_grandstream_image_that_was_cut_short(catalog: Catalog) -> None:
    head = grandstream_head(PARTS, 7).ljust(4096, b"\x5a")
    with pytest.raises(InvalidValueError, match="cut short"):
        read_image(catalog, "gxp2140fw.bin", head, 12_000_000)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (b"PK\x03\x04" + PLAIN, "ZIP archive; unpack"),
        (b"\x1f\x8b\x08" + PLAIN, "gzip archive"),
        (b"%PDF-1.7" + PLAIN, "PDF"),
        (b"<!DOCTYPE html><html>login" + PLAIN, "web page"),
        (b"\n <HTML>" + PLAIN, "web page"),
        (b"<?xml version='1.0'?><Error/>" + PLAIN, "web page"),
        (b"MZ\x90" + PLAIN, "Windows program"),
        (b"\0" * 4096, "zeros"),
    ],
)
def test_it_refuses_what_is_something_else_inside(
    catalog: Catalog, head: bytes, reason: str
) -> None:
    """Whatever its name says; no archive is ever opened, so none can be a bomb."""
    with pytest.raises(InvalidValueError, match=reason):
        read_image(catalog, "T46U-108.86.0.90.rom", head, SIZE)


def test_it_refuses_what_is_too_small(catalog: Catalog) -> None:
    with pytest.raises(InvalidValueError, match="only 12 bytes"):
        read_image(catalog, "grp2610fw.bin", b"hello, world", 12)


@pytest.mark.parametrize("length", [0, 3, 4, 100, 600])
def test_a_short_head_reads_as_nothing_known(catalog: Catalog, length: int) -> None:
    """Only what is wholly there counts."""
    head = grandstream_head(PARTS, 16)[: max(length, 2)]
    assert read_image(catalog, "gxp2140fw.bin", head, SIZE).version == ""


def test_grandstream_phones_ask_for_names_of_their_own(catalog: Catalog) -> None:
    names = names_of_model(catalog.get_model("grandstream-grp2614"))
    assert names == {"grp2610fw.bin", "grp2614fw.bin"}
    assert names_of_model(catalog.get_model("yealink-t46u")) == frozenset()
