"""Which layout a phone has, and which expansion modules with which layouts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel
from phoneprov.core.errors import InvalidValueError
from phoneprov.fleet.drafts import UNSAID, ModuleDraft, PhoneDraft, Unsaid
from phoneprov.fleet.following import find_layout_for
from phoneprov.fleet.models import LayoutSource, Phone, PhoneModule
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.queries import find_default, find_layout

Attached = tuple[str, int | None]
"""Slug of a module and id of its layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan:
    """The layout and the modules that a phone is to have."""

    button_layout_id: int | None
    layout_source: LayoutSource = LayoutSource.DEFAULT
    modules: tuple[Attached, ...] = ()

    @property
    def columns(self) -> dict[str, object]:
        """The columns of the phone that it gives."""
        return {
            "button_layout_id": self.button_layout_id,
            "layout_source": self.layout_source,
        }


def plan_keys(  # noqa: PLR0913 - the draft with all that fills its gaps
    session: Session,
    catalog: Catalog,
    tenant_id: int,
    draft: PhoneDraft,
    *,
    profile: Profile | None = None,
    phone: Phone | None = None,
) -> KeyPlan:
    """Return which layout and modules a new phone, or `phone`, is to have by a draft.

    What the draft leaves unsaid is that of the profile, the model's default, or as it is as far
    as it fits the model. Raises InvalidValueError for the fields `button_layout_id` and `modules`.
    """
    model = catalog.get_model(draft.model_slug)
    layout_id, source = _plan_layout(session, tenant_id, model, draft, profile, phone)
    return KeyPlan(
        button_layout_id=layout_id,
        layout_source=source,
        modules=_plan_modules(session, catalog, tenant_id, draft, phone),
    )


def without_unchosen(draft: PhoneDraft, phone: Phone) -> PhoneDraft:
    """Return the draft without a layout that nobody chose and that is as it was in the form.

    Otherwise saving the form for another field's sake would make a default the phone's own.
    """
    is_default = phone.layout_source is LayoutSource.DEFAULT
    if is_default and draft.button_layout_id == phone.button_layout_id:
        return replace(draft, button_layout_id=UNSAID)
    return draft


def attach_modules(session: Session, phone_id: int, plan: KeyPlan) -> list[object] | None:
    """Give the phone its modules; return what they were and are in words, None if as before."""
    rows = list_modules(session, phone_id)
    before = tuple((row.module_slug, row.layout_id) for row in rows)
    if before == plan.modules:
        return None
    session.execute(delete(PhoneModule).where(PhoneModule.phone_id == phone_id))
    session.add_all(
        PhoneModule(phone_id=phone_id, number=number, module_slug=slug, layout_id=layout_id)
        for number, (slug, layout_id) in enumerate(plan.modules, start=1)
    )
    session.flush()
    return [_say(session, before), _say(session, plan.modules)]


def list_modules(session: Session, phone_id: int) -> Sequence[PhoneModule]:
    """Return the expansion modules of a phone, the one next to it first."""
    query = select(PhoneModule).where(PhoneModule.phone_id == phone_id)
    return session.scalars(query.order_by(PhoneModule.number)).all()


def most_modules(model: PhoneModel) -> int:
    """Return how many modules the model takes at most, of whatever kind."""
    return max((fit.at_most for fit in model.modules), default=0)


def keep_fitting_modules(model: PhoneModel, slugs: Sequence[str]) -> list[str]:
    """Return the modules that stay when a phone with these becomes another model."""
    fitting = {fit.module for fit in model.modules}
    return [slug for slug in slugs if slug in fitting][: most_modules(model)]


def _plan_layout(  # noqa: PLR0913, PLR0917 - the draft with all that fills its gaps
    session: Session,
    tenant_id: int,
    model: PhoneModel,
    draft: PhoneDraft,
    profile: Profile | None,
    phone: Phone | None,
) -> tuple[int | None, LayoutSource]:
    choice = draft.button_layout_id
    if not isinstance(choice, Unsaid):
        layout_id = _check_layout(session, tenant_id, choice, model.slug, is_for_module=False)
        return layout_id, LayoutSource.PHONE
    if choice is UNSAID and phone is not None and phone.model_slug == model.slug:
        return phone.button_layout_id, phone.layout_source
    return find_layout_for(session, tenant_id, model.slug, profile)


def _plan_modules(
    session: Session, catalog: Catalog, tenant_id: int, draft: PhoneDraft, phone: Phone | None
) -> tuple[Attached, ...]:
    model = catalog.get_model(draft.model_slug)
    if not isinstance(draft.modules, Unsaid):
        check_modules(catalog, model, draft.modules)
        return tuple(_attached(session, tenant_id, one) for one in draft.modules)
    rows = list_modules(session, phone.id) if phone else ()
    fitting = {fit.module for fit in model.modules}
    kept = [(row.module_slug, row.layout_id) for row in rows if row.module_slug in fitting]
    return tuple(kept[: most_modules(model)])


def check_modules(catalog: Catalog, model: PhoneModel, drafts: Sequence[ModuleDraft]) -> None:
    """Refuse a module that does not fit the model, or not in this place of the row."""
    at_most = {fit.module: fit.at_most for fit in model.modules}
    for number, draft in enumerate(drafts, start=1):
        module = catalog.module_models.get(draft.module_slug)
        name = module.name if module else draft.module_slug
        most = at_most.get(draft.module_slug, 0)
        if not most:
            raise _wrong_modules(f"The {model.full_name} takes no {name}.")
        if number > most:
            message = f"The {model.full_name} takes at most {most} module{'' if most == 1 else 's'}"
            raise _wrong_modules(
                f"{message} with an {name} among them." if most > 1 else f"{message}."
            )


def _attached(session: Session, tenant_id: int, draft: ModuleDraft) -> Attached:
    slug = draft.module_slug
    if isinstance(draft.layout_id, Unsaid):
        return slug, find_default(session, tenant_id, slug, is_for_module=True)
    return slug, _check_layout(session, tenant_id, draft.layout_id, slug, is_for_module=True)


def _check_layout(
    session: Session, tenant_id: int, layout_id: int | None, slug: str, *, is_for_module: bool
) -> int | None:
    if layout_id is None:
        return None
    layout = find_layout(session, tenant_id, layout_id)
    if layout is None or (layout.model_slug, layout.is_for_module) != (slug, is_for_module):
        field = "modules" if is_for_module else "button_layout_id"
        what = "module" if is_for_module else "model"
        message = f"Choose a layout of this {what} from the list."
        raise InvalidValueError(message, field=field)
    return layout.id


def _wrong_modules(message: str) -> InvalidValueError:
    return InvalidValueError(message, field="modules")


def _say(session: Session, attached: Sequence[Attached]) -> str:
    """Return modules in words for the audit."""
    ids = [layout_id for _, layout_id in attached if layout_id is not None]
    layouts = session.scalars(select(ButtonLayout).where(ButtonLayout.id.in_(ids)))
    names = {layout.id: layout.name for layout in layouts}
    words = [
        f"{slug} with {names[layout_id]}" if layout_id in names else slug
        for slug, layout_id in attached
    ]
    return ", ".join(words)
