"""Bulk operations: planned first, done in batches, each phone exactly once."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.models import Farewell, Phone, PhoneEvent, PhoneModule
from phoneprov.layouts.models import ButtonLayout
from phoneprov.operations.bulk import actions
from phoneprov.operations.bulk.cancel import cancel_bulk
from phoneprov.operations.bulk.outcomes import (
    Outcome,
    count_outcomes,
    list_results,
)
from phoneprov.operations.bulk.plan import MOST_PHONES, Plan, plan_bulk, start_bulk
from phoneprov.operations.bulk.run import BATCH, run_bulks
from phoneprov.operations.bulk.tasks import Task, read_task
from phoneprov.operations.models import BulkAction, BulkItem, BulkOperation, BulkState, Command
from tests.integration.operations.post import add_registered
from tests.integration.rows import ALICE, NOON, World


def phones(world: World, count: int, model: str = "yealink-t46u", first: int = 0) -> list[Phone]:
    made = [world.phone(f"805ec0{first + number:06x}", model) for number in range(count)]
    world.session.commit()
    return made


def layout(world: World, model: str = "yealink-t46u") -> ButtonLayout:
    row = ButtonLayout(
        tenant_id=world.tenant.id, name=f"For {model}", model_slug=model, created_at=NOON
    )
    world.session.add(row)
    world.session.commit()
    return row


def plan(world: World, action: BulkAction, value: object, chosen: Sequence[Phone]) -> Plan:
    task = read_task(world.session, world.catalog, world.tenant.id, action, str(value))
    return plan_bulk(world.session, world.tenant.id, task, [one.id for one in chosen])


def start(
    world: World, action: BulkAction, value: object, chosen: Sequence[Phone]
) -> BulkOperation:
    found = plan(world, action, value, chosen)
    operation = start_bulk(world.session, world.tenant.id, found, actor=ALICE, now=NOON)
    world.session.commit()
    return operation


def finish(world: World) -> int:
    """Let the job have its turns until nothing is left; return how many phones it did."""
    done = 0
    while count := run_bulks(world.sessions, world.catalog):
        done += count
    world.session.expire_all()
    return done


def states(world: World, operation: BulkOperation) -> dict[str, int]:
    tally = count_outcomes(world.session, [operation])[operation.id]
    return {outcome.value: count for outcome, count in tally.counts.items()}


def test_phones_of_another_model_are_named_and_left_alone(world: World) -> None:
    """R47, R122: before it starts it is said; afterwards each has its result."""
    wanted = layout(world)
    t46, gxp = phones(world, 3), phones(world, 2, "grandstream-gxp2170", first=100)
    has_it = phones(world, 1, first=200)
    has_it[0].button_layout_id = wanted.id
    world.session.commit()
    found = plan(world, BulkAction.APPLY_LAYOUT, wanted.id, [*t46, *gxp, *has_it])
    assert [one.phone_id for one in found.will] == [one.id for one in t46]
    assert {reason: len(ones) for reason, ones in found.left_alone.items()} == {
        "The layout is for the Yealink T46U.": 2,
        "It has this layout already.": 1,
    }
    operation = start(world, BulkAction.APPLY_LAYOUT, wanted.id, [*t46, *gxp, *has_it])
    revisions = [one.config_revision for one in (*t46, *gxp)]
    assert finish(world) == 3
    assert states(world, operation) == {"done": 3, "skipped": 3}
    assert operation.state is BulkState.DONE
    assert [one.button_layout_id for one in t46] == [wanted.id] * 3
    after = [one.config_revision for one in (*t46, *gxp)]
    assert [new - old for old, new in zip(revisions, after, strict=True)] == [1, 1, 1, 0, 0]


def test_repeating_it_touches_only_what_is_not_done(world: World) -> None:
    """R122."""
    wanted, chosen = layout(world), phones(world, 4)
    start(world, BulkAction.APPLY_LAYOUT, wanted.id, chosen)
    finish(world)
    chosen[0].button_layout_id = None
    world.session.commit()
    again = plan(world, BulkAction.APPLY_LAYOUT, wanted.id, chosen)
    assert [one.phone_id for one in again.will] == [chosen[0].id]


def test_a_time_zone_goes_to_all_or_back_to_the_tenants(world: World) -> None:
    chosen = phones(world, BATCH + 20)
    start(world, BulkAction.SET_TIME_ZONE, "Asia/Tokyo", chosen)
    assert finish(world) == BATCH + 20
    assert {one.time_zone for one in chosen} == {"Asia/Tokyo"}
    start(world, BulkAction.SET_TIME_ZONE, "", chosen[:2])
    finish(world)
    assert [one.time_zone for one in chosen[:3]] == [None, None, "Asia/Tokyo"]


def test_a_reboot_leaves_out_who_cannot_be_reached(world: World) -> None:
    """R48, R123: by name, with the reason; a second click orders nothing twice."""
    online = add_registered(world)
    pending, disabled = phones(world, 2, first=50)
    disabled.disabled_at = NOON
    world.session.commit()
    found = plan(world, BulkAction.REBOOT, "", [online, pending, disabled])
    assert [one.phone_id for one in found.will] == [online.id]
    assert len(found.left_alone) == 2
    for _ in range(2):
        start(world, BulkAction.REBOOT, "", [online, pending, disabled])
        finish(world)
    assert world.session.scalars(select(Command.phone_id)).all() == [online.id]


def test_switching_many_off_and_on(world: World) -> None:
    chosen = phones(world, 3)
    start(world, BulkAction.DISABLE, "", chosen)
    finish(world)
    assert all(one.disabled_at is not None for one in chosen)
    start(world, BulkAction.ENABLE, "", chosen)
    finish(world)
    assert all(one.disabled_at is None for one in chosen)


def test_each_phone_is_done_exactly_once_whatever_dies_in_between(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R122: the deed and its note are one transaction, so a restart goes on where it ended."""
    chosen = phones(world, 3 * BATCH)
    operation = start(world, BulkAction.SET_TIME_ZONE, "Asia/Tokyo", chosen)
    deed, turns = actions.do_batch, 0

    def dies_after_the_deed(
        session: Session, task: Task, batch: Sequence[Phone], **by: object
    ) -> str:
        nonlocal turns
        turns += 1
        said = deed(session, task, batch, **by)  # type: ignore[arg-type]
        if turns == 2:
            raise KeyboardInterrupt  # as abrupt as a process that is killed
        return said

    monkeypatch.setattr(actions, "do_batch", dies_after_the_deed)
    with pytest.raises(KeyboardInterrupt):
        run_bulks(world.sessions, world.catalog)
    world.session.expire_all()
    assert states(world, operation) == {"done": BATCH, "waiting": 2 * BATCH}
    finish(world)
    assert states(world, operation) == {"done": 3 * BATCH}
    text = PhoneEvent.text.contains("Asia/Tokyo")
    per_phone = world.session.execute(
        select(func.count()).where(text).group_by(PhoneEvent.phone_id)
    ).scalars()
    assert list(per_phone) == [1] * (3 * BATCH)


def test_what_is_cancelled_stays_as_it_was(world: World) -> None:
    chosen = phones(world, 5)
    operation = start(world, BulkAction.SET_TIME_ZONE, "Asia/Tokyo", chosen)
    cancel_bulk(world.session, operation, actor=ALICE, now=NOON + timedelta(seconds=1))
    world.session.commit()
    assert finish(world) == 0
    assert states(world, operation) == {"cancelled": 5}
    assert {one.time_zone for one in chosen} == {None}
    cancel_bulk(world.session, operation, actor=ALICE, now=NOON)
    assert operation.finished_at == NOON + timedelta(seconds=1)


def test_what_is_gone_meanwhile_is_named(world: World) -> None:
    """A phone, and then the layout itself."""
    wanted, chosen = layout(world), phones(world, 3)
    operation = start(world, BulkAction.APPLY_LAYOUT, wanted.id, chosen)
    world.session.delete(chosen[0])
    world.session.commit()
    finish(world)
    assert states(world, operation) == {"done": 2, "failed": 1}
    (first, *_) = list_results(world.session, operation, page=1, size=10)
    assert (first.outcome, first.evidence) == (Outcome.FAILED, "The phone was deleted meanwhile.")
    other = layout(world, "cisco-spa504g")
    cisco = phones(world, 2, "cisco-spa504g", first=300)
    late = start(world, BulkAction.APPLY_LAYOUT, other.id, cisco)
    world.session.delete(other)
    world.session.commit()
    finish(world)
    assert states(world, late) == {"failed": 2}
    assert late.state is BulkState.DONE


def test_a_batch_that_breaks_does_not_keep_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = phones(world, 2)
    operation = start(world, BulkAction.SET_TIME_ZONE, "Asia/Tokyo", chosen)

    def breaks(*_: object, **__: object) -> str:
        raise RuntimeError

    monkeypatch.setattr(actions, "do_batch", breaks)
    finish(world)
    assert states(world, operation) == {"failed": 2}


def test_another_tenants_phones_and_layouts_are_not_there(world: World) -> None:
    """R65."""
    other = world.other_tenant()
    foreign = world.phone("805ec0aaaaaa", tenant=other)
    row = ButtonLayout(
        tenant_id=other.id, name="Theirs", model_slug="yealink-t46u", created_at=NOON
    )
    world.session.add(row)
    world.session.commit()
    assert plan(world, BulkAction.DISABLE, "", [foreign]).phones == []
    for value in (row.id, 0, "x", "", "9" * 30):
        with pytest.raises(InvalidValueError):
            plan(world, BulkAction.APPLY_LAYOUT, value, [])
    with pytest.raises(InvalidValueError):
        plan(world, BulkAction.SET_TIME_ZONE, "Mars/Olympus", [])


def test_there_is_a_limit(world: World) -> None:
    task = read_task(world.session, world.catalog, world.tenant.id, BulkAction.DISABLE, "")
    with pytest.raises(InvalidValueError):
        plan_bulk(world.session, world.tenant.id, task, range(1, MOST_PHONES + 2))


def test_nobodys_items_are_left_behind(world: World) -> None:
    start(world, BulkAction.DISABLE, "", phones(world, 2))
    world.session.delete(world.tenant)
    world.session.commit()
    assert world.session.scalar(select(func.count()).select_from(BulkItem)) == 0


def test_a_module_layout_goes_to_each_module_of_its_model(world: World) -> None:
    """R46: created once, applied to many; who has no such module is named."""
    wanted = layout(world, "yealink-exp43")
    wanted.is_for_module = True
    two, other, none = phones(world, 3)
    for phone, slug, number in ((two, "yealink-exp43", 1), (two, "yealink-exp43", 2),
                                (other, "yealink-exp40", 1)):  # fmt: skip
        world.session.add(PhoneModule(phone_id=phone.id, number=number, module_slug=slug))
    world.session.commit()
    found = plan(world, BulkAction.APPLY_MODULE_LAYOUT, wanted.id, [two, other, none])
    assert [one.phone_id for one in found.will] == [two.id]
    assert {reason: len(ones) for reason, ones in found.left_alone.items()} == {
        "It has no EXP43.": 2
    }
    start(world, BulkAction.APPLY_MODULE_LAYOUT, wanted.id, [two, other, none])
    assert finish(world) == 1
    rows = world.session.execute(select(PhoneModule.module_slug, PhoneModule.layout_id)).all()
    assert sorted(rows, key=str) == [
        ("yealink-exp40", None), ("yealink-exp43", wanted.id), ("yealink-exp43", wanted.id),
    ]  # fmt: skip
    again = plan(world, BulkAction.APPLY_MODULE_LAYOUT, wanted.id, [two])
    assert list(again.left_alone) == ["Its modules have this layout already."]


def test_many_are_unassigned_and_deleted(world: World) -> None:
    """Each deleted one leaves its farewell, and its name in the result."""
    extension = world.extension()
    first = world.phone("805ec0000001", extension=extension)
    second = world.phone("805ec0000002")
    world.session.commit()
    start(world, BulkAction.UNASSIGN, "", [first, second])
    assert finish(world) == 1
    assert first.extension_id is None
    operation = start(world, BulkAction.DELETE, "", [first, second])
    assert finish(world) == 2
    assert world.session.scalar(select(func.count()).select_from(Phone)) == 0
    macs = set(world.session.scalars(select(Farewell.mac)))
    assert macs == {"805ec0000001", "805ec0000002"}
    results = list_results(world.session, operation, page=1, size=10)
    assert [(one.phone_id, one.outcome.value) for one in results] == [
        (None, "done"),
        (None, "done"),
    ]
    assert all(one.name for one in results)


def test_a_module_layout_goes_to_one_place_only(world: World) -> None:
    """R46: the second module, say; who has none there is named with the place."""
    wanted = layout(world, "yealink-exp43")
    wanted.is_for_module = True
    two, one = phones(world, 2)
    for phone, number in ((two, 1), (two, 2), (one, 1)):
        module = PhoneModule(phone_id=phone.id, number=number, module_slug="yealink-exp43")
        world.session.add(module)
    world.session.commit()
    found = plan(world, BulkAction.APPLY_MODULE_LAYOUT, f"{wanted.id} 2", [two, one])
    assert found.task.words.endswith(", module 2")
    assert list(found.left_alone) == ["It has no EXP43 as module 2."]
    start(world, BulkAction.APPLY_MODULE_LAYOUT, f"{wanted.id} 2", [two, one])
    assert finish(world) == 1
    query = select(PhoneModule.number).where(PhoneModule.layout_id == wanted.id)
    assert world.session.scalars(query).all() == [2]
