"""The mission's three desks, as the phones of all four vendors read them from their configs."""

import pytest

from phoneprov.fleet import layout_changes
from phoneprov.layouts.fill import FillDraft, Pattern
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.vendors.config import ButtonKind
from tests.conformance.cisco import models as cisco
from tests.conformance.grandstream import models as grandstream
from tests.conformance.matrix.desks import desk_for
from tests.conformance.polycom import models as polycom
from tests.conformance.yealink import models as yealink
from tests.integration.layouts.conftest import Desk
from tests.integration.provisioning.test_keys import told
from tests.integration.rows import ALICE, NOON, World

MACS = {
    "yealink-t46u": yealink.MAC,
    "grandstream-gxp2170": grandstream.MAC,
    "cisco-spa509g": cisco.MAC,
    "polycom-vvx-601": polycom.MAC,
}
DIALECT = get_dialect("asterisk")
SLOTS = [(ButtonKind.PARK_RETRIEVE, slot) for slot in ("71", "72", "73", "74", "75")]
OWN = (ButtonKind.LINE, None)


@pytest.fixture
def desk(world: World) -> Desk:
    world.pbx.dialect = "asterisk"
    return Desk(world)


def read(desk: Desk, model: str, draft: FillDraft) -> list[tuple[frozenset[ButtonKind], str]]:
    """Fill a layout, give it to the phone of extension 201, and read its config as it does."""
    world = desk.world
    layout = desk.layout(model_slug=model)
    filled, _ = layout_changes.fill_layout(
        world.session, world.catalog, layout, draft, dialect=DIALECT, actor=ALICE, now=NOON
    )
    assert filled.left_out == ()
    own = world.extension("201")
    phone = world.phone(MACS[model], model, extension=own, button_layout_id=layout.id)
    config = told(world, phone)
    assert config.notes == ()
    reader = desk_for(config.model)
    reader.take(config)
    keys = reader.keys()
    assert list(keys) == list(range(1, len(keys) + 1))
    assert {key.account for key in keys.values()} == {1}
    return [(key.kinds, key.target) for key in keys.values()]


def same(
    found: list[tuple[frozenset[ButtonKind], str]], meant: list[tuple[ButtonKind, str | None]]
) -> bool:
    return len(found) == len(meant) and all(
        kind in kinds and target in {None, value}
        for (kinds, value), (kind, target) in zip(found, meant, strict=True)
    )


@pytest.mark.parametrize("model", MACS)
def test_a_receptionist(desk: Desk, model: str) -> None:
    """R42, R112: main lines, a lamp for every colleague, park retrieve 71 to 75."""
    for number in ("202", "203", "204"):
        desk.world.extension(number)
    found = read(desk, model, FillDraft(pattern=Pattern.RECEPTIONIST, own_lines=2))
    lamps = [(ButtonKind.BLF, number) for number in ("202", "203", "204")]
    assert same(found, [OWN, OWN, *lamps, *SLOTS]), found


@pytest.mark.parametrize("model", MACS)
def test_a_sales_rep(desk: Desk, model: str) -> None:
    """R42, R113: own lines, chosen fellows, the manager, the queue pause code."""
    ids = [desk.world.extension(number).id for number in ("202", "203", "204")]
    draft = FillDraft(
        pattern=Pattern.SALES_REP, own_lines=2, fellows=(ids[0], ids[2]), manager="203"
    )
    lamps = [(ButtonKind.BLF, "202"), (ButtonKind.BLF, "204")]
    last = [
        (ButtonKind.SPEED_DIAL, "203"),
        (ButtonKind.FEATURE_CODE, DIALECT.codes["queue_pause"]),
    ]
    found = read(desk, model, draft)
    assert same(found, [OWN, OWN, *lamps, *last]), found


@pytest.mark.parametrize("model", MACS)
def test_a_conference_room(desk: Desk, model: str) -> None:
    """R42, R114: the room's line, IT support, the front desk."""
    desk.world.extension("202")
    draft = FillDraft(
        pattern=Pattern.CONFERENCE_ROOM, it_support="+49 (30) 123-4567", front_desk="202"
    )
    found = read(desk, model, draft)
    support = (ButtonKind.SPEED_DIAL, "+49301234567")
    assert same(found, [OWN, support, (ButtonKind.SPEED_DIAL, "202")]), found
