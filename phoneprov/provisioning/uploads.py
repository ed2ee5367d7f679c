"""What phones upload: logs and override files, taken within a limit and never trusted."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Phone, PhoneUpload
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from phoneprov.provisioning.files import AskedFile
from phoneprov.vendors.writer import VendorWriter

LARGEST_BYTES = 512 * 1024
"""Of a longer log the end is kept: a refused upload is repeated and fills the phone's flash."""
READ_AT_MOST = 8 * 1024 * 1024
CHUNK = 64 * 1024
STORED = Answer(status=201, headers=(("Content-Length", "0"),))


def take_upload(  # noqa: PLR0913 - a request with its phone
    session: Session,
    writer: VendorWriter,
    phone: Phone,
    ask: Ask,
    file: AskedFile,
    *,
    now: datetime,
) -> Answer:
    """Keep an upload that carries this phone's own MAC in its name; refuse anything else."""
    kind = writer.accepts_upload(file.name)
    if kind is None or file.mac != phone.mac or ask.body is None:
        return NOT_FOUND
    body = _read_tail(ask)
    name = file.name.lower()
    session.execute(
        delete(PhoneUpload).where(PhoneUpload.phone_id == phone.id, PhoneUpload.file_name == name)
    )
    session.add(
        PhoneUpload(
            phone_id=phone.id,
            file_name=name,
            kind=kind,
            body=body,
            size_bytes=len(body),
            received_at=now,
        )
    )
    return STORED


def answer_stored(
    session: Session, writer: VendorWriter, phone: Phone, ask: Ask, file: AskedFile
) -> Answer:
    """Answer HEAD for a stored log with its size; stored files themselves are never served.

    Overrides of an earlier owner would beat every later config, so they only come back to the
    admin's page, not to the phone.
    """
    if ask.method != "HEAD" or writer.accepts_upload(file.name) != "log":
        return NOT_FOUND
    size = session.scalar(
        select(PhoneUpload.size_bytes).where(
            PhoneUpload.phone_id == phone.id, PhoneUpload.file_name == file.name.lower()
        )
    )
    if size is None:
        return NOT_FOUND
    headers = (("Content-Type", "text/plain"), ("Content-Length", str(size)))
    return Answer(status=200, headers=headers)


def _read_tail(ask: Ask) -> bytes:
    """Read the body and keep its last half megabyte."""
    left = min(ask.length, READ_AT_MOST)
    tail = b""
    while ask.body is not None and left > 0:
        chunk = ask.body.read(min(CHUNK, left))
        if not chunk:
            break
        left -= len(chunk)
        tail = (tail + chunk)[-LARGEST_BYTES:]
    return tail
