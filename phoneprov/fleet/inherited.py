"""What counts for a phone, and whose it is: its own, else its profile's, else its tenant's."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import func

from phoneprov.fleet.models import DEFAULT_SIP_PORT, Phone
from phoneprov.fleet.profile_models import Profile
from phoneprov.tenancy.models import Tenant

Value = TypeVar("Value")
ZONE_NAME = func.coalesce(Phone.time_zone, Profile.time_zone, Tenant.time_zone)
"""What `time_zone_of` gives, for a query that joins the phone's tenant and, outer, its profile."""
_FACTORY: Mapping[str, object] = {"local_sip_port": DEFAULT_SIP_PORT}


class Source(StrEnum):
    """Who a value comes from."""

    PHONE = "phone"
    PROFILE = "profile"
    TENANT = "tenant"
    FACTORY = "factory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inherited(Generic[Value]):
    """A value with who it comes from."""

    value: Value
    source: Source


def inherit(
    name: str, phone: Phone, profile: Profile | None, *, without_own: bool = False
) -> Inherited[Any]:
    """Return what counts for the field `name` of a phone if it follows `profile`.

    The first one that has a value counts: the phone (unless `without_own`), the profile, the
    phone's tenant, what phones come with. The phone's tenant has to be loaded.
    """
    owners = (
        (Source.PHONE, None if without_own else phone),
        (Source.PROFILE, profile),
        (Source.TENANT, phone.tenant),
    )
    for source, owner in owners:
        value = getattr(owner, name, None)
        if value:
            return Inherited(value=value, source=source)
    return Inherited(value=_FACTORY.get(name), source=Source.FACTORY)


def time_zone_of(phone: Phone) -> Inherited[str]:
    """Return the IANA name of the phone's time zone. Its tenant and profile have to be loaded."""
    return inherit("time_zone", phone, phone.profile)


def admin_password_of(phone: Phone) -> Inherited[str | None]:
    """Return the phone's local admin password; None: the phone keeps the one it has."""
    return inherit("admin_password", phone, phone.profile)


def local_sip_port_of(phone: Phone) -> Inherited[int]:
    """Return the local SIP port of the phone's first account."""
    return inherit("local_sip_port", phone, phone.profile)


def poll_minutes_of(phone: Phone) -> Inherited[int]:
    """Return how many minutes apart the phone asks for its config."""
    return inherit("poll_minutes", phone, phone.profile)


def name_source(phone: Phone, source: Source) -> str:
    """Return who it is in words: `this phone`, `profile Sales`, `Acme Dental`."""
    if source is Source.PROFILE and phone.profile is not None:
        return f"profile {phone.profile.name}"
    return {
        Source.PHONE: "this phone",
        Source.TENANT: phone.tenant.name,
        Source.FACTORY: "phoneprov",
    }.get(source, source.value)
