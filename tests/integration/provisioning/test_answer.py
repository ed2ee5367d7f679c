"""The way of a phone's request, from its address to bytes."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, select

from phoneprov.core.settings import load_settings
from phoneprov.fleet.check_ins import record_check_ins, record_unknown_macs
from phoneprov.fleet.first_contact import allow_first_contact_again
from phoneprov.fleet.models import Farewell, Phone, PhoneEvent, PhoneUpload, UnknownMac
from phoneprov.fleet.phones import (
    delete_phone,
    disable_phone,
    unassign_phone,
)
from phoneprov.fleet.revisions import touch_phones
from phoneprov.fleet.status import PhoneStatus
from phoneprov.provisioning.answer import Answering
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from tests.integration.rows import ALICE, MAC, NOON, World

PHONES = {
    "yealink-t46u": (MAC, f"{MAC}.cfg", "Yealink SIP-T46U 108.86.0.90 80:5e:c0:1a:2b:3c"),
    "grandstream-gxp2170": (
        "c074ad1a2b3c",
        "cfgc074ad1a2b3c.xml",
        "Grandstream Model HW GXP2170 SW 1.0.11.79 DevId c074ad1a2b3c",
    ),
    "cisco-spa504g": (
        "8843e11a2b3c",
        "8843e11a2b3c.cfg",
        "Cisco/SPA504G-7.5.5 (8843E11A2B3C)(CBT141100HR)",
    ),
    "polycom-vvx-450": (
        "64167f1a2b3c",
        "64167f1a2b3c.cfg",
        "FileTransport PolycomVVX-VVX_450-UA/6.4.4.8275 (SN:64167f1a2b3c) Type/Application",
    ),
}


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def answering(world: World, clock: Clock) -> Iterator[Answering]:
    settings = load_settings(public_url="https://phones.example.net")
    made = Answering(catalog=world.catalog, settings=settings, sessions=world.sessions, clock=clock)
    yield made
    made.close()


def ask(path: str, agent: str = "", **fields: object) -> Ask:
    values: dict[str, object] = {"method": "GET", "address": "10.1.1.7"} | fields
    return Ask(path=path, user_agent=agent, **values)  # type: ignore[arg-type]


def own(phone: Phone, name: str) -> str:
    return f"/prov/t/{phone.token}/{name}"


def write_notes(world: World, answering: Answering, now: datetime = NOON) -> None:
    """Write the buffered check-ins, as the job does."""
    known, unknown = answering.check_ins.drain()
    record_check_ins(world.session, known, now)
    record_unknown_macs(world.session, unknown)
    world.session.commit()


@pytest.fixture
def phone(world: World) -> Phone:
    made = world.phone(extension=world.extension())
    world.session.commit()
    return made


@pytest.mark.parametrize("model", PHONES)
def test_a_fresh_phone_gets_its_config_by_its_mac(
    world: World, answering: Answering, model: str
) -> None:
    """R20, R21: after Save the config can be fetched at once, under its vendor's name."""
    mac, name, agent = PHONES[model]
    world.phone(mac, model, extension=world.extension())
    world.session.commit()
    for asked in (name, f"{mac}.cfg", f"{mac.upper()}.cfg"):
        answer = answering.answer(ask(f"/prov/{asked}", agent))
        assert answer.status == 200
        assert dict(answer.headers)["Content-Type"]
        assert answer.body


@pytest.mark.parametrize("model", PHONES)
def test_the_config_carries_the_credentials_and_the_phones_own_address(
    world: World, answering: Answering, model: str
) -> None:
    """R22, S4: over all files of the boot."""
    mac, name, agent = PHONES[model]
    phone = world.phone(mac, model, extension=world.extension())
    world.session.commit()
    names = [name, f"{mac}-phoneprov.cfg"]
    text = b"".join(answering.answer(ask(own(phone, one), agent)).body for one in names).decode()
    assert "secret-201" in text
    assert phone.token in text


def test_first_contact_waits_then_lasts_an_hour(
    world: World, answering: Answering, clock: Clock, phone: Phone
) -> None:
    """S4: boxes are added in the office and plugged in days later."""
    path = f"/prov/{MAC}.cfg"
    clock.now = NOON + timedelta(days=13)
    assert answering.answer(ask(path)).status == 200
    clock.now += timedelta(minutes=59)
    assert answering.answer(ask(path)).status == 200
    clock.now += timedelta(minutes=1)
    assert answering.answer(ask(path)) == NOT_FOUND


def test_first_contact_ends_when_the_phone_uses_its_own_address(
    world: World, answering: Answering, phone: Phone
) -> None:
    """S4: the window closes at the first use of the token."""
    assert answering.answer(ask(f"/prov/{MAC}.cfg")).status == 200
    assert answering.answer(ask(own(phone, f"{MAC}.cfg"))).status == 200
    assert answering.answer(ask(f"/prov/{MAC}.cfg")) == NOT_FOUND
    world.session.refresh(phone)
    allow_first_contact_again(world.session, phone, actor=ALICE, now=NOON)
    world.session.commit()
    assert answering.answer(ask(f"/prov/{MAC}.cfg")).status == 200
    assert answering.answer(ask(own(phone, f"{MAC}.cfg"))).status == 200
    assert answering.answer(ask(f"/prov/{MAC}.cfg")) == NOT_FOUND


def test_all_refusals_are_the_same_to_the_byte(
    world: World, answering: Answering, clock: Clock, phone: Phone
) -> None:
    """S3: unknown, closed, wrong token, foreign MAC: nothing tells them apart."""
    clock.now = NOON + timedelta(days=15)
    token = "f" * 32
    refusals = [
        answering.answer(ask("/prov/805ec0ffffff.cfg")),
        answering.answer(ask(f"/prov/{MAC}.cfg")),
        answering.answer(ask(f"/prov/t/{token}/{MAC}.cfg")),
        answering.answer(ask(own(phone, "805ec0ffffff.cfg"))),
        answering.answer(
            ask(own(phone, f"{MAC}.cfg"), "Yealink SIP-T46U 108.86.0.90 80:5e:c0:ff:ff:ff")
        ),
        answering.answer(ask("/prov/nothing-of-the-kind")),
        answering.answer(ask(f"/prov/{MAC}.cfg", method="PUT", body=io.BytesIO(b"x"), length=1)),
    ]
    assert refusals == [NOT_FOUND] * len(refusals)
    assert NOT_FOUND.body == b""


def test_a_token_of_one_phone_opens_nothing_of_another(
    world: World, answering: Answering, phone: Phone
) -> None:
    """S4."""
    other = world.phone(mac="805ec0aaaaaa", extension=world.extension("202"))
    world.session.commit()
    assert answering.answer(ask(own(other, f"{MAC}.cfg"))) == NOT_FOUND


def test_a_second_fetch_costs_no_query(world: World, answering: Answering, phone: Phone) -> None:
    """A cache hit is answered from memory, 304 when the phone has the file."""
    path = own(phone, f"{MAC}.cfg")
    first = answering.answer(ask(path))
    queries: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        queries.append(statement)

    engine = world.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    second = answering.answer(ask(path))
    etag = dict(first.headers)["ETag"]
    third = answering.answer(ask(path, if_none_match=etag))
    head = answering.answer(ask(path, method="HEAD"))
    event.remove(engine, "before_cursor_execute", note)
    assert queries == []
    assert second == first
    assert (third.status, third.body) == (304, b"")
    assert (head.status, head.body) == (200, b"")
    assert dict(head.headers)["Content-Length"] == str(len(first.body))


def test_a_change_reaches_the_next_fetch(world: World, answering: Answering, phone: Phone) -> None:
    """R40: a bump in the same transaction, the cache lets go after the commit."""
    path = own(phone, f"{MAC}.cfg")
    before = answering.answer(ask(path))
    phone.display_name = "Front desk"
    touch_phones(world.session, [phone.id], NOON)
    assert answering.answer(ask(path)) == before
    world.session.commit()
    after = answering.answer(ask(path))
    assert after.body != before.body
    assert b"Front desk" in after.body


def test_a_change_while_a_phone_is_answered_is_in_what_is_kept(
    world: World, answering: Answering, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R41: saved after the phone was looked for and before its config was composed."""
    path, epoch = own(phone, f"{MAC}.cfg"), answering.cache.epoch
    phone.token_used_at, phone.window_opened_at = NOON, None
    world.session.commit()

    def save_meanwhile(phone_id: int) -> int:
        phone.display_name = "Front desk"
        touch_phones(world.session, [phone.id], NOON)
        world.session.commit()
        return epoch(phone_id)

    monkeypatch.setattr(answering.cache, "epoch", save_meanwhile)
    assert b"Front desk" in answering.answer(ask(path)).body
    assert b"Front desk" in answering.answer(ask(path)).body


def test_only_the_touched_phone_changes(world: World, answering: Answering, phone: Phone) -> None:
    """No other phone's config changes with it."""
    other = world.phone(mac="805ec0aaaaaa", extension=world.extension("202"))
    world.session.commit()
    path = own(other, "805ec0aaaaaa.cfg")
    before = answering.answer(ask(path))
    touch_phones(world.session, [phone.id], NOON)
    world.session.commit()
    assert answering.answer(ask(path)) == before


def test_checking_in_makes_it_provisioning_with_facts_from_its_agent(
    world: World, answering: Answering, phone: Phone
) -> None:
    """R5, R23, R50: address and firmware are what the phone told last."""
    answering.answer(ask(f"/prov/{MAC}.cfg", PHONES["yealink-t46u"][2]))
    write_notes(world, answering)
    assert phone.status == PhoneStatus.PROVISIONING
    assert (phone.ip_address, phone.firmware) == ("10.1.1.7", "108.86.0.90")
    assert phone.fetched_revision == phone.config_revision
    assert phone.told_model == ""


def test_another_model_on_the_desk_is_told(
    world: World, answering: Answering, phone: Phone
) -> None:
    """A phone whose User-Agent names another model gets an event and a warning."""
    answering.answer(ask(f"/prov/{MAC}.cfg", "Yealink SIP-T54W 96.86.0.70 80:5e:c0:1a:2b:3c"))
    write_notes(world, answering)
    assert phone.told_model == "yealink-t54w"
    kinds = world.session.scalars(select(PhoneEvent.kind).where(PhoneEvent.kind == "warning"))
    assert kinds.all() == ["warning"]


def test_another_mac_on_the_desk_is_refused_and_told(
    world: World, answering: Answering, phone: Phone
) -> None:
    """Claims that disagree open nothing, and the phone's page says so."""
    agent = "Yealink SIP-T46U 108.86.0.90 00:15:65:aa:bb:cc"
    assert answering.answer(ask(f"/prov/{MAC}.cfg", agent)) == NOT_FOUND
    write_notes(world, answering)
    assert phone.told_mac == "001565aabbcc"
    assert phone.status == PhoneStatus.PENDING


def test_unknown_macs_are_remembered(world: World, answering: Answering) -> None:
    """R76: the provider sees which unknown phones asked, from where and how often."""
    for _ in range(3):
        answering.answer(ask("/prov/805ec0ffffff.cfg", "Yealink SIP-T46U 108.86.0.90"))
    write_notes(world, answering)
    seen = world.session.scalars(select(UnknownMac)).one()
    assert (seen.mac, seen.count, seen.address) == ("805ec0ffffff", 3, "10.1.1.7")


@pytest.mark.parametrize("switch", [disable_phone, unassign_phone])
@pytest.mark.parametrize("model", PHONES)
def test_a_phone_without_a_line_gets_a_config_without_its_password(
    world: World, answering: Answering, model: str, switch: object
) -> None:
    """R27, R64, R95: its accounts go off, and it keeps asking."""
    mac, name, agent = PHONES[model]
    phone = world.phone(mac, model, extension=world.extension())
    switch(world.session, phone, actor=ALICE, now=NOON)  # type: ignore[operator]
    world.session.commit()
    for one in (name, f"{mac}-phoneprov.cfg"):
        answer = answering.answer(ask(own(phone, one), agent))
        assert b"secret-201" not in answer.body
    assert answering.answer(ask(own(phone, name), agent)).status == 200


def test_a_deleted_phone_is_told_once_to_switch_its_accounts_off(
    world: World, answering: Answering, phone: Phone
) -> None:
    """R62, R140: no secret remains, and the old address answers until it has fetched that."""
    path, other = own(phone, f"{MAC}.cfg"), f"/prov/{MAC}.cfg"
    assert b"secret-201" in answering.answer(ask(path)).body
    token = phone.token
    delete_phone(world.session, phone, actor=ALICE, now=NOON)
    world.session.commit()
    assert answering.answer(ask(other)) == NOT_FOUND
    last = answering.answer(ask(path))
    assert last.status == 200
    assert b"secret-201" not in last.body
    assert b"account.1.enable = 0" in last.body
    assert answering.answer(ask(path)) == NOT_FOUND
    row = world.session.scalars(select(Farewell)).one()
    assert row.fetched_at is not None
    assert token not in {row.token_hash, row.contact_uri, row.send_via}


def test_a_farewell_ends_after_a_day(
    world: World, answering: Answering, clock: Clock, phone: Phone
) -> None:
    """R62."""
    path = own(phone, f"{MAC}.cfg")
    delete_phone(world.session, phone, actor=ALICE, now=NOON)
    world.session.commit()
    clock.now = NOON + timedelta(hours=24)
    assert answering.answer(ask(path)) == NOT_FOUND


def test_adding_the_mac_again_ends_the_farewell_and_starts_afresh(
    world: World, answering: Answering, phone: Phone
) -> None:
    """R63, R141: free for any tenant, and the phone comes back by itself."""
    path = own(phone, f"{MAC}.cfg")
    delete_phone(world.session, phone, actor=ALICE, now=NOON)
    globex = world.other_tenant()
    world.phone(extension=world.extension("301", tenant=globex), tenant=globex)
    world.session.commit()
    assert b"secret-301" in answering.answer(ask(f"/prov/{MAC}.cfg")).body
    assert b"secret-301" in answering.answer(ask(path)).body


def test_a_farewell_sends_the_phone_back_to_where_it_can_be_found(
    world: World, answering: Answering, phone: Phone
) -> None:
    """R63: nobody has to type an address at a phone that is added again later."""
    path, token = own(phone, f"{MAC}.cfg"), phone.token
    delete_phone(world.session, phone, actor=ALICE, now=NOON)
    world.session.commit()
    told = answering.answer(ask(path)).body.decode()
    assert token not in told
    assert "https://phones.example.net/prov/" in told


def test_a_polycom_may_leave_its_log(world: World, answering: Answering) -> None:
    """Uploads are taken within a limit, shown, and never served back."""
    mac, _, agent = PHONES["polycom-vvx-450"]
    phone = world.phone(mac, "polycom-vvx-450", extension=world.extension())
    world.session.commit()
    body = b"start" + b"x" * 600_000 + b"end"
    path = own(phone, f"{mac}-app.log")
    answer = answering.answer(
        ask(path, agent, method="PUT", body=io.BytesIO(body), length=len(body))
    )
    assert answer.status == 201
    kept = world.session.scalars(select(PhoneUpload)).one()
    assert kept.size_bytes == 512 * 1024
    assert kept.body.endswith(b"end")
    assert answering.answer(ask(path, agent)) == NOT_FOUND
    assert answering.answer(ask(path, agent, method="HEAD")).status == 200
    override = own(phone, f"{mac}-phone.cfg")
    put = ask(override, agent, method="PUT", body=io.BytesIO(b"<x/>"), length=4)
    assert answering.answer(put).status == 201
    assert answering.answer(ask(override, agent)) == NOT_FOUND


def test_a_phone_may_not_leave_files_for_another(world: World, answering: Answering) -> None:
    mac, _, agent = PHONES["polycom-vvx-450"]
    phone = world.phone(mac, "polycom-vvx-450", extension=world.extension())
    world.session.commit()
    put = ask(
        own(phone, "64167f000000-app.log"), agent, method="PUT", body=io.BytesIO(b"x"), length=1
    )
    assert answering.answer(put) == NOT_FOUND


@pytest.mark.parametrize(
    "name",
    ["spa504G.cfg", "SPA504g.cfg", "000000000000.cfg", "y000000000108.cfg", "cfggxp2170.xml"],
)
def test_common_files_carry_no_secret_and_are_the_same_for_all(
    world: World, answering: Answering, phone: Phone, name: str
) -> None:
    """Trap 11: a name without a MAC must not give anybody's secrets."""
    answer = answering.answer(ask(f"/prov/{name}"))
    assert answer.status == 200
    assert answer.body
    assert phone.token.encode() not in answer.body
    assert b"secret" not in answer.body
    assert answering.answer(ask(f"/prov/{name}", address="10.2.2.2")) == answer


def test_polls_are_spread_by_mac() -> None:
    """F33: a power cut does not line the fleet up for ever."""
    from phoneprov.provisioning.compose import poll_minutes

    minutes = [poll_minutes(f"805ec0{number:06x}", 60) for number in range(1000)]
    assert min(minutes) == 50
    assert max(minutes) == 60
    most = max(minutes.count(one) for one in set(minutes))
    assert most <= 3 * len(minutes) / len(set(minutes))


def test_same_rows_same_bytes(world: World, answering: Answering, phone: Phone) -> None:
    """DESIGN §3: a config is a pure function of what is stored."""
    path = own(phone, f"{MAC}.cfg")
    first: Answer = answering.answer(ask(path))
    answering.cache.drop({phone.id})
    assert answering.answer(ask(path)) == first
