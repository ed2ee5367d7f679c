"""User-Agents, orders, reports, uploads and common files of Polycom VVX phones: R5, R6."""

import pytest

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.polycom import WRITER
from phoneprov.vendors.writer import NotifyMessage, NotPossible, Order, PhoneReport
from tests.conformance import intents
from tests.conformance.polycom.models import CATALOG, MAC, MAIN, MODELS, VVX411
from tests.conformance.readers.polycom import read_parameters

HTTP = "FileTransport PolycomVVX-"
AGENTS = [
    (f"{HTTP}VVX_500-UA/5.9.7.4477 Type/Application", "VVX_500", "5.9.7.4477", None),
    (f"{HTTP}VVX_400-UA/4.1.4.7430 Type/Application", "VVX_400", "4.1.4.7430", None),
    (f"{HTTP}VVX_101-UA/5.4.3.1014 Type/Application", "VVX_101", "5.4.3.1014", None),
    (f"{HTTP}VVX_450-UA/5.9.1.0615 Type/Application", "VVX_450", "5.9.1.0615", None),
    (f"{HTTP}VVX_410-UA/5.9.5.0614 Type/Application", "VVX_410", "5.9.5.0614", None),
    (f"{HTTP}VVX_411-UA/5.9.5.0614", "VVX_411", "5.9.5.0614", None),
    (f"{HTTP}VVX_311-UA/5.9.6.2327 Type/Application", "VVX_311", "5.9.6.2327", None),
    (f"{HTTP}VVX_310-UA/5.1.1.2986", "VVX_310", "5.1.1.2986", None),
    (
        f"{HTTP}VVX_411-UA/5.9.7.4477 (SN:64167f0a0b0c) Type/Application",
        "VVX_411",
        "5.9.7.4477",
        "64167f0a0b0c",
    ),
    ("PolycomVVX-VVX_400-UA/5.9.5.0614_0004f28e5a79", "VVX_400", "5.9.5.0614", "0004f28e5a79"),
    ("PolycomVVX-VVX_401-UA/5.7.0.11768", "VVX_401", "5.7.0.11768", None),
    ("Polycom/5.5.0.20556 PolycomVVX-VVX_410-UA/5.5.0.20556", "VVX_410", "5.5.0.20556", None),
    ("Polycom/5.5.2.8571 PolycomVVX-VVX_310-UA/5.5.2.8571", "VVX_310", "5.5.2.8571", None),
    ("PolycomVVX-VVX_300-UA/4.1.6.4835", "VVX_300", "4.1.6.4835", None),
    ("PolycomVVX-VVX_601-UA/6.4.3.2389", "VVX_601", "6.4.3.2389", None),
    ("PolycomVVX-VVX_450-UA/6.4.0", "VVX_450", "6.4.0", None),
    ("PolycomVVX-VVX450-UA/6.4.5.1000", "VVX450", "6.4.5.1000", None),
    ("PolycomVVX-VVX_250-UA/6.4.4.8275", "VVX_250", "6.4.4.8275", None),
]
"""HTTP agents with and without serial number and type, SIP agents with the MAC glued on and with
the version in front."""
OTHERS = [
    "FileTransport PolycomSoundStationIP-SSIP_6000-UA/5.0.3.1667 Type/Updater",
    "FileTransport PolycomSoundStationIP-SSIP_5000-UA/4.0.3.7562 (SN:0004f2e765da)",
    "Microbrowser/1.1 PolycomSoundPointIP-SPIP_550-UA/4.0.15.1047 Type/Application",
    "FileTransport PolycomSoundPointIP-SPIP_335-UA/3.2.1.0078",
    "FileTransport PolyEdge-Edge_E450-UA/8.0.0.15602 Type/Application",
    "Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)",
    "Yealink SIP-T46U 108.86.0.30 00:15:65:aa:bb:cc",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "PolycomVVX-VVX_411",
    "",
]
EVENT = """<?xml version="1.0" encoding="UTF-8"?>
<PolycomIPPhone><{event}><PhoneIP>{address}</PhoneIP><MACAddress>64167f1a2b3c</MACAddress>
<LineNumber>1</LineNumber>
<TimeStamp>2026-03-01T10:00:00-05:00</TimeStamp></{event}></PolycomIPPhone>"""


@pytest.mark.parametrize(("text", "model", "firmware", "mac"), AGENTS, ids=str)
def test_it_reads_the_user_agents_that_phones_send(
    text: str, model: str, firmware: str, mac: str | None
) -> None:
    """The corpus: HTTP and SIP, with and without MAC."""
    facts = WRITER.read_user_agent(text)
    assert facts is not None
    assert (facts.model_name, facts.firmware, facts.mac) == (model, firmware, mac)
    assert not facts.is_boot_loader
    assert CATALOG.find_model_by_agent(Vendor.POLYCOM, model) is not None


def test_it_knows_the_updaters_version_for_what_it_is() -> None:
    """The boot block has a version of its own, which is not the firmware's."""
    facts = WRITER.read_user_agent(f"{HTTP}VVX_500-UA/5.9.7.47435 Type/Updater")
    assert facts is not None
    assert facts.is_boot_loader
    assert facts.firmware == "5.9.7.47435"


@pytest.mark.parametrize("text", OTHERS)
def test_it_leaves_other_user_agents_alone(text: str) -> None:
    """SoundPoint, SoundStation and Edge phones are no VVX; nor is anybody else."""
    assert WRITER.read_user_agent(text) is None


@pytest.mark.parametrize(
    "hostile", intents.hostile_inputs("user_agent"), ids=lambda hostile: str(hostile.id)
)
def test_it_believes_no_mac_of_a_hostile_user_agent(hostile: intents.HostileInput) -> None:
    """Whatever the header says, the answer is a MAC address or none."""
    facts = WRITER.read_user_agent(hostile.text)
    assert facts is None or facts.mac is None or len(facts.mac) == 12


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_recognises_every_model_of_the_catalogue(model: PhoneModel) -> None:
    """R5: each model's own User-Agent leads back to it, with firmware and MAC."""
    facts = WRITER.read_user_agent(model.agent_example)
    assert facts is not None
    assert facts.model_name is not None
    assert CATALOG.find_model_by_agent(Vendor.POLYCOM, facts.model_name) == model
    assert facts.firmware
    assert facts.mac == "64167f1a2b3c"


def test_it_gives_each_order_its_event() -> None:
    """A reboot takes an armed config; a reset is not in its power, and it says so."""
    resync = NotifyMessage(event="check-sync")
    reboot = NotifyMessage(event="check-sync", needs_armed_config=True)
    assert WRITER.notify_for(Order.RESYNC, VVX411) == resync
    assert WRITER.notify_for(Order.REBOOT, VVX411) == reboot
    reset = WRITER.notify_for(Order.RESET, VVX411)
    assert isinstance(reset, NotPossible)
    assert "Reset to Factory" in reset.reason


@pytest.mark.parametrize(
    ("event", "kind"),
    [("LineRegistrationEvent", "registered"), ("LineUnregistrationEvent", "unregistered")],
)
def test_it_reads_its_reports(event: str, kind: str) -> None:
    """What the phone posts when it registers and when it no longer does; it names no user."""
    body = EVENT.format(event=event, address="192.0.2.17").encode()
    report = PhoneReport(kind=kind, address="192.0.2.17")
    assert WRITER.read_report("notification", {}, body) == report


def test_it_takes_from_a_report_only_what_makes_sense() -> None:
    """Another event, another address or no XML at all is nothing to believe."""
    body = EVENT.format(event="LineRegistrationEvent", address="phone.example").encode()
    assert WRITER.read_report("notification", {}, body) == PhoneReport(kind="registered")
    bare = b"<LineRegistrationEvent><MACAddress </MACAddress></LineRegistrationEvent>"
    assert WRITER.read_report("notification", {}, bare) == PhoneReport(kind="registered")
    assert WRITER.read_report("registered", {}, body) is None
    for other in (
        b"",
        b"\xff\xfe<",
        EVENT.format(event="OnHookEvent", address="").encode(),
    ):
        assert WRITER.read_report("notification", {}, other) is None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (f"{MAC}-boot.log", "log"),
        (f"{MAC.upper()}-app.log", "log"),
        (f"{MAC}-phone.cfg", "override"),
        (f"{MAC}-web.cfg", "override"),
        (f"{MAC}-directory.xml", "directory"),
        (f"{MAC}-calls.xml", "calls"),
        (f"{MAC}.cfg", None),
        (MAIN, None),
        ("000000000000.cfg", None),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_it_names_the_uploads_it_takes(name: str, kind: str | None) -> None:
    """Logs, overrides, directory and call list of one phone; nothing that is ours to write."""
    assert WRITER.accepts_upload(name) == kind


def test_it_gives_strangers_a_common_file_without_secrets() -> None:
    """S3: without a token there is only the order to ask again each hour, and no address."""
    file = WRITER.write_common_file(VVX411, "000000000000.cfg", "http://p.example/prov/")
    assert file is not None
    assert file.content_type.startswith("text/xml")
    assert dict(read_parameters(file.body)) == {
        "prov.polling.enabled": "1",
        "prov.polling.mode": "rel",
        "prov.polling.period": "3601",
    }
    for name in (f"{MAC}.cfg", MAIN, "000000000000-directory.xml", "spa504G.cfg"):
        assert WRITER.write_common_file(VVX411, name, "http://p.example/prov/") is None


def test_it_says_what_a_booting_phone_asks_for() -> None:
    """The order of a real boot; only the master and the file it names are needed."""
    files = WRITER.boot_sequence(VVX411, MAC)
    assert [file.name for file in files] == [
        f"{MAC}.cfg",
        "sip.ld",
        MAIN,
        f"{MAC}-phone.cfg",
        f"{MAC}-web.cfg",
        "000000000000-license.cfg",
        f"{MAC}-license.cfg",
        f"{MAC}-calls.xml",
        f"{MAC}-directory.xml",
    ]
    assert [file.name for file in files if file.needed] == [f"{MAC}.cfg", MAIN]


def test_it_names_the_file_that_carries_the_accounts() -> None:
    """The preview shows the file that matters, not the master."""
    config = intents.config(VVX411, MAC)
    assert WRITER.main_file_name(config) == MAIN
    file = WRITER.write_file(config, MAIN)
    assert file is not None
    assert file.content_type.startswith("text/xml")
