"""Somebody is registered as the phone's extension, and the page says who and why it isn't known."""

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Registration
from phoneprov.fleet.telling_apart import INDISTINCT
from tests.integration.web.phones.values import LIST, MAC, keep
from tests.integration.web.rows import add_extension, add_pbx, add_phone, put_on_pbx
from tests.pages import Pages

OTHER_MAC = "805ec0aaaaaa"


def stray(pbx_id: int, note: str, **fields: object) -> Registration:
    """Return a live contact of 201 that is nobody's."""
    values: dict[str, object] = {
        "pbx_id": pbx_id,
        "aor": "201@sip.example.net",
        "uri": "sip:201@10.5.5.5:5060",
        "source": "192.0.2.9:40111",
        "user_agent": "<b>Softphone</b>",
        "match_note": note,
        "observed_at": utc_now(),
    }
    return Registration(**{**values, **fields})


def two_phones() -> tuple[int, int, int]:
    """Put two phones on 201; return the PBX and the phones."""
    pbx_id = add_pbx("Main")
    put_on_pbx("acme", pbx_id)
    line = add_extension("acme", "201")
    first = add_phone("acme", MAC, extension_id=line)
    return pbx_id, first, add_phone("acme", OTHER_MAC, extension_id=line)


def test_both_pages_say_that_they_cannot_be_told_apart(alice: Pages) -> None:
    """With the next step, and with what was seen, as text."""
    pbx_id, *phones = two_phones()
    keep(stray(pbx_id, INDISTINCT))
    for phone_id in phones:
        page = alice.get(f"{LIST}/{phone_id}")
        assert "it may be this phone" in page.text
        assert "Change its local SIP port" in page.text
        assert "sip:201@10.5.5.5:5060 from 192.0.2.9:40111" in page.text
        assert "&lt;b&gt;Softphone" in page.text


def test_it_says_when_another_phone_is_registered(alice: Pages) -> None:
    """R57: hardware that the dashboard doesn't know by this extension."""
    pbx_id, phone_id, _ = two_phones()
    keep(stray(pbx_id, "registered by another phone, 805ec0ffff01"))
    page = alice.get(f"{LIST}/{phone_id}")
    assert "Somebody else is registered as its extension." in page.text
    assert "805ec0ffff01" in page.text


def test_what_is_gone_or_somebody_elses_is_not_told(alice: Pages) -> None:
    pbx_id, phone_id, other = two_phones()
    keep(
        stray(pbx_id, INDISTINCT, gone_at=utc_now()),
        stray(pbx_id, INDISTINCT, uri="sip:x", phone_id=other),
        stray(pbx_id, INDISTINCT, uri="sip:y", aor="201@sip.globex.example"),
        stray(add_pbx("Other"), INDISTINCT),
    )
    page = alice.get(f"{LIST}/{phone_id}")
    assert page.status_code == 200
    assert "registered as its extension" not in page.text


def test_it_is_not_there_for_another_tenant(charlie: Pages) -> None:
    pbx_id, phone_id, _ = two_phones()
    keep(stray(pbx_id, INDISTINCT))
    assert charlie.get(f"{LIST}/{phone_id}").status_code == 404
    assert charlie.get(f"/t/globex/phones/{phone_id}").status_code == 404
