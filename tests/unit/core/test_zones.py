"""Which time zones are offered, and in which order."""

from zoneinfo import available_timezones

from phoneprov.core.zones import OTHER_NAMES, ZONE_NAMES, zones_by_region


def test_it_offers_every_zone() -> None:
    """R15: all that zoneinfo knows, each once; what is no zone is left out."""
    left_out = {
        name
        for name in set(available_timezones()) - set(ZONE_NAMES)
        if not name.startswith(("posix/", "right/", "SystemV/"))
    }
    assert left_out <= {"Factory", "localtime", "posixrules"}
    assert len(ZONE_NAMES) == len(set(ZONE_NAMES))


def test_cities_come_before_old_names() -> None:
    """Nobody has to scroll past `Brazil/DeNoronha` to find Berlin."""
    found = zones_by_region()
    assert next(iter(found)) == "Africa"
    assert list(found)[-2:] == ["Etc", OTHER_NAMES]
    assert {"US/Eastern", "EST5EDT", "UTC"} <= set(found[OTHER_NAMES])
    assert "America/Argentina/Buenos_Aires" in found["America"]
    assert sorted(name for names in found.values() for name in names) == list(ZONE_NAMES)
