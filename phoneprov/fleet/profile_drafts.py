"""What a person typed into the profile form, and whether it can be so."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.text import clean_text
from phoneprov.core.zones import ZONE_NAMES
from phoneprov.fleet.drafts import check_port
from phoneprov.fleet.passwords import check_admin_password
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import for_tenant
from phoneprov.tenancy.tenants import POLL_MINUTES

LONGEST_NAME, LONGEST_DESCRIPTION = 64, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileDraft:
    """What was typed about a profile; None leaves a value to the tenant."""

    name: str
    description: str = ""
    is_default: bool = False
    time_zone: str | None = None
    admin_password: str | None = None
    """None: as it is; empty: none."""
    local_sip_port: int | None = None
    poll_minutes: int | None = None
    layouts: Mapping[str, int] = field(default_factory=dict)
    """By slug of the phone model, the id of its layout."""


def check_profile(
    session: Session,
    catalog: Catalog,
    tenant_id: int,
    draft: ProfileDraft,
    *,
    own_id: int | None = None,
) -> dict[str, object]:
    """Return the columns that `draft` gives. Raises InvalidValueError with the field."""
    name = clean_text(draft.name, field="name", longest=LONGEST_NAME)
    if not name:
        raise InvalidValueError("Enter a name.", field="name")
    _refuse_taken(session, tenant_id, name, own_id)
    if draft.time_zone is not None and draft.time_zone not in ZONE_NAMES:
        raise InvalidValueError("Choose a time zone from the list.", field="time_zone")
    if draft.admin_password:
        for vendor in catalog.vendors.values():
            check_admin_password(vendor, draft.admin_password)
    check_port(draft.local_sip_port)
    least, most = POLL_MINUTES
    if draft.poll_minutes is not None and not least <= draft.poll_minutes <= most:
        message = f"From {least} to {most} minutes, or nothing."
        raise InvalidValueError(message, field="poll_minutes")
    _check_layouts(session, tenant_id, draft.layouts)
    return {
        "name": name,
        "description": clean_text(
            draft.description, field="description", longest=LONGEST_DESCRIPTION
        ),
        "time_zone": draft.time_zone,
        "local_sip_port": draft.local_sip_port,
        "poll_minutes": draft.poll_minutes,
    }


def name_taken() -> InvalidValueError:
    """Return the error of a name that another profile of the tenant has."""
    return InvalidValueError("There is a profile of this name already.", field="name")


def _refuse_taken(session: Session, tenant_id: int, name: str, own_id: int | None) -> None:
    query = select(Profile.id).where(
        Profile.tenant_id == tenant_id, func.lower(Profile.name) == name.lower()
    )
    holder = session.scalar(query)
    if holder is not None and holder != own_id:
        raise name_taken()


def _check_layouts(session: Session, tenant_id: int, wanted: Mapping[str, int]) -> None:
    query = for_tenant(tenant_id, ButtonLayout).where(
        ButtonLayout.id.in_(wanted.values()), ButtonLayout.is_for_module.is_(False)
    )
    models = {layout.id: layout.model_slug for layout in session.scalars(query)}
    for slug, layout_id in wanted.items():
        if models.get(layout_id) != slug:
            raise InvalidValueError("Choose a layout from the list.", field=f"layout-{slug}")
