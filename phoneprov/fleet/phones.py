"""What can be done to a phone: add, change, reassign, disable, unassign, delete."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session, joinedload

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.drafts import PhoneDraft, check_draft, name_changes
from phoneprov.fleet.events import write_event
from phoneprov.fleet.extra_parameters import Level, save_parameters
from phoneprov.fleet.farewells import leave_farewell
from phoneprov.fleet.first_contact import (
    forget_registrations,
    name_subject,
    start_over,
)
from phoneprov.fleet.following import move_to_profile
from phoneprov.fleet.models import Phone, PhoneUpload
from phoneprov.fleet.new_phones import ADDED, flush_unique, forget_earlier, make_phone
from phoneprov.fleet.own_key_fit import drop_misfit_keys, forget_own_keys
from phoneprov.fleet.phone_keys import attach_modules, plan_keys, without_unchosen
from phoneprov.fleet.profiles import choose_profile
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.revisions import forget_cached, touch_phones
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Tenant, for_tenant

MASK = "•••"


def find_phone(session: Session, tenant_id: int, phone_id: int) -> Phone | None:
    """Return one phone of a tenant with its extension and tenant loaded."""
    query = (
        for_tenant(tenant_id, Phone)
        .where(Phone.id == phone_id)
        .options(joinedload(Phone.extension), joinedload(Phone.tenant), joinedload(Phone.profile))
    )
    return session.scalar(query)


def add_phone(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    draft: PhoneDraft,
    *,
    actor: Actor,
    now: datetime,
) -> Phone:
    """Add a phone; it is Pending and its first-contact window opens.

    Raises InvalidValueError with the field that is wrong; a MAC address that is taken says no
    more about whose it is than that.
    """
    phone, keys = make_phone(session, catalog, tenant, draft, now)
    session.add(phone)
    flush_unique(session)
    attach_modules(session, phone.id, keys)
    forget_earlier(session, [phone.mac])
    write_event(session, phone.id, "config", ADDED, at=now)
    write_audit(
        session, actor, "phone.add", name_subject(phone), at=now, tenant_id=tenant.id, changes={}
    )
    return phone


def change_phone(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    phone: Phone,
    draft: PhoneDraft,
    *,
    keep_password: bool,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a phone's fields; an untouched password stays with `keep_password`.

    Own keys that have no place on another model, or without a module, go. A changed MAC is other
    hardware: it gets a token of its own and waits for first contact, and the box that was there
    is told to switch its accounts off.
    Raises InvalidValueError.
    """
    tenant = phone.tenant
    values = check_draft(session, catalog, tenant, draft, own_id=phone.id)
    draft = without_unchosen(draft, phone)
    profile = choose_profile(session, tenant.id, draft, phone)
    changes = move_to_profile(session, catalog, phone, profile, now=now)
    keys = plan_keys(session, catalog, tenant.id, draft, profile=profile, phone=phone)
    modules = attach_modules(session, phone.id, keys)
    changes |= _take_values(phone, {**values, **keys.columns})
    if modules is not None:
        changes["modules"] = modules
    if modules is not None or "model_slug" in changes:
        changes |= drop_misfit_keys(session, catalog, phone)
    if not keep_password and phone.admin_password != (draft.admin_password or None):
        phone.admin_password = draft.admin_password or None
        changes["admin_password"] = [MASK, MASK]
    if not changes:
        return
    if "mac" in changes:
        _exchange_box(session, phone, changes, now)
    elif "extension_id" in changes:
        forget_registrations(session, phone)
    flush_unique(session)
    touch_phones(session, [phone.id], now)
    refresh_statuses(session, [phone.id], now)
    named = name_changes(session, changes)
    write_event(session, phone.id, "config", f"Changed: {', '.join(named)}.", at=now)
    subject = name_subject(phone)
    write_audit(
        session, actor, "phone.change", subject, at=now, tenant_id=tenant.id, changes=changes
    )


def reassign_phone(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    phone: Phone,
    draft: PhoneDraft,
    *,
    keeps_own_keys: bool = False,
    actor: Actor,
    now: datetime,
) -> None:
    """Give the phone to another user, as if it were deleted and added again by `draft`.

    Its secrets, uploads, own extra parameters and own keys go, unless those `keeps_own_keys`;
    only the history of the hardware stays.
    Raises InvalidValueError; nothing is changed then.
    """
    tenant = phone.tenant
    vendor = catalog.get_model(phone.model_slug).vendor
    values = check_draft(session, catalog, tenant, draft, own_id=phone.id)
    was = name_subject(phone)
    profile = choose_profile(session, tenant.id, draft)
    changes = move_to_profile(session, catalog, phone, profile, now=now)
    keys = plan_keys(session, catalog, tenant.id, draft, profile=profile)
    changes |= _take_values(phone, {**values, **keys.columns})
    attach_modules(session, phone.id, keys)
    if not keeps_own_keys:
        forget_own_keys(session, phone.id)
    changes |= drop_misfit_keys(session, catalog, phone)
    level = Level(tenant=tenant, vendor=vendor, phone=phone)
    save_parameters(session, catalog, level, {}, actor=actor, now=now)
    session.execute(delete(PhoneUpload).where(PhoneUpload.phone_id == phone.id))
    phone.admin_password = draft.admin_password or None
    phone.disabled_at = None
    start_over(session, phone, tenant, now)
    flush_unique(session)
    touch_phones(session, [phone.id], now)
    refresh_statuses(session, [phone.id], now)
    name_changes(session, changes)
    write_event(session, phone.id, "config", f"Reassigned; it was {was}.", at=now)
    write_audit(session, actor, "phone.reassign", was, at=now, tenant_id=tenant.id, changes=changes)


def disable_phone(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Switch the phone's accounts off; it de-registers at its next check."""
    if phone.disabled_at is None:
        phone.disabled_at = now
        _after_switch(session, phone, "phone.disable", actor=actor, now=now)


def enable_phone(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Switch the phone's accounts on again; its status is whatever the facts say."""
    if phone.disabled_at is not None:
        phone.disabled_at = None
        _after_switch(session, phone, "phone.enable", actor=actor, now=now)


def unassign_phone(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Take the extension off the phone; it stays in the fleet."""
    if phone.extension_id is not None:
        phone.extension_id = None
        phone.extension = None
        forget_registrations(session, phone)
        _after_switch(session, phone, "phone.unassign", actor=actor, now=now)


def delete_phone(session: Session, phone: Phone, *, actor: Actor, now: datetime) -> None:
    """Forget the phone, its secrets, token and uploads at once.

    What remains for a day is a farewell without any secret, so that the phone can be told to
    switch its accounts off.
    """
    leave_farewell(session, phone, phone.mac, phone.model_slug, now)
    write_audit(
        session, actor, "phone.delete", name_subject(phone), at=now, tenant_id=phone.tenant_id
    )
    forget_cached(session, [phone.id])
    session.delete(phone)
    session.flush()


def _after_switch(
    session: Session, phone: Phone, action: str, *, actor: Actor, now: datetime
) -> None:
    session.flush()
    touch_phones(session, [phone.id], now)
    refresh_statuses(session, [phone.id], now)
    words = {"disable": "Disabled", "enable": "Enabled", "unassign": "Extension taken off"}
    write_event(session, phone.id, "config", f"{words[action.split('.')[1]]}.", at=now)
    write_audit(session, actor, action, name_subject(phone), at=now, tenant_id=phone.tenant_id)


def _exchange_box(
    session: Session, phone: Phone, changes: Mapping[str, Sequence[object]], now: datetime
) -> None:
    """Let the old box be told to switch its accounts off, and the new one be waited for."""
    slug = changes.get("model_slug", [phone.model_slug])[0]
    leave_farewell(session, phone, str(changes["mac"][0]), str(slug), now)
    start_over(session, phone, phone.tenant, now)
    forget_earlier(session, [phone.mac])


def _take_values(phone: Phone, values: dict[str, object]) -> dict[str, list[object]]:
    """Give the phone these values; return what changed, old and new."""
    changes = {
        name: [getattr(phone, name), value]
        for name, value in values.items()
        if getattr(phone, name) != value
    }
    for name, value in values.items():
        setattr(phone, name, value)
    return changes
