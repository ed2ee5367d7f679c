"""What remains of a box that is no longer ours: enough to switch its accounts off."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.fleet.models import Farewell, Phone, Registration

FAREWELL = timedelta(hours=24)


def leave_farewell(
    session: Session, phone: Phone, mac: str, model_slug: str, now: datetime
) -> None:
    """Let the box with this MAC address, as `phone` knows it until now, be told for a day.

    It is without any secret: a phone that merely gets 404 keeps its last config and its line.
    """
    live = session.scalar(
        select(Registration)
        .where(Registration.phone_id == phone.id, Registration.gone_at.is_(None))
        .limit(1)
    )
    session.execute(delete(Farewell).where(Farewell.mac == mac))
    session.add(
        Farewell(
            tenant_id=phone.tenant_id,
            mac=mac,
            model_slug=model_slug,
            token_hash=phone.token_hash,
            config_key=phone.config_key if phone.key_used_at else None,
            removed_at=now,
            ends_at=now + FAREWELL,
            pbx_id=live.pbx_id if live else None,
            aor=live.aor if live else "",
            contact_uri=live.uri if live else "",
            send_via=live.send_via if live else "",
        )
    )
