"""User-Agents, orders, reports, uploads and common files of Yealink phones: R5, R6."""

import pytest

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.writer import NotifyMessage, Order, PhoneReport
from phoneprov.vendors.yealink import WRITER
from tests.conformance import intents
from tests.conformance.readers.yealink import read_lines
from tests.conformance.yealink.models import CATALOG, MAC, MODELS, T46U

AGENTS = [
    ("Yealink SIP-T46U 108.86.0.30 00:15:65:aa:bb:cc", "SIP-T46U", "108.86.0.30", "001565aabbcc"),
    ("Yealink SIP-T46U 108.86.0.20", "SIP-T46U", "108.86.0.20", None),
    ("yealink SIP-T28P 2.70.0.140 00:15:65:13:ae:0b", "SIP-T28P", "2.70.0.140", "00156513ae0b"),
    ("Yealink SIP-T38G  38.70.0.125 00:15:65:2f:c3:5e", "SIP-T38G", "38.70.0.125", "0015652fc35e"),
    ("Yealink SIP-T56A  58.80.0.25 001565f429a4", "SIP-T56A", "58.80.0.25", "001565f429a4"),
    (
        "Yealink SIP VP-T49G 51.80.0.10 00:15:65:9b:5a:44",
        "SIP VP-T49G",
        "51.80.0.10",
        "0015659b5a44",
    ),
    ("Yealink SIP-T21P_E2 52.80.0.3 00:15:65:4c:4c:26", "SIP-T21P_E2", "52.80.0.3", "0015654c4c26"),
    ("Yealink-T46G 28.71.0.81 28.1.0.128.0.0.0", "T46G", "28.71.0.81", None),
    ("Yealink SIP-T57W 96.86.5.1 80:5e:XX:XX:dc:69", "SIP-T57W", "96.86.5.1", None),
    ("Yealink SIP-T58 58.85.0.5", "SIP-T58", "58.85.0.5", None),
    ("Yealink SIP-T87W 185.87.0.10 44:db:d2:c9:73:b7", "SIP-T87W", "185.87.0.10", "44dbd2c973b7"),
    ("Yealink W70B 146.85.0.5 80:5e:0c:1d:65:4e", "W70B", "146.85.0.5", "805e0c1d654e"),
    ("VP530P 23.70.0.40 00:15:65:31:4b:c0", "VP530P", "23.70.0.40", "001565314bc0"),
]
OTHERS = [
    "Grandstream Model HW GXP2170 SW 1.0.11.85 DevId 000b82865e6a",
    "Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)",
    "FileTransport PolycomVVX-VVX_411-UA/5.9.7.4477 (SN:64167f0a0b0c) Type/Application",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "yealink",
    "Yealink SIP-T46U",
    "",
]


@pytest.mark.parametrize(("text", "model", "firmware", "mac"), AGENTS, ids=str)
def test_it_reads_the_user_agents_that_phones_send(
    text: str, model: str, firmware: str, mac: str | None
) -> None:
    """The corpus: both cases, one blank or two, with and without MAC."""
    facts = WRITER.read_user_agent(text)
    assert facts is not None
    assert (facts.model_name, facts.firmware, facts.mac) == (model, firmware, mac)


@pytest.mark.parametrize("text", OTHERS)
def test_it_leaves_other_user_agents_alone(text: str) -> None:
    """A header of somebody else is not a Yealink's."""
    assert WRITER.read_user_agent(text) is None


def test_it_gives_each_order_its_event() -> None:
    """Resync says that it does not mean a reboot."""
    assert WRITER.notify_for(Order.RESYNC, T46U) == NotifyMessage(event="check-sync;reboot=false")
    assert WRITER.notify_for(Order.REBOOT, T46U) == NotifyMessage(event="check-sync;reboot=true")
    assert WRITER.notify_for(Order.RESET, T46U) == NotifyMessage(event="reset")


@pytest.mark.parametrize("kind", ["registered", "unregistered", "register_failed", "booted"])
def test_it_reads_its_reports(kind: str) -> None:
    """What the action URLs of the file send back."""
    query = {"mac": MAC, "ip": "192.0.2.17", "user": "201"}
    report = PhoneReport(kind=kind, address="192.0.2.17", account_user="201")
    assert WRITER.read_report(kind, query, b"") == report


def test_it_takes_an_unreplaced_variable_as_not_told() -> None:
    """Firmware that does not know a variable sends its name."""
    query = {"ip": "$ip", "user": "$active_user"}
    assert WRITER.read_report("registered", query, b"") == PhoneReport(kind="registered")
    assert WRITER.read_report("off_hook", query, b"") is None


def test_it_names_the_uploads_it_takes() -> None:
    """Overrides, contacts and call lists of this phone; nothing else."""
    assert WRITER.accepts_upload(f"{MAC}-local.cfg") == "override"
    assert WRITER.accepts_upload(f"{MAC.upper()}-contact.xml") == "directory"
    assert WRITER.accepts_upload(f"{MAC}-calllog.xml") == "calls"
    assert WRITER.accepts_upload(f"{MAC}.cfg") is None
    assert WRITER.accepts_upload("../../etc/passwd") is None


def test_it_gives_strangers_a_common_file_without_secrets() -> None:
    """S3: without a token there is only the order to ask again each hour."""
    file = WRITER.write_common_file(T46U, "y000000000108.cfg", "http://p.example/prov/")
    assert file is not None
    lines = dict(read_lines(file.body))
    assert lines["static.auto_provision.repeat.minutes"] == "60"
    assert {name.split("auto_provision.")[1] for name in lines} == {
        "power_on",
        "repeat.enable",
        "repeat.minutes",
    }
    for name in ("y000000000000.boot", f"{MAC}.cfg", f"{MAC}.boot", "cfg.xml"):
        assert WRITER.write_common_file(T46U, name, "http://p.example/prov/") is None


def test_it_says_what_a_booting_phone_asks_for() -> None:
    """Boot file, common file, its own file, which alone it can't do without."""
    files = WRITER.boot_sequence(T46U, MAC)
    assert [file.name for file in files] == [f"{MAC}.boot", "y000000000108.cfg", f"{MAC}.cfg"]
    assert [file.name for file in files if file.needed] == [f"{MAC}.cfg"]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_recognises_every_model_of_the_catalogue(model: PhoneModel) -> None:
    """R5: each model's own User-Agent leads back to it, with firmware and MAC."""
    facts = WRITER.read_user_agent(model.agent_example)
    assert facts is not None
    assert facts.model_name is not None
    assert model in CATALOG.list_models_by_agent(Vendor.YEALINK, facts.model_name)
    assert facts.firmware


def test_it_names_the_file_that_carries_the_accounts() -> None:
    """The preview shows the file that matters."""
    config = intents.config(T46U, MAC)
    assert WRITER.main_file_name(config) == f"{MAC}.cfg"
    assert WRITER.write_file(config, f"{MAC}.cfg") is not None
