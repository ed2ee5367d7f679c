"""Rows for tests, one factory per table; `use_session` says where they go."""

from datetime import time, timedelta

import factory
from factory import make_factory
from factory.alchemy import SQLAlchemyModelFactory
from sqlalchemy.orm import Session, object_session

from phoneprov.alerts.kinds import AlertKind, Channel
from phoneprov.alerts.models import AlertSubscription
from phoneprov.catalog.model import Vendor
from phoneprov.core.clock import utc_now
from phoneprov.core.secrets import new_token
from phoneprov.firmware.models import Firmware, FirmwareFit
from phoneprov.firmware.rollout_models import MaintenanceWindow, Rollout
from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.first_contact import hash_token
from phoneprov.fleet.list_models import SavedFilter
from phoneprov.fleet.models import Farewell, Phone, UnknownMac
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.status import PhoneStatus
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.layouts.rule_values import RuleOrder
from phoneprov.operations.models import BulkAction, BulkOperation
from phoneprov.pbx.link import LinkStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import AuditEntry, Extension, Role, Tenant, User
from phoneprov.vendors.config import ButtonKind
from tests.cast import password_hash

_sessions: list[Session] = []


def use_session(session: Session) -> None:
    """Let all factories write through this session; the test commits."""
    _sessions[:] = [session]


class _Rows(SQLAlchemyModelFactory):
    class Meta:
        abstract = True
        sqlalchemy_session_factory = lambda: _sessions[0]  # noqa: E731 - the library takes a callable
        sqlalchemy_session_persistence = "flush"


class _PhoneRows(_Rows):
    class Meta:
        abstract = True
        exclude = ("config_revision",)


PbxFactory = make_factory(
    Pbx,
    FACTORY_CLASS=_Rows,
    name=factory.Sequence(lambda number: f"PBX {number}"),
    kind="kamailio",
    sip_domain="sip.example.net",
    registrar_host="sip.example.net",
    link_address="http://127.0.0.1:5060/RPC",
    link_status=LinkStatus.UP,
    created_at=factory.LazyFunction(utc_now),
)

TenantFactory = make_factory(
    Tenant,
    FACTORY_CLASS=_Rows,
    slug=factory.Sequence(lambda number: f"tenant-{number}"),
    name=factory.Sequence(lambda number: f"Tenant {number}"),
    created_at=factory.LazyFunction(utc_now),
)

UserFactory = make_factory(
    User,
    FACTORY_CLASS=_Rows,
    email=factory.Sequence(lambda number: f"person-{number}@example.com"),
    name="Some Person",
    role=Role.ADMIN,
    password_hash=factory.LazyFunction(password_hash),
    created_at=factory.LazyFunction(utc_now),
)

ExtensionFactory = make_factory(
    Extension,
    FACTORY_CLASS=_Rows,
    number=factory.Sequence(lambda number: str(200 + number)),
    name="Anna Berg",
    sip_user=factory.SelfAttribute("number"),
    sip_password="s3cret-enough-for-sip",
    created_at=factory.LazyFunction(utc_now),
)


def set_config_revision(phone: Phone, revision: int) -> None:
    """Let a phone's config have this revision, as so many changes would."""
    session = object_session(phone)
    assert session is not None
    session.get_one(ConfigState, phone.id).revision = revision
    session.flush()
    session.expire(phone, ["config_revision"])


PhoneFactory = make_factory(
    Phone,
    FACTORY_CLASS=_PhoneRows,
    mac=factory.Sequence(lambda number: f"805ec0{number:06x}"),
    model_slug="yealink-t46u",
    status=PhoneStatus.PENDING,
    token=factory.LazyFunction(new_token),
    token_hash=factory.LazyAttribute(lambda row: hash_token(row.token)),
    added_at=factory.LazyFunction(utc_now),
    config_revision=1,
    config_state=factory.LazyAttribute(
        lambda row: ConfigState(changed_at=utc_now(), revision=row.config_revision)
    ),
    status_since_at=factory.LazyFunction(utc_now),
)

ButtonLayoutFactory = make_factory(
    ButtonLayout,
    FACTORY_CLASS=_Rows,
    name=factory.Sequence(lambda number: f"Layout {number}"),
    model_slug="yealink-t46u",
    created_at=factory.LazyFunction(utc_now),
)

LayoutRuleFactory = make_factory(
    LayoutRule,
    FACTORY_CLASS=_Rows,
    kind=ButtonKind.BLF,
    first_key=3,
    last_key=10,
    order=RuleOrder.NAME,
)

ProfileFactory = make_factory(
    Profile,
    FACTORY_CLASS=_Rows,
    name=factory.Sequence(lambda number: f"Profile {number}"),
    created_at=factory.LazyFunction(utc_now),
)

SavedFilterFactory = make_factory(
    SavedFilter,
    FACTORY_CLASS=_Rows,
    name=factory.Sequence(lambda number: f"Filter {number}"),
    query="status=offline",
    created_at=factory.LazyFunction(utc_now),
)

FarewellFactory = make_factory(
    Farewell,
    FACTORY_CLASS=_Rows,
    mac=factory.Sequence(lambda number: f"805ec1{number:06x}"),
    model_slug="yealink-t46u",
    token_hash=factory.Sequence(lambda number: f"{number:064x}"),
    removed_at=factory.LazyFunction(utc_now),
    ends_at=factory.LazyFunction(utc_now),
)

BulkOperationFactory = make_factory(
    BulkOperation,
    FACTORY_CLASS=_Rows,
    action=BulkAction.RESYNC,
    words="Resync (read config again)",
    ordered_by="alice@acme.example",
    ordered_at=factory.LazyFunction(utc_now),
)

FirmwareFactory = make_factory(
    Firmware,
    FACTORY_CLASS=_Rows,
    vendor=Vendor.YEALINK,
    version="108.87.0.15",
    file_name=factory.LazyAttribute(lambda row: f"T46U(T43U,T46U,T41U)-{row.version}.rom"),
    sha256=factory.Sequence(lambda number: f"{number:064x}"),
    size_bytes=40_000_000,
    hardware="108",
    uploaded_at=factory.LazyFunction(utc_now),
    uploaded_by="petra@provider.example",
    confirmed_at=factory.LazyFunction(utc_now),
    fits=factory.LazyFunction(lambda: [FirmwareFit(model_slug="yealink-t46u")]),
)

UnknownMacFactory = make_factory(
    UnknownMac,
    FACTORY_CLASS=_Rows,
    mac=factory.Sequence(lambda number: f"805ec2{number:06x}"),
    first_seen_at=factory.LazyFunction(utc_now),
    last_seen_at=factory.LazyFunction(utc_now),
)

AlertSubscriptionFactory = make_factory(
    AlertSubscription,
    FACTORY_CLASS=_Rows,
    channel=Channel.WEBHOOK,
    webhook_url="https://hooks.example.net/services/T0/canary-in-the-path",
    webhook_secret="s3cret-of-the-webhook",
    kinds=[AlertKind.PHONE_OFFLINE.value],
    time_zone="Europe/Berlin",
    link_key="k" * 40,
    created_at=factory.LazyFunction(utc_now),
)

AuditEntryFactory = make_factory(
    AuditEntry,
    FACTORY_CLASS=_Rows,
    at=factory.LazyFunction(utc_now),
    user_name="alice@acme.example",
    action="phone.add",
    subject="80:5e:c0:1a:2b:3c",
)

MaintenanceWindowFactory = make_factory(
    MaintenanceWindow,
    FACTORY_CLASS=_Rows,
    weekdays=0b0011111,
    opens=time(22),
    closes=time(5),
)

RolloutFactory = make_factory(
    Rollout,
    FACTORY_CLASS=_Rows,
    to_version="108.87.0.15",
    name=factory.Sequence(lambda number: f"Roll-out {number}"),
    canary_phones=1,
    verify_minutes=15,
    batch_phones=10,
    max_failures=3,
    ends_at=factory.LazyFunction(lambda: utc_now() + timedelta(days=14)),
    ordered_by="alice@acme.example",
    created_at=factory.LazyFunction(utc_now),
)
