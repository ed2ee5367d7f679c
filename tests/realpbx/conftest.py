"""Which real PBXs there are to test with."""

from tests.rigs.live import find_program

collect_ignore = [] if find_program("PHONEPROV_TEST_ASTERISK") else ["test_asterisk_link.py"]
