"""A provider's own templates are tried before a phone reads anything that they make."""

from pathlib import Path

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor
from phoneprov.vendors.escaping import SHIPPED_TEMPLATES
from phoneprov.vendors.template_checks import make_writers

CATALOG = load_catalog()


def own_copy(folder: Path, name: str, before: str = "", after: str = "") -> Path:
    """Put a shipped template into the provider's folder, with a part of it changed."""
    text = (SHIPPED_TEMPLATES / name).read_text("utf-8")
    assert before in text
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text(text.replace(before, after) if before else text, "utf-8")
    return path


def test_a_copy_of_ours_is_taken(tmp_path: Path) -> None:
    own_copy(tmp_path, "grandstream/provisioning.xml")
    writers, mistakes = make_writers(tmp_path, CATALOG)
    assert (set(writers), mistakes) == ({Vendor.GRANDSTREAM}, ())


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("{{ config_key }}", "", "the key is missing"),
        ("{{ path }}", "example.net/", "own address is missing"),
        ("<P1359>", "<P1359 x>", "no well-formed XML"),
        ("{{ config_key }}", "{{ no_such_value }}", "no_such_value"),
        ("{{ config_key }}", "{{ config_key", "line"),
    ],
)
def test_one_that_would_lose_a_phone_is_refused(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    """R77: with the file and the reason; what is shipped goes on being used."""
    path = own_copy(tmp_path, "grandstream/provisioning.xml", before, after)
    writers, mistakes = make_writers(tmp_path, CATALOG)
    assert writers == {}
    assert len(mistakes) == 1
    assert str(path.parent) in mistakes[0]
    assert reason in mistakes[0]


def test_a_file_that_nothing_uses_is_named(tmp_path: Path) -> None:
    own_copy(tmp_path, "grandstream/provisioning.xml").rename(
        tmp_path / "grandstream" / "provisoning.xml"
    )
    writers, mistakes = make_writers(tmp_path, CATALOG)
    assert writers == {}
    assert "no template of this name is shipped" in mistakes[0]
