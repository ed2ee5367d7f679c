"""The rows of these tests go to the app's database; its links only count."""

import pytest
from flask import Flask

from phoneprov.operations.links import LinkSupervisor
from tests.integration.web.rows import pbx_names, rows_go_here

__all__ = ["reloads", "rows_go_here"]


@pytest.fixture
def reloads(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Note, each time the links are to look again, which PBXs they would find."""
    seen: list[list[str]] = []
    monkeypatch.setattr(LinkSupervisor, "reload_soon", lambda _: seen.append(pbx_names()))
    return seen
