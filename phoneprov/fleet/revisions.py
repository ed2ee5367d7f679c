"""Config revisions: what changes what a phone is told bumps exactly the phones it touches.

The bump stands in the same transaction as the change. The ids are left in `session.info`, so
that after the commit the cache of this process lets go of what it holds for them.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import instance_state

from phoneprov.fleet.config_state import ConfigState
from phoneprov.fleet.models import LayoutSource, Phone, PhoneModule
from phoneprov.fleet.own_key_models import PhoneButton
from phoneprov.layouts.models import ButtonLayout, LayoutButton
from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.tenancy.models import Tenant

TOUCHED = "touched_phone_ids"
_REACHED: Mapping[str, ColumnElement[bool]] = {
    "time_zone": Phone.time_zone.is_(None),
    "admin_password": Phone.admin_password.is_(None),
    "local_sip_port": Phone.local_sip_port.is_(None),
    "poll_minutes": true(),
}
"""By field of a profile, the condition of a follower that has it from there."""


def touch_phones(session: Session, phone_ids: Iterable[int], now: datetime) -> int:
    """Bump the config revision of these phones; return how many there were."""
    return _touch(session, Phone.id.in_(list(phone_ids)), now)


def touch_extension_phones(
    session: Session,
    extension_ids: Iterable[int],
    now: datetime,
    *,
    by_rule: Select[Any] | None = None,
) -> int:
    """Bump the phones that register as one of these extensions, or have a key on one.

    An extension's number, its name, and for a line key its credentials are in their configs.
    `by_rule` are the layouts whose rules give other keys now (fleet.rule_reach); their phones are
    bumped too, each phone once.
    """
    ids = list(extension_ids)
    pointing = select(LayoutButton.layout_id).where(LayoutButton.extension_id.in_(ids))
    own = select(PhoneButton.phone_id).where(PhoneButton.extension_id.in_(ids))
    of_ids = [Phone.extension_id.in_(ids), _uses(pointing), Phone.id.in_(own)]
    which = of_ids if ids else []
    if by_rule is not None:
        which.append(_uses(by_rule))
    return _touch(session, or_(*which), now) if which else 0


def touch_layout_phones(session: Session, layout_id: int, now: datetime) -> int:
    """Bump the phones that use this layout, for themselves or for a module."""
    return _touch(session, _uses(select(ButtonLayout.id).where(ButtonLayout.id == layout_id)), now)


def touch_phones_that_say(session: Session, tenant_id: int, variable: str, now: datetime) -> int:
    """Bump the phones of a tenant with this variable in one of their keys or rules."""
    said = f"{{{variable}}}"

    def says(keys: type[LayoutButton] | type[PhoneButton]) -> ColumnElement[bool]:
        columns = (keys.label, keys.value)
        return or_(*(column.contains(said, autoescape=True) for column in columns))

    layouts = (
        select(LayoutButton.layout_id)
        .join(ButtonLayout, ButtonLayout.id == LayoutButton.layout_id)
        .where(ButtonLayout.tenant_id == tenant_id, says(LayoutButton))
    )
    rules = (
        select(LayoutRule.layout_id)
        .join(ButtonLayout, ButtonLayout.id == LayoutRule.layout_id)
        .where(ButtonLayout.tenant_id == tenant_id)
        .where(LayoutRule.label.contains(said, autoescape=True))
    )
    own = and_(
        Phone.tenant_id == tenant_id,
        Phone.id.in_(select(PhoneButton.phone_id).where(says(PhoneButton))),
    )
    return _touch(session, or_(_uses(layouts), _uses(rules), own), now)


def touch_profile_phones(
    session: Session, profile_id: int, fields: Iterable[str], slugs: Iterable[str], now: datetime
) -> int:
    """Bump the followers of a profile that these fields of it, or its layouts for models, reach.

    A phone with a value of its own is not reached by that field.
    """
    reached = [_REACHED[name] for name in fields if name in _REACHED]
    reached.append(
        and_(Phone.model_slug.in_(list(slugs)), Phone.layout_source != LayoutSource.PHONE)
    )
    return _touch(session, and_(Phone.profile_id == profile_id, or_(*reached)), now)


def touch_tenant_phones(session: Session, tenant_id: int, now: datetime) -> int:
    """Bump all phones of a tenant."""
    return _touch(session, Phone.tenant_id == tenant_id, now)


def touch_pbx_phones(session: Session, pbx_id: int, now: datetime) -> int:
    """Bump all phones of the tenants on a PBX."""
    tenants: Select[Any] = select(Tenant.id).where(Tenant.pbx_id == pbx_id)
    return _touch(session, Phone.tenant_id.in_(tenants), now)


def touch_model_phones(
    session: Session, models: Iterable[str], modules: Iterable[str], now: datetime
) -> int:
    """Bump the phones of these models, and those with one of these expansion modules."""
    carriers = select(PhoneModule.phone_id).where(PhoneModule.module_slug.in_(list(modules)))
    return _touch(session, or_(Phone.model_slug.in_(list(models)), Phone.id.in_(carriers)), now)


def renew_edition(session: Session, phone_id: int, now: datetime) -> None:
    """Let a phone take each of its files whole, whatever it says it has.

    The edition is part of each ETag, so none of those it kept fits any more; the revision grows
    with it, so that every process lets go of the answers it holds.
    """
    session.execute(
        update(ConfigState)
        .where(ConfigState.phone_id == phone_id)
        .values(edition=ConfigState.edition + 1)
    )
    touch_phones(session, [phone_id], now)


def forget_cached(session: Session, phone_ids: Iterable[int]) -> None:
    """Let the cache drop these phones after the commit, without a new revision."""
    session.info.setdefault(TOUCHED, set()).update(phone_ids)


def _uses(layout_ids: Select[Any]) -> ColumnElement[bool]:
    """Return the condition that a phone uses one of these layouts."""
    on_modules = select(PhoneModule.phone_id).where(PhoneModule.layout_id.in_(layout_ids))
    return or_(Phone.button_layout_id.in_(layout_ids), Phone.id.in_(on_modules))


def _touch(session: Session, which: ColumnElement[bool], now: datetime) -> int:
    statement = (
        update(ConfigState)
        .where(ConfigState.phone_id.in_(select(Phone.id).where(which)))
        .values(revision=ConfigState.revision + 1, changed_at=now)
        .returning(ConfigState.phone_id)
    )
    session.flush()
    # Past the mapper, which would look at each of thousands of rows.
    ids = set(session.connection().scalars(statement).all())
    _expire_loaded(session, ids)
    forget_cached(session, ids)
    return len(ids)


def _expire_loaded(session: Session, ids: Collection[int]) -> None:
    """Let the few phones at hand be read again; thousands of others are not looked for."""
    for loaded in session.identity_map.values():
        kind, identity, *_ = instance_state(loaded).key or (None, ())
        if kind is Phone and identity[0] in ids:
            session.expire(loaded, ["config_revision", "config_changed_at"])
