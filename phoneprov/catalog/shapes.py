"""Parts of the catalogue's files as they are typed; each mistake is said with its field."""

from pydantic import BaseModel, ConfigDict, Field

from phoneprov.catalog.model import ButtonKind, ConfigTopic


class CatalogFile(BaseModel):
    """A file of the catalogue, or a part of one: nothing in it may be unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FitShape(CatalogFile):
    """A module that fits."""

    module: str
    at_most: int = Field(ge=1, le=10)


class RuleShape(CatalogFile):
    """What some keys can't carry."""

    reason: str = Field(min_length=1, max_length=300)
    kinds: frozenset[ButtonKind] = frozenset()
    positions: frozenset[int] = frozenset()
    without_number: bool = False
    source: str = Field(min_length=1)


class RebootShape(CatalogFile):
    """Whether a change needs a reboot."""

    reason: str = Field(min_length=1, max_length=300)
    is_needed: bool
    topics: frozenset[ConfigTopic] = frozenset()
    families: frozenset[str] = frozenset()
    source: str = Field(min_length=1)


class PictureShape(CatalogFile):
    """Where the keys are."""

    left: int = Field(0, ge=0, le=64)
    right: int = Field(0, ge=0, le=64)
    below: int = Field(0, ge=0, le=64)
    columns: int = Field(0, ge=0, le=10)
    touch: bool = False
    screen: tuple[int, int] | None = None
    soft_keys: int = Field(4, ge=0, le=8)
    block_screen: bool = False


class BlfShape(CatalogFile):
    """A parameter that BLF keys depend on."""

    name: str = Field(min_length=1, max_length=80)
    meaning: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1)
