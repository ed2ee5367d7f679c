"""What a roll-out would do, before it is started; and its start, once."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.firmware.rollout_models import (
    MaintenanceWindow,
    PartState,
    Rollout,
    RolloutPhone,
)
from phoneprov.firmware.windows import Span
from phoneprov.operations.rollouts.drafts import RolloutDraft
from phoneprov.operations.rollouts.plan import RolloutPlan, plan_rollout
from phoneprov.operations.rollouts.queries import (
    find_open_rollout_of,
    find_rollout,
    summarise,
)
from phoneprov.operations.rollouts.start import start_rollout
from phoneprov.operations.rollouts.stopping import cancel_rollout
from phoneprov.operations.rollouts.windows import (
    WindowDraft,
    add_window,
    change_window,
    delete_window,
    find_window,
    list_windows,
    say_window,
)
from phoneprov.tenancy.models import AuditEntry
from phoneprov.web.rollouts.showing import Choice, count_lines, list_lines
from phoneprov.web.rollouts.words import name_wave
from tests.integration.rollouts.conftest import EVERY_DAY, NEW, OLD, Fleet, on_both
from tests.integration.rows import ALICE


def list_rollouts(fleet: Fleet, tenant_id: int) -> list[Rollout]:
    return list(fleet.session.scalars(select(Rollout).where(Rollout.tenant_id == tenant_id)))


def start(fleet: Fleet, plan: RolloutPlan) -> Rollout:
    return start_rollout(fleet.session, plan, ordered_by=ALICE, now=fleet.now)


def test_it_says_who_takes_what_when_and_who_does_not(fleet: Fleet) -> None:
    fleet.window("22:00", "04:00")
    phones = fleet.phones(5)
    newest, newer = fleet.phone(NEW), fleet.phone("108.90.0.1")
    unseen = fleet.phone()
    unseen.first_check_in_at = None
    off = fleet.phone()
    off.disabled_at = fleet.now
    other = fleet.phone(model_slug="yealink-t54w")
    spare = fleet.phone()
    spare.extension_id = None
    fleet.session.flush()
    everyone = [*phones, newest, newer, unseen, off, other, spare]
    plan = fleet.plan(everyone, fleet.image(), in_windows=True, canary_phones=1, batch_phones=3)
    assert [(wave.number, len(wave.phones)) for wave in plan.waves] == [(0, 1), (1, 3), (2, 1)]
    assert plan.waves[0].is_canary
    window = Span(
        start=datetime(2026, 11, 23, 21, tzinfo=UTC), end=datetime(2026, 11, 24, 3, tzinfo=UTC)
    )
    assert {wave.first_window for wave in plan.waves} == {window}
    assert {(one.from_version, one.steps) for one in plan.will} == {(OLD, (NEW,))}
    assert {
        reason: [one.phone_id for one in found] for reason, found in plan.left_alone.items()
    } == {
        f"It runs {NEW} already.": [newest.id],
        f"It runs 108.90.0.1, which is newer than {NEW}.": [newer.id],
        "It has never asked for its config.": [unseen.id],
        "It is disabled.": [off.id],
        f"Firmware {NEW} is not for this phone's model.": [other.id],
        "It has no extension, so it can't be told to begin or seen to be back.": [spare.id],
    }


def test_phones_of_another_tenant_are_none(fleet: Fleet) -> None:
    foreign = fleet.phone(tenant=fleet.world.other_tenant())
    own = fleet.phone()
    plan = fleet.plan([foreign, own], fleet.image())
    assert [one.phone_id for one in plan.phones] == [own.id]
    rollout = start(fleet, plan)
    other = foreign.tenant_id
    assert find_rollout(fleet.session, other, rollout.id) is None
    assert list_rollouts(fleet, other) == []
    assert find_rollout(fleet.session, fleet.world.tenant.id, rollout.id) is rollout


def test_a_missing_step_on_the_way_is_said(fleet: Fleet) -> None:
    phone = fleet.phone("108.80.0.1")
    plan = fleet.plan([phone], fleet.image(required_version="108.85.0.1"))
    assert "has to take 108.85.0.1" in (plan.phones[0].reason or "")


def test_the_canary_is_there_and_of_many_kinds(fleet: Fleet) -> None:
    away = fleet.phones(2, is_there=False)
    same = fleet.phones(3)
    older = fleet.phone("108.85.0.1")
    plan = fleet.plan([*away, *same, older], fleet.image(), canary_phones=2)
    canary = plan.waves[0].phones
    assert {one.from_version for one in canary} == {OLD, "108.85.0.1"}
    assert not {one.phone_id for one in canary} & {one.id for one in away}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("canary_phones", 0),
        ("canary_phones", 51),
        ("verify_minutes", -1),
        ("batch_phones", 0),
        ("max_failures", 0),
        ("ends_at", datetime(2026, 11, 1, tzinfo=UTC)),
        ("ends_at", datetime(2027, 11, 1, tzinfo=UTC)),
        ("name", "x" * 101),
        ("name", "two\nlines"),
        ("in_windows", True),
    ],
)
def test_what_cant_be_done_is_refused_with_its_field(
    fleet: Fleet, field: str, value: object
) -> None:
    phone = fleet.phone()
    with pytest.raises(InvalidValueError) as caught:
        fleet.plan([phone], fleet.image(), **{field: value})
    assert caught.value.field == field


def test_nobody_to_take_it_is_no_roll_out(fleet: Fleet) -> None:
    plan = fleet.plan([fleet.phone(NEW)], fleet.image())
    with pytest.raises(InvalidValueError, match="No phone"):
        start(fleet, plan)


@on_both
def test_the_same_form_twice_orders_once(fleet: Fleet) -> None:
    """R128: a second click does nothing more."""
    phones, image = fleet.phones(2), fleet.image()
    plan = fleet.plan(phones, image, order_key="form-1")
    first = start(fleet, plan)
    assert start(fleet, plan) is first
    assert start(fleet, fleet.plan(phones, image, order_key="form-1")) is first
    assert fleet.session.scalars(
        select(AuditEntry.action).where(AuditEntry.action == "rollout.start")
    ).all() == ["rollout.start"]


def test_one_phone_is_in_one_roll_out(fleet: Fleet) -> None:
    phones, image = fleet.phones(2), fleet.image()
    first = fleet.start(phones[:1], image, name="Night one")
    plan = fleet.plan(phones, image)
    assert plan.left_alone.keys() == {"It is in the roll-out “Night one”."}
    assert [one.phone_id for one in plan.will] == [phones[1].id]
    assert find_open_rollout_of(fleet.session, phones[0].id) is first
    assert find_open_rollout_of(fleet.session, phones[1].id) is None
    cancel_rollout(fleet.session, first, actor=ALICE, now=fleet.now)
    assert len(fleet.plan(phones, image).will) == 2


@on_both
def test_whoever_is_slower_is_told(fleet: Fleet) -> None:
    """Both planned before either started."""
    phones, image = fleet.phones(3), fleet.image()
    one, two = fleet.plan(phones, image, name="First"), fleet.plan(phones[:2], image)
    start(fleet, one)
    with pytest.raises(NotAllowedError, match=r"“First”.* 1 more of them .*Plan it again"):
        start(fleet, two)
    assert len(list_rollouts(fleet, fleet.world.tenant.id)) == 1


def test_the_database_itself_allows_no_second_one(fleet: Fleet) -> None:
    phones, image = fleet.phones(1), fleet.image()
    first = fleet.start(phones, image)
    second = Rollout(
        tenant_id=first.tenant_id,
        to_version=NEW,
        name="Second",
        canary_phones=1,
        verify_minutes=0,
        batch_phones=1,
        max_failures=1,
        ends_at=first.ends_at,
        ordered_by="x",
        created_at=fleet.now,
    )
    fleet.session.add(second)
    fleet.session.flush()
    twin = RolloutPhone(
        rollout_id=second.id,
        phone_id=phones[0].id,
        phone_name="Twin",
        wave=0,
        position=0,
        changed_at=fleet.now,
    )
    fleet.session.add(twin)
    with pytest.raises(IntegrityError):
        fleet.session.flush()


@on_both
def test_two_at_the_same_moment_are_one_winner_and_one_who_is_told(fleet: Fleet) -> None:
    phones, image = fleet.phones(20), fleet.image()
    plans = [fleet.plan(phones, image, name=f"Night {number}") for number in range(2)]
    fleet.session.commit()
    both = threading.Barrier(2)
    said: list[str] = []

    def order(plan: RolloutPlan) -> None:
        with fleet.world.sessions() as session:
            own = _of_session(plan, session)
            both.wait(timeout=10)
            try:
                found = start_rollout(session, own, ordered_by=ALICE, now=fleet.now)
                session.commit()
                said.append(f"started {found.name}")
            except NotAllowedError as error:
                session.rollback()
                said.append(error.message)

    threads = [threading.Thread(target=order, args=(plan,)) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(one.split()[0] == "started" for one in said) == [False, True]
    assert any("can't take part" in one for one in said)
    assert len(list_rollouts(fleet, fleet.world.tenant.id)) == 1


def _of_session(plan: RolloutPlan, session: Session) -> RolloutPlan:
    """Return a plan with its image read by another session, as another request has it."""
    return RolloutPlan(
        tenant_id=plan.tenant_id,
        firmware=session.get_one(type(plan.firmware), 1),
        draft=plan.draft,
        phones=plan.phones,
    )


@pytest.mark.parametrize(("phones", "batches"), [(10, 1), (1000, 2)])
def test_queries_grow_with_batches_only(fleet: Fleet, phones: int, batches: int) -> None:
    fleet.window("22:00", "04:00")
    owned, image = fleet.phones(phones), fleet.image()
    fleet.session.commit()
    ids = [one.id for one in owned]
    tenant = fleet.world.tenant
    assert tenant.name
    fleet.session.expunge_all()
    fleet.session.add(tenant)
    image = fleet.session.merge(image)
    fleet.session.refresh(image)
    seen: list[str] = []

    def note(*args: object) -> None:
        seen.append(str(args[2]))

    engine = fleet.session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        plan = plan_rollout(
            fleet.session,
            fleet.world.catalog,
            tenant,
            ids,
            firmware=image,
            draft=RolloutDraft(),
            now=fleet.now,
        )
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(plan.will) == phones
    assert len(seen) <= 6 + 3 * batches, seen


def test_it_is_summed_up_and_paged(fleet: Fleet) -> None:
    fleet.window("22:00", "04:00")
    phones = [*fleet.phones(7), fleet.phone(NEW)]
    rollout = fleet.start(phones, fleet.image(), in_windows=True, canary_phones=2, batch_phones=4)
    found = summarise(fleet.session, rollout, fleet.now)
    assert found.counts == {PartState.WAITING: 7, PartState.SKIPPED: 1}
    assert [(name_wave(wave.number), sum(wave.counts.values())) for wave in found.waves] == [
        ("Canary", 2),
        ("Batch 1", 4),
        ("Batch 2", 1),
    ]
    assert found.next_window is not None
    assert found.next_window.start == datetime(2026, 11, 23, 21, tzinfo=UTC)
    everyone, done, first = Choice(), Choice(state=PartState.DONE), Choice(wave=0)
    rows = list_lines(fleet.session, rollout, everyone, page=3, size=3)
    assert (count_lines(fleet.session, rollout, everyone), len(rows)) == (8, 2)
    assert rows[-1].state is PartState.SKIPPED
    assert list_lines(fleet.session, rollout, done, page=1, size=3) == []
    assert count_lines(fleet.session, rollout, first) == 2


def test_windows_are_kept_and_noted(fleet: Fleet) -> None:
    session, tenant = fleet.session, fleet.world.tenant
    draft = WindowDraft(weekdays=frozenset({0, 4}), opens=time(22), closes=time(4))
    row = add_window(session, tenant.id, draft, actor=ALICE, now=fleet.now)
    assert say_window(row) == "Mon, Fri, 22:00–04:00 the next morning"
    assert find_window(session, tenant.id, row.id) is row
    assert find_window(session, fleet.world.other_tenant().id, row.id) is None
    with pytest.raises(InvalidValueError, match="already"):
        add_window(session, tenant.id, draft, actor=ALICE, now=fleet.now)
    whole = WindowDraft(weekdays=EVERY_DAY, opens=time(6), closes=time(6))
    change_window(session, row, whole, actor=ALICE, now=fleet.now)
    assert say_window(row) == "Every day, 24 hours from 06:00"
    assert list_windows(session, tenant.id) == [row]
    delete_window(session, row, actor=ALICE, now=fleet.now)
    assert session.scalars(select(MaintenanceWindow)).all() == []
    actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["window.add", "window.edit", "window.delete"]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (WindowDraft(weekdays=frozenset(), opens=time(1), closes=time(2)), "weekdays"),
        (WindowDraft(weekdays=frozenset({7}), opens=time(1), closes=time(2)), "weekdays"),
        (WindowDraft(weekdays=EVERY_DAY, opens=time(1), closes=time(1, 9)), "closes"),
        (WindowDraft(weekdays=EVERY_DAY, opens=time(23, 55), closes=time(0, 4)), "closes"),
    ],
)
def test_a_window_that_can_hold_no_update_is_refused(
    fleet: Fleet, draft: WindowDraft, field: str
) -> None:
    with pytest.raises(InvalidValueError) as caught:
        add_window(fleet.session, fleet.world.tenant.id, draft, actor=ALICE, now=fleet.now)
    assert caught.value.field == field


def test_it_lasts_two_weeks_unless_said_otherwise(fleet: Fleet) -> None:
    rollout = fleet.start([fleet.phone()], fleet.image())
    assert rollout.ends_at == fleet.now + timedelta(days=14)
