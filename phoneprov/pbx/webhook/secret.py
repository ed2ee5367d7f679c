"""The secret of a webhook PBX: made here, shown once, made anew when somebody asks."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.audit import Actor, write_audit

SECRET_BYTES = 32


def renew_secret(session: Session, pbx: Pbx, *, actor: Actor, now: datetime) -> str:
    """Give a PBX another secret and return it; the one before is worth nothing from now on."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    pbx.link_secret = secret
    session.flush()
    write_audit(session, actor, "pbx.renew_secret", pbx.name, at=now)
    return secret
