"""`make bench`: runs every benchmark and prints its ratios."""

from benchmarks import (
    boot_storm,
    bulk_apply,
    firmware_downloads,
    layout_save,
    pbx_changes,
    pbx_snapshot,
    phones_page,
    prov_hit,
)


def main() -> None:
    """Run all, one after another."""
    prov_hit.main()
    boot_storm.main()
    phones_page.main()
    layout_save.main()
    bulk_apply.main()
    pbx_snapshot.main()
    pbx_changes.main()
    firmware_downloads.main()


if __name__ == "__main__":
    main()
