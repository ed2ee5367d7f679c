"""Sends NOTIFY through FreeSWITCH to one registration.

Source: mod_sofia.c:5384 ff. at cc93a683: `call-id` picks the registration, and `user`, `host`,
`profile`, `event-string` and `content-type` have to be there all the same. The reply says `+OK`
whatever becomes of it (seen for an unknown user, profile and Call-ID), so “accepted” is all that
can be known.
"""

import json

from phoneprov.core.errors import PbxError
from phoneprov.pbx.freeswitch.socket import EventSocket, check_word
from phoneprov.pbx.link import Notify, NotifyOutcome, NotifyResult

USUAL_TYPE = "application/simple-message-summary"
"""What FreeSWITCH's own check_sync sends; the body is empty."""


def send_notify(connection: EventSocket, notify: Notify, send_via: str) -> NotifyResult:
    """Hand a NOTIFY over for the registration that `send_via` names.

    Raises PbxError when it could not be handed over.
    """
    way = json.loads(send_via or "{}")
    user, _, host = notify.aor.partition("@")
    headers = {
        "profile": check_word(way.get("profile", ""), "its profile"),
        "user": check_word(user, "the user of its extension"),
        "host": check_word(host, "its domain"),
        "call-id": check_word(way.get("call_id", ""), "its Call-ID"),
        "event-string": notify.event,
        "content-type": notify.content_type or USUAL_TYPE,
    }
    if not user or not host:
        raise PbxError("the registration has no user or no domain", permanent=True)
    connection.send_event("NOTIFY", headers, notify.body)
    return NotifyResult(
        outcome=NotifyOutcome.ACCEPTED,
        evidence="FreeSWITCH took the NOTIFY for this registration; it can't tell the answer",
    )
