"""What the server stands on is pinned, and each line says what it is for."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
LINES = [
    (name, line)
    for name in ("requirements.txt", "requirements-dev.txt")
    for line in (ROOT / name).read_text().splitlines()
    if line.strip() and not line.startswith(("#", "-r "))
]

_PINNED = re.compile(r"[a-z0-9\-]+(\[[a-z]+\])?==[0-9][0-9a-z.]*\s+# \S.*")


@pytest.mark.parametrize(("name", "line"), LINES, ids=[line.split()[0] for _, line in LINES])
def test_it_is_pinned_and_has_a_reason(name: str, line: str) -> None:
    assert _PINNED.fullmatch(line), f"{name}: {line}"


def test_nothing_is_named_twice() -> None:
    names = [re.split(r"[=\[]", line)[0] for _, line in LINES]
    assert len(names) == len(set(names))
