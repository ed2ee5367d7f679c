"""What the house promises of itself: pinned parts, nothing left over, nobody's machine in it."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "phoneprov"
REQUIREMENTS = [
    line
    for name in ("requirements.txt", "requirements-dev.txt")
    for line in (ROOT / name).read_text("utf-8").splitlines()
    if line and not line.startswith(("#", "-r"))
]
STATIC = sorted(path.name for path in (PACKAGE / "static").iterdir())
_PINNED = re.compile(r"[\w.-]+(\[\w+\])?==[\w.]+ +# \S.{5,}")
_OF_A_MACHINE = re.compile(r"(?<![\w./<])/(home|root|Users|work)/\w")


def tracked() -> list[Path]:
    """Return the text files that belong to the project."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in names.decode().split("\0") if name]
    return [path for path in paths if path.suffix not in {".png", ".jpg"} and path.is_file()]


@pytest.mark.parametrize("line", REQUIREMENTS)
def test_each_requirement_is_pinned_and_says_what_it_is_for(line: str) -> None:
    assert _PINNED.fullmatch(line)


@pytest.mark.parametrize("name", STATIC)
def test_every_file_that_browsers_get_is_used(name: str) -> None:
    users = [*PACKAGE.rglob("*.html"), *PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.css")]
    assert any(name in path.read_text("utf-8") for path in users if path.name != name)


def test_nothing_names_somebodys_machine() -> None:
    """A path of one computer is of no use on another."""
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in tracked()
        if path != Path(__file__)
        for line in path.read_text("utf-8").splitlines()
        if _OF_A_MACHINE.search(line)
    ]
    assert found == []


def test_every_job_says_what_it_is_for() -> None:
    """The table is what an operator reads in the System page and the log."""
    text = (PACKAGE / "jobs" / "table.py").read_text("utf-8")
    names = re.findall(r'name="(\w+)"', text)
    meanings = re.findall(r'meaning="[^"]{10,}', text)
    assert len(names) == len(set(names)) == len(meanings) > 5
