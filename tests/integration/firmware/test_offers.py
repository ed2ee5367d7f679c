"""What there is for a phone: newer ones for its hardware, and the way there (R52, R127)."""

import pytest

from phoneprov.firmware.offers import Library, load_library
from phoneprov.firmware.queries import Standing, list_behind, list_models_in_use
from phoneprov.fleet.behind import Running
from phoneprov.fleet.filters import Flag, PhoneFilters
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import list_phones
from tests.integration.firmware.conftest import Shelf
from tests.integration.rows import NOON, World

T54W = "T54W(T57W,T53W,T53,T53C,T54,T57)-96.86.0.75.rom"


def library(world: World) -> Library:
    return load_library(world.session, world.catalog)


def running(slug: str, version: str, hardware: str = "") -> Running:
    return Running(model_slug=slug, version=version, hardware=hardware)


@pytest.mark.parametrize(
    ("slug", "version", "is_offered"),
    [
        ("yealink-t54w", "96.86.0.70", True),
        ("yealink-t54w", "96.85.0.5", True),
        ("yealink-t57w", "97.84.0.30", True),
        ("yealink-t53w", "95.84.0.10", True),
        ("yealink-t54w", "96.86.0.75", False),
        ("yealink-t54w", "96.87.0.1", False),
        ("yealink-t54w", "", False),
        ("yealink-t54w", "unreadable", False),
        ("yealink-t54w", "108.85.0.1", False),
        ("yealink-t46u", "108.85.0.1", False),
        ("nobodys-model", "96.85.0.5", False),
    ],
)
def test_only_newer_ones_for_the_hardware_are_offered(
    shelf: Shelf, world: World, slug: str, version: str, *, is_offered: bool
) -> None:
    """Not equal, not older, not what it can't be told of, not for what it isn't."""
    shelf.add(T54W, "96.86.0.75")
    offer = library(world).find_offer(running(slug, version))
    assert (offer is not None) is is_offered
    if offer:
        assert (offer.from_version, offer.to_version) == (version, "96.86.0.75")


def test_what_the_phone_tells_wins_over_what_a_person_picked(shelf: Shelf, world: World) -> None:
    """Somebody ticked the T40P for a T46U image; a T40P says by its version that it is none."""
    shelf.add(
        "T46U-108.87.0.15.rom",
        "108.87.0.15",
        model_slugs=("yealink-t46u", "yealink-t40p"),
        hardware="108",
    )
    assert library(world).find_offer(running("yealink-t40p", "54.84.0.10")) is None
    assert library(world).find_offer(running("yealink-t46u", "108.86.0.10")) is not None


@pytest.mark.parametrize(("told", "is_offered"), [("V1.3A", True), ("V1.6B", False), ("", True)])
def test_a_grandstreams_hardware_revision_counts(
    shelf: Shelf, world: World, told: str, *, is_offered: bool
) -> None:
    """Where the phone told none, the person's choice of the model stands."""
    shelf.add("gxv3350fw.bin", "1.0.3.50", hardware="V1.3A V1.4A")
    offer = library(world).find_offer(running("grandstream-gxv3350", "1.0.3.40", told))
    assert (offer is not None) is is_offered


def test_retired_and_unconfirmed_ones_are_not_offered(shelf: Shelf, world: World) -> None:
    firmware = shelf.add(T54W, "96.86.0.75")
    shelf.upload("T54W-96.87.0.1.rom", b"x" * 5000)
    old = running("yealink-t54w", "96.85.0.5")
    offer = library(world).find_offer(old)
    assert offer is not None
    assert offer.to_version == "96.86.0.75"
    shelf.confirm(firmware, is_retired=True)
    assert library(world).find_offer(old) is None


def test_an_intermediate_version_comes_first(shelf: Shelf, world: World) -> None:
    """Cisco: below 7.5.2b that one has to come first; the offer says from where to where."""
    step = shelf.add("spa50x-30x-7-5-2b.bin", "7.5.2b")
    goal = shelf.add("spa50x-30x-7-6-2SR7.bin", "7.6.2SR7", required_version="7.5.2b")
    shelf.add("spa50x-30x-7-5-5.bin", "7.5.5", required_version="7.5.2b")
    old = library(world).find_offer(running("cisco-spa504g", "7.4.8a"))
    assert old is not None
    assert (old.firmware, old.step, old.releases_behind) == (goal, step, 3)
    assert not old.is_direct
    later = library(world).find_offer(running("cisco-spa504g", "7.5.2b"))
    assert later is not None
    assert (later.step, later.is_direct, later.releases_behind) == (goal, True, 2)


def test_a_missing_intermediate_version_is_said(shelf: Shelf, world: World) -> None:
    shelf.add("spa50x-30x-7-6-2SR7.bin", "7.6.2SR7", required_version="7.5.2b")
    offer = library(world).find_offer(running("cisco-spa504g", "7.4.8a"))
    assert offer is not None
    assert offer.step is None


def test_two_steps_are_taken_one_by_one(shelf: Shelf, world: World) -> None:
    first = shelf.add("spa50x-30x-7-4-9.bin", "7.4.9")
    second = shelf.add("spa50x-30x-7-5-2b.bin", "7.5.2b", required_version="7.4.9")
    goal = shelf.add("spa50x-30x-7-6-2c.bin", "7.6.2c", required_version="7.5.2b")
    steps = []
    version = "7.1.3"
    while offer := library(world).find_offer(running("cisco-spa504g", version)):
        assert offer.step is not None
        steps.append(offer.step)
        version = offer.step.version
    assert steps == [first, second, goal]


def test_a_phone_that_says_it_is_another_model_is_offered_nothing(
    shelf: Shelf, world: World
) -> None:
    shelf.add(T54W, "96.86.0.75")
    phone = world.phone(model="yealink-t54w")
    phone.firmware = "96.85.0.5"
    assert library(world).offer_for(phone) is not None
    phone.told_model = "yealink-t46u"
    assert library(world).offer_for(phone) is None


def test_the_list_filters_by_it(shelf: Shelf, world: World) -> None:
    """R127: exactly the phones with something newer; the number beside the filter is theirs."""
    shelf.add(T54W, "96.86.0.75")
    shelf.add("gxv3350fw.bin", "1.0.3.50", hardware="V1.3A")
    behind = put(world, "805ec0000001", "yealink-t54w", "96.85.0.5")
    put(world, "805ec0000002", "yealink-t54w", "96.86.0.75")
    put(world, "805ec0000003", "yealink-t46u", "96.85.0.5")
    put(world, "805ec0000004", "yealink-t54w", "")
    right = put(world, "c074ad000001", "grandstream-gxv3350", "1.0.3.40", "V1.3A")
    put(world, "c074ad000002", "grandstream-gxv3350", "1.0.3.40", "V1.6B")
    put(world, "c074ad000003", "grandstream-gxv3350", "1.0.3.50", "V1.3A")
    _, found = list_behind(world.session, world.catalog, world.tenant.id)
    page = list_phones(
        world.session,
        world.catalog,
        world.tenant,
        PhoneFilters(flags=(Flag.UPDATE,)),
        now=NOON,
        behind=found,
    )
    assert {phone.id for phone in page.phones} == {behind.id, right.id}
    assert page.counts.by_flag[Flag.UPDATE] == 2


def test_it_says_what_fleets_run(shelf: Shelf, world: World) -> None:
    """By model: how many run what, how far behind; a tenant's own, or everybody's."""
    shelf.add(T54W, "96.86.0.75")
    shelf.add("T54W-96.86.0.70.rom", "96.86.0.70", model_slugs=("yealink-t54w",))
    put(world, "805ec0000001", "yealink-t54w", "96.85.0.5")
    put(world, "805ec0000002", "yealink-t54w", "96.85.0.5")
    put(world, "805ec0000003", "yealink-t54w", "96.86.0.75")
    put(world, "805ec0000004", "yealink-t54w", "")
    put(world, "8843e1000001", "cisco-spa504g", "7.6.2c")
    globex = world.other_tenant()
    world.phone("805ec0000009", "yealink-t54w", tenant=globex).firmware = "96.84.0.1"
    world.session.flush()
    mine = list_models_in_use(world.session, world.catalog, world.tenant.id)
    assert [(one.name, one.phones) for one in mine] == [
        ("Yealink T54W", 4),
        ("Cisco SPA504G", 1),
    ]
    yealinks = mine[0].versions
    assert [
        (one.running.version, one.phones, one.standing, one.offer and one.offer.releases_behind)
        for one in yealinks
    ] == [
        ("96.86.0.75", 1, Standing.CURRENT, None),
        ("96.85.0.5", 2, Standing.BEHIND, 2),
        ("", 1, Standing.UNKNOWN, None),
    ]
    assert mine[1].count(Standing.UNKNOWN) == 1
    everybody = list_models_in_use(world.session, world.catalog)
    assert everybody[0].phones == 5


def put(world: World, mac: str, model: str, version: str, hardware: str = "") -> Phone:
    phone = world.phone(mac, model)
    phone.firmware, phone.hardware_revision = version, hardware
    world.session.flush()
    return phone
