"""A config names a firmware only in the phone's turn, in its vendor's own way (R53).

Read back by the simulated phones, which share no code with the writers: a phone that merely polls
finds nothing to take; one whose turn it is finds that very image and takes it.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from phoneprov.core.mac import parse_mac
from phoneprov.firmware.models import Firmware as Image
from phoneprov.firmware.models import TurnState
from phoneprov.firmware.turns import close_turn, find_open_turn, image_key, open_turn
from phoneprov.fleet.models import Phone
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import Answer, Ask
from phoneprov.provisioning.preview import explain_file, load_told, show_files
from phoneprov.simulator.http import HttpAnswer
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.images import read_version
from phoneprov.simulator.vendors.base import Firmware, Outcome
from phoneprov.simulator.vendors.registry import make_firmware
from tests.integration.firmware.conftest import Shelf
from tests.integration.rows import NOON, World

FIRST = "http://phones.example.net/prov/"


@dataclass(frozen=True)
class Case:
    """A phone, the version it runs, and the image that is newer."""

    slug: str
    vendor: Vendor
    model: str
    mac: str
    old: str
    name: str
    new: str
    asks: str
    """The name it asks for."""


CASES = [
    Case(
        "yealink-t46u",
        Vendor.YEALINK,
        "T46U",
        "805ec01a2b3c",
        "108.86.0.90",
        "T46U(T43U,T46U,T41U,T48U,T42U,T44U,T44W)-108.87.0.15.rom",
        "108.87.0.15",
        "T46U%28T43U%2CT46U%2CT41U%2CT48U%2CT42U%2CT44U%2CT44W%29-108.87.0.15.rom",
    ),
    Case(
        "yealink-t40p",
        Vendor.YEALINK,
        "T40P",
        "001565aabbcc",
        "54.80.0.130",
        "T40-54.84.0.125.rom",
        "54.84.0.125",
        "T40-54.84.0.125.rom",
    ),
    Case(
        "grandstream-gxp2170",
        Vendor.GRANDSTREAM,
        "GXP2170",
        "c074ad1a2b3c",
        "1.0.11.6",
        "gxp2170fw.bin",
        "1.0.11.85",
        "gxp2170fw.bin",
    ),
    Case(
        "grandstream-grp2614",
        Vendor.GRANDSTREAM,
        "GRP2614",
        "c074ad1a2b3d",
        "1.0.9.135",
        "grp2614fw.bin",
        "1.0.11.64",
        "grp2610fw.bin",
    ),
    Case(
        "cisco-spa504g",
        Vendor.CISCO,
        "SPA504G",
        "8843e11a2b3c",
        "7.6.2c",
        "spa50x-30x-7-6-2SR7.bin",
        "7.6.2SR7",
        "spa50x-30x-7-6-2SR7.bin",
    ),
    Case(
        "polycom-vvx-411",
        Vendor.POLYCOM,
        "VVX411",
        "64167f1a2b3c",
        "5.9.7.4477",
        "3111-48450-001.sip.ld",
        "6.4.6.2453",
        "3111-48450-001.sip.ld",
    ),
    Case(
        "polycom-vvx-411",
        Vendor.POLYCOM,
        "VVX411",
        "64167f1a2b3d",
        "5.9.7.4477",
        "sip.ld",
        "6.4.6.2453",
        "sip.ld",
    ),
]


class Desk:
    """One phone at its server, without a wire; it keeps what it was given."""

    def __init__(self, world: World, answering: Answering, case: Case) -> None:
        identity = PhoneIdentity(
            vendor=case.vendor, model=case.model, mac=parse_mac(case.mac), firmware=case.old
        )
        self.world, self.answering, self.case = world, answering, case
        self.firmware: Firmware = make_firmware(identity)
        self.phone: Phone = world.phone(case.mac, case.slug, extension=world.extension())
        self.phone.firmware = case.old
        self.asked: list[tuple[str, int]] = []
        self.image = b""

    def check(self) -> Outcome:
        """Let the phone ask, boot and all, until its config leads nowhere else."""
        for _ in range(3):
            url = self.firmware.state().prov_url or FIRST
            outcome = self._fetch(url)
            if outcome is Outcome.UPGRADE or self.firmware.state().prov_url == url:
                break
        return outcome

    @property
    def images(self) -> list[str]:
        """The addresses of images that it asked for and got."""
        return [path for path, status in self.asked if "/firmware/" in path and status == 200]

    def _fetch(self, url: str) -> Outcome:
        self.world.session.commit()
        self.asked, self.image = [], b""
        script = self.firmware.fetch(url, is_boot=True)
        answer = None
        try:
            while True:
                request = next(script) if answer is None else script.send(answer)
                path = urlsplit(request.url).path
                given = self.answering.answer(
                    Ask(
                        method=request.method,
                        path=path,
                        address="10.1.1.7",
                        user_agent=request.headers["User-Agent"],
                    )
                )
                self.asked.append((path, given.status))
                answer = self._take(given)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome

    def _take(self, given: Answer) -> HttpAnswer:
        if given.stream is None:
            return HttpAnswer(status=given.status, body=given.body)
        with given.stream as stream:
            self.image = b"".join(stream)
        version = read_version(self.image)
        is_news = version != self.firmware.identity.firmware
        return HttpAnswer(
            status=given.status, body=self.image[:4096], version=version if is_news else ""
        )


@pytest.fixture(params=CASES, ids=lambda case: f"{case.model}-{case.name}")
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def desk(world: World, answering: Answering, case: Case) -> Desk:
    return Desk(world, answering, case)


@pytest.fixture
def image(shelf: Shelf, case: Case) -> Image:
    return shelf.add(case.name, case.new)


def test_a_poll_never_upgrades_by_accident(desk: Desk, image: Image) -> None:
    """The library has something newer, and the phone polls: it is told of nothing."""
    for _ in range(3):
        assert desk.check() is not Outcome.UPGRADE
        assert desk.phone.token in str(desk.firmware.state().prov_url)
    assert not [path for path, _ in desk.asked if "firmware" in path or ".ld" in path]
    assert image_key(image) not in str(list(desk.firmware.values.values()))
    assert desk.firmware.next_version == ""


def test_in_its_turn_it_takes_that_image(
    desk: Desk, image: Image, shelf: Shelf, case: Case
) -> None:
    """Under the name it asks for itself, bit for bit; and afterwards it is told of none again."""
    desk.check()
    world = desk.world
    turn = open_turn(world.session, world.catalog, desk.phone, image, opened_by="test", now=NOON)
    assert desk.check() is Outcome.UPGRADE
    assert desk.firmware.next_version == case.new
    expected = f"/prov/t/{desk.phone.token}/firmware/{image_key(image)}/{case.asks}"
    assert desk.images == [expected]
    assert desk.image == shelf.store.path_of(image.sha256).read_bytes()
    desk.firmware.install()
    assert desk.check() is not Outcome.UPGRADE
    close_turn(world.session, turn, TurnState.DONE, "back", now=NOON)
    assert desk.check() is not Outcome.UPGRADE
    assert desk.images == []
    assert image_key(image) not in str(list(desk.firmware.values.values()))


def test_a_turn_that_was_cancelled_before_it_asked_is_as_if_it_never_was(
    desk: Desk, image: Image
) -> None:
    desk.check()
    world = desk.world
    turn = open_turn(world.session, world.catalog, desk.phone, image, opened_by="test", now=NOON)
    close_turn(world.session, turn, TurnState.CANCELLED, "by hand", now=NOON)
    assert desk.check() is not Outcome.UPGRADE
    assert desk.images == []


def test_another_phones_turn_is_not_its_own(desk: Desk, image: Image, case: Case) -> None:
    """Of two phones of a model, only the one whose turn it is is told."""
    desk.check()
    world = desk.world
    twin = world.phone(f"{int(case.mac, 16) + 256:012x}", case.slug)
    open_turn(world.session, world.catalog, twin, image, opened_by="test", now=NOON)
    assert desk.check() is not Outcome.UPGRADE
    assert desk.images == []


def test_a_disabled_phone_is_told_of_none(desk: Desk, image: Image) -> None:
    desk.check()
    world = desk.world
    open_turn(world.session, world.catalog, desk.phone, image, opened_by="test", now=NOON)
    desk.phone.disabled_at = NOON
    assert desk.check() is not Outcome.UPGRADE
    assert desk.images == []


def test_people_see_why_a_firmware_is_named(desk: Desk, image: Image, case: Case) -> None:
    """The preview shows the file as the phone gets it, its address masked, and whence it comes."""
    world = desk.world
    open_turn(world.session, world.catalog, desk.phone, image, opened_by="test", now=NOON)
    told = load_told(
        world.session,
        world.catalog,
        desk.phone,
        phones_address="http://phones.example.net",
        now=NOON,
    )
    assert told is not None
    text = "".join(file.text for file in show_files(told))
    assert image_key(image) in text
    assert desk.phone.token not in text
    if case.vendor is not Vendor.POLYCOM:  # its firmware stands in the master file
        origins = [one for one in explain_file(told) if image_key(image) in one.value]
        assert origins
        for one in origins:
            assert "whether it is its turn to take a firmware" in one.settings
    assert find_open_turn(world.session, desk.phone.id) is not None
