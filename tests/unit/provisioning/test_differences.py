"""What one config says otherwise than another: words for people, lines for those who know."""

from dataclasses import replace

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import ConfigTopic
from phoneprov.provisioning.differences import list_differences, say_button
from phoneprov.provisioning.line_diff import diff_files
from phoneprov.provisioning.preview import MASK
from phoneprov.vendors.config import (
    Account,
    Button,
    ButtonKind,
    ExtraParameter,
    ModuleConfig,
    PhoneConfig,
    Provisioning,
    SipServer,
    Transport,
)
from phoneprov.vendors.zone_rules import zone_rules

CATALOG = load_catalog()
ANNA = Account(
    number=1,
    user="201",
    auth_user="201",
    password="anna-sip-pw",
    display_name="Anna Berg",
    label="Anna Berg",
)
CONFIG = PhoneConfig(
    mac="805ec01a2b3c",
    model=CATALOG.get_model("yealink-t46u"),
    display_name="Front desk",
    server=SipServer(domain="acme.example", host="pbx", port=5060, transport=Transport.UDP),
    accounts=(ANNA,),
    local_sip_port=5060,
    zone=zone_rules("Europe/Berlin", 2026),
    ntp_server="pool.ntp.org",
    admin_password="first-admin-pw",
    provisioning=Provisioning(base_url=f"https://p.example/prov/t/{'a' * 32}/", poll_minutes=57),
    buttons=(Button(position=1, kind=ButtonKind.LINE),),
)
CARL = Button(position=3, kind=ButtonKind.BLF, value="203", label="Carl Diaz")


def words(**change: object) -> list[str]:
    changed = replace(CONFIG, **change)  # type: ignore[arg-type]
    return [one.words for one in list_differences(CONFIG, changed)]


def test_the_same_says_nothing() -> None:
    assert list_differences(CONFIG, CONFIG) == ()
    assert diff_files(CONFIG, CONFIG) == ()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"buttons": (*CONFIG.buttons, CARL)}, ["Key 3: empty → BLF 203 Carl Diaz"]),
        ({"buttons": ()}, ["Keys: as assigned → its lines", "Key 1: Line 1 → empty"]),
        ({"zone": zone_rules("Europe/Paris", 2026)}, ["Time zone: Europe/Berlin → Europe/Paris"]),
        ({"local_sip_port": 5070}, ["Local SIP port: 5060 → 5070"]),
        ({"display_name": ""}, ["Display name: Front desk → none"]),
        ({"admin_password": None}, ["Admin password: one (not shown) → the one it has"]),
        ({"admin_password": "x"}, ["Admin password: one (not shown) → another one (not shown)"]),
        ({"accounts": ()}, ["Line 1: 201 Anna Berg → off"]),
        (
            {"accounts": (replace(ANNA, password="other"),)},
            ["Line 1, SIP password: one (not shown) → another one (not shown)"],
        ),
        (
            {"accounts": (replace(ANNA, user="202", display_name="Ben"),)},
            ["Line 1: 201 Anna Berg → 202 Ben"],
        ),
        (
            {"provisioning": replace(CONFIG.provisioning, poll_minutes=28)},
            ["Checks for changes: every 57 min → every 28 min"],
        ),
        (
            {"server": replace(CONFIG.server, transport=Transport.TLS, port=5061)},
            ["SIP server: pbx:5060 over UDP → pbx:5061 over TLS"],
        ),
        (
            {"extra": (ExtraParameter(name="features.dnd.enable", value="1"),)},
            ["features.dnd.enable: as without → 1"],
        ),
        (
            {"extra": (ExtraParameter(name="account.2.password", value="shh"),)},
            ["account.2.password: as without → one (not shown)"],
        ),
        (
            {"extra": (ExtraParameter(name="features.dnd.enable", value="", is_taken_back=True),)},
            ["features.dnd.enable: as without → taken back"],
        ),
        (
            {"modules": (ModuleConfig(module=CATALOG.module_models["yealink-exp43"], buttons=(CARL,)),)},
            ["Module 1: none → EXP43", "Module 1, key 3: empty → BLF 203 Carl Diaz"],
        ),
    ],
)  # fmt: skip
def test_each_change_has_its_words(change: dict[str, object], said: list[str]) -> None:
    """R110, R122: readable without knowing the vendor."""
    assert words(**change) == said


def test_a_key_that_only_changes_its_line_says_so() -> None:
    other = replace(CARL, account=2)
    [one] = list_differences(replace(CONFIG, buttons=(CARL,)), replace(CONFIG, buttons=(other,)))
    assert one.words == "Key 3: BLF 203 Carl Diaz on line 1 → BLF 203 Carl Diaz on line 2"
    assert one.topic is ConfigTopic.KEYS


def test_buttons_in_words() -> None:
    """A label that says nothing new is left out."""
    park = Button(position=1, kind=ButtonKind.PARK_RETRIEVE, value="71", label="71")
    assert say_button(park) == "Park retrieve 71"
    assert say_button(None) == "empty"


@pytest.mark.parametrize(
    "slug", ["yealink-t46u", "grandstream-gxp2170", "cisco-spa504g", "polycom-vvx-450"]
)
def test_another_secret_is_seen_and_never_shown(slug: str) -> None:
    """S4: a line that holds it differs, in every vendor's syntax."""
    before = replace(CONFIG, model=CATALOG.get_model(slug))
    after = replace(
        before,
        accounts=(replace(ANNA, password="annas-new-pw"),),
        admin_password="second-admin-pw",
        provisioning=replace(before.provisioning, base_url=f"https://p.example/prov/t/{'b' * 32}/"),
    )
    lines = [line for file in diff_files(before, after) for line in file.lines]
    text = "\n".join(line.text for line in lines)
    for secret in (
        "anna-sip-pw",
        "annas-new-pw",
        "first-admin",
        "second-admin",
        "a" * 32,
        "b" * 32,
    ):
        assert secret not in text
    assert sum(f"{MASK} (another)" in line.text for line in lines if line.is_new) >= 3
    assert not any("(another)" in line.text for line in lines if not line.is_new)


def test_other_hardware_is_compared_file_by_file() -> None:
    """The MAC address is in the names: they are still the same files."""
    [file] = diff_files(CONFIG, replace(CONFIG, mac="805ec0ffffff", local_sip_port=5070))[:1]
    assert file.name == "805ec0ffffff.cfg"
    assert {"sip.listen_port = 5060", "sip.listen_port = 5070"} <= {x.text for x in file.lines}
    assert len(file.lines) < 50
