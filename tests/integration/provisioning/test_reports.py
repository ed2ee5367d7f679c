"""What phones report by the URLs of their own config, taken at the endpoint they name."""

from datetime import timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import PhoneEvent
from phoneprov.fleet.refresh import mark_overdue_phones_offline
from phoneprov.fleet.status import PhoneStatus
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from tests.integration.provisioning.office import FIRST, PHONES, Office
from tests.integration.rows import World

REPORTING = [slug for slug in PHONES if not slug.startswith("cisco")]
"""A Cisco SPA has no such URLs."""


@pytest.fixture
def office(world: World, answering: Answering, request: pytest.FixtureRequest) -> Office:
    """A phone on a PBX that tells nothing by itself, with its config."""
    world.pbx.kind = "direct"
    made = Office(world, answering, request.param)
    made.check(FIRST)
    made.check()
    assert made.users == ["201"]
    known, _ = answering.check_ins.drain()
    assert known
    made.phone.first_check_in_at = made.phone.last_check_in_at = known[-1].at
    world.session.commit()
    return made


def report(office: Office, kind: str, *, token: str | None = None) -> Answer:
    """Let the phone report as its firmware does; return what it is answered."""
    account = office.firmware.state().accounts[0]
    request = office.firmware.report(kind, account)
    assert request is not None
    url = urlsplit(request.url)
    path = url.path.replace(office.phone.token, token) if token else url.path
    body = request.body or b""
    answer = office.answering.answer(
        Ask(
            method=request.method,
            path=path,
            query=url.query,
            address="10.1.1.7",
            user_agent=request.headers["User-Agent"],
            body=BytesIO(body),
            length=len(body),
        )
    )
    office.world.session.expire_all()
    return answer


def reports(office: Office) -> list[str]:
    found = office.world.session.scalars(select(PhoneEvent).where(PhoneEvent.kind == "report"))
    return [event.text for event in found]


@pytest.mark.parametrize("office", REPORTING, indirect=True)
def test_a_registration_is_taken_as_evidence(office: Office) -> None:
    """R23, R26: where no PBX tells, the phone itself does; each vendor in its own manner."""
    assert report(office, "registered").status == 200
    assert reports(office) == ["The phone says that it is registered."]
    assert office.phone.status == PhoneStatus.REGISTERED
    assert report(office, "unregistered").status == 200
    assert "signed off" in office.phone.status_reason
    later = utc_now() + timedelta(seconds=61)
    mark_overdue_phones_offline(office.world.session, later)
    assert office.phone.status == PhoneStatus.OFFLINE


@pytest.mark.parametrize("office", REPORTING, indirect=True)
def test_another_token_reports_for_nobody(office: Office) -> None:
    """The URL is the phone's own secret; a guess is the one refusal."""
    assert report(office, "registered", token="0" * 32) == NOT_FOUND
    assert reports(office) == []
