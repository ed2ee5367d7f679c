"""New phones: one as it starts, and many at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.secrets import new_token
from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.drafts import PhoneDraft, check_draft, mac_taken
from phoneprov.fleet.first_contact import hash_token, open_window
from phoneprov.fleet.models import Farewell, Phone, PhoneEvent, UnknownMac
from phoneprov.fleet.phone_keys import KeyPlan, attach_modules, plan_keys
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.profiles import choose_profile
from phoneprov.fleet.status import PhoneStatus
from phoneprov.tenancy.models import Tenant

AT_ONCE = 500
ADDED = "Added to the dashboard."


def make_phone(
    session: Session, catalog: Catalog, tenant: Tenant, draft: PhoneDraft, now: datetime
) -> tuple[Phone, KeyPlan]:
    """Return a new phone with a token of its own, waiting for first contact, and its keys.

    It is not in the session yet. Raises InvalidValueError with the field that is wrong.
    """
    values = check_draft(session, catalog, tenant, draft)
    profile = choose_profile(session, tenant.id, draft)
    keys = plan_keys(session, catalog, tenant.id, draft, profile=profile)
    phone = _start(tenant, draft, profile, {**keys.columns, **values}, now)
    return phone, keys


def add_phones(
    session: Session, catalog: Catalog, tenant: Tenant, drafts: Sequence[PhoneDraft], now: datetime
) -> Sequence[Phone]:
    """Add many phones: all are looked at before the first is written, then written at once.

    Raises InvalidValueError; nothing is written then.
    """
    made = [make_phone(session, catalog, tenant, draft, now) for draft in drafts]
    phones = [phone for phone, _ in made]
    session.add_all(phones)
    flush_unique(session)
    for phone, keys in made:
        if keys.modules:
            attach_modules(session, phone.id, keys)
    forget_earlier(session, [phone.mac for phone in phones])
    rows = [
        {"phone_id": phone.id, "at": now, "kind": "config", "text": ADDED, "detail": {}}
        for phone in phones
    ]
    if rows:
        session.execute(insert(PhoneEvent), rows)
    return phones


def forget_earlier(session: Session, macs: Sequence[str]) -> None:
    """End the farewells of these MAC addresses, and take them off the list of unknown ones."""
    for start in range(0, len(macs), AT_ONCE):
        batch = macs[start : start + AT_ONCE]
        session.execute(delete(Farewell).where(Farewell.mac.in_(batch)))
        session.execute(delete(UnknownMac).where(UnknownMac.mac.in_(batch)))


def flush_unique(session: Session) -> None:
    """Write what is pending; the unique MAC decides between two clicks at once."""
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise mac_taken() from error


def _start(
    tenant: Tenant,
    draft: PhoneDraft,
    profile: Profile | None,
    columns: Mapping[str, object],
    now: datetime,
) -> Phone:
    token = new_token()
    phone = Phone(
        tenant_id=tenant.id,
        added_at=now,
        token=token,
        token_hash=hash_token(token),
        config_state=ConfigState(changed_at=now),
        status=PhoneStatus.PENDING,
        status_since_at=now,
        status_reason="Nothing was asked for by this MAC address since it was added.",
        admin_password=draft.admin_password or None,
        profile_id=profile.id if profile else None,
        **columns,
    )
    open_window(phone, tenant, now)
    return phone
