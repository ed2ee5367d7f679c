"""Encrypted answers: who gets them, and that nobody gets the plain one once the key is in use."""

from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.catalog.model import PhoneModel
from phoneprov.fleet.events import write_event
from phoneprov.fleet.models import Phone
from phoneprov.fleet.revisions import forget_cached
from phoneprov.provisioning.admission import Reason
from phoneprov.provisioning.files import AskedFile
from phoneprov.vendors.encryption import encrypts


def judge_sealing(
    reason: Reason, phone: Phone, model: PhoneModel | None, file: AskedFile
) -> Reason:
    """Refuse a plain file to whoever has the phone's own address, once it has used its key.

    On plain HTTP that address can be read on the wire; the key can't. A phone that has lost its
    key has lost its address too and comes back by first contact.
    """
    has_key = phone.key_used_at is not None and phone.tenant.encrypts_configs
    is_plain = not file.is_sealed and file.event is None
    can_seal = model is not None and encrypts(model.vendor)
    if reason is Reason.TOKEN and has_key and is_plain and can_seal:
        return Reason.UNENCRYPTED
    return reason


def is_sealed_answer(reason: Reason, model: PhoneModel, file: AskedFile) -> bool:
    """Tell whether the answer is encrypted: a phone that asks so could read nothing else.

    That holds after the tenant's switch was turned off as well; what it then reads sends it back
    to plain configs.
    """
    return file.is_sealed and reason is Reason.TOKEN and encrypts(model.vendor)


def note_key_use(session: Session, phone: Phone, now: datetime) -> bool:
    """Note the first request that proves that the phone has its key; tell whether it was one."""
    if phone.key_used_at is not None:
        return False
    phone.key_used_at = now
    forget_cached(session, [phone.id])
    write_event(session, phone.id, "admission", "It takes its config encrypted now.", at=now)
    return True
