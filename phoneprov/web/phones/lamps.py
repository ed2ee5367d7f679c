"""What was sent for a phone's BLF keys, for a lamp that doesn't follow."""

from flask import render_template

from phoneprov.core.clock import utc_now
from phoneprov.core.text import as_sentence
from phoneprov.fleet.models import Phone
from phoneprov.provisioning.lamp_settings import LampSettings, list_lamp_settings
from phoneprov.provisioning.preview import load_told
from phoneprov.provisioning.unwritable import UNWRITABLE_ERRORS
from phoneprov.web.database import session
from phoneprov.web.phones.blueprint import PHONE, Answer, blueprint, get_own_phone
from phoneprov.web.phones.choices import Verb, find_obstacle
from phoneprov.web.runtime import runtime


@blueprint.get(f"{PHONE}/lamps")
def lamps(phone_id: int) -> Answer:
    """Show the two steps for a lamp that doesn't follow."""
    phone = get_own_phone(phone_id)
    settings, unwritable = _read_settings(phone)
    return render_template(
        "phones/lamps.html",
        phone=phone,
        settings=settings,
        unwritable=unwritable,
        obstacle=find_obstacle(phone, Verb.REBOOT, runtime().catalog),
    )


def _read_settings(phone: Phone) -> tuple[LampSettings | None, str]:
    """Return the settings, or why its config can't be written."""
    catalog = runtime().catalog
    model = catalog.find_model(phone.model_slug)
    if model is None:
        return None, f"the catalogue has no model {phone.model_slug}."
    if phone.unwritable_reason:
        return None, phone.unwritable_reason
    address = runtime().settings.address_for_phones
    told = load_told(session(), catalog, phone, phones_address=address, now=utc_now())
    if told is None:
        return None, ""
    try:
        return list_lamp_settings(told, catalog.vendors[model.vendor].blf_settings), ""
    except UNWRITABLE_ERRORS as error:
        return None, as_sentence(str(error))
