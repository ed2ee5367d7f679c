"""Which real PBXs there are to test with."""

from tests.rigs.live import find_program

collect_ignore = [] if find_program("PHONEPROV_TEST_FREESWITCH") else ["test_freeswitch_link.py"]
