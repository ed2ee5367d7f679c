"""The kinds of PBX: adding one is a line here and a package beside it."""

from collections.abc import Callable
from enum import StrEnum

from phoneprov.core.errors import PbxError
from phoneprov.pbx.asterisk.link import AsteriskLink
from phoneprov.pbx.direct.link import DirectLink
from phoneprov.pbx.freeswitch.link import FreeswitchLink
from phoneprov.pbx.kamailio.link import KamailioLink
from phoneprov.pbx.link import LinkSettings, PbxLink
from phoneprov.pbx.webhook.link import WebhookLink


class PbxKind(StrEnum):
    """How a PBX is asked."""

    KAMAILIO = "kamailio"
    ASTERISK = "asterisk"
    FREESWITCH = "freeswitch"
    WEBHOOK = "webhook"
    DIRECT = "direct"

    @property
    def label(self) -> str:
        """The kind in words."""
        return {
            "kamailio": "Kamailio (JSON-RPC)",
            "asterisk": "Asterisk, FreePBX (AMI, chan_pjsip)",
            "freeswitch": "FreeSWITCH, FusionPBX (event socket)",
            "webhook": "Any other (it posts to us: webhook)",
            "direct": "Direct (no integration: phones report, we probe them)",
        }[self]

    @property
    def needs_address(self) -> bool:
        """Whether its link needs an address."""
        return self not in {PbxKind.DIRECT, PbxKind.WEBHOOK}

    @property
    def needs_log_in(self) -> bool:
        """Whether its link needs a user and a secret."""
        return self is PbxKind.ASTERISK


_LINKS: dict[PbxKind, Callable[[LinkSettings], PbxLink]] = {
    PbxKind.KAMAILIO: KamailioLink,
    PbxKind.ASTERISK: AsteriskLink,
    PbxKind.FREESWITCH: FreeswitchLink,
    PbxKind.WEBHOOK: WebhookLink,
    PbxKind.DIRECT: DirectLink,
}


def make_link(kind: str, settings: LinkSettings) -> PbxLink:
    """Return a link of this kind, not yet started.

    Raises PbxError for a kind that this version does not know.
    """
    try:
        return _LINKS[PbxKind(kind)](settings)
    except ValueError as error:
        raise PbxError(f"there is no link for a PBX of kind {kind}", permanent=True) from error
