"""What a person types about a PBX's dialect, checked; and the dialect that comes of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.pbx.dialects.dialect import SLOT, Dialect, Feature
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.pbx.models import Pbx

MOST_SLOTS = 100
MOST_CODES = 50
LONGEST_CODE = 32
LONGEST_NAME = 40
LONGEST_SLOTS = 200

_CODE = re.compile(r"[0-9A-Za-z*#+,._\-]{1,32}")
_PREFIX = re.compile(r"\+?[0-9*#]{0,7}")
_RANGE = re.compile(r"([0-9]{1,8})(?:\s*[-\u2013]\s*([0-9]{1,8}))?")
_BY_LABEL = {feature.label.casefold(): feature.value for feature in Feature}
_PICKUP = re.compile(r"[0-9A-Za-z*#+]{0,16}")


def dialect_of(pbx: Pbx | None) -> Dialect:
    """Return what buttons dial on this PBX: its kind's dialect with what was typed for it."""
    if pbx is None:
        return get_dialect("")
    base = get_dialect(pbx.dialect)
    codes = {**base.codes, **pbx.feature_codes}
    return replace(
        base,
        codes={name: code for name, code in codes.items() if code},
        pickup_code=pbx.pickup_code or base.pickup_code,
        park_code=pbx.park_code or base.park_code,
        park_slot=pbx.park_slot_code or base.park_slot,
        retrieve_slot=pbx.retrieve_code or base.retrieve_slot,
        slots=read_slots(pbx.park_slots),
        outside_prefix=pbx.outside_prefix,
        international_prefix=pbx.international_prefix,
    )


def read_slots(text: str) -> tuple[str, ...]:
    """Return the park slots of `71-75, 81`, in order and once each.

    A first slot with leading zeros keeps its width (`01-05`). Raises InvalidValueError.
    """
    slots: dict[str, None] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        slots.update(dict.fromkeys(_read_range(part)))
        if len(slots) > MOST_SLOTS:
            raise _wrong_slots(f"At most {MOST_SLOTS} slots.")
    return tuple(slots)


def check_slots(text: str) -> str:
    """Return the park slots as typed, trimmed; raises InvalidValueError when they are none."""
    read_slots(text)
    if len(text.strip()) > LONGEST_SLOTS:
        raise _wrong_slots(f"At most {LONGEST_SLOTS} characters.")
    return text.strip()


def check_code(text: str, *, field: str, with_slot: bool = False) -> str:
    """Return a code as it is dialled, or nothing; `with_slot` asks for `{slot}` in it.

    Raises InvalidValueError.
    """
    code = text.strip()
    if not code:
        return ""
    if with_slot and code.count(SLOT) != 1:
        raise InvalidValueError(f"Put {SLOT} where the slot's number goes.", field=field)
    if len(code) > LONGEST_CODE or not _CODE.fullmatch(code.replace(SLOT, "0", int(with_slot))):
        message = f"At most {LONGEST_CODE} of letters, digits, * # + , . _ and -."
        raise InvalidValueError(message, field=field)
    return code


def check_prefix(text: str, *, field: str) -> str:
    """Return a prefix to dial: at most eight of digits, * and #, with a plus at its head."""
    prefix = text.strip()
    if not _PREFIX.fullmatch(prefix):
        raise InvalidValueError("At most 7 of digits, * and #, such as 0 or 9.", field=field)
    return prefix


def check_pickup(text: str) -> str:
    """Return what a press on a ringing BLF key dials before the number.

    Raises InvalidValueError.
    """
    code = text.strip()
    if not _PICKUP.fullmatch(code):
        message = "At most 16 of letters, digits, * # and +, such as *8 or **."
        raise InvalidValueError(message, field="pickup_code")
    return code


def read_codes(text: str) -> dict[str, str]:
    """Return feature and code of each line `Queue pause = *46`; no code says that it has none.

    Raises InvalidValueError naming the line.
    """
    codes: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            name, code = _read_line(number, line)
            codes[name] = code
    if len(codes) > MOST_CODES:
        raise InvalidValueError(f"At most {MOST_CODES} codes.", field="feature_codes")
    return codes


def write_codes(codes: Mapping[str, str]) -> str:
    """Return codes as they are typed, one a line."""
    return "\n".join(f"{feature_label(name)} = {code}".rstrip() for name, code in codes.items())


def feature_label(name: str) -> str:
    """Return a feature in words; the provider's own ones are named as they are."""
    return Feature(name).label if name in {one.value for one in Feature} else name


def _read_range(part: str) -> Iterator[str]:
    match = _RANGE.fullmatch(part)
    if match is None:
        raise _wrong_slots("Slots are numbers, such as 71-75 or 71, 72, 80.")
    first, last = match[1], match[2] or match[1]
    if not 0 <= int(last) - int(first) < MOST_SLOTS:
        raise _wrong_slots(f"{part}: from the lower to the higher, at most {MOST_SLOTS} slots.")
    for number in range(int(first), int(last) + 1):
        yield str(number).zfill(len(first))


def _wrong_slots(message: str) -> InvalidValueError:
    return InvalidValueError(message, field="park_slots")


def _read_line(number: int, line: str) -> tuple[str, str]:
    words, sign, code = line.partition("=")
    label = clean_text(words, field="feature_codes", longest=LONGEST_NAME)
    if not sign or not label:
        message = f"Line {number}: write it as name = code, such as Queue pause = *46."
        raise InvalidValueError(message, field="feature_codes")
    try:
        checked = check_code(code, field="feature_codes")
    except InvalidValueError as fault:
        raise InvalidValueError(f"Line {number}: {fault.message}", field="feature_codes") from fault
    plain = label.casefold()
    return _BY_LABEL.get(plain, plain if plain in set(_BY_LABEL.values()) else label), checked
