"""A PBX that posts, with a phone of acme on it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from phoneprov.fleet.models import Phone
from phoneprov.pbx.models import Pbx
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    change_pbx,
    find_phone,
    open_session,
    put_on_pbx,
    rows_go_here,
)

__all__ = ["rows_go_here"]

SECRET = "the-secret-of-the-pbx"
MAC = "805ec01a2b3c"
AOR, CONTACT = "201@sip.example.net", "sip:201@10.1.1.7:5060"


@dataclass
class Poster:
    """The PBX: posts as it is told, and looks at what came of it."""

    client: FlaskClient
    pbx_id: int
    phone_id: int
    token: str = SECRET
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return f"/api/v1/pbxs/{self.pbx_id}/observations"

    def post(self, *observations: object, **more: object) -> TestResponse:
        """Post observations."""
        return self.send({"observations": list(observations), **more})

    def send(self, body: object) -> TestResponse:
        """Post a whole body."""
        headers = {"Authorization": f"Bearer {self.token}", **self.headers}
        return self.client.post(self.path, json=body, headers=headers)

    def phone(self) -> Phone:
        return find_phone(self.phone_id)

    def pbx(self) -> Pbx:
        with open_session() as session:
            return session.get_one(Pbx, self.pbx_id)


def item(event: str, at: datetime, **changes: object) -> dict[str, Any]:
    """Return one observation of the phone."""
    base: dict[str, Any] = {"event": event, "aor": AOR, "contact": CONTACT, "at": at.isoformat()}
    if event == "registered":
        base |= {
            "expires_s": 1800,
            "user_agent": f"Yealink SIP-T46U 108.86.0.90 {MAC}",
            "source": "192.0.2.7:40111",
            "call_id": "call-1",
        }
    return {**base, **changes}


@pytest.fixture
def poster(app: Flask) -> Iterator[Poster]:
    """A webhook PBX of acme's, with a phone on 201."""
    pbx_id = add_pbx("Posting")
    change_pbx(pbx_id, kind="webhook", link_secret=SECRET, link_address="", link_status="up")
    put_on_pbx("acme", pbx_id)
    phone_id = add_phone("acme", MAC, extension_id=add_extension("acme", "201"))
    with app.test_client() as client:
        yield Poster(client, pbx_id, phone_id)


@pytest.fixture
def moment() -> Callable[[float], datetime]:
    """Give moments around now, in seconds."""
    from datetime import timedelta

    base = datetime.now(UTC)
    return lambda seconds: base + timedelta(seconds=seconds)
