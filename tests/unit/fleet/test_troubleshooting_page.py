"""The page for operators says of each vendor what the catalogue says."""

from pathlib import Path

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import Vendor

PAGE = Path(__file__).parents[3] / "docs" / "troubleshooting.md"


@pytest.mark.parametrize("vendor", Vendor)
def test_it_has_the_way_to_reset_each_vendors_phones(vendor: Vendor) -> None:
    """R138: at the phone itself."""
    assert load_catalog().vendors[vendor].reset_by_hand in PAGE.read_text("utf-8")
