"""What would change on a phone that comes to follow a profile, or leaves one, in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.fleet.following import OWN_VALUES
from phoneprov.fleet.inherited import inherit
from phoneprov.fleet.models import LayoutSource, Phone
from phoneprov.fleet.profile_models import Profile, ProfileLayout
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import for_tenant

_WORDS = {
    "time_zone": "time zone",
    "admin_password": "admin password",
    "local_sip_port": "local SIP port",
    "poll_minutes": "minutes between checks",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a profile, or no profile, gives the phones that have nothing of their own."""

    profile: Profile | None
    layouts: Mapping[str, int] = field(default_factory=dict)
    """Its layouts by model slug."""
    defaults: Mapping[str, int] = field(default_factory=dict)
    """The tenant's default layouts by model slug."""
    layout_names: Mapping[int, str] = field(default_factory=dict)

    def say_layout(self, layout_id: int | None) -> str:
        """Return a layout in words."""
        return self.layout_names.get(layout_id or 0, "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What changes on one phone and what stays its own, in words."""

    changes: tuple[str, ...]
    keeps: tuple[str, ...]

    @property
    def text(self) -> str:
        """All of it in one line."""
        changes = "; ".join(self.changes) or "no value changes"
        kept = f"; keeps its own {', '.join(self.keeps)}" if self.keeps else ""
        return f"{changes}{kept}"


def read_given(session: Session, tenant_id: int, profile: Profile | None) -> Given:
    """Return what a profile gives, in two queries."""
    layouts = session.scalars(
        for_tenant(tenant_id, ButtonLayout).where(ButtonLayout.is_for_module.is_(False))
    ).all()
    query = select(ProfileLayout).where(ProfileLayout.profile_id == (profile.id if profile else 0))
    return Given(
        profile=profile,
        layouts={row.model_slug: row.layout_id for row in session.scalars(query)},
        defaults={row.model_slug: row.id for row in layouts if row.is_default},
        layout_names={row.id: row.name for row in layouts},
    )


def has_own_values(phone: Phone) -> bool:
    """Tell whether a phone has anything of its own that a profile could give."""
    is_own = phone.layout_source is LayoutSource.PHONE
    return is_own or any(getattr(phone, name) is not None for name in OWN_VALUES)


def list_effects(phone: Phone, given: Given, *, drops_own: bool = False) -> Effects:
    """Return what would change; the phone's tenant and profile have to be loaded."""
    own = [name for name in OWN_VALUES if getattr(phone, name) is not None]
    keeps = [] if drops_own else [_WORDS[name] for name in own]
    if phone.layout_source is LayoutSource.PHONE and not drops_own:
        keeps.append("button layout")
    changes = (
        *_value_changes(phone, given, drops_own=drops_own),
        *_layout_change(phone, given, drops_own=drops_own),
    )
    return Effects(changes=changes, keeps=tuple(keeps))


def _value_changes(phone: Phone, given: Given, *, drops_own: bool) -> Iterator[str]:
    """Yield the values that would be others; a password without what it is."""
    for name, word in _WORDS.items():
        before = inherit(name, phone, phone.profile).value
        after = inherit(name, phone, given.profile, without_own=drops_own).value
        if before == after:
            continue
        if name == "admin_password":
            yield f"another {word}" if after else f"no {word} is set any more"
        else:
            yield f"{word} {before} → {after}"


def _layout_change(phone: Phone, given: Given, *, drops_own: bool) -> Iterator[str]:
    """Yield the layout if it would be another, by the rules of following.take_layouts."""
    is_own = phone.layout_source is LayoutSource.PHONE and not drops_own
    gives = given.layouts.get(phone.model_slug)
    loses = drops_own or phone.layout_source is LayoutSource.PROFILE
    after = phone.button_layout_id
    if not is_own and gives is not None:
        after = gives
    elif not is_own and loses:
        after = given.defaults.get(phone.model_slug)
    if after != phone.button_layout_id:
        names = (given.say_layout(one) for one in (phone.button_layout_id, after))
        yield f"button layout {' → '.join(names)}"
