"""Own keys that a change of model or modules would take from a phone, named before it is made."""

from collections.abc import Sequence

from phoneprov.catalog.model import PhoneModel
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_key_fit import list_misfit_keys, say_misfit
from phoneprov.fleet.phone_keys import keep_fitting_modules, list_modules
from phoneprov.web.database import session
from phoneprov.web.phones.forms import PhoneForm
from phoneprov.web.runtime import runtime


def list_lost_keys(
    phone: Phone, model: PhoneModel | None, modules: Sequence[str] | None = None
) -> list[str]:
    """Return in words the own keys that have no place on this model with these modules.

    `modules` are as the form sends them; None: those that the phone has, as far as they fit.
    """
    if model is None:
        return []
    there = [row.module_slug for row in list_modules(session(), phone.id)]
    if modules is None:
        slugs = keep_fitting_modules(model, there)
    else:
        slugs = [value.partition(":")[0] for value in modules if value]
    if (phone.model_slug, there) == (model.slug, slugs):
        return []
    lost = list_misfit_keys(session(), runtime().catalog, phone.id, model.slug, slugs)
    return [say_misfit(row) for row in lost]


def asks_first(form: PhoneForm, phone: Phone) -> list[str]:
    """Return the own keys that saving the form would take, unless that has been agreed to."""
    lost = list_lost_keys(phone, form.model, form.modules.data)
    choice = " ".join([form.model_slug.data or "", *(form.modules.data or [])])[:200]
    if form.agreed_keys.data == choice:
        return []
    form.agreed_keys.data = choice if lost else ""
    return lost
