"""Changes of a PBX together with the phones of the tenants on it."""

from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.fleet.rematching import rematch_contacts
from phoneprov.fleet.revisions import touch_pbx_phones
from phoneprov.pbx.models import Pbx
from phoneprov.pbx.pbxs import TOLD_TO_PHONES, PbxDraft, change_pbx
from phoneprov.tenancy.audit import Actor

WHOSE_CONTACTS = frozenset({"endpoint_pattern", "sip_domain"})
"""Fields that decide whose a contact is."""


def update_pbx(session: Session, pbx: Pbx, draft: PbxDraft, *, actor: Actor, now: datetime) -> int:
    """Change a PBX and return how many phones are told otherwise from now on.

    Raises InvalidValueError with the field that can't be taken.
    """
    changed = change_pbx(session, pbx, draft, actor=actor, now=now)
    if changed & WHOSE_CONTACTS:
        rematch_contacts(session, pbx.id, now)
    return touch_pbx_phones(session, pbx.id, now) if changed & TOLD_TO_PHONES else 0
