"""The NOTIFY that Asterisk is asked to send, and what its answer is worth.

To an endpoint it goes to every contact of it; to a URI alone only where `default_outbound_endpoint`
is set, and the answer is `NOTIFY sent` either way. So the endpoint is named where it has this
contact alone, and the URI where it has several: then no other phone gets it.
Source: recordings of Asterisk f0c1c1a7, res/res_pjsip_notify.c.
"""

from collections.abc import Sequence

from phoneprov.pbx.asterisk.frames import write_variable
from phoneprov.pbx.link import Notify, NotifyOutcome, NotifyResult

ACTION = "PJSIPNotify"
SENT_TO_ENDPOINT = "Asterisk sent it; what the phone answered it does not tell"
SENT_TO_URI = (
    "Asterisk took it for this one of several contacts; it leaves only with a "
    "default_outbound_endpoint in pjsip.conf"
)
UNKNOWN = "Asterisk did not say whether it sent it"


def notify_fields(notify: Notify, endpoint: str) -> Sequence[tuple[str, str]]:
    """Return the fields of the action; an empty `endpoint` stands for the contact's URI."""
    fields = [("Endpoint", endpoint) if endpoint else ("URI", notify.uri)]
    fields.append(write_variable("Event", notify.event))
    if notify.content_type:
        fields.append(write_variable("Content-Type", notify.content_type))
        lines = notify.body.replace("\r\n", "\n").split("\n")
        fields += [write_variable("Content", line) for line in lines]
    return fields


def sent(endpoint: str) -> NotifyResult:
    """Return what is known once Asterisk has accepted it: never that a phone obeyed."""
    evidence = SENT_TO_ENDPOINT if endpoint else SENT_TO_URI
    return NotifyResult(outcome=NotifyOutcome.ACCEPTED, evidence=evidence)
