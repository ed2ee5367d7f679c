"""First contact: how a phone without its own address is let in, and how it starts over."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from phoneprov.core.mac import format_mac
from phoneprov.core.secrets import new_token
from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.revisions import forget_cached
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Tenant
from phoneprov.vendors.encryption import new_config_key


def allow_first_contact_again(
    session: Session, phone: Phone, *, actor: Actor, now: datetime
) -> None:
    """Open the first-contact window anew, for a phone that lost its own address."""
    open_window(phone, phone.tenant, now)
    forget_cached(session, [phone.id])
    write_event(session, phone.id, "admission", "First contact is allowed again.", at=now)
    write_audit(
        session, actor, "phone.allow", name_subject(phone), at=now, tenant_id=phone.tenant_id
    )


def open_window(phone: Phone, tenant: Tenant, now: datetime) -> None:
    """Let the phone's first request without its token in; the window waits for it.

    A phone that has lost its own address has lost the key to its config as well.
    """
    phone.key_used_at = None
    phone.window_opened_at = now
    phone.window_waits_until = now + timedelta(days=tenant.contact_wait_days)
    phone.window_started_at = None
    phone.window_ends_at = None
    if tenant.contact_wait_days == 0:
        phone.window_ends_at = now + timedelta(minutes=tenant.contact_window_minutes)


def start_over(session: Session, phone: Phone, tenant: Tenant, now: datetime) -> None:
    """Forget what is known of a phone as it was: token, key, what it asked for and told us.

    It is Pending again and waits for first contact.
    """
    token = new_token()
    phone.token, phone.token_hash, phone.token_used_at = token, hash_token(token), None
    phone.config_key = new_config_key()
    phone.first_check_in_at = phone.last_check_in_at = None
    phone.fetched_revision = phone.fetched_at = None
    phone.firmware, phone.firmware_seen_at, phone.user_agent = "", None, ""
    phone.hardware_revision = ""
    phone.ip_address, phone.ip_seen_at = "", None
    phone.told_mac = phone.told_model = phone.agent_model = phone.came_by = ""
    phone.refused_at, phone.refused_by, phone.register_failed_at = None, "", None
    phone.is_reboot_armed, phone.poll_missed_at = False, None
    open_window(phone, tenant, now)
    forget_registrations(session, phone)


def forget_registrations(session: Session, phone: Phone) -> None:
    """Drop what the registrar knew: of another line or other hardware it says nothing."""
    session.execute(delete(Registration).where(Registration.phone_id == phone.id))
    phone.last_registered_at = None
    phone.last_keepalive_at = None


def hash_token(token: str) -> str:
    """Return what is stored of a token to find its phone by."""
    return hashlib.sha256(token.lower().encode()).hexdigest()


def name_subject(phone: Phone) -> str:
    """Return what the audit trail calls a phone."""
    name = f" {phone.display_name}" if phone.display_name else ""
    return f"{format_mac(phone.mac)}{name}"
