"""The library's verbs: say what an image is, change that, delete it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import Vendor
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.core.text import clean_text, is_forbidden
from phoneprov.firmware.models import (
    LONGEST_VERSION,
    Firmware,
    FirmwareFit,
    FirmwareTurn,
)
from phoneprov.firmware.versions import is_newer, is_version
from phoneprov.fleet.models import Phone
from phoneprov.fleet.revisions import touch_phones
from phoneprov.tenancy.audit import Actor, write_audit

LONGEST_NOTES = 4_000
LONGEST_HARDWARE = 120
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,19}")
_LINE_BREAKS = frozenset("\r\n\t")
EXAMPLES = {
    Vendor.YEALINK: "108.86.0.90",
    Vendor.GRANDSTREAM: "1.0.11.64",
    Vendor.CISCO: "7.6.2c or 7.6.2SR7",
    Vendor.POLYCOM: "6.4.6.2453",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareDraft:
    """What a person says that an image is."""

    vendor: Vendor
    version: str
    model_slugs: tuple[str, ...]
    hardware: str = ""
    required_version: str = ""
    notes: str = ""
    is_retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """Whom deleting an image concerns."""

    turns: int
    """Phones whose turn it is to take it."""
    running: int
    """Phones that run this version."""
    followers: tuple[str, ...]
    """Images that can only be taken after this one."""


def find_firmware(session: Session, firmware_id: int) -> Firmware | None:
    """Return an image with the models it is for."""
    return session.scalar(
        select(Firmware).where(Firmware.id == firmware_id).options(selectinload(Firmware.fits))
    )


def save_firmware(  # noqa: PLR0913 - an image, what it is, by whom
    session: Session,
    catalog: Catalog,
    firmware: Firmware,
    draft: FirmwareDraft,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Confirm or change what an image is; return how many phones are told another thing by it.

    The fits have to be loaded. Raises InvalidValueError with the field that can't be taken.
    """
    sound = _check(session, catalog, firmware, draft)
    before = _shown(firmware)
    is_new = firmware.confirmed_at is None
    firmware.vendor, firmware.version = sound.vendor, sound.version
    firmware.hardware, firmware.required_version = sound.hardware, sound.required_version
    firmware.notes = sound.notes
    firmware.confirmed_at = firmware.confirmed_at or now
    firmware.retired_at = (firmware.retired_at or now) if sound.is_retired else None
    _set_models(firmware, sound.model_slugs)
    session.flush()
    after = _shown(firmware)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    if changes or is_new:
        action = "firmware.add" if is_new else "firmware.change"
        write_audit(session, actor, action, name_firmware(firmware), at=now, changes=changes)
    return _touch_turns(session, firmware, now) if "version" in changes else 0


def list_concerned(session: Session, firmware: Firmware) -> Concerned:
    """Return whom deleting an image would concern."""
    open_turns = select(func.count()).where(
        FirmwareTurn.firmware_id == firmware.id, FirmwareTurn.closed_at.is_(None)
    )
    running = select(func.count()).where(
        Phone.firmware == firmware.version, Phone.model_slug.in_(firmware.model_slugs)
    )
    followers = session.scalars(
        select(Firmware)
        .where(
            Firmware.vendor == firmware.vendor,
            Firmware.required_version == firmware.version,
            Firmware.id != firmware.id,
        )
        .order_by(Firmware.id)
    )
    has_version = bool(firmware.version)
    return Concerned(
        turns=session.scalar(open_turns) or 0,
        running=(session.scalar(running) or 0) if has_version else 0,
        followers=tuple(name_firmware(one) for one in followers) if has_version else (),
    )


def delete_firmware(session: Session, firmware: Firmware, *, actor: Actor, now: datetime) -> None:
    """Take an image out of the library; its file goes once that is committed.

    Raises NotAllowedError while it is a phone's turn to take it.
    """
    turns = list_concerned(session, firmware).turns
    if turns:
        one = "it is one phone's turn" if turns == 1 else f"it is the turn of {turns} phones"
        raise NotAllowedError(f"It can't be deleted while {one} to take it.")
    write_audit(session, actor, "firmware.delete", name_firmware(firmware), at=now)
    session.delete(firmware)
    session.flush()


def name_firmware(firmware: Firmware) -> str:
    """Return what people call an image: `Yealink 108.86.0.90 (T46U(…)-108.86.0.90.rom)`."""
    version = f"{firmware.version} " if firmware.version else ""
    return f"{firmware.vendor.label} {version}({firmware.file_name})"


def _check(
    session: Session, catalog: Catalog, firmware: Firmware, draft: FirmwareDraft
) -> FirmwareDraft:
    version = clean_text(draft.version, field="version", longest=LONGEST_VERSION)
    if not is_version(draft.vendor, version):
        raise InvalidValueError(
            f"A version of {draft.vendor.label} looks like {EXAMPLES[draft.vendor]}.",
            field="version",
        )
    required = clean_text(draft.required_version, field="required_version", longest=LONGEST_VERSION)
    if required and not is_newer(draft.vendor, version, required):
        raise InvalidValueError(
            f"What phones must run before is older than {version}.", field="required_version"
        )
    _check_twin(session, firmware, draft.vendor, version)
    return FirmwareDraft(
        vendor=draft.vendor,
        version=version,
        model_slugs=_check_models(catalog, draft),
        hardware=_check_hardware(draft.hardware),
        required_version=required,
        notes=_check_notes(draft.notes),
        is_retired=draft.is_retired,
    )


def _check_models(catalog: Catalog, draft: FirmwareDraft) -> tuple[str, ...]:
    found = {slug: catalog.find_model(slug) for slug in dict.fromkeys(draft.model_slugs)}
    if not found:
        raise InvalidValueError("Choose at least one phone model.", field="model_slugs")
    for slug, model in found.items():
        if model is None:
            raise InvalidValueError(f"The catalogue has no model {slug}.", field="model_slugs")
        if model.vendor is not draft.vendor:
            raise InvalidValueError(
                f"{model.full_name} is no phone of {draft.vendor.label}.", field="model_slugs"
            )
    return tuple(sorted(found))


def _check_hardware(text: str) -> str:
    words = clean_text(text, field="hardware", longest=LONGEST_HARDWARE).replace(",", " ").split()
    for word in words:
        if not _REVISION.fullmatch(word):
            raise InvalidValueError(
                "Hardware revisions are letters, digits, dots and hyphens, separated by blanks.",
                field="hardware",
            )
    return " ".join(dict.fromkeys(words))


def _check_notes(text: str) -> str:
    bad = next((one for one in text if is_forbidden(one) and one not in _LINE_BREAKS), None)
    if bad is not None:
        raise InvalidValueError(
            f"Take out the character U+{ord(bad):04X}; it can't be shown.", field="notes"
        )
    if len(text) > LONGEST_NOTES:
        raise InvalidValueError(
            f"At most {LONGEST_NOTES} characters; this has {len(text)}.", field="notes"
        )
    return text.strip().replace("\r\n", "\n")


def _check_twin(session: Session, firmware: Firmware, vendor: Vendor, version: str) -> None:
    twin = session.scalar(
        select(Firmware).where(
            Firmware.id != firmware.id,
            Firmware.vendor == vendor,
            Firmware.version == version,
            func.lower(Firmware.file_name) == firmware.file_name.lower(),
            Firmware.confirmed_at.is_not(None),
        )
    )
    if twin is not None:
        raise InvalidValueError(
            f"The library has a {twin.file_name} of version {version} with other content; "
            "delete one of them, or look at the version again.",
            field="version",
        )


def _set_models(firmware: Firmware, slugs: Collection[str]) -> None:
    kept = [fit for fit in firmware.fits if fit.model_slug in slugs]
    have = {fit.model_slug for fit in kept}
    firmware.fits = [*kept, *(FirmwareFit(model_slug=slug) for slug in slugs if slug not in have)]


def _shown(firmware: Firmware) -> dict[str, str]:
    """Return what the audit trail tells of an image."""
    return {
        "vendor": firmware.vendor.value,
        "version": firmware.version,
        "models": ", ".join(sorted(firmware.model_slugs)),
        "hardware": firmware.hardware,
        "required_version": firmware.required_version,
        "notes": firmware.notes,
        "retired": "yes" if firmware.retired_at else "no",
    }


def _touch_turns(session: Session, firmware: Firmware, now: datetime) -> int:
    """Let the phones whose turn it is be told the version as it is written now."""
    phones = select(FirmwareTurn.phone_id).where(
        FirmwareTurn.firmware_id == firmware.id, FirmwareTurn.closed_at.is_(None)
    )
    return touch_phones(session, session.scalars(phones).all(), now)
