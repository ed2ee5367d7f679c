"""The link to a PBX that posts to us: nothing to run here but its outgoing webhook.

Its observations come in by the API, in whichever process answers; whether it has fallen silent is
decided by a job.
"""

from phoneprov.core.errors import PbxError
from phoneprov.core.text import as_sentence
from phoneprov.pbx.link import LinkCheck, LinkSettings, LinkSink, Notify, NotifyResult
from phoneprov.pbx.webhook.notify import send_notify, send_ping

NO_ADDRESS = (
    "No address for NOTIFY is set, so phones can't be told to reboot; they take a change at their "
    "next check."
)
WAITS = "This server waits for its posts; the row above says when the last one came."


class WebhookLink:
    """A PbxLink whose PBX does the talking."""

    def __init__(self, settings: LinkSettings) -> None:
        self._settings = settings

    def start(self, sink: LinkSink) -> None:
        """Start nothing: the API takes what the PBX posts."""
        del sink

    def stop(self) -> None:
        """Stop nothing."""

    def send_notify(self, notify: Notify) -> NotifyResult:
        """Post a NOTIFY to the PBX's own webhook and read what it says of it.

        Raises PbxError when it was not taken.
        """
        if not self._settings.address:
            message = (
                "this PBX has no address for NOTIFY; the phone takes changes at its next check"
            )
            raise PbxError(message, permanent=True)
        return send_notify(self._settings.address, self._settings.secret, notify)

    def check(self) -> LinkCheck:
        """Post a ping to the PBX's webhook, where it has one."""
        if not self._settings.secret:
            message = "It has no secret yet, so it can't post; make one."
            return LinkCheck(is_ok=False, findings=(message,))
        if not self._settings.address:
            return LinkCheck(is_ok=True, findings=(WAITS, NO_ADDRESS))
        try:
            send_ping(self._settings.address, self._settings.secret)
        except PbxError as error:
            return LinkCheck(is_ok=False, findings=(as_sentence(error.message), WAITS))
        return LinkCheck(is_ok=True, findings=("Its webhook took a signed ping.", WAITS))
