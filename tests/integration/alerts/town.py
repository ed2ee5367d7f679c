"""A small town of phones: what happens to them, and what people are told of it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from phoneprov.alerts.kinds import AlertKind, Channel
from phoneprov.alerts.models import AlertMessage, AlertSubscription
from phoneprov.alerts.tell import watch_and_tell
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from phoneprov.tenancy.models import Role, Tenant, User
from tests.factories import PhoneFactory, UserFactory, use_session
from tests.integration.rows import NOON, World

ADDRESS = "https://phones.example.net"
SITE = "5.6.7.8"
LINK_KEY = "k" * 40


@dataclass
class Town:
    """The world with a clock of its own."""

    world: World
    now: datetime = NOON
    numbers: list[int] = field(default_factory=list)

    def phones(
        self, count: int, *, address: str = SITE, tenant: Tenant | None = None, **fields: object
    ) -> list[int]:
        """Add phones with extensions that are Online; return their ids."""
        use_session(self.world.session)
        owner = tenant or self.world.tenant
        ids = []
        for _ in range(count):
            number = str(1000 + len(self.numbers))
            extension = self.world.extension(number, tenant=owner)
            phone = PhoneFactory.create(
                tenant_id=owner.id, extension_id=extension.id, ip_address=address,
                status=PhoneStatus.ONLINE, status_since_at=NOON - timedelta(days=1),
                last_registered_at=NOON, **fields,
            )  # fmt: skip
            ids.append(phone.id)
            self.numbers.append(phone.id)
        self.world.session.commit()
        return ids

    def set(self, ids: Collection[int], status: PhoneStatus = PhoneStatus.OFFLINE) -> None:
        """Let phones have a status from now on."""
        self.world.session.execute(
            update(Phone).where(Phone.id.in_(ids)).values(status=status, status_since_at=self.now)
        )
        self.world.session.commit()

    def person(self, role: Role = Role.ADMIN, tenant: Tenant | None = None) -> User:
        """Add somebody."""
        use_session(self.world.session)
        owner = None if role is Role.PROVIDER else tenant or self.world.tenant
        made: User = UserFactory.create(role=role, tenant_id=owner.id if owner else None)
        return made

    def subscribe(
        self, user: User | None = None, *, everywhere: bool = False, **fields: object
    ) -> AlertSubscription:
        """Let somebody be told of everything of acme, at once; of all tenants with `everywhere`."""
        who = user or self.person()
        values: dict[str, object] = {
            "user_id": who.id,
            "tenant_id": None if everywhere else who.tenant_id or self.world.tenant.id,
            "channel": Channel.EMAIL,
            "kinds": [kind.value for kind in AlertKind],
            "time_zone": "Europe/Berlin",
            "link_key": LINK_KEY,
            "most_per_hour": 10,
            "created_at": NOON - timedelta(hours=1),
        }
        row = AlertSubscription(**(values | fields))
        self.world.session.add(row)
        self.world.session.commit()
        return row

    def user_of(self, row: AlertSubscription) -> User:
        """Return the person of a subscription, kept loaded with it."""
        options = (joinedload(AlertSubscription.user), joinedload(AlertSubscription.tenant))
        found = self.world.session.get_one(
            AlertSubscription, row.id, options=options, populate_existing=True
        )
        user: User = found.user
        return user

    def wait(self, minutes: float, *, every_s: float = 10) -> None:
        """Let the clock run on, looking every ten seconds as the job does."""
        end = self.now + timedelta(minutes=minutes)
        while self.now < end:
            self.now = min(self.now + timedelta(seconds=every_s), end)
            self.run()

    def run(self) -> int:
        """Look once, as the job does; return how many messages were written."""
        self.world.session.commit()
        with self.world.sessions.begin() as session:
            return watch_and_tell(session, ADDRESS, self.now)

    def messages(self, row: AlertSubscription | None = None) -> list[AlertMessage]:
        """Return what was written, the oldest first."""
        self.world.session.rollback()
        query = select(AlertMessage).order_by(AlertMessage.id)
        if row is not None:
            query = query.where(AlertMessage.subscription_id == row.id)
        return list(self.world.session.scalars(query))

    def subjects(self, row: AlertSubscription | None = None) -> list[str]:
        """Return the subjects of what was written."""
        return [one.subject.removeprefix("[phoneprov] ") for one in self.messages(row)]
