"""An import between its preview and its confirmation."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from phoneprov.core.secrets import SecretBox, use_secret_box
from phoneprov.web.imports import GOOD_FOR, PendingImport, find_import, seal_import

NOW = datetime(2026, 11, 23, 14, 2, 11, tzinfo=UTC)
PENDING = PendingImport(tenant_id=7, fingerprint="ab12", text="number;sip_password\n201;grün\n")


@pytest.fixture(autouse=True)
def _box() -> None:
    use_secret_box(SecretBox([Fernet.generate_key()]))


def test_it_comes_back_as_it_was() -> None:
    assert find_import(seal_import(PENDING, NOW), 7, NOW + GOOD_FOR) == PENDING


def test_it_shows_nothing_of_the_list_on_the_page() -> None:
    sealed = seal_import(PENDING, NOW)
    assert sealed.isascii()
    assert "grün" not in repr(PENDING)
    assert seal_import(PENDING, NOW) != sealed


def test_it_is_good_for_one_tenant_only() -> None:
    assert find_import(seal_import(PENDING, NOW), 8, NOW) is None


def test_it_is_good_for_an_hour() -> None:
    too_late = NOW + GOOD_FOR + timedelta(seconds=1)
    assert find_import(seal_import(PENDING, NOW), 7, too_late) is None


@pytest.mark.parametrize("forged", ["", "x", "gAAAAA", "ä", "\x00"])
def test_it_can_not_be_forged(forged: str) -> None:
    assert find_import(forged, 7, NOW) is None


def test_it_reads_no_other_sealed_text() -> None:
    """A secret sealed for another purpose is no import."""
    use_secret_box(box := SecretBox([Fernet.generate_key()]))
    for text in ("plain words", '"text"', "12", "[7]", '[7,"f",1]'):
        assert find_import(box.seal(text), 7, NOW) is None


def test_it_stays_small_for_the_longest_list() -> None:
    rows = "".join(f"{10_000 + i};Name {i};pass-{i * 7919}\n" for i in range(5_000))
    long = PendingImport(tenant_id=7, fingerprint="ab12", text=rows)
    assert len(seal_import(long, NOW)) < len(rows)
