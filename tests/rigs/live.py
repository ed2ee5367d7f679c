"""PBXs that only some machines have: their tests are collected where a variable names the program."""

import os
from pathlib import Path

PROGRAMS = {
    "PHONEPROV_TEST_ASTERISK": "Asterisk",
    "PHONEPROV_TEST_FREESWITCH": "FreeSWITCH",
}
"""The variable that names an installed program, and what it is."""


def find_program(variable: str) -> Path | None:
    """Return the program that a variable names. A name that leads nowhere is a mistake, no gap."""
    named = os.environ.get(variable, "")
    if not named:
        return None
    program = Path(named)
    assert program.is_file(), f"{variable} names {named}, which is no file"
    return program


def what_was_left_out() -> list[str]:
    """Return a line for each PBX whose live tests were not collected."""
    return [
        f"{name}: not run live, {variable} names no program; its recordings were played instead"
        for variable, name in PROGRAMS.items()
        if find_program(variable) is None
    ]
