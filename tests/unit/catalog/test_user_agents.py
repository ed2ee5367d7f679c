"""The corpus of User-Agent headers leads to the catalogue: R5."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.vendors.registry import read_user_agent

CORPUS = Path(__file__).parents[2] / "conformance" / "data" / "user_agents.tsv"
CATALOG = load_catalog()
NOTHING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """A line of the corpus."""

    text: str
    vendor: Vendor
    models: tuple[str, ...]
    firmware: str | None
    mac: str | None


def _read_corpus() -> list[Header]:
    lines = [line for line in CORPUS.read_text("utf-8").splitlines() if line[0] != "#"]
    headers = []
    for line in lines[1:]:
        text, vendor, models, firmware, mac = line.split("\t")
        header = Header(
            text=text,
            vendor=Vendor(vendor),
            models=() if models == NOTHING else tuple(models.split(" ")),
            firmware=None if firmware == NOTHING else firmware,
            mac=None if mac == NOTHING else mac,
        )
        headers.append(header)
    return headers


HEADERS = _read_corpus()
OURS = [header for header in HEADERS if header.models]
OTHERS = [header for header in HEADERS if not header.models]


def test_it_has_headers_of_every_vendor() -> None:
    """A corpus that lost its lines would pass every test below."""
    assert len(HEADERS) > 120
    assert {header.vendor for header in OURS} == set(Vendor)
    assert {header.vendor for header in OTHERS} == set(Vendor)


@pytest.mark.parametrize("header", OURS, ids=lambda header: header.text)
def test_it_finds_the_model_that_a_header_tells(header: Header) -> None:
    """R5: in every spelling seen, over HTTP and SIP; all models it may be, and no other."""
    facts = read_user_agent(header.text)
    assert facts is not None
    assert facts.model_name is not None
    found = CATALOG.list_models_by_agent(facts.vendor, facts.model_name)
    assert sorted(model.slug for model in found) == sorted(header.models)
    assert {model.vendor for model in found} == {header.vendor}


@pytest.mark.parametrize("header", OURS, ids=lambda header: header.text)
def test_it_reads_firmware_and_mac_as_far_as_they_are_told(header: Header) -> None:
    """R5: a masked or broken MAC and a serial that looks like one are not the phone's."""
    facts = read_user_agent(header.text)
    assert facts is not None
    assert (facts.firmware, facts.mac) == (header.firmware, header.mac)


@pytest.mark.parametrize("header", OTHERS, ids=lambda header: header.text)
def test_it_takes_no_other_device_for_one_of_ours(header: Header) -> None:
    """Base stations, adapters and older families: a guess would give them a file they misread."""
    facts = read_user_agent(header.text)
    names = [facts.model_name] if facts is not None and facts.model_name else []
    assert [CATALOG.list_models_by_agent(header.vendor, name) for name in names] in ([], [()])
