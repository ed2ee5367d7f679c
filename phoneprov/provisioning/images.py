"""Firmware images as phones ask for them: below their own address, and only in their turn."""

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.core.settings import Settings
from phoneprov.firmware.downloads import Download, DownloadBoard
from phoneprov.firmware.models import Firmware, FirmwareTurn
from phoneprov.firmware.ranges import (
    ByteRange,
    NotSatisfiable,
    has_etag,
    http_date,
    is_same_file,
    read_range,
)
from phoneprov.firmware.reading import names_of_model
from phoneprov.firmware.store import FirmwareStore
from phoneprov.firmware.turns import find_open_turn, find_servable_turn, image_key
from phoneprov.provisioning.admission import Reason
from phoneprov.provisioning.contact import find_owner
from phoneprov.provisioning.exchange import NOT_FOUND, Answer
from phoneprov.provisioning.files import IMAGES
from phoneprov.provisioning.visits import Visit
from phoneprov.vendors.config import FirmwareImage

log = structlog.get_logger(__name__)

RETRY_AFTER_S = 60
BUSY = Answer(
    status=503,
    headers=(
        ("Content-Length", "0"),
        ("Retry-After", str(RETRY_AFTER_S)),
        ("Cache-Control", "no-store"),
    ),
)
"""What the phones beyond the cap get: they keep what they run, and ask again."""
CONTENT_TYPE = "application/octet-stream"
VERSION_FILE = "sip.ver"
"""A Polycom updater of old asks for the version before the image."""

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageAnswer:
    """An answer, with whose it is and why."""

    answer: Answer
    phone_id: int | None = None
    reason: Reason = Reason.NO_SUCH_FILE


class ImageAnswering:
    """Answers what phones ask for below `firmware/`; one for the process."""

    def __init__(self, catalog: Catalog, settings: Settings) -> None:
        self.downloads = DownloadBoard(settings.firmware_downloads)
        self._catalog = catalog
        self._store = FirmwareStore(settings.data_dir)
        self._sendfile, _, self._place = settings.firmware_sendfile.partition(":")

    def answer(self, session: Session, visit: Visit) -> ImageAnswer:
        """Return the answer to a request for an image."""
        file = visit.file
        phone = find_owner(session, file.token or "")
        if phone is None:
            return ImageAnswer(answer=NOT_FOUND)
        if visit.agent_mac not in {None, phone.mac}:
            return ImageAnswer(answer=NOT_FOUND, phone_id=phone.id, reason=Reason.WRONG_MAC)
        turn = find_servable_turn(session, phone.id, file.image or "", visit.at)
        firmware = turn.firmware if turn else None
        if turn is None or firmware is None or visit.ask.method not in {"GET", "HEAD"}:
            return ImageAnswer(answer=NOT_FOUND, phone_id=phone.id, reason=Reason.NOT_ITS_TURN)
        answer = self._answer_name(visit, phone.model_slug, turn, firmware)
        return ImageAnswer(answer=answer, phone_id=phone.id, reason=Reason.TOKEN)

    def _answer_name(
        self, visit: Visit, model_slug: str, turn: FirmwareTurn, firmware: Firmware
    ) -> Answer:
        name = visit.file.name.lower()
        if firmware.vendor is Vendor.POLYCOM and name == VERSION_FILE:
            return _version_answer(visit, firmware)
        if name not in names_of_image(firmware, self._catalog.find_model(model_slug)):
            return NOT_FOUND
        return self._answer_image(visit, turn, firmware)

    def _answer_image(self, visit: Visit, turn: FirmwareTurn, firmware: Firmware) -> Answer:
        ask, size = visit.ask, firmware.size_bytes
        etag = f'"{firmware.sha256[:32]}"'
        common: Headers = (
            ("ETag", etag),
            ("Last-Modified", http_date(firmware.uploaded_at)),
            ("Accept-Ranges", "bytes"),
            ("Cache-Control", "private, no-cache"),
        )
        if ask.if_none_match and has_etag(ask.if_none_match, etag):
            return Answer(status=304, headers=common)
        headers = (*common, ("Content-Type", CONTENT_TYPE))
        if ask.method == "HEAD":
            return Answer(status=200, headers=(*headers, ("Content-Length", str(size))))
        if self._sendfile:
            return self._leave_to_proxy(visit, turn, firmware, headers)
        is_same = is_same_file(ask.if_range, etag, firmware.uploaded_at)
        wanted = read_range(ask.wanted_range, size) if is_same else None
        if isinstance(wanted, NotSatisfiable):
            whole = ("Content-Range", f"bytes */{size}")
            return Answer(status=416, headers=(*common, whole, ("Content-Length", "0")))
        return self._stream(visit, turn, firmware, headers, wanted)

    def _stream(
        self,
        visit: Visit,
        turn: FirmwareTurn,
        firmware: Firmware,
        headers: Headers,
        wanted: ByteRange | None,
    ) -> Answer:
        part = wanted or ByteRange(0, firmware.size_bytes)
        download = Download(
            turn_id=turn.id, start=part.start, length=part.length, began_at=visit.at
        )
        try:
            stream = self.downloads.open(self._store.path_of(firmware.sha256), download)
        except OSError:
            log.exception("firmware can't be read", firmware=firmware.id, name=firmware.file_name)
            return BUSY
        if stream is None:
            return BUSY
        headers = (*headers, ("Content-Length", str(part.length)))
        if wanted is None:
            return Answer(status=200, headers=headers, stream=stream)
        there = ("Content-Range", wanted.content_range(firmware.size_bytes))
        return Answer(status=206, headers=(*headers, there), stream=stream)

    def _leave_to_proxy(
        self, visit: Visit, turn: FirmwareTurn, firmware: Firmware, headers: Headers
    ) -> Answer:
        """Let the proxy in front send the file; how far it comes is not known here."""
        path = self._store.path_of(firmware.sha256)
        place = f"{self._place}{path.name}" if self._place else str(path.resolve())
        self.downloads.note_start(turn.id, visit.at)
        return Answer(
            status=200, headers=(*headers, (self._sendfile, place), ("Content-Length", "0"))
        )


def load_image(session: Session, phone_id: int) -> FirmwareImage | None:
    """Return the image that it is a phone's turn to take, as its config names it."""
    turn = find_open_turn(session, phone_id)
    if turn is None or turn.firmware is None:
        return None
    return FirmwareImage(
        version=turn.firmware.version,
        file_name=turn.firmware.file_name,
        folder=f"{IMAGES}/{image_key(turn.firmware)}/",
    )


def names_of_image(firmware: Firmware, model: PhoneModel | None) -> frozenset[str]:
    """Return the names, in lower case, under which a phone may ask for its image.

    A Grandstream asks for a name that its model decides, whatever the file was called. A Polycom
    asks for its part number first, and must not get the image of another one under that name.
    """
    own = firmware.file_name.lower()
    if firmware.vendor is Vendor.GRANDSTREAM and model is not None:
        return names_of_model(model) | {own}
    return frozenset({own})


def _version_answer(visit: Visit, firmware: Firmware) -> Answer:
    body = f"{firmware.version}\n".encode()
    headers = (
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "private, no-cache"),
    )
    return Answer(status=200, headers=headers, body=b"" if visit.ask.method == "HEAD" else body)
