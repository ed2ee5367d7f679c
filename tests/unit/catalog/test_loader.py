"""The loader reads a provider's own files besides the shipped ones, and reports every mistake."""

from pathlib import Path

import pytest

from phoneprov.catalog.errors import CatalogError
from phoneprov.catalog.loader import SHIPPED, load_catalog
from phoneprov.catalog.model import ConfigTopic, RebootRule, Vendor

PHONE = """name = "T99X"
family = "T9x"
accounts = 4
physical_keys = 5
pages = 2
line_keys = 10
common_files = ["y000000000199.cfg"]
agent_names = ["SIP-T99X"]
agent_example = "Yealink SIP-T99X 199.86.0.1 80:5e:c0:1a:2b:3c"

[sources]
accounts = "data sheet"
physical_keys = "data sheet"
pages = "data sheet"
line_keys = "data sheet"
common_files = "capture"
agent_names = "capture"
"""
FIT = """modules = "data sheet"

[[modules]]
module = "yealink-exp99"
at_most = 3
"""
"""What to write behind PHONE for a phone that takes modules."""
MODULE = """name = "EXP99"
keys_per_page = 20
pages = 2

[sources]
keys = "data sheet"
"""


@pytest.fixture
def extra(tmp_path: Path) -> Path:
    """Return a provider's folder with room for Yealink files."""
    for kind in ("phones", "modules"):
        (tmp_path / "yealink" / kind).mkdir(parents=True)
    return tmp_path


def _write(folder: Path, kind: str, slug: str, text: str) -> None:
    (folder / "yealink" / kind / f"{slug}.toml").write_text(text, encoding="utf-8")


def _mistakes(folder: Path) -> list[str]:
    with pytest.raises(CatalogError) as caught:
        load_catalog(folder)
    assert str(caught.value) == "\n".join(caught.value.mistakes)
    return caught.value.mistakes


def test_it_adds_a_model_of_the_provider(extra: Path) -> None:
    """R10, R77: a file and no code; it is found by name, agent and common file."""
    _write(extra, "modules", "yealink-exp99", MODULE)
    _write(extra, "phones", "yealink-t99x", PHONE + FIT)
    catalog = load_catalog(extra)
    model = catalog.get_model("yealink-t99x")
    assert (model.vendor, model.name, model.line_keys) == (Vendor.YEALINK, "T99X", 10)
    assert [(fit.module, fit.at_most) for fit in model.modules] == [("yealink-exp99", 3)]
    assert catalog.module_models["yealink-exp99"].keys == 40
    assert catalog.find_model_by_agent(Vendor.YEALINK, "sip-t99x") == model
    assert catalog.find_model_by_file("Y000000000199.CFG") == model
    assert len(catalog.phone_models) == len(load_catalog().phone_models) + 1


def test_it_lets_a_file_of_the_provider_shadow_ours(extra: Path) -> None:
    """R77: the same file name replaces the shipped model, which stays untouched."""
    shipped = (SHIPPED / "yealink" / "phones" / "yealink-t46u.toml").read_text("utf-8")
    lines = [line for line in shipped.splitlines() if not line.startswith("accounts = 1")]
    _write(extra, "phones", "yealink-t46u", "accounts = 7\n" + "\n".join(lines))
    assert load_catalog(extra).get_model("yealink-t46u").accounts == 7
    assert load_catalog().get_model("yealink-t46u").accounts == 16


def test_it_lets_a_provider_correct_what_is_true_of_a_vendor(extra: Path) -> None:
    """A new MAC prefix takes a line in a file; upper case is as good as lower."""
    shipped = (SHIPPED / "yealink" / "vendor.toml").read_text("utf-8")
    own = shipped.replace("ouis = [", 'ouis = ["ABCDEF", ', 1)
    (extra / "yealink" / "vendor.toml").write_text(own, encoding="utf-8")
    assert load_catalog(extra).vendor_of_mac("abcdef123456") is Vendor.YEALINK


@pytest.mark.parametrize("folder", [None, Path("/nonexistent")])
def test_it_is_the_shipped_one_without_a_folder(folder: Path | None) -> None:
    """Most providers have none, and it is read only once."""
    assert load_catalog(folder) is load_catalog()


def test_it_reports_all_mistakes_of_all_files_at_once(extra: Path) -> None:
    """R10: whoever writes a file sees everything that is wrong with it in one go."""
    _write(extra, "phones", "yealink-a", PHONE.replace("accounts = 4", 'accounts = "four"'))
    _write(extra, "phones", "yealink-b", PHONE + '\nunknown = "x"\n[typo]\n')
    _write(extra, "phones", "yealink-c", "name = ")
    (extra / "yealink" / "phones" / "yealink-d.toml").write_bytes(b'name = "\xff"')
    _write(extra, "modules", "yealink-e", MODULE.replace("pages = 2", "pages = 0"))
    mistakes = _mistakes(extra)
    for file, word in (
        ("yealink-a.toml", "accounts"),
        ("yealink-b.toml", "typo"),
        ("yealink-c.toml", ""),
        ("yealink-d.toml", ""),
        ("yealink-e.toml", "pages"),
    ):
        assert [line for line in mistakes if file in line and word in line], file


def test_it_reports_what_does_not_fit_together(extra: Path) -> None:
    """Names twice, more keys than there are, modules that nobody makes, sources left out."""
    fit = FIT.replace("exp99", "exp98")
    _write(extra, "phones", "t99x", PHONE.replace("line_keys = 10", "line_keys = 11"))
    _write(extra, "phones", "yealink-t99y", PHONE.replace('accounts = "data sheet"\n', "") + fit)
    _write(extra, "modules", "yealink-exp99", MODULE.replace('keys = "data sheet"', ""))
    vendor = (SHIPPED / "yealink" / "vendor.toml").read_text("utf-8")
    own = vendor.replace("ouis = [", 'ouis = ["80:5e", ', 1)
    (extra / "yealink" / "vendor.toml").write_text(own, encoding="utf-8")
    assert sorted(_mistakes(extra)) == sorted(
        [
            "yealink: 80:5e is not the first half of a MAC address",
            "yealink-exp99: no source for keys",
            "t99x: the file name must begin with yealink-",
            "t99x: 11 line keys, but 10 keys on all pages",
            "yealink-t99y: no source for accounts",
            "yealink-t99y: there is no module yealink-exp98",
            "yealink-t99y: T99X is also a name of t99x",
        ]
    )


@pytest.mark.parametrize(
    ("line", "figure"),
    [
        ("label_chars = 8", "label_chars"),
        ('firmware_files = ["T99.rom"]', "firmware_files"),
        ('end_of_life = "Discontinued by its maker."', "end_of_life"),
    ],
)
def test_it_asks_for_the_source_of_every_figure_given(extra: Path, line: str, figure: str) -> None:
    """What a file need not tell needs a source as soon as it is told."""
    _write(extra, "phones", "yealink-t99x", f"{line}\n{PHONE}")
    assert _mistakes(extra) == [f"yealink-t99x: no source for {figure}"]


@pytest.mark.parametrize("name", ["SIP-T99", "T99XY", "SIP-T98X"])
def test_it_reports_an_example_that_is_of_another_model(extra: Path, name: str) -> None:
    """R5: the example is what identification is tried with; half a name is another model."""
    own = PHONE.replace('agent_names = ["SIP-T99X"]', f'agent_names = ["{name}"]')
    _write(extra, "phones", "yealink-t99x", own)
    assert _mistakes(extra) == ["yealink-t99x: agent_example has none of agent_names in it"]


def test_it_reports_a_name_that_only_looks_different(extra: Path) -> None:
    """A User-Agent may spell it either way, so both would be found by it."""
    _write(extra, "phones", "yealink-t99x", 'aliases = ["sip t46u"]\n' + PHONE)
    (mistake,) = _mistakes(extra)
    assert mistake == "yealink-t99x: sip t46u is also a name of yealink-t46u"


def test_it_reports_a_module_that_takes_the_name_of_another(extra: Path) -> None:
    """R43: the form lists modules by name."""
    _write(extra, "modules", "yealink-exp99", MODULE.replace("EXP99", "EXP50"))
    _write(extra, "modules", "exp98", MODULE.replace("EXP99", "EXP98"))
    assert sorted(_mistakes(extra)) == [
        "exp98: the file name must begin with yealink-",
        "yealink-exp99: EXP50 is also a name of yealink-exp50",
    ]


def test_it_reports_a_mac_prefix_of_two_vendors(extra: Path) -> None:
    """R12: the vendor guessed from it would depend on the order of files."""
    shipped = (SHIPPED / "yealink" / "vendor.toml").read_text("utf-8")
    own = shipped.replace("ouis = [", 'ouis = ["000B82", ', 1)
    (extra / "yealink" / "vendor.toml").write_text(own, encoding="utf-8")
    assert _mistakes(extra) == ["grandstream: 000b82 also belongs to yealink"]


def test_it_reports_a_file_that_cannot_be_read(extra: Path) -> None:
    """A link that leads nowhere is a mistake in the catalogue, not a crash at the start."""
    (extra / "yealink" / "phones" / "yealink-gone.toml").symlink_to(extra / "nowhere")
    (extra / "yealink" / "phones" / "yealink-folder.toml").mkdir()
    _write(extra, "phones", "yealink-c", "name = ")
    mistakes = _mistakes(extra)
    assert len(mistakes) == 3
    for file in ("yealink-gone.toml", "yealink-folder.toml"):
        assert [line for line in mistakes if file in line and "can't be read" in line]


@pytest.mark.parametrize(("family", "is_found"), [("T46", True), ("T9x", False)])
def test_it_finds_nothing_by_a_file_that_families_share(
    extra: Path, family: str, *, is_found: bool
) -> None:
    """Models of one family read the same common file; between families it proves nothing."""
    own = PHONE.replace("y000000000199.cfg", "y000000000108.cfg").replace("T9x", family)
    _write(extra, "phones", "yealink-t99x", own)
    found = load_catalog(extra).find_model_by_file("y000000000108.cfg")
    assert (found is not None) is is_found


def test_it_reports_a_broken_vendor_file(extra: Path) -> None:
    """A vendor's file is checked like all others."""
    (extra / "yealink" / "vendor.toml").write_text('ouis = ["805ec0"]', encoding="utf-8")
    assert [line for line in _mistakes(extra) if "set_up_by_hand" in line]


def test_a_reboot_rule_holds_for_its_topics_and_families() -> None:
    """R110: what is not said of a topic or a family holds for all; without a change nothing does."""
    keys, clock = frozenset({ConfigTopic.KEYS}), frozenset({ConfigTopic.CLOCK})
    some = RebootRule(reason="x", is_needed=True, topics=keys, families=frozenset({"GXV33xx"}))
    assert some.holds_for("GXV33xx", keys | clock)
    assert not some.holds_for("GXV33xx", clock)
    assert not some.holds_for("GXP21xx", keys)
    everything = RebootRule(reason="x", is_needed=False)
    assert everything.holds_for("VVX", clock)
    assert not everything.holds_for("VVX", frozenset())


def test_the_shipped_reboot_rules_name_families_that_exist() -> None:
    catalog = load_catalog()
    families = {one.family for one in catalog.phone_models.values()}
    rules = [rule for facts in catalog.vendors.values() for rule in facts.reboot_rules]
    assert any(rule.is_needed for rule in rules)
    assert all(rule.families <= families for rule in rules)
