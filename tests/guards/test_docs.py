"""What an operator can set or run is in the pages that say so, and the README leads to real files."""

import re

import click
import pytest

from phoneprov.cli import cli
from phoneprov.core.settings import Settings
from phoneprov.demo import demo
from phoneprov.simulator.cli import simulate
from tests.rigs.server import ROOT

COMMANDS = {**cli.commands, "demo": demo, "simulate": simulate}
README = (ROOT / "README.md").read_text()


def names(command: click.Command, path: str) -> list[str]:
    """Return a command with those below it, as they are typed."""
    if isinstance(command, click.Group):
        return [
            name for key, one in command.commands.items() for name in names(one, f"{path} {key}")
        ]
    return [path]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_in_its_page(name: str) -> None:
    """No setting that only the code knows."""
    assert f"`PHONEPROV_{name.upper()}`" in (ROOT / "docs/settings.md").read_text()


@pytest.mark.parametrize("name", [one for key in COMMANDS for one in names(COMMANDS[key], key)])
def test_every_command_is_in_its_page(name: str) -> None:
    """With every option it takes."""
    page = (ROOT / "docs/cli.md").read_text()
    assert f"`app.py {name}`" in page
    command: click.Command = COMMANDS[name.split(maxsplit=1)[0]]
    for part in name.split()[1:]:
        assert isinstance(command, click.Group)
        command = command.commands[part]
    for parameter in command.params:
        for option in parameter.opts:
            assert f"`{option}`" in page


def test_the_readme_is_short_and_its_links_lead_somewhere() -> None:
    """In under 200 lines; the rest is in docs/."""
    assert len(README.splitlines()) < 200
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
            assert link.startswith("https://") or (page.parent / link).exists(), (page, link)


def test_the_commands_of_the_readme_are_targets_of_the_makefile() -> None:
    """As written there."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    wanted = set(re.findall(r"\bmake ([a-z]+)", README))
    assert {"run", "test", "demo"} <= wanted <= targets
