"""What an image is, as far as its name and its first bytes tell; a person confirms it.

| vendor | name | bytes |
|---|---|---|
| Yealink | `T46U(T43U,…)-108.86.0.90.rom`: models and version | unknown to us |
| Grandstream | `grp2610fw.bin`: the family only | a table of its parts with their versions |
| Cisco SPA | `spa50x-30x-7-6-2c.bin`: family and version | unknown to us |
| Polycom | `3111-48450-001.sip.ld`: part number of the model | unknown to us |

Source: catalogue (`firmware_files`, with a source for each); the table of a Grandstream image as
two public readers of such images describe it (evgeni/Grandstream-Firmware-HT802 f1e5fc19, and one
for GXP21xx and GXP1xxx): a mark, n names of 64 bytes, n sizes, n versions, then the parts.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.names import vendors_of_name
from phoneprov.firmware.versions import image_number

HEAD_BYTES = 4096
"""So many first bytes are enough to read."""
SMALLEST_BYTES = 1024
_VERSION_MARK = "<ver>"
_YEALINK = re.compile(
    r".+?-(?:OS\d+-)?(?P<version>\d{1,4}\.\d+\.\d+\.\d+)\.rom", re.IGNORECASE | re.ASCII
)
_CISCO = re.compile(
    r"(?P<family>spa[\w-]*?)-(?P<version>\d+-\d+-\w+)\.bin", re.IGNORECASE | re.ASCII
)
_PATTERN_NUMBER = re.compile(r"-(\d{1,4})\.<ver>\.rom$")

_NOT_FIRMWARE = (
    (b"PK\x03\x04", "a ZIP archive; unpack it and upload the image in it"),
    (b"\x1f\x8b", "a gzip archive; unpack it and upload the image in it"),
    (b"7z\xbc\xaf", "a 7z archive; unpack it and upload the image in it"),
    (b"Rar!", "a RAR archive; unpack it and upload the image in it"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"MZ", "a Windows program"),
)
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|\?xml|error)", re.IGNORECASE)

_GRANDSTREAM_MARK = 0x23C97AF9
_NAME_BYTES = 64
_PART_NAME = re.compile(rb"[a-z0-9_.]{1,40}\.bin", re.IGNORECASE)
_MOST_PARTS, _FEWEST_PARTS = 16, 4
_MAIN_PART = "prog.bin"
"""The part whose version the phone tells as its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What an image seems to be."""

    vendor: Vendor
    version: str = ""
    model_slugs: tuple[str, ...] = ()
    hardware: tuple[str, ...] = ()


def read_image(catalog: Catalog, name: str, head: bytes, size_bytes: int) -> Reading:
    """Return what a file seems to be, by its name and its first `HEAD_BYTES`.

    Raises InvalidValueError where it is surely no image, or not all of one.
    """
    _refuse_other_files(name, head, size_bytes)
    vendor = _find_vendor(name)
    models = list_models_for(catalog, vendor, name)
    return Reading(
        vendor=vendor,
        version=_find_version(vendor, name, head, size_bytes),
        model_slugs=tuple(model.slug for model in models),
        hardware=list_hardware(models),
    )


def list_models_for(catalog: Catalog, vendor: Vendor, name: str) -> tuple[PhoneModel, ...]:
    """Return the models that ask for a file of this name."""
    return tuple(
        model
        for model in catalog.models_by_vendor().get(vendor, ())
        if any(_is_named(pattern, name) for pattern in _patterns(model))
    )


def list_hardware(models: tuple[PhoneModel, ...]) -> tuple[str, ...]:
    """Return the image numbers of the families that these models belong to (Yealink)."""
    numbers = {
        match[1]
        for model in models
        for match in map(_PATTERN_NUMBER.search, model.firmware_files)
        if match
    }
    return tuple(sorted(numbers, key=int))


def names_of_model(model: PhoneModel) -> frozenset[str]:
    """Return the names, in lower case, under which a phone of this model asks for its image.

    Only Grandstream and Polycom ask for names of their own; the others for what they are told.
    """
    if model.vendor not in {Vendor.GRANDSTREAM, Vendor.POLYCOM}:
        return frozenset()
    return frozenset(pattern.lower() for pattern in _patterns(model))


def _patterns(model: PhoneModel) -> Iterator[str]:
    yield from model.firmware_files
    if model.vendor is Vendor.GRANDSTREAM:
        yield f"{model.name.lower()}fw.bin"


def _is_named(pattern: str, name: str) -> bool:
    """Tell whether a name of the catalogue means this file; a version in it may be any."""
    ours, theirs = pattern.lower(), name.lower()
    if _VERSION_MARK in ours:
        before, _, after = ours.partition(_VERSION_MARK)
        return theirs.startswith(before) and theirs.endswith(after)
    if ours == theirs:
        return True
    left, right = _CISCO.fullmatch(ours), _CISCO.fullmatch(theirs)
    return left is not None and right is not None and left["family"] == right["family"]


def _find_vendor(name: str) -> Vendor:
    vendors = vendors_of_name(name)
    if len(vendors) > 1:
        return Vendor.CISCO if name.lower().startswith("spa") else Vendor.GRANDSTREAM
    return vendors[0]


def _find_version(vendor: Vendor, name: str, head: bytes, size_bytes: int) -> str:
    if vendor is Vendor.YEALINK:
        match = _YEALINK.fullmatch(name)
        return match["version"] if match and image_number(match["version"]) else ""
    if vendor is Vendor.CISCO:
        match = _CISCO.fullmatch(name)
        return match["version"].replace("-", ".") if match else ""
    if vendor is Vendor.GRANDSTREAM:
        return _read_grandstream(name, head, size_bytes)
    return ""


def _refuse_other_files(name: str, head: bytes, size_bytes: int) -> None:
    if size_bytes < SMALLEST_BYTES:
        raise InvalidValueError(
            f"{name} has only {size_bytes} bytes; no firmware is that small.", field="file"
        )
    for mark, said in _NOT_FIRMWARE:
        if head.startswith(mark):
            raise InvalidValueError(f"Inside, {name} is {said}.", field="file")
    if _MARKUP.match(head):
        raise InvalidValueError(
            f"Inside, {name} is a web page, not an image: the download may have been refused.",
            field="file",
        )
    if not head.strip(b"\0"):
        raise InvalidValueError(f"{name} begins with nothing but zeros.", field="file")


def _read_grandstream(name: str, head: bytes, size_bytes: int) -> str:
    """Return the version of the main part.

    Raises InvalidValueError where the parts are longer than the file: it was cut short.
    """
    parts = _list_parts(head)
    total = sum(part.size_bytes for part in parts)
    if total > size_bytes:
        raise InvalidValueError(
            f"{name} is cut short: its parts have {total} bytes, the file {size_bytes}.",
            field="file",
        )
    main = next((part for part in parts if part.name.endswith(_MAIN_PART)), None)
    return main.version if main else ""


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    size_bytes: int
    version: str


def _list_parts(head: bytes) -> tuple[_Part, ...]:
    """Return the parts of a Grandstream image; none where it has no table that we know.

    How many the table has room for depends on the family (6, 7, 8 seen), so each number is tried.
    """
    if len(head) < 4 or struct.unpack_from("<I", head)[0] != _GRANDSTREAM_MARK:  # noqa: PLR2004
        return ()
    for count in range(_FEWEST_PARTS, _MOST_PARTS + 1):
        parts = _parts_of(head, count)
        if parts:
            return parts
    return ()


def _parts_of(head: bytes, count: int) -> tuple[_Part, ...]:
    layout = struct.Struct(f"<I{f'{_NAME_BYTES}s' * count}{count}I{count}I")
    if len(head) < layout.size:
        return ()
    _, *fields = layout.unpack_from(head)
    names = [bytes(raw).rstrip(b"\0") for raw in fields[:count]]
    sizes, versions = fields[count : 2 * count], fields[2 * count :]
    rows = list(zip(names, sizes, versions, strict=True))
    is_sound = all(
        (_PART_NAME.fullmatch(name) and size and version) or not (name or size or version)
        for name, size, version in rows
    )
    if not is_sound or not any(names):
        return ()
    return tuple(
        _Part(name.decode().lower(), size, _dotted(version)) for name, size, version in rows if name
    )


def _dotted(number: int) -> str:
    """Return a version of four bytes, the highest first, as people write it."""
    return ".".join(str(part) for part in number.to_bytes(4, "big"))
