"""Bring an image in: in pieces that can be gone on with, or in one go. Both end the same way."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.firmware.models import Firmware, FirmwareFit, FirmwareUpload
from phoneprov.firmware.names import check_file_name
from phoneprov.firmware.reading import HEAD_BYTES, Reading, read_image
from phoneprov.firmware.store import FirmwareStore, Read
from phoneprov.tenancy.audit import Actor, write_audit

CHUNK_BYTES = 2 * 1024 * 1024
"""Size of a piece: well below what the server takes at once, and little to lose."""
FORGOTTEN_AFTER = timedelta(days=2)
LONGEST_MARK = 64
MOST_AT_ONCE = 20
MB = 1_000_000
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A file that is to come in, as it was announced."""

    file_name: str
    size_bytes: int
    mark: str = ""
    """What tells this file from another of the same name: its date, where one is known."""


def begin_upload(  # noqa: PLR0913 - where to, what, how much at most, by whom
    session: Session,
    store: FirmwareStore,
    announced: Announced,
    *,
    largest_bytes: int,
    actor: Actor,
    now: datetime,
) -> FirmwareUpload:
    """Return the upload to go on with: a new one, or the same person's of the same file.

    Raises InvalidValueError for a name or size that can't be taken, or a disk that is too full.
    """
    name = check_file_name(announced.file_name)
    _check_size(name, announced.size_bytes, largest_bytes)
    mark = f"{announced.size_bytes}:{announced.mark}"[:LONGEST_MARK]
    upload = session.scalar(
        select(FirmwareUpload).where(
            FirmwareUpload.uploaded_by == actor.name,
            FirmwareUpload.file_name == name,
            FirmwareUpload.mark == mark,
        )
    )
    if upload is None:
        _refuse_too_many(session, actor)
        upload = FirmwareUpload(
            key=token_hex(16),
            file_name=name,
            size_bytes=announced.size_bytes,
            mark=mark,
            uploaded_by=actor.name,
            started_at=now,
        )
        session.add(upload)
    upload.touched_at = now
    store.check_space(announced.size_bytes - store.received(upload.key))
    session.flush()
    return upload


def find_upload(session: Session, upload_id: int, actor: Actor) -> FirmwareUpload | None:
    """Return an unfinished upload of this person."""
    return session.scalar(
        select(FirmwareUpload).where(
            FirmwareUpload.id == upload_id, FirmwareUpload.uploaded_by == actor.name
        )
    )


def list_uploads(session: Session) -> Sequence[FirmwareUpload]:
    """Return all unfinished uploads, the newest first."""
    return session.scalars(select(FirmwareUpload).order_by(FirmwareUpload.touched_at.desc())).all()


def take_piece(  # noqa: PLR0913 - a piece with its place
    store: FirmwareStore,
    upload: FirmwareUpload,
    read: Read,
    *,
    offset: int,
    size_bytes: int,
    now: datetime,
) -> int:
    """Add one piece; return how many bytes there are now.

    Raises what `FirmwareStore.append` raises.
    """
    have = store.append(upload.key, offset, read, size_bytes=size_bytes, limit=upload.size_bytes)
    upload.touched_at = now
    return have


def finish_upload(  # noqa: PLR0913 - a file with what is expected of it
    session: Session,
    store: FirmwareStore,
    catalog: Catalog,
    upload: FirmwareUpload,
    *,
    expected_sha256: str = "",
    actor: Actor,
    now: datetime,
) -> Firmware:
    """Make a whole upload an image of the library, still to be confirmed by a person.

    Raises InvalidValueError, and forgets what has come, where it is not all there, is another
    file than expected, no image at all, or in the library already.
    """
    try:
        reading, sha256 = _judge(session, store, catalog, upload, expected_sha256)
    except InvalidValueError:
        store.discard(upload.key)
        raise
    firmware = Firmware(
        vendor=reading.vendor,
        version=reading.version,
        file_name=upload.file_name,
        sha256=sha256,
        size_bytes=upload.size_bytes,
        hardware=" ".join(reading.hardware),
        uploaded_at=now,
        uploaded_by=actor.name,
        fits=[FirmwareFit(model_slug=slug) for slug in reading.model_slugs],
    )
    session.add(firmware)
    session.delete(upload)
    session.flush()
    write_audit(session, actor, "firmware.upload", firmware.file_name, at=now)
    store.keep(upload.key, sha256)
    return firmware


def cancel_upload(session: Session, store: FirmwareStore, upload: FirmwareUpload) -> None:
    """Give an upload up."""
    store.discard(upload.key)
    session.delete(upload)


def forget_upload(session: Session, upload_id: int) -> None:
    """Forget an upload whose part was thrown away."""
    session.execute(delete(FirmwareUpload).where(FirmwareUpload.id == upload_id))


def receive_file(  # noqa: PLR0913 - a file, where to, by whom
    session: Session,
    store: FirmwareStore,
    catalog: Catalog,
    announced: Announced,
    read: Read,
    *,
    largest_bytes: int,
    expected_sha256: str = "",
    actor: Actor,
    now: datetime,
) -> Firmware:
    """Take a whole file in one go, a piece at a time; raises as the steps do."""
    upload = begin_upload(
        session, store, announced, largest_bytes=largest_bytes, actor=actor, now=now
    )
    store.discard(upload.key)  # what came earlier of a file sent whole is sent again
    offset = 0
    while offset < upload.size_bytes:
        size = min(CHUNK_BYTES, upload.size_bytes - offset)
        offset = take_piece(store, upload, read, offset=offset, size_bytes=size, now=now)
    return finish_upload(
        session, store, catalog, upload, expected_sha256=expected_sha256, actor=actor, now=now
    )


def tidy_store(session: Session, store: FirmwareStore, now: datetime) -> int:
    """Delete what no row knows any more, and uploads that nobody goes on with.

    Files are only deleted a while after they were written: their row may be about to be.
    Returns how many files went.
    """
    limit = now - FORGOTTEN_AFTER
    for upload in session.scalars(
        select(FirmwareUpload).where(FirmwareUpload.touched_at < limit)
    ).all():
        cancel_upload(session, store, upload)
    keys = set(session.scalars(select(FirmwareUpload.key)))
    hashes = set(session.scalars(select(Firmware.sha256)))
    lost = [path for key, path in store.list_parts() if key not in keys]
    lost += [path for sha256, path in store.list_files() if sha256 not in hashes]
    gone = [path for path in lost if path.stat().st_mtime < limit.timestamp()]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _judge(
    session: Session,
    store: FirmwareStore,
    catalog: Catalog,
    upload: FirmwareUpload,
    expected_sha256: str,
) -> tuple[Reading, str]:
    have = store.received(upload.key)
    if have != upload.size_bytes:
        raise InvalidValueError(
            f"{upload.file_name} is cut short: {have} of {upload.size_bytes} bytes came. "
            "Send it again.",
            field="file",
        )
    head = store.head(upload.key, HEAD_BYTES)
    reading = read_image(catalog, upload.file_name, head, upload.size_bytes)
    sha256 = store.hash_part(upload.key)
    wanted = expected_sha256.strip().lower()
    if wanted and not _SHA256.fullmatch(wanted):
        raise InvalidValueError("A SHA-256 has 64 hexadecimal digits.", field="sha256")
    if wanted and wanted != sha256:
        raise InvalidValueError(
            f"Its SHA-256 is {sha256}: this is another file, or a damaged one.", field="sha256"
        )
    known = session.scalar(select(Firmware).where(Firmware.sha256 == sha256))
    if known is not None:
        version = f", version {known.version}" if known.version else ""
        raise InvalidValueError(
            f"The library has this very file already, as {known.file_name}{version}.", field="file"
        )
    return reading, sha256


def _check_size(name: str, size_bytes: int, largest_bytes: int) -> None:
    if size_bytes <= 0:
        raise InvalidValueError(f"{name} is empty.", field="file")
    if size_bytes > largest_bytes:
        raise InvalidValueError(
            f"{name} has {size_bytes / MB:.1f} MB; at most {largest_bytes / MB:.0f} MB are taken.",
            field="file",
        )


def _refuse_too_many(session: Session, actor: Actor) -> None:
    mine = select(FirmwareUpload.id).where(FirmwareUpload.uploaded_by == actor.name)
    if len(session.scalars(mine.limit(MOST_AT_ONCE)).all()) >= MOST_AT_ONCE:
        raise InvalidValueError(
            f"You have {MOST_AT_ONCE} unfinished uploads; give some of them up first.",
            field="file",
        )
