"""Which pages may use the camera, and what they give the script that reads stickers."""

import pytest

from tests.integration.web.phones.values import LIST
from tests.pages import Pages

CAMERA = "camera=(self)"


@pytest.mark.parametrize("path", ["/add", "/import"])
def test_the_pages_that_read_stickers_may(alice: Pages, path: str) -> None:
    """R79: also when the form comes back with a message; the script is given the vendors' MACs."""
    page = alice.get(LIST + path)
    assert CAMERA in page.headers["Permissions-Policy"]
    assert "microphone=()" in page.headers["Permissions-Policy"]
    ouis = str(page.soup.select("#scan-dialog")[0]["data-ouis"]).split()
    assert {"805ec0", "c074ad", "64167f"} <= set(ouis)
    assert all(len(one) == 6 for one in ouis)
    assert page.soup.select("[data-scan][hidden]")
    refused = alice.post(LIST + path, {"mac": "x"})
    assert refused.status_code == 422
    assert CAMERA in refused.headers["Permissions-Policy"]


def test_no_other_page_may(alice: Pages) -> None:
    for path in (LIST, "/t/acme/extensions/import", "/keys"):
        assert "camera=()" in alice.get(path).headers["Permissions-Policy"]
