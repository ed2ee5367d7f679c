"""PBX links that lose no time, for tests of links that have trouble."""

import pytest

from phoneprov.pbx.freeswitch.link import FreeswitchLink
from phoneprov.pbx.kamailio.link import KamailioLink
from phoneprov.pbx.link import LinkSettings, PbxLink


def make_links_quick(monkeypatch: pytest.MonkeyPatch, *, poll_s: float) -> None:
    """Let links try again at once and notice silence within a second."""
    for module in ("freeswitch", "kamailio"):
        monkeypatch.setattr(f"phoneprov.pbx.{module}.link.BACK_OFF_S", (0.3,))

    def make(kind: str, settings: LinkSettings) -> PbxLink:
        if kind == "freeswitch":
            return FreeswitchLink(settings, silent_s=1.0)
        return KamailioLink(LinkSettings(address=settings.address, poll_s=poll_s))

    monkeypatch.setattr("phoneprov.operations.links.make_link", make)
