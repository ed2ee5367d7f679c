"""Names of firmware files: which are taken, and what is said of the others (R51)."""

import pytest

from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.names import check_file_name, vendors_of_name


@pytest.mark.parametrize(
    "name",
    [
        "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.86.0.90.rom",
        "T54W(T57W,T53W,T53,T53C,T54,T57)-96.86.0.75.rom",
        "grp2610fw.bin",
        "spa50x-30x-7-6-2SR7.bin",
        "3111-48450-001.sip.ld",
        "sip.ld",
        "T46S (T48S) 66.86.0.15.ROM",
    ],
)
def test_it_takes_the_makers_names(name: str) -> None:
    assert check_file_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "Choose a file"),
        ("../../etc/passwd", "path"),
        ("..", "path"),
        ("/etc/firmware.rom", "path"),
        ("C:\\firmware\\t46.rom", "path"),
        ("t46.rom/..", "path"),
        ("t46\0.rom", "U+0000"),
        ("t46\n.rom", "U+000A"),
        ("t46\x1b[2J.rom", "U+001B"),
        ("\u202emor.64t", "U+202E"),
        ("t46\u2028.rom", "U+2028"),
        ("x" * 300 + ".rom", "304 characters"),
        ("con.rom", "keep for devices"),
        ("NUL.bin", "keep for devices"),
        ("com1.rom", "keep for devices"),
        ("lpt9.ld", "keep for devices"),
        (".hidden.rom", "begins with"),
        ("-rf.rom", "begins with"),
        ("t46|x.bin", "may hold"),
        ("t46%2e.rom", "may hold"),
        ("t46?.rom", "may hold"),
        ("t46#.rom", "may hold"),
        ("t46&x=1.rom", "may hold"),
        ("<b>.rom", "may hold"),
        ("тест.rom", "may hold"),
        ("t46💥.rom", "may hold"),
        ("Release_GRP2614_1.0.11.64.zip", "unpack it"),
        ("firmware.tar.gz", "unpack it"),
        ("image.7z", "unpack it"),
        ("T46U.rom.exe", "no firmware image"),
        ("release-notes.pdf", "no firmware image"),
        ("t46", "no firmware image"),
        ("rom", "no firmware image"),
        (".rom", "no firmware image"),
    ],
)
def test_it_refuses_what_is_hostile_or_no_image(name: str, reason: str) -> None:
    """With the reason; nothing is mended silently."""
    with pytest.raises(InvalidValueError) as caught:
        check_file_name(name)
    assert reason in caught.value.message
    assert caught.value.field == "file"


def test_the_ending_tells_whose_it_may_be() -> None:
    assert vendors_of_name("a.rom") == (Vendor.YEALINK,)
    assert vendors_of_name("a.BIN") == (Vendor.GRANDSTREAM, Vendor.CISCO)
    assert vendors_of_name("3111-48450-001.sip.ld") == (Vendor.POLYCOM,)
    assert vendors_of_name("a.txt") == ()
