"""Reads the dialects' TOML files. They are shipped, so a mistake in one is a bug and raises."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from phoneprov.pbx.dialects.dialect import Dialect, ParkWay

DATA = Path(__file__).parent / "data"
OWN = "own"


@lru_cache(maxsize=1)
def load_dialects() -> dict[str, Dialect]:
    """Return the shipped dialects by name."""
    files = sorted(DATA.glob("*.toml"))
    return {
        file.stem: _dialect(file.stem, tomllib.loads(file.read_text("utf-8"))) for file in files
    }


def get_dialect(name: str) -> Dialect:
    """Return a dialect by name; that of a PBX with codes of its own where there is none such."""
    dialects = load_dialects()
    return dialects.get(name) or dialects[OWN]


def _dialect(name: str, file: dict[str, Any]) -> Dialect:
    """Return the dialect of a file; a key that is no field raises TypeError."""
    park = file.pop("park_way", ParkWay.TRANSFER.value)
    slots = tuple(file.pop("slots"))
    return Dialect(name=name, park_way=ParkWay(park), slots=slots, **file)
