"""User-Agents, orders, reports, uploads and common files of Cisco SPA phones: R5, R6."""

import pytest

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.cisco import WRITER
from phoneprov.vendors.writer import NotifyMessage, NotPossible, Order
from tests.conformance import intents
from tests.conformance.cisco.models import CATALOG, MAC, MODELS, SPA303, SPA504G, SPA525G2
from tests.conformance.readers.cisco import read_elements

AGENTS = [
    (
        "Cisco/SPA501G-7.4.4 (8843E157DDCC)(CBT141100HR)",
        ("SPA501G", "7.4.4", "8843e157ddcc", "CBT141100HR"),
    ),
    (
        "Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)",
        ("SPA508G", "7.4.8a", "0002fdff2103", "CBT141400UK"),
    ),
    (
        "Cisco/SPA504G-7.4.9c (649EF3788E6A)(CCQ162306EA)",
        ("SPA504G", "7.4.9c", "649ef3788e6a", "CCQ162306EA"),
    ),
    (
        "Cisco/SPA504G-7.4.9c (001565000000)(CCQ162306EA)",
        ("SPA504G", "7.4.9c", "001565000000", "CCQ162306EA"),
    ),
    ("Cisco/SPA525G-7.4.4 (CBT141900G7)", ("SPA525G", "7.4.4", None, "CBT141900G7")),
    ("Cisco/SPA525G-7.4.7 (CBT141900G7)", ("SPA525G", "7.4.7", None, "CBT141900G7")),
    ("Linksys/SPA-942-6.1.5(a) (88019FA42805)", ("SPA-942", "6.1.5(a)", None, "88019FA42805")),
    ("Linksys/SPA-962-6.1.5(a) (4MM00F903042)", ("SPA-962", "6.1.5(a)", None, "4MM00F903042")),
    ("Linksys/SPA-921-5.1.8 (4MJ00HC02158)", ("SPA-921", "5.1.8", None, "4MJ00HC02158")),
    ("Cisco/SPA303-7.4.8a", ("SPA303", "7.4.8a", None, None)),
    ("Cisco/SPA303-7.6.2c", ("SPA303", "7.6.2c", None, None)),
    ("Cisco/SPA504G-7.1.3a", ("SPA504G", "7.1.3a", None, None)),
    ("Cisco/SPA504G-7.6.2", ("SPA504G", "7.6.2", None, None)),
    ("Cisco/SPA504G-7.6.2d", ("SPA504G", "7.6.2d", None, None)),
    ("Cisco/SPA508G-7.6.2b", ("SPA508G", "7.6.2b", None, None)),
    ("Cisco/SPA525G-7.4.9a", ("SPA525G", "7.4.9a", None, None)),
    ("Cisco/SPA525G2-7.6.1(ES_RC01)", ("SPA525G2", "7.6.1(ES_RC01)", None, None)),
    ("Cisco/SPA525G2-7.6.2", ("SPA525G2", "7.6.2", None, None)),
]
"""HTTP agents with brackets, SIP agents without. A lone bracket is the serial number, even where
it looks like a MAC address; the SPA525G and 525G2 leave the MAC out; a version has brackets too."""
OTHERS = [
    "Yealink SIP-T46U 108.86.0.30 00:15:65:aa:bb:cc",
    "Grandstream Model HW GXP2170 SW 1.0.11.85 DevId 000b82865e6a",
    "FileTransport PolycomVVX-VVX_411-UA/5.9.7.4477 (SN:64167f0a0b0c) Type/Application",
    "Mozilla/5.0 (X11; Linux x86_64)",
    "Cisco/SPA504G",
    "Cisco-CP7841-3PCC/11.0",
    "",
]


@pytest.mark.parametrize(("text", "told"), AGENTS, ids=str)
def test_it_reads_the_user_agents_that_phones_send(
    text: str, told: tuple[str, str, str | None, str | None]
) -> None:
    """The corpus: model, firmware, MAC and serial as far as they are told."""
    facts = WRITER.read_user_agent(text)
    assert facts is not None
    assert facts.vendor is Vendor.CISCO
    assert (facts.model_name, facts.firmware, facts.mac, facts.serial) == told
    assert not facts.is_boot_loader


@pytest.mark.parametrize("text", OTHERS)
def test_it_leaves_other_user_agents_alone(text: str) -> None:
    """A header of somebody else is not a Cisco SPA's."""
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
    """R5: each model's own User-Agent leads back to it; only the 525s leave their MAC out."""
    facts = WRITER.read_user_agent(model.agent_example)
    assert facts is not None
    assert facts.model_name is not None
    assert CATALOG.find_model_by_agent(Vendor.CISCO, facts.model_name) == model
    assert facts.firmware
    assert (facts.mac is None) == (model.family == "SPA525")


def test_it_gives_each_order_its_event() -> None:
    """Resync and reboot are events of their own; a reset is not in its power, and it says so."""
    assert WRITER.notify_for(Order.RESYNC, SPA504G) == NotifyMessage(event="resync")
    assert WRITER.notify_for(Order.REBOOT, SPA504G) == NotifyMessage(event="reboot_now")
    reset = WRITER.notify_for(Order.RESET, SPA504G)
    assert isinstance(reset, NotPossible)
    assert "Factory Reset" in reset.reason
    assert "without a screen" in reset.reason


def test_it_reports_nothing_and_uploads_nothing() -> None:
    """These phones have no action URLs, and send reports only when told."""
    assert WRITER.read_report("registered", {"mac": MAC}, b"") is None
    for name in (f"{MAC}.cfg", f"{MAC}-boot.log", f"{MAC}-phone.cfg"):
        assert WRITER.accepts_upload(name) is None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_it_gives_strangers_a_common_file_without_secrets(model: PhoneModel) -> None:
    """S3: without a MAC in its name there are only the rules that lead to the phone's own file."""
    (name,) = model.common_files
    file = WRITER.write_common_file(model, name, "http://p.example/prov/")
    assert file is not None
    assert file.name == name
    assert file.content_type.startswith("text/xml")
    assert dict(read_elements(file.body)) == {
        "Provision_Enable": "Yes",
        "Resync_On_Reset": "Yes",
        "Resync_Periodic": "3600",
        "Resync_From_SIP": "Yes",
        "Profile_Rule": "http://p.example/prov/$MA.cfg",
    }
    assert {tag for tag, _ in read_elements(file.body)} <= intents.known_names("cisco_spa")


@pytest.mark.parametrize("name", [f"{MAC}.cfg", "000000000000.cfg", f"spa{MAC}.cfg", "cfg.xml"])
def test_it_has_no_other_common_file(name: str) -> None:
    """A name with a MAC in it is never answered to strangers."""
    assert WRITER.write_common_file(SPA504G, name, "http://p.example/prov/") is None


@pytest.mark.parametrize(
    ("model", "common"),
    [(SPA303, "spa303.cfg"), (SPA504G, "spa504G.cfg"), (SPA525G2, "spa525G2.cfg")],
    ids=lambda value: getattr(value, "name", value),
)
def test_it_says_what_a_booting_phone_asks_for(model: PhoneModel, common: str) -> None:
    """The factory's rule first, in the model's own spelling, then its own file."""
    files = WRITER.boot_sequence(model, MAC)
    assert [file.name for file in files] == [common, f"{MAC}.cfg"]
    assert [file.name for file in files if file.needed] == [f"{MAC}.cfg"]
    assert model.common_files == (common,)


def test_it_names_the_file_that_carries_the_accounts() -> None:
    """The preview shows the file that matters."""
    config = intents.config(SPA504G, MAC)
    assert WRITER.main_file_name(config) == f"{MAC}.cfg"
    file = WRITER.write_file(config, f"{MAC}.cfg")
    assert file is not None
    assert file.content_type.startswith("text/xml")
