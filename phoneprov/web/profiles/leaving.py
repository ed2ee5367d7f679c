"""What the phones of a profile would have instead if it were gone."""

from collections.abc import Mapping

from sqlalchemy.orm import Session, defer, joinedload

from phoneprov.fleet.models import Phone
from phoneprov.fleet.profile_effects import list_effects, read_given
from phoneprov.fleet.profile_models import Profile
from phoneprov.fleet.queries import title_phone
from phoneprov.tenancy.models import Extension, for_tenant


def list_leavings(session: Session, profile: Profile) -> Mapping[str, list[Phone]]:
    """Return the phones of a profile by what would change on them."""
    given = read_given(session, profile.tenant_id, None)
    phones = session.scalars(
        for_tenant(profile.tenant_id, Phone)
        .where(Phone.profile_id == profile.id)
        .order_by(Phone.id)
        .options(
            joinedload(Phone.extension).defer(Extension.sip_password, raiseload=True),
            joinedload(Phone.tenant),
            joinedload(Phone.profile),
            defer(Phone.token, raiseload=True),
        )
    )
    found: dict[str, list[Phone]] = {}
    for phone in phones:
        found.setdefault(list_effects(phone, given).text, []).append(phone)
    for ones in found.values():
        ones.sort(key=title_phone)
    return found
