"""Names of firmware files: which may be stored, and why others are refused."""

import re
from pathlib import PurePosixPath

from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import is_forbidden
from phoneprov.firmware.models import LONGEST_FILE_NAME

_ALLOWED = re.compile(r"[A-Za-z0-9(][A-Za-z0-9 ()_,.+\-]*")
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(1, 10))}
)
_ARCHIVES = frozenset({".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".tar"})
_KINDS = {".rom": "a Yealink image", ".bin": "a Grandstream or Cisco image", ".ld": "a Polycom one"}
_VENDORS = {
    ".rom": (Vendor.YEALINK,),
    ".bin": (Vendor.GRANDSTREAM, Vendor.CISCO),
    ".ld": (Vendor.POLYCOM,),
}


def check_file_name(name: str) -> str:
    """Return the name if phones may be told of it and a browser may show it.

    Raises InvalidValueError with the reason. Nothing is mended silently: a name that is not what
    it seems to be (a path, an invisible character) is a reason to look at the file again.
    """
    fault = _find_fault(name)
    if fault:
        raise InvalidValueError(fault, field="file")
    return name


def vendors_of_name(name: str) -> tuple[Vendor, ...]:
    """Return whose image a file may be by the end of its name."""
    return _VENDORS.get(_ending(name), ())


def _find_fault(name: str) -> str:
    if not name:
        return "Choose a file."
    hidden = next((one for one in name if is_forbidden(one)), None)
    if hidden is not None:
        return f"The file's name holds the character U+{ord(hidden):04X}; rename the file."
    if "/" in name or "\\" in name or name in {".", ".."}:
        return "The file's name holds a path; only the name itself is taken."
    if len(name) > LONGEST_FILE_NAME:
        return f"The file's name has {len(name)} characters; at most {LONGEST_FILE_NAME} are taken."
    return _find_fault_of_kind(name)


def _find_fault_of_kind(name: str) -> str:
    if _ending(name) in _ARCHIVES:
        return (
            f"{name} is an archive, and archives are not opened here: "
            "unpack it and upload the image in it."
        )
    if _ending(name) not in _KINDS:
        kinds = ", ".join(f"{ending} ({said})" for ending, said in _KINDS.items())
        return f"{name} is no firmware image by its name. Images end in {kinds}."
    if name.partition(".")[0].strip().lower() in _RESERVED:
        return f"{name} is a name that some systems keep for devices; rename the file."
    if not _ALLOWED.fullmatch(name):
        return (
            "The file's name may hold letters without accents, digits, blanks and ( ) _ , . + -, "
            "and begins with a letter or digit; rename the file."
        )
    return ""


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
