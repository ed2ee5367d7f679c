"""Which real PBXs there are to test with."""

from tests.rigs.live import find_program

NEEDED = {
    "test_asterisk_link.py": "PHONEPROV_TEST_ASTERISK",
    "test_freeswitch_link.py": "PHONEPROV_TEST_FREESWITCH",
}
collect_ignore = [name for name, variable in NEEDED.items() if find_program(variable) is None]
