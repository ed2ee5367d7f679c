"""A fleet that takes firmware by the clock of the test: no server, no phones, only what is seen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.firmware.downloads import DownloadNote
from phoneprov.firmware.models import Firmware, FirmwareFit, FirmwareTurn
from phoneprov.firmware.progress import record_downloads
from phoneprov.firmware.rollout_models import PartState, Rollout, RolloutPhone
from phoneprov.firmware.turns import find_open_turn
from phoneprov.fleet.check_ins import CheckInNote, record_check_ins
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.status import PhoneStatus
from phoneprov.operations.models import Command
from phoneprov.operations.rollouts.advance import advance_rollouts
from phoneprov.operations.rollouts.drafts import RolloutDraft
from phoneprov.operations.rollouts.plan import RolloutPlan, plan_rollout
from phoneprov.operations.rollouts.start import start_rollout
from phoneprov.operations.rollouts.windows import WindowDraft, add_window
from phoneprov.pbx.link import Reachability
from phoneprov.tenancy.models import Tenant
from tests.factories import ExtensionFactory, FirmwareFactory, PhoneFactory, use_session
from tests.integration.rows import ALICE, NOON, World, small_world
from tests.rigs.components import require_component
from tests.rigs.postgres import PostgresRig

OLD, NEW = "108.86.0.90", "108.87.0.15"
EVERY_DAY = frozenset(range(7))
TICK = timedelta(seconds=5)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


on_both = pytest.mark.parametrize(
    "world",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.component("postgresql"))],
    indirect=True,
)


@dataclass
class Fleet:
    """A tenant's phones, the clock on the wall, and what phones do."""

    world: World
    now: datetime = NOON
    most_downloads: int = 1000

    @property
    def session(self) -> Session:
        """The test's own session."""
        return self.world.session

    def image(self, version: str = NEW, **fields: object) -> Firmware:
        """Add an image that is offered."""
        made: Firmware = FirmwareFactory(version=version, **fields)
        return made

    def image_for(self, slug: str, version: str, **fields: object) -> Firmware:
        """Add an image for another model."""
        fits = [FirmwareFit(model_slug=slug)]
        made: Firmware = FirmwareFactory(version=version, fits=fits, hardware="", **fields)
        return made

    def phone(
        self,
        running: str = OLD,
        *,
        tenant: Tenant | None = None,
        is_there: bool = True,
        **fields: object,
    ) -> Phone:
        """Add a phone that is Online, or was and is away."""
        owner = tenant or self.world.tenant
        line = ExtensionFactory(tenant_id=owner.id)
        phone: Phone = PhoneFactory(
            tenant_id=owner.id,
            extension_id=line.id,
            firmware=running,
            firmware_seen_at=self.now - HOUR,
            first_check_in_at=self.now - HOUR,
            last_check_in_at=self.now - HOUR,
            last_registered_at=self.now - HOUR,
            added_at=self.now - HOUR,
            status_since_at=self.now - HOUR,
            **fields,
        )
        self.session.add(self._contact(phone))
        self.session.flush()
        if not is_there:
            self.leave(phone)
        refresh_statuses(self.session, [phone.id], self.now)
        return phone

    def phones(self, count: int, **fields: object) -> list[Phone]:
        """Add several."""
        return [self.phone(**fields) for _ in range(count)]  # type: ignore[arg-type]

    def window(self, opens: str, closes: str, days: Iterable[int] = EVERY_DAY) -> None:
        """Add a maintenance window."""
        draft = WindowDraft(
            weekdays=frozenset(days),
            opens=time.fromisoformat(opens),
            closes=time.fromisoformat(closes),
        )
        add_window(self.session, self.world.tenant.id, draft, actor=ALICE, now=self.now)

    def plan(self, phones: Iterable[Phone], firmware: Firmware, **draft: object) -> RolloutPlan:
        """Plan a roll-out; it begins now unless said otherwise."""
        given = {"in_windows": False, "verify_minutes": 30} | draft
        return plan_rollout(
            self.session,
            self.world.catalog,
            self.world.tenant,
            [one.id for one in phones],
            firmware=firmware,
            draft=RolloutDraft(**given),  # type: ignore[arg-type]
            now=self.now,
        )

    def start(self, phones: Iterable[Phone], firmware: Firmware, **draft: object) -> Rollout:
        """Plan and start a roll-out."""
        plan = self.plan(phones, firmware, **draft)
        rollout = start_rollout(self.session, plan, ordered_by=ALICE, now=self.now)
        self.session.commit()
        return rollout

    def advance(self, *, after: timedelta = TICK) -> int:
        """Let the job run once, some time later, in sessions of its own."""
        self.session.commit()
        self.now += after
        opened = advance_rollouts(
            self.world.sessions, self.world.catalog, self.now, most_downloads=self.most_downloads
        )
        self.session.expire_all()
        return opened

    def watch(self, span: timedelta) -> None:
        """Let time pass with the job running every minute."""
        end = self.now + span
        while self.now < end:
            self.advance(after=min(MINUTE, end - self.now))

    def turn(self, phone: Phone) -> FirmwareTurn:
        """Return a phone's open turn."""
        turn = find_open_turn(self.session, phone.id)
        assert turn is not None
        return turn

    def part(self, phone: Phone) -> RolloutPhone:
        """Return how a phone stands in its newest roll-out."""
        return self.session.scalars(
            select(RolloutPhone)
            .where(RolloutPhone.phone_id == phone.id)
            .order_by(RolloutPhone.id.desc())
            .limit(1)
        ).one()

    def states(self, phones: Iterable[Phone]) -> list[PartState]:
        """Return how phones stand."""
        return [self.part(one).state for one in phones]

    def updating(self) -> list[int]:
        """Return the ids of the phones that have an open turn."""
        query = select(FirmwareTurn.phone_id).where(FirmwareTurn.closed_at.is_(None))
        return list(self.session.scalars(query.order_by(FirmwareTurn.id)))

    def count(self, what: type[FirmwareTurn | Command]) -> int:
        """Return how many rows there are."""
        return self.session.scalar(select(func.count()).select_from(what)) or 0

    def ask(self, phone: Phone, *, running: str | None = None) -> None:
        """Let a phone fetch its newest config."""
        self.session.refresh(phone)
        note = CheckInNote(
            phone_id=phone.id,
            at=self.now,
            method="GET",
            file_name=f"{phone.mac}.cfg",
            answer=200,
            size_bytes=100,
            address="10.0.0.7",
            admitted_by="token",
            user_agent=f"Yealink SIP-T46U {running or phone.firmware} 80:5e:c0:00:00:01",
            is_admitted=True,
            revision=phone.config_revision,
            firmware=running or phone.firmware,
            has_agent_facts=True,
        )
        record_check_ins(self.session, [note], self.now)
        self.session.commit()

    def download(self, phone: Phone, share: float = 1.0) -> None:
        """Let a phone have a share of its image."""
        turn = self.turn(phone)
        reached = int(turn.size_bytes * share)
        note = DownloadNote(turn_id=turn.id, began_at=self.now, reached=reached, sent=reached)
        record_downloads(self.session, [note], self.now)
        self.session.commit()

    def leave(self, phone: Phone) -> None:
        """Let a phone fall silent."""
        for contact in self.session.scalars(
            select(Registration).where(Registration.phone_id == phone.id)
        ):
            contact.gone_at = contact.gone_at or self.now
            contact.keepalive_at = contact.registered_at = self.now - HOUR
        phone.last_registered_at = self.now - HOUR
        self.session.flush()
        refresh_statuses(self.session, [phone.id], self.now)
        self.session.commit()

    def register(self, phone: Phone) -> None:
        """Let a phone register anew."""
        for contact in self.session.scalars(
            select(Registration).where(Registration.phone_id == phone.id)
        ):
            contact.gone_at = None
            contact.registered_at = contact.keepalive_at = contact.observed_at = self.now
        self.session.flush()
        refresh_statuses(self.session, [phone.id], self.now)
        self.session.commit()

    def take(self, phone: Phone, *, comes_back_with: str | None = None) -> None:
        """Let a phone go the whole way: config, download, reboot, back, registered."""
        self.ask(phone)
        self.download(phone)
        self.leave(phone)
        self.now += MINUTE
        self.ask(phone, running=comes_back_with or self.turn(phone).to_version)
        self.register(phone)

    def take_all(self, phones: Iterable[Phone]) -> None:
        """Let all of these that are updating take it."""
        going = set(self.updating())
        for phone in phones:
            if phone.id in going:
                self.take(phone)

    def status(self, phone: Phone) -> PhoneStatus:
        """Return a phone's status now."""
        refresh_statuses(self.session, [phone.id], self.now)
        self.session.refresh(phone)
        return phone.status

    def set_in_call(self, phone: Phone, *, value: bool) -> None:
        """Let the PBX tell of a call."""
        contact = self.session.scalars(
            select(Registration).where(Registration.phone_id == phone.id)
        ).one()
        contact.is_in_call = value
        self.session.commit()

    def _contact(self, phone: Phone) -> Registration:
        return Registration(
            pbx_id=self.world.pbx.id,
            aor=f"{phone.mac}@sip.acme.example",
            uri=f"sip:{phone.mac}@10.0.0.7:5060",
            phone_id=phone.id,
            registered_at=self.now,
            keepalive_at=self.now,
            observed_at=self.now,
            reachability=Reachability.REACHABLE,
            is_probed=True,
            is_watched=True,
        )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresRig]:
    require_component("postgresql")
    with PostgresRig() as rig:
        yield rig


@pytest.fixture
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world on SQLite, or on what a test asks for by `on_both`."""
    is_postgres = getattr(request, "param", "sqlite") == "postgresql"
    address = request.getfixturevalue("postgres").make_database() if is_postgres else ""
    with small_world(tmp_path, address=address) as made:
        use_session(made.session)
        yield made


@pytest.fixture
def fleet(world: World) -> Fleet:
    return Fleet(world)
