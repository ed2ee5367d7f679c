"""A desk at acme: a simulated phone that asks over HTTP, and a PBX that posts who registers."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.integration.web.diagnosis.desk import Desk, set_up_desk
from tests.integration.web.rows import rows_go_here
from tests.pages import Pages

__all__ = ["rows_go_here"]


@pytest.fixture
def desk(app: Flask, alice: Pages) -> Iterator[Desk]:
    """A Yealink on 201, added an hour ago and not yet plugged in."""
    with app.test_client() as wire:
        yield set_up_desk(app, wire, alice)
