"""“Test the link”: logs in, looks, and says in words what is there and what is missing."""

from collections import Counter
from collections.abc import Iterator, Sequence

from phoneprov.core.errors import PbxError
from phoneprov.core.text import as_sentence
from phoneprov.pbx.asterisk.contacts import LIST_ACTION, SELDOM_S, ContactDetail, read_detail
from phoneprov.pbx.asterisk.session import AmiSession
from phoneprov.pbx.asterisk.wire import Place, fetch_fingerprint, open_wire
from phoneprov.pbx.link import LinkCheck, LinkSettings

CONNECT_S = 2.0
ANSWER_S = 2.5
MOST_NAMES = 5
LOOPBACK = ("127.", "::1", "localhost")


def check_link(settings: LinkSettings) -> LinkCheck:
    """Try the link; takes about five seconds at most."""
    try:
        return LinkCheck(is_ok=True, findings=tuple(_look(settings)))
    except PbxError as error:
        findings = [as_sentence(error.message)]
        if "certificate" in error.message:
            findings += _shown_certificate(settings)
        return LinkCheck(is_ok=False, findings=tuple(findings))


def _look(settings: LinkSettings) -> Sequence[str]:
    wire = open_wire(settings, wait_s=CONNECT_S)
    session = AmiSession(wire, answer_s=ANSWER_S)
    try:
        session.log_in(settings.user, settings.secret)
        session.wait_until_booted()
        core = session.ask("CoreSettings")
        listed = map(read_detail, session.ask_list(LIST_ACTION))
    finally:
        session.close()
    contacts = [one for one in listed if one is not None]
    return [
        f"Reached Asterisk {core.get('AsteriskVersion')} (AMI {session.version}).",
        f"Contacts in its table: {len(contacts)}.",
        *_say_who_is_asked(contacts),
        *_say_who_shares(contacts),
        *_say_what_is_open(settings),
    ]


def _say_who_is_asked(contacts: Sequence[ContactDetail]) -> Iterator[str]:
    if not contacts:
        yield "Nobody is registered, so it can't be seen whether phones are qualified."
        return
    asked = sum(one.is_probed for one in contacts)
    yield f"Asked by OPTIONS at least every {SELDOM_S:.0f} s: {asked} of {len(contacts)}."
    if asked < len(contacts):
        missing = [one for one in contacts if not one.is_probed]
        names = sorted({one.aor for one in missing})
        more = " …" if len(names) > MOST_NAMES else ""
        yield (
            f"Not asked, or too seldom: {', '.join(names[:MOST_NAMES])}{more}. They stay "
            "Registered and never turn Online: set qualify_frequency=30 in their AOR "
            "(FreePBX: Qualify Frequency of the extension)."
        )


def _say_who_shares(contacts: Sequence[ContactDetail]) -> Iterator[str]:
    on_each = Counter(one.endpoint for one in contacts)
    shared = sum(count > 1 for count in on_each.values())
    if shared:
        yield (
            f"Endpoints with several contacts: {shared}. Reboot and resync reach one of them "
            "alone only with default_outbound_endpoint in pjsip.conf."
        )


def _say_what_is_open(settings: LinkSettings) -> Iterator[str]:
    place = Place.read(settings.address)
    if not place.is_tls and not place.host.startswith(LOOPBACK):
        yield "The connection is not encrypted; use tls:// outside of a private network."


def _shown_certificate(settings: LinkSettings) -> Sequence[str]:
    shown = fetch_fingerprint(settings, wait_s=CONNECT_S)
    if not shown:
        return []
    pairs = ":".join(shown[place : place + 2] for place in range(0, len(shown), 2)).upper()
    return [
        f"The certificate it shows has the SHA-256 fingerprint {pairs}.",
        "Compare it on the PBX; if it is the right one, enter it as the certificate to trust.",
    ]
