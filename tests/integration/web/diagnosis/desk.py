"""What happens at a desk, made for real: requests over HTTP, registrations by the PBX's posts."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from phoneprov.core.clock import utc_now
from phoneprov.core.mac import parse_mac
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.operations.recording import flush_check_ins
from phoneprov.simulator.http import HttpAnswer
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.vendors.base import Firmware, Outcome
from phoneprov.simulator.vendors.yealink import YealinkFirmware
from phoneprov.tenancy.models import Extension
from phoneprov.web.runtime import EXTENSION
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    change_pbx,
    find_phone,
    open_session,
    put_on_pbx,
)
from tests.pages import Answer, Pages

MAC = "805ec01a2b3c"
LIST = "/t/acme/phones"
FIRST = "http://localhost/prov/"
SECRET = "the-secret-of-the-pbx"
AOR, CONTACT, SOURCE = "201@sip.example.net", "sip:201@10.1.1.7:5060", "10.1.1.7:5060"


@dataclass
class Desk:
    """A phone on a desk, the wire it asks over, its PBX, and alice who looks at the dashboard."""

    app: Flask
    wire: FlaskClient
    alice: Pages
    pbx_id: int
    extension_id: int
    phone_id: int
    firmware: Firmware
    scheme: str = "http"
    asked: list[tuple[str, int]] = field(default_factory=list)

    @property
    def phone(self) -> Phone:
        return find_phone(self.phone_id)

    @property
    def path(self) -> str:
        return f"{LIST}/{self.phone_id}"

    def ask(self, name: str, *, agent: str | None = None, folder: str = "") -> int:
        """Let the phone ask for one file by everybody's address; return the answer."""
        told = self.firmware.user_agent if agent is None else agent
        return self._get(f"/prov/{folder}{name}", told).status

    def boot(self, *, files: int | None = None, url: str | None = None) -> Outcome | None:
        """Let the phone boot; after so many files its network fails."""
        address = url or self.firmware.state().prov_url or FIRST
        script = self.firmware.fetch(address, is_boot=True)
        answer: HttpAnswer | None = None
        done = 0
        try:
            while files is None or done < files:
                request = next(script) if answer is None else script.send(answer)
                agent = request.headers["User-Agent"]
                answer = self._get(urlsplit(request.url).path, agent)
                done += 1
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        return None

    def report(self, kind: str) -> int:
        """Let the phone tell something by action URL."""
        path = f"/prov/t/{self.phone.token}/event/{kind}?mac={MAC}&ip=10.1.1.7&user=201"
        return self.wire.get(path, headers={"User-Agent": self.firmware.user_agent}).status_code

    def register(self, event: str = "registered", **changes: object) -> None:
        """Let the PBX tell that somebody is registered as 201."""
        item: dict[str, object] = {
            "event": event,
            "aor": AOR,
            "contact": CONTACT,
            "at": utc_now().isoformat(),
        }
        if event == "registered":
            item |= {
                "expires_s": 1800,
                "user_agent": self.firmware.sip_user_agent,
                "source": SOURCE,
            }
        answer = self.wire.post(
            f"/api/v1/pbxs/{self.pbx_id}/observations",
            json={"observations": [{**item, **changes}]},
            headers={"Authorization": f"Bearer {SECRET}"},
        )
        assert answer.status_code == 200, answer.text

    def leave(self) -> None:
        """Let the phone sign off, three minutes ago."""
        self.register("unregistered")
        span = timedelta(minutes=3)
        with open_session() as session:
            phone = session.get_one(Phone, self.phone_id)
            for row in session.scalars(select(Registration).filter_by(phone_id=phone.id)):
                assert row.registered_at is not None
                assert row.gone_at is not None
                row.registered_at -= span
                row.gone_at -= span
                row.keepalive_at = None
            phone.last_registered_at = phone.last_keepalive_at = utc_now() - span
            session.commit()
        self.refresh()

    def wait(self, **moments: timedelta) -> None:
        """Let so much time have gone by since these moments of the phone."""
        with open_session() as session:
            phone = session.get_one(Phone, self.phone_id)
            for name, span in moments.items():
                before = getattr(phone, name)
                assert isinstance(before, datetime)
                setattr(phone, name, before - span)
            session.commit()

    def change_password(self, password: str) -> None:
        """Give the extension another SIP password, past the dashboard."""
        with open_session() as session:
            session.get_one(Extension, self.extension_id).sip_password = password
            session.commit()

    def refresh(self) -> None:
        """Let the job look at the phone whose deadline has passed."""
        with open_session() as session:
            refresh_statuses(session, [self.phone_id], utc_now())
            session.commit()

    def page(self) -> Answer:
        return self.alice.get(self.path)

    def cards(self) -> list[str]:
        """Return the titles of the cards on the phone's page."""
        return [tag.get_text(strip=True) for tag in self.page().soup.select("#part-warnings h2")]

    def card(self, title: str) -> Tag:
        """Return the card with these words in its title."""
        for card in self.page().soup.select("#part-warnings .card"):
            heading = card.select_one("h2")
            if heading is not None and title in heading.get_text():
                return card
        raise AssertionError(f"no card says {title!r}: {self.cards()}")

    def flags(self) -> set[str]:
        """Return by which filters of the list the phone is found, as their counts say, too."""
        page = self.alice.get(LIST)
        found = set()
        for box in page.soup.select("input[name=flag]"):
            name = str(box["value"])
            rows = self.alice.get(f"{LIST}?flag={name}").soup.select(f"#phone-{self.phone_id}")
            count = page.select_text(f"#count-{name}")
            assert int(count) == len(rows), name
            if rows:
                found.add(name)
        return found

    def _get(self, path: str, agent: str) -> HttpAnswer:
        given = self.wire.get(
            path, headers={"User-Agent": agent}, base_url=f"{self.scheme}://localhost"
        )
        runtime = self.app.extensions[EXTENSION]
        flush_check_ins(runtime.sessions, runtime.answering.check_ins)
        self.asked.append((path, given.status_code))
        return HttpAnswer(status=given.status_code, body=given.data)


def set_up_desk(app: Flask, wire: FlaskClient, alice: Pages) -> Desk:
    """Put a Yealink on 201 of acme, whose PBX posts; it was added an hour ago."""
    pbx_id = add_pbx("Posting")
    change_pbx(pbx_id, kind="webhook", link_secret=SECRET, link_address="", link_status="up")
    put_on_pbx("acme", pbx_id)
    extension_id = add_extension("acme", "201", name="Anna Berg")
    then = utc_now() - timedelta(hours=1)
    phone_id = add_phone(
        "acme",
        MAC,
        extension_id=extension_id,
        added_at=then,
        status_since_at=then,
        window_opened_at=then,
        window_waits_until=then + timedelta(days=14),
    )
    identity = PhoneIdentity(
        vendor=Vendor.YEALINK, model="T46U", mac=parse_mac(MAC), firmware="108.86.0.90"
    )
    return Desk(app, wire, alice, pbx_id, extension_id, phone_id, YealinkFirmware(identity))
