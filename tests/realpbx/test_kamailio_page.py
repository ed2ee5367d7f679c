"""The lines that docs/pbx/kamailio.md tells an operator to add are lines that Kamailio takes."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.rigs.components import require_component
from tests.rigs.ports import free_port
from tests.rigs.server import ROOT

pytestmark = [pytest.mark.component("kamailio")]

PAGE = ROOT / "docs" / "pbx" / "kamailio.md"
REST = """
loadmodule "sl.so"
loadmodule "pv.so"
request_route { route(SAVE_CONTACT); }
"""


def test_its_lines_are_a_config_that_kamailio_takes(tmp_path: Path) -> None:
    """R91, R92: modules, parameters and routes as they stand in the page."""
    require_component("kamailio")
    lines = "".join(re.findall(r"```kamailio\n(.*?)```", PAGE.read_text(), re.DOTALL))
    assert lines.count("loadmodule") == 7
    assert lines.count("modparam") == 9
    config = tmp_path / "kamailio.cfg"
    port = str(free_port())
    head, tail = lines.split("event_route", 1)
    config.write_text(f"#!KAMAILIO\n{head}{REST}event_route{tail}".replace("8090", port))
    program = shutil.which("kamailio") or "/usr/sbin/kamailio"
    checked = subprocess.run(
        [program, "-c", "-f", str(config)], capture_output=True, text=True, timeout=20, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "config file ok" in checked.stderr
