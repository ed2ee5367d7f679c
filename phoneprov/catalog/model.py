"""What a phone or an expansion module is. Pure values, read from the TOML files beside this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Vendor(StrEnum):
    """A maker of phones whose files we can write."""

    YEALINK = "yealink"
    GRANDSTREAM = "grandstream"
    CISCO = "cisco"
    POLYCOM = "polycom"

    @property
    def label(self) -> str:
        """The name as people know it."""
        return {"cisco": "Cisco SPA"}.get(self.value, self.value.capitalize())


class ButtonKind(StrEnum):
    """The eight kinds a button can have, and nothing."""

    LINE = "line"
    BLF = "blf"
    SPEED_DIAL = "speed_dial"
    FEATURE_CODE = "feature_code"
    PARK = "park"
    PARK_RETRIEVE = "park_retrieve"
    CONFERENCE = "conference"
    CUSTOM = "custom"


class ConfigTopic(StrEnum):
    """What a part of a phone's config is about."""

    MODEL = "model"
    NAME = "name"
    LINES = "lines"
    SERVER = "server"
    PORT = "port"
    CLOCK = "clock"
    PASSWORD = "password"  # noqa: S105 - a topic, no password
    CHECKS = "checks"
    KEYS = "keys"
    PARAMETERS = "parameters"


@dataclass(frozen=True, slots=True, kw_only=True)
class RebootRule:
    """What is known of reboots after a change of a config. An empty set means all."""

    reason: str
    """Said to whoever looks at a change before it is saved."""
    is_needed: bool
    """Whether somebody has to order the reboot; else the phone does by itself what it needs."""
    topics: frozenset[ConfigTopic] = frozenset()
    families: frozenset[str] = frozenset()

    def holds_for(self, family: str, topics: frozenset[ConfigTopic]) -> bool:
        """Tell whether it says something of a change of these topics on a model's family."""
        is_family = not self.families or family in self.families
        return is_family and bool(topics & self.topics if self.topics else topics)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRule:
    """What some keys of a model can't carry, and why. An empty set means all."""

    reason: str
    """Said to whoever tries it: why not, and the way that works on this model."""
    kinds: frozenset[ButtonKind] = frozenset()
    positions: frozenset[int] = frozenset()
    without_number: bool = False
    """Refuses only a button without a value: with a number the key can do it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFit:
    """That an expansion module fits a phone model, and how many of it at most."""

    module: str
    at_most: int
    keys: int = 0
    """Keys of one such module on all its pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPicture:
    """Where the keys of one page are, for a picture of a phone or module."""

    left: int = 0
    """Keys in the column left of the screen, counted first, from the top."""
    right: int = 0
    """Keys in the column right of the screen, counted next."""
    below: int = 0
    """Keys in a row under the screen, counted last."""
    columns: int = 0
    """Columns of the keys beside those: of the block of `side_keys`, or of a touch screen's."""
    touch: bool = False
    """Whether the keys are drawn on the screen, in `columns`, instead of beside it."""
    screen: tuple[int, int] | None = None
    """Width and height of the screen in pixels; None without a screen."""
    soft_keys: int = 4
    """Keys right below a phone's screen that are no line keys."""
    block_screen: bool = False
    """Whether the labels of the block are on a screen of its own instead of paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneModel:
    """A phone model. `slug` (`yealink-t46u`) is its id in the database and in addresses."""

    slug: str
    vendor: Vendor
    name: str
    family: str
    accounts: int
    """SIP accounts the phone can register."""
    physical_keys: int
    """Programmable line keys on the front."""
    pages: int
    """Pages those keys have."""
    line_keys: int
    """Positions a button layout can fill: all keys on all pages."""
    label_chars: int | None
    """Characters of a key label that show; None where labels are on paper or unknown."""
    side_keys: int = 0
    """Of the line keys, those of a block of their own beside the others, on one page or screen;
    theirs are the last positions."""
    aliases: tuple[str, ...] = ()
    modules: tuple[ModuleFit, ...] = ()
    common_files: tuple[str, ...] = ()
    """File names without a MAC that this model asks for, as its firmware spells them."""
    firmware_files: tuple[str, ...] = ()
    agent_names: tuple[str, ...] = ()
    """What the model calls itself in its HTTP User-Agent (`SIP-T46U`, `VVX_411`)."""
    agent_example: str = ""
    key_rules: tuple[KeyRule, ...] = ()
    """The model's own rules and then those of all its vendor's phones."""
    traits: Mapping[str, str] = field(default_factory=dict)
    """Vendor-specific facts that the vendor's writer needs (account block table, zone notation)."""
    picture: KeyPicture = field(default_factory=KeyPicture)
    end_of_life: str | None = None
    """What to say in a badge when the maker no longer repairs it; None otherwise."""
    notes: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Field name to where its figure comes from."""

    @property
    def full_name(self) -> str:
        """Vendor and model as people say it: `Yealink T46U`."""
        return f"{self.vendor.label.removesuffix(' SPA')} {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleModel:
    """An expansion module model."""

    slug: str
    vendor: Vendor
    name: str
    keys_per_page: int
    pages: int
    aliases: tuple[str, ...] = ()
    label_chars: int | None = None
    key_rules: tuple[KeyRule, ...] = ()
    """The module's own rules and then those of all its vendor's modules."""
    picture: KeyPicture = field(default_factory=KeyPicture)
    notes: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> int:
        """All keys on all pages."""
        return self.keys_per_page * self.pages


@dataclass(frozen=True, slots=True, kw_only=True)
class BlfSetting:
    """A parameter that all BLF keys of a vendor's phones depend on."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFacts:
    """What is true of all phones of a vendor, as far as pages and identification need it."""

    vendor: Vendor
    ouis: frozenset[str]
    """First six hexadecimal digits of their MAC addresses; a hint, never a refusal."""
    set_up_by_hand: str
    """What to do at the phone to type the provisioning address."""
    find_ip: str
    """Where the phone's screen shows its IP address."""
    reset_by_hand: str
    """How to reset the phone to factory defaults at the phone itself."""
    dhcp_options: tuple[int, ...]
    """DHCP options its firmware reads a provisioning address from, in its order."""
    password_forbidden: str = ""
    """Characters the local admin password can't have."""
    password_longest: int = 32
    password_shortest: int = 1
    password_note: str = ""
    phone_key_rules: tuple[KeyRule, ...] = ()
    """What no key of this vendor's phones can carry."""
    module_key_rules: tuple[KeyRule, ...] = ()
    """What no key of this vendor's modules can carry."""
    reboot_rules: tuple[RebootRule, ...] = ()
    """The first that holds for a change counts; without one nothing is known."""
    blf_settings: tuple[BlfSetting, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
