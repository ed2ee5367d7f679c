"""What can be done to a profile: add, change, delete, let phones follow it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.drafts import PhoneDraft, Unsaid
from phoneprov.fleet.following import follow_profile, take_layouts
from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_drafts import ProfileDraft, check_profile, name_taken
from phoneprov.fleet.profile_models import Profile, ProfileLayout
from phoneprov.fleet.revisions import touch_phones, touch_profile_phones
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.audit import Actor, write_audit
from phoneprov.tenancy.models import Tenant, for_tenant

MASK = "•••"
AT_ONCE = 500


def find_profile(session: Session, tenant_id: int, profile_id: int) -> Profile | None:
    """Return one profile of a tenant."""
    return session.scalar(for_tenant(tenant_id, Profile).where(Profile.id == profile_id))


def find_default_profile(session: Session, tenant_id: int) -> Profile | None:
    """Return the profile that new phones of the tenant start with, if there is one."""
    return session.scalar(for_tenant(tenant_id, Profile).where(Profile.is_default))


def choose_profile(
    session: Session, tenant_id: int, draft: PhoneDraft, phone: Phone | None = None
) -> Profile | None:
    """Return the profile that a new phone, or `phone`, is to follow by a draft.

    Raises InvalidValueError for the field `profile_id`.
    """
    choice = draft.profile_id
    if isinstance(choice, Unsaid):
        return phone.profile if phone else find_default_profile(session, tenant_id)
    if choice is None:
        return None
    profile = find_profile(session, tenant_id, choice)
    if profile is None:
        raise InvalidValueError("Choose a profile from the list.", field="profile_id")
    return profile


def list_profiles(session: Session, tenant_id: int) -> Sequence[Profile]:
    """Return the profiles of a tenant by name."""
    order = (func.lower(Profile.name), Profile.id)
    return session.scalars(for_tenant(tenant_id, Profile).order_by(*order)).all()


def read_layouts(session: Session, profile_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the layout ids by model slug of these profiles, in one query."""
    found: dict[int, dict[str, int]] = {one: {} for one in profile_ids}
    query = select(ProfileLayout).where(ProfileLayout.profile_id.in_(profile_ids))
    for row in session.scalars(query):
        found[row.profile_id][row.model_slug] = row.layout_id
    return found


def add_profile(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    tenant: Tenant,
    draft: ProfileDraft,
    *,
    actor: Actor,
    now: datetime,
) -> Profile:
    """Add a profile that no phone follows yet. Raises InvalidValueError with the field."""
    values = check_profile(session, catalog, tenant.id, draft)
    profile = Profile(
        tenant_id=tenant.id,
        admin_password=draft.admin_password or None,
        created_at=now,
        **values,
    )
    session.add(profile)
    _flush_unique(session)
    _write_layouts(session, profile, draft.layouts)
    _set_default(session, profile, is_default=draft.is_default)
    _audit(session, profile, "profile.add", actor=actor, now=now)
    return profile


def change_profile(  # noqa: PLR0913 - a verb with its actor and time
    session: Session,
    catalog: Catalog,
    profile: Profile,
    draft: ProfileDraft,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Change a profile; return how many of its phones are told otherwise from now on.

    Raises InvalidValueError with the field that is wrong.
    """
    values = check_profile(session, catalog, profile.tenant_id, draft, own_id=profile.id)
    changes: dict[str, list[object]] = {
        name: [getattr(profile, name), value]
        for name, value in values.items()
        if getattr(profile, name) != value
    }
    for name, (_, value) in changes.items():
        setattr(profile, name, value)
    password = draft.admin_password or None
    if draft.admin_password is not None and profile.admin_password != password:
        changes["admin_password"] = [_masked(profile.admin_password), _masked(password)]
        profile.admin_password = password
    _flush_unique(session)
    slugs = _change_layouts(session, profile, draft.layouts, changes)
    if profile.is_default != draft.is_default:
        changes["is_default"] = [profile.is_default, draft.is_default]
        _set_default(session, profile, is_default=draft.is_default)
    if changes:
        _audit(session, profile, "profile.change", actor=actor, now=now, changes=changes)
    return touch_profile_phones(session, profile.id, changes.keys(), slugs, now)


def delete_profile(
    session: Session, catalog: Catalog, profile: Profile, *, actor: Actor, now: datetime
) -> int:
    """Delete a profile; its phones go on with their own values and the tenant's.

    Returns how many phones those are.
    """
    told = 0
    while batch := _list_followers(session, profile):
        follow_profile(session, catalog, batch, None, now=now)
        told += touch_phones(session, [phone.id for phone in batch], now)
    _audit(session, profile, "profile.delete", actor=actor, now=now)
    session.delete(profile)
    session.flush()
    return told


def _list_followers(session: Session, profile: Profile) -> Sequence[Phone]:
    query = for_tenant(profile.tenant_id, Phone).where(Phone.profile_id == profile.id)
    return session.scalars(query.order_by(Phone.id).limit(AT_ONCE)).all()


def _change_layouts(
    session: Session,
    profile: Profile,
    wanted: Mapping[str, int],
    changes: dict[str, list[object]],
) -> set[str]:
    """Give the profile these layouts, and its phones what follows; return the models changed."""
    before = read_layouts(session, [profile.id])[profile.id]
    slugs = {slug for slug in before.keys() | wanted.keys() if before.get(slug) != wanted.get(slug)}
    if not slugs:
        return slugs
    _write_layouts(session, profile, wanted)
    follows = Phone.profile_id == profile.id
    take_layouts(session, profile.tenant_id, follows, slugs, profile)
    ids = {*before.values(), *wanted.values()}
    rows = session.scalars(select(ButtonLayout).where(ButtonLayout.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    for slug in sorted(slugs):
        pair = (before.get(slug), wanted.get(slug))
        changes[f"layout {slug}"] = [names.get(one) if one else None for one in pair]
    return slugs


def _write_layouts(session: Session, profile: Profile, wanted: Mapping[str, int]) -> None:
    session.execute(delete(ProfileLayout).where(ProfileLayout.profile_id == profile.id))
    session.add_all(
        ProfileLayout(profile_id=profile.id, model_slug=slug, layout_id=layout_id)
        for slug, layout_id in wanted.items()
    )
    session.flush()


def _set_default(session: Session, profile: Profile, *, is_default: bool) -> None:
    """Make it the profile of new phones, or no longer; phones that exist stay as they are."""
    if is_default:
        session.execute(
            update(Profile)
            .where(Profile.tenant_id == profile.tenant_id, Profile.id != profile.id)
            .values(is_default=False)
            .execution_options(synchronize_session="fetch")
        )
    profile.is_default = is_default
    session.flush()


def _flush_unique(session: Session) -> None:
    """Write what is pending; the unique name decides between two clicks at once."""
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise name_taken() from error


def _audit(  # noqa: PLR0913 - what one row of the audit needs
    session: Session,
    profile: Profile,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    changes: dict[str, list[object]] | None = None,
) -> None:
    tenant_id = profile.tenant_id
    write_audit(session, actor, action, profile.name, at=now, tenant_id=tenant_id, changes=changes)


def _masked(password: str | None) -> str | None:
    return MASK if password else None
