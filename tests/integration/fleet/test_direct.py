"""What a phone reports and our own OPTIONS say of it, on a PBX without a link of its own."""

from datetime import timedelta

from phoneprov.fleet.matching import DIRECT_PREFIX
from phoneprov.fleet.models import Phone
from phoneprov.fleet.refresh import mark_overdue_phones_offline, refresh_statuses
from phoneprov.fleet.registrations import apply_contact
from phoneprov.fleet.reports import record_report
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.link import ContactState, Reachability
from phoneprov.vendors.writer import PhoneReport
from tests.integration.rows import NOON, World

ADDRESS = "10.1.1.7"


def reported(world: World) -> Phone:
    """Add a phone that says it is registered."""
    world.pbx.kind = "direct"
    phone = world.phone(extension=world.extension())
    phone.first_check_in_at = phone.last_check_in_at = NOON
    record_report(world.session, phone, PhoneReport(kind="registered"), address=ADDRESS, now=NOON)
    world.session.flush()
    return phone


def probe(world: World, phone: Phone, after_s: float, *, answers: bool) -> PhoneStatus:
    """Apply the result of an OPTIONS; return what the phone is then called."""
    at = NOON + timedelta(seconds=after_s)
    seen = ContactState(
        aor=f"{DIRECT_PREFIX}{phone.id}",
        uri=f"sip:201@{ADDRESS}:5060",
        reachability=Reachability.REACHABLE if answers else Reachability.UNREACHABLE,
        is_probed=True,
        keepalive_at=at if answers else None,
        round_trip_us=2_000 if answers else None,
    )
    touched = apply_contact(world.session, world.pbx.id, seen, at)
    world.session.flush()
    refresh_statuses(world.session, touched, at)
    mark_overdue_phones_offline(world.session, at)
    world.session.flush()
    world.session.refresh(phone)
    return PhoneStatus(phone.status)


def test_one_that_never_answers_is_not_called_offline(world: World) -> None:
    """R91: behind NAT it is Registered, and the page says that nothing checks it."""
    phone = reported(world)
    for after_s in (8, 38, 68, 3600):
        assert probe(world, phone, after_s, answers=False) is PhoneStatus.REGISTERED
    assert "Nothing checks" in phone.status_reason


def test_one_that_has_answered_and_falls_silent_is_offline(world: World) -> None:
    """R26: within the keepalive limit and one probe."""
    phone = reported(world)
    assert probe(world, phone, 1, answers=True) is PhoneStatus.ONLINE
    assert probe(world, phone, 38, answers=False) is PhoneStatus.REGISTERED
    assert probe(world, phone, 68, answers=False) is PhoneStatus.OFFLINE
