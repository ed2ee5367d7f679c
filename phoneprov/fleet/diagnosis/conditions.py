"""The symptoms as conditions of a query: how a list finds and counts what findings tell of one.

Each says in SQL what the rules beside it say of one phone; a test holds the two together.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from phoneprov.fleet.diagnosis.lamp_conditions import watches_nobody
from phoneprov.fleet.diagnosis.limits import (
    PENDING_AFTER,
    REFUSED_IN,
    UNREGISTERED_AFTER,
    WRONG_MAC,
)
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.models import DEFAULT_SIP_PORT, Phone, Registration
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.models import Pbx
from phoneprov.tenancy.models import Extension, Tenant


def symptom_condition(symptom: Symptom, now: datetime) -> ColumnElement[bool]:
    """Return the condition of a phone with a symptom; a disabled one has none."""
    found = {
        Symptom.PENDING: lambda: or_(_is_silent(now), _is_kept_out(now)),
        Symptom.PROVISIONING: lambda: _is_stuck(now),
        Symptom.CALLS: _is_at_odds,
        Symptom.AUDIO: _is_rewritten,
        Symptom.LAMPS: watches_nobody,
    }[symptom]()
    return and_(Phone.disabled_at.is_(None), found)


def needs_attention(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a phone with any symptom.

    A phone that waits in its box is stuck on Pending, but nobody has to look after it for that.
    """
    others = (one for one in Symptom if one is not Symptom.PENDING)
    return or_(
        and_(Phone.disabled_at.is_(None), _is_kept_out(now)),
        *(symptom_condition(one, now) for one in others),
    )


def _is_silent(now: datetime) -> ColumnElement[bool]:
    return and_(Phone.status == PhoneStatus.PENDING, Phone.status_since_at <= now - PENDING_AFTER)


def _is_kept_out(now: datetime) -> ColumnElement[bool]:
    """Return the condition of a Pending phone that somebody asked for in vain, or can't ask."""
    waited_out = and_(
        Phone.window_waits_until <= now,
        Phone.window_started_at.is_(None),
        Phone.first_check_in_at.is_(None),
    )
    asked = or_(Phone.refused_at.is_not(None), Phone.told_mac != "")
    return and_(Phone.status == PhoneStatus.PENDING, or_(waited_out, asked))


def _is_stuck(now: datetime) -> ColumnElement[bool]:
    limit = now - UNREGISTERED_AFTER
    unregistered = and_(
        Phone.status == PhoneStatus.PROVISIONING,
        Phone.extension_id.is_not(None),
        or_(Phone.status_since_at <= limit, Phone.fetched_at <= limit),
    )
    refused = and_(
        Phone.status.in_(REFUSED_IN),
        Phone.refused_at.is_not(None),
        or_(Phone.refused_by != WRONG_MAC, Phone.told_mac == ""),
    )
    return or_(unregistered, refused, Phone.unwritable_reason != "")


def _is_at_odds() -> ColumnElement[bool]:
    """Return the condition of a phone that may be another, or another in its place."""
    refused = and_(
        Phone.register_failed_at.is_not(None),
        or_(
            Phone.last_registered_at.is_(None), Phone.register_failed_at > Phone.last_registered_at
        ),
    )
    told = and_(
        Phone.status != PhoneStatus.PENDING, or_(Phone.told_model != "", Phone.told_mac != "")
    )
    return or_(told, refused, _is_foreign(), _has_stray())


def _is_foreign() -> ColumnElement[bool]:
    """Return the condition of a contact that calls itself another model than the phone does."""
    return (
        select(Registration.id)
        .where(
            Registration.phone_id == Phone.id,
            Registration.gone_at.is_(None),
            Registration.agent_model != "",
            Phone.agent_model != "",
            Registration.agent_model != Phone.agent_model,
        )
        .correlate(Phone)
        .exists()
    )


def _has_stray() -> ColumnElement[bool]:
    """Return the condition of a live contact of the phone's extension that is nobody's.

    The PBX's own name of the extension is put together as pbx.endpoint_names writes it.
    """
    domain = func.lower(func.coalesce(func.nullif(Tenant.sip_domain, ""), Pbx.sip_domain))
    name: ColumnElement[str] = case(
        (Pbx.endpoint_pattern == "", "{user}"), else_=Pbx.endpoint_pattern
    )
    for word, column in (
        ("number", Extension.number),
        ("user", Extension.sip_user),
        ("tenant", Tenant.slug),
        ("domain", domain),
    ):
        name = func.replace(name, f"{{{word}}}", column)
    return (
        select(Registration.id)
        .select_from(Extension)
        .join(Tenant, Tenant.id == Extension.tenant_id)
        .join(Pbx, Pbx.id == Tenant.pbx_id)
        .join(Registration, Registration.pbx_id == Pbx.id)
        .where(
            Extension.id == Phone.extension_id,
            Registration.aor.in_((name, name + "@" + domain)),
            Registration.phone_id.is_(None),
            Registration.gone_at.is_(None),
        )
        .correlate(Phone)
        .exists()
    )


def _is_rewritten() -> ColumnElement[bool]:
    """Return the condition of a contact with a public port that the phone does not use."""
    of_profile = (
        select(Profile.local_sip_port)
        .where(Profile.id == Phone.profile_id)
        .correlate(Phone)
        .scalar_subquery()
    )
    own_port = func.coalesce(Phone.local_sip_port, of_profile, DEFAULT_SIP_PORT)
    return (
        select(Registration.id)
        .where(
            Registration.phone_id == Phone.id,
            Registration.gone_at.is_(None),
            Registration.public_port != own_port,
        )
        .correlate(Phone)
        .exists()
    )
