"""A sender that keeps what leaves, and registrations to send to."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select

from phoneprov.core.errors import PbxError
from phoneprov.fleet.check_ins import CheckInNote
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import Command
from phoneprov.pbx.link import Notify, NotifyOutcome, NotifyResult
from tests.integration.rows import NOON, World

ANSWERED = NotifyResult(outcome=NotifyOutcome.ANSWERED, evidence="answered 200 OK after 41 ms")
REFUSED = NotifyResult(outcome=NotifyOutcome.REFUSED, evidence="answered 481 Gone after 9 ms")
SILENT = NotifyResult(outcome=NotifyOutcome.NO_ANSWER, evidence="the phone gave no answer")


class Post:
    """Keeps each NOTIFY; answers as it is told."""

    def __init__(self, answer: NotifyResult | PbxError = ANSWERED) -> None:
        self.answer = answer
        self.sent: list[tuple[int, Notify]] = []
        self.meanwhile: Callable[[], None] = lambda: None

    def send_notify(self, pbx_id: int, notify: Notify) -> NotifyResult:
        self.sent.append((pbx_id, notify))
        self.meanwhile()
        if isinstance(self.answer, PbxError):
            raise self.answer
        return self.answer


def add_registered(
    world: World, number: str = "201", mac: str = "805ec01a2b3c", model: str = "yealink-t46u"
) -> Phone:
    """Add a phone that is Online, with one live contact."""
    phone = world.phone(mac, model, extension=world.extension(number))
    phone.status = PhoneStatus.ONLINE
    phone.last_registered_at = NOON
    phone.ip_address = f"10.1.1.{number[-2:].lstrip('0')}"
    world.session.add(
        Registration(
            pbx_id=world.pbx.id,
            phone_id=phone.id,
            aor=f"{number}@sip.acme.example",
            uri=f"sip:{number}@{phone.ip_address}:5060",
            send_via='{"socket": "udp:192.0.2.1:5060"}',
            registered_at=NOON,
            keepalive_at=NOON,
            observed_at=NOON,
        )
    )
    world.session.commit()
    return phone


def asked(phone: Phone, at: datetime, **fields: object) -> CheckInNote:
    """Return that the phone asked for its config."""
    values: dict[str, object] = {
        "phone_id": phone.id,
        "at": at,
        "method": "GET",
        "file_name": f"{phone.mac}.cfg",
        "answer": 200,
        "size_bytes": 900,
        "address": "10.1.1.1",
        "admitted_by": "token",
        "user_agent": "",
        "is_admitted": True,
    }
    return CheckInNote(**{**values, **fields})  # type: ignore[arg-type]


def commands(world: World) -> list[Command]:
    """Return all orders, oldest first, as they are in the database."""
    world.session.commit()
    world.session.expire_all()
    return list(world.session.scalars(select(Command).order_by(Command.id)))
