"""User-Agents, orders, reports and common files of Grandstream phones: R5, R7."""

import pytest

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.grandstream import WRITER
from phoneprov.vendors.writer import NotifyMessage, Order, PhoneReport
from tests.conformance import intents
from tests.conformance.grandstream.models import CATALOG, GRP2614, MAC, MODELS
from tests.conformance.readers.grandstream import read_values

HTTP = "Grandstream Model HW"
AGENTS = [
    (f"{HTTP} GXP2170 SW 1.0.11.85 DevId 000b82865e6a", "GXP2170", "1.0.11.85", "000b82865e6a"),
    (f"{HTTP} GXV3350  V1.3A SW 1.0.1.8 DevId c074ad150b88", "GXV3350", "1.0.1.8", "c074ad150b88"),
    (f"{HTTP} GXV3240 V1.6B SW 1.0.1.27 DevId 000b82632815", "GXV3240", "1.0.1.27", "000b82632815"),
    (
        f"{HTTP} GRP2601W SW 1.0.7.32 DevId EC:74:D7:89:1A:76",
        "GRP2601W",
        "1.0.7.32",
        "ec74d7891a76",
    ),
    (f"{HTTP} HT802V2 V1.0A SW 1.0.5.4 DevId ec74d763e419", "HT802V2", "1.0.5.4", "ec74d763e419"),
    ("Grandstream GXP2160 1.0.9.50", "GXP2160", "1.0.9.50", None),
    ("Grandstream GXP1625 1.0.4.128 00:0b:82:11:22:33", "GXP1625", "1.0.4.128", "000b82112233"),
    (
        "Grandstream GXP2000 (gxp2000e.bin:1.2.5.3/boot55e.bin:1.1.6.9) DevId 000b822726c8",
        "GXP2000",
        "1.2.5.3",
        "000b822726c8",
    ),
]
OTHERS = [
    "Yealink SIP-T46U 108.86.0.30 00:15:65:aa:bb:cc",
    "Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)",
    "Grandstream",
    "curl/8.5.0",
    "",
]


@pytest.mark.parametrize(("text", "model", "firmware", "mac"), AGENTS, ids=str)
def test_it_reads_the_user_agents_that_phones_send(
    text: str, model: str, firmware: str, mac: str | None
) -> None:
    """The corpus: with a hardware revision, with colons, in the SIP form."""
    facts = WRITER.read_user_agent(text)
    assert facts is not None
    assert (facts.model_name, facts.firmware, facts.mac) == (model, firmware, mac)


@pytest.mark.parametrize("text", OTHERS)
def test_it_leaves_other_user_agents_alone(text: str) -> None:
    """A header of somebody else is not a Grandstream's."""
    assert WRITER.read_user_agent(text) is None


def test_it_gives_each_order_its_event() -> None:
    """`check-sync` reboots here, `resync` does not."""
    assert WRITER.notify_for(Order.RESYNC, GRP2614) == NotifyMessage(event="resync")
    assert WRITER.notify_for(Order.REBOOT, GRP2614) == NotifyMessage(event="check-sync")
    assert WRITER.notify_for(Order.RESET, GRP2614) == NotifyMessage(event="reset")


@pytest.mark.parametrize("kind", ["registered", "unregistered", "booted"])
def test_it_reads_its_reports(kind: str) -> None:
    """What the action URLs of the file send back; the phone has none for a failed registration."""
    query = {"mac": MAC, "ip": "192.0.2.17", "user": "201"}
    report = PhoneReport(kind=kind, address="192.0.2.17", account_user="201")
    assert WRITER.read_report(kind, query, b"") == report
    assert WRITER.read_report("register_failed", query, b"") is None


def test_it_takes_an_unreplaced_variable_as_not_told() -> None:
    """Firmware that does not know a variable sends its name."""
    query = {"ip": "$phone_ip", "user": "$active_user"}
    assert WRITER.read_report("registered", query, b"") == PhoneReport(kind="registered")


def test_it_takes_no_uploads() -> None:
    """These phones upload nothing to us."""
    assert WRITER.accepts_upload(f"{MAC}-local.cfg") is None


@pytest.mark.parametrize("name", ["cfg.xml", "cfggrp2614.xml", "CFGGXP2170.XML"])
def test_it_gives_strangers_a_common_file_without_secrets(name: str) -> None:
    """S3: without a token there is only the order to ask again each hour."""
    file = WRITER.write_common_file(GRP2614, name, "http://p.example/prov/")
    assert file is not None
    assert read_values(file.body, None) == [("P194", "1"), ("P193", "60")]


@pytest.mark.parametrize("name", [f"cfg{MAC}.xml", f"cfg{MAC}", "phonebook.xml"])
def test_it_gives_strangers_nothing_else(name: str) -> None:
    """A name with a MAC is a phone's own."""
    assert WRITER.write_common_file(GRP2614, name, "http://p.example/prov/") is None


def test_it_says_what_a_booting_phone_asks_for() -> None:
    """The binary file, which has to be missing, then its own."""
    files = WRITER.boot_sequence(GRP2614, MAC)
    assert [(file.name, file.needed) for file in files] == [
        (f"cfg{MAC}", False),
        (f"cfg{MAC}.xml", True),
    ]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_recognises_every_model_of_the_catalogue(model: PhoneModel) -> None:
    """R5: each model's own User-Agent leads back to it, with firmware and MAC."""
    facts = WRITER.read_user_agent(model.agent_example)
    assert facts is not None
    assert facts.model_name is not None
    assert model in CATALOG.list_models_by_agent(Vendor.GRANDSTREAM, facts.model_name)
    assert facts.firmware


def test_it_names_the_file_that_carries_the_accounts() -> None:
    """The preview shows the file that matters."""
    config = intents.config(GRP2614, MAC)
    assert WRITER.main_file_name(config) == f"cfg{MAC}.xml"
    assert WRITER.write_file(config, f"cfg{MAC}.xml") is not None
