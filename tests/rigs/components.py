"""Real components that a test needs: skipped by name where they can't be had, never under CI."""

import os
import shutil
from pathlib import Path

import pytest

PLACES = {"postgresql": "/usr/lib/postgresql", "chromium": "/usr/bin/chromium"}
PROGRAMS = {"iproute2": "ip"}


def require_component(name: str) -> None:
    """Skip the test with the component's name where it is missing; under CI=true fail."""
    place = PLACES.get(name)
    if Path(place).exists() if place else shutil.which(PROGRAMS.get(name, name)):
        return
    do_without(f"{name} is not installed")


def do_without(message: str) -> None:
    """Skip the test with the reason; under CI=true fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(message)
    pytest.skip(message)
