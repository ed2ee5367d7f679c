"""Encrypted configs: how a phone learns its key, and who gets what from then on."""

import gzip
import re
import subprocess

import pytest
from sqlalchemy import select, update

from phoneprov.fleet.first_contact import allow_first_contact_again
from phoneprov.fleet.models import Farewell, Phone
from phoneprov.fleet.phones import delete_phone
from phoneprov.fleet.revisions import touch_tenant_phones
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from phoneprov.provisioning.preview import load_told, show_files
from tests.integration.rows import ALICE, NOON, World

PHONES = {
    "grandstream-gxp2170": ("c074ad1a2b3c", "cfgc074ad1a2b3c.xml"),
    "cisco-spa504g": ("8843e11a2b3c", "8843e11a2b3c.cfg"),
}
both = pytest.mark.parametrize("slug", PHONES)


class Desk:
    """One phone of a tenant that encrypts, and what it does with what it gets."""

    def __init__(self, world: World, answering: Answering, slug: str) -> None:
        self.world, self.answering, self.slug = world, answering, slug
        self.mac, self.file = PHONES[slug]
        self.phone = world.phone(self.mac, slug, extension=world.extension())
        world.session.commit()

    def get(self, path: str) -> Answer:
        self.world.session.commit()
        answer = self.answering.answer(Ask(method="GET", path=path, address="10.1.1.7"))
        self.world.session.expire_all()
        return answer

    def own(self, folder: str = "") -> str:
        return f"/prov/t/{self.phone.token}/{folder}{self.file}"

    def told(self, body: bytes) -> tuple[str, str]:
        """Return key and address as the phone takes them from its config."""
        text = body.decode()
        if self.slug.startswith("cisco"):
            rule = re.search(r"<Profile_Rule>(?:\[--key (\w+)\] )?(\S+)</Profile_Rule>", text)
            assert rule is not None
            path = rule[2].replace("$MA", self.mac).partition("/prov/")[2]
            return rule[1] or "", f"/prov/{path}"
        key, path = (re.search(rf"<{p}>(.*)</{p}>", text) for p in ("P1359", "P237"))
        assert key is not None
        assert path is not None
        return key[1], f"/prov/{path[1].partition('/prov/')[2]}/{self.file}"

    def opened(self, body: bytes, key: str) -> bytes:
        command = ["openssl", "enc", "-d", "-aes-256-cbc", "-md", "md5", "-k", key]
        plain = subprocess.run(command, input=body, capture_output=True, check=True).stdout
        return gzip.decompress(plain) if self.slug.startswith("cisco") else plain

    def change_switch(self, *, is_on: bool) -> None:
        """Do what the tenant's settings do."""
        self.world.tenant.encrypts_configs = is_on
        self.world.session.execute(update(Phone).values(key_used_at=None))
        touch_tenant_phones(self.world.session, self.world.tenant.id, NOON)


@pytest.fixture
def desk(world: World, answering: Answering, request: pytest.FixtureRequest) -> Desk:
    world.tenant.encrypts_configs = True
    return Desk(world, answering, request.getfixturevalue("slug"))


@both
def test_it_learns_its_key_at_first_contact_and_then_asks_encrypted(desk: Desk, slug: str) -> None:
    """The plain config names key and folder; what comes from there only the key opens."""
    first = desk.get(f"/prov/{desk.file}")
    assert first.status == 200
    key, path = desk.told(first.body)
    assert key == desk.phone.config_key
    sealed = desk.get(path)
    assert sealed.status == 200
    assert sealed.body.startswith(b"Salted__")
    assert b"secret-201" not in sealed.body
    assert desk.opened(sealed.body, key) == first.body


@both
def test_no_plain_config_once_the_key_is_in_use(desk: Desk, slug: str) -> None:
    """Whoever read the address on the wire gets the answer of an unknown phone; also from memory."""
    assert desk.get(desk.own()).status == 200
    assert desk.get(desk.own("enc/")).body.startswith(b"Salted__")
    assert desk.phone.key_used_at == NOON
    assert desk.get(desk.own()) == NOT_FOUND
    assert desk.get(desk.own("x/")) == NOT_FOUND
    notes, _ = desk.answering.check_ins.drain()
    assert notes[-1].admitted_by == "unencrypted"
    assert not notes[-1].is_admitted


@both
def test_the_answer_from_memory_is_encrypted_too(desk: Desk, slug: str) -> None:
    """The two answers under one name are kept apart, and the bytes stay the same."""
    answers = [desk.get(desk.own("enc/")) for _ in range(3)]
    assert len({answer.body for answer in answers}) == 1
    assert answers[0].body.startswith(b"Salted__")
    etag = dict(answers[0].headers)["ETag"]
    ask = Ask(method="GET", path=desk.own("enc/"), address="10.1.1.7", if_none_match=etag)
    assert desk.answering.answer(ask).status == 304


@both
def test_a_phone_that_lost_its_key_comes_back_by_first_contact(desk: Desk, slug: str) -> None:
    """After a factory reset it asks by its MAC address; the window is opened for it by a person."""
    desk.get(desk.own("enc/"))
    assert desk.get(f"/prov/{desk.file}") == NOT_FOUND
    allow_first_contact_again(desk.world.session, desk.phone, actor=ALICE, now=NOON)
    again = desk.get(f"/prov/{desk.file}")
    key, path = desk.told(again.body)
    assert desk.opened(desk.get(path).body, key) == again.body


@both
def test_switched_off_it_is_led_back_to_plain_configs(desk: Desk, slug: str) -> None:
    """The way back stands in an encrypted config: the phone reads no other."""
    key, path = desk.told(desk.get(desk.own()).body)
    desk.get(path)
    desk.change_switch(is_on=False)
    last = desk.opened(desk.get(path).body, key)
    new_key, plain_path = desk.told(last)
    assert (new_key, plain_path) == ("", desk.own())
    assert desk.get(plain_path).body == last


@both
def test_switched_on_again_it_gets_the_key_once_more_in_plain(desk: Desk, slug: str) -> None:
    """It was told to forget it."""
    key, path = desk.told(desk.get(desk.own()).body)
    desk.get(path)
    desk.change_switch(is_on=False)
    desk.get(path)
    desk.change_switch(is_on=True)
    assert desk.told(desk.get(desk.own()).body) == (key, path)


@both
def test_a_removed_phone_can_read_its_farewell(desk: Desk, slug: str) -> None:
    """It reads only what is encrypted; what it opens holds no secret."""
    key, path = desk.told(desk.get(desk.own()).body)
    desk.get(path)
    delete_phone(desk.world.session, desk.phone, actor=ALICE, now=NOON)
    farewell = desk.opened(desk.get(path).body, key)
    assert b"secret-201" not in farewell
    assert desk.told(farewell)[0] == ""
    assert desk.world.session.scalars(select(Farewell.fetched_at)).one() == NOON


@both
def test_the_key_is_stored_encrypted_and_no_preview_shows_it(desk: Desk, slug: str) -> None:
    """S: as any other secret."""
    session = desk.world.session
    stored = session.connection().exec_driver_sql("SELECT config_key FROM phone").scalar_one()
    assert desk.phone.config_key not in stored
    told = load_told(session, desk.world.catalog, desk.phone, phones_address="http://x", now=NOON)
    assert told is not None
    assert desk.phone.config_key not in str(show_files(told))


@both
def test_off_by_default_nothing_of_it_is_written(
    world: World, answering: Answering, slug: str
) -> None:
    """A tenant's switch."""
    desk = Desk(world, answering, slug)
    assert desk.told(desk.get(desk.own()).body) == ("", desk.own())


@pytest.mark.parametrize(
    ("slug", "mac", "name"),
    [
        ("yealink-t46u", "805ec01a2b3c", "805ec01a2b3c.cfg"),
        ("polycom-vvx-450", "64167f1a2b3c", "64167f1a2b3c-phoneprov.cfg"),
    ],
)
def test_other_vendors_stay_plain(
    world: World, answering: Answering, slug: str, mac: str, name: str
) -> None:
    """Whatever folder they ask in: their formats are not public."""
    world.tenant.encrypts_configs = True
    phone = world.phone(mac, slug, extension=world.extension())
    world.session.commit()
    for folder in ("", "enc/", ""):
        path = f"/prov/t/{phone.token}/{folder}{name}"
        answer = answering.answer(Ask(method="GET", path=path, address="10.1.1.7"))
        assert answer.status == 200
        assert b"secret-201" in answer.body
