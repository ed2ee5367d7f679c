"""A phone's own keys: a click on a key of its picture opens its form, Save swaps that key."""

from dataclasses import replace

from flask import abort, flash, redirect, render_template, request

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.fleet.models import Phone
from phoneprov.fleet.own_keys import (
    KeyPlace,
    OpenKey,
    empty_own_key,
    find_key,
    revert_key,
    set_own_key,
)
from phoneprov.layouts.models import LONGEST_VALUE
from phoneprov.pbx.dialects.typed import feature_label
from phoneprov.web.access import admin_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.layouts.common import current_dialect, load_desk
from phoneprov.web.layouts.editor import FIELDS, is_being_typed
from phoneprov.web.layouts.forms import ButtonForm, button_values
from phoneprov.web.layouts.hints import find_hints, offer_extensions
from phoneprov.web.layouts.words import KIND_WORDS, list_refusals
from phoneprov.web.phones.blueprint import PHONE, REFUSED, Answer, blueprint, get_own_phone
from phoneprov.web.phones.key_picture import PhonePicture, draw_phone, keys_address, say_stored
from phoneprov.web.phones.show import show_page
from phoneprov.web.runtime import runtime

KEY = f"{PHONE}/keys/<int:module>/<int:position>"


@blueprint.route(KEY, methods=["GET", "POST"])
@admin_only
def key(phone_id: int, module: int, position: int) -> Answer:
    """Show what a key of this phone does, or let it differ from the layout."""
    phone = get_own_phone(phone_id)
    opened = _open(phone, module, position)
    picture = _draw(phone, opened)
    form = ButtonForm(data=_shown(picture, opened))
    form.ask_for(form.kind.data or "")
    if not form.validate_on_submit():
        return _form(phone, opened, form, picture)
    try:
        is_changed = set_own_key(
            session(),
            runtime().catalog,
            phone,
            opened,
            form.read_draft(),
            dialect=current_dialect(),
            actor=current_actor(),
            now=utc_now(),
            seen=request.form.get("seen"),
        )
    except (InvalidValueError, NotAllowedError) as fault:
        return _refused(phone_id, opened.place, form, fault)
    return _saved(phone, opened.place, "is its own now", is_changed=is_changed)


@blueprint.post(f"{KEY}/empty")
@admin_only
def empty_key(phone_id: int, module: int, position: int) -> Answer:
    """Leave a key empty on this phone."""
    return _change(phone_id, module, position, is_reverted=False)


@blueprint.post(f"{KEY}/revert")
@admin_only
def revert(phone_id: int, module: int, position: int) -> Answer:
    """Let a key be as in the layout again."""
    return _change(phone_id, module, position, is_reverted=True)


def _change(phone_id: int, module: int, position: int, *, is_reverted: bool) -> Answer:
    phone = get_own_phone(phone_id)
    opened = _open(phone, module, position)
    change = revert_key if is_reverted else empty_own_key
    seen = request.form.get("seen")
    try:
        is_changed = change(
            session(), phone, opened, actor=current_actor(), now=utc_now(), seen=seen
        )
    except (InvalidValueError, NotAllowedError) as fault:
        form = ButtonForm(formdata=None, data=_shown(_draw(phone, opened), opened))
        form.ask_for(form.kind.data or "")
        return _refused(phone_id, opened.place, form, fault)
    words = "is as in the layout" if is_reverted else "is empty on this phone"
    return _saved(phone, opened.place, words, is_changed=is_changed)


def _open(phone: Phone, module: int, position: int) -> OpenKey:
    place = KeyPlace(module=module, position=position)
    return find_key(session(), runtime().catalog, phone, place) or abort(404)


def _draw(phone: Phone, opened: OpenKey) -> PhonePicture:
    place = opened.place
    return draw_phone(phone, (place.module, opened.target.page_of(place.position)))


def _shown(picture: PhonePicture, opened: OpenKey) -> dict[str, str]:
    """Return what the form shows: what the key does here, or what was typed when the type changes.

    Where nothing is assigned it starts as an empty key does in the editor of layouts.
    """
    if is_being_typed():
        return {name: request.args.get(name, "")[:LONGEST_VALUE] for name in FIELDS}
    told = picture.find_key(opened.place.module, opened.place.position)
    return button_values(told.assigned, list(load_desk().extensions.values()))


def _form(phone: Phone, opened: OpenKey, form: ButtonForm, picture: PhonePicture) -> Answer:
    """Show the form of a key: alone, or on the phone's page with the key's page of the picture."""
    desk, place = load_desk(), opened.place
    told = picture.find_key(place.module, place.position)
    hints = find_hints(
        replace(opened.target, accounts=None),  # what counts is counted on Save
        picture.list_assigned(place.module),
        desk,
        place.position,
        form.read_draft(),
    )
    if is_being_typed() and hints.fault:
        tell_fault(form, hints.fault)
    form.put_focus(stays_on_key=False)
    values: dict[str, object] = {
        "phone": phone,
        "form": form,
        "key": opened,
        "told": told,
        "in_layout": say_stored(told.in_layout, desk.extensions),
        "place_title": place.words[0].upper() + place.words[1:],
        "target": opened.target,
        "features": [(feature_label(name), code) for name, code in desk.dialect.codes.items()],
        "slots": desk.dialect.slots,
        "extensions": offer_extensions(desk.extensions.values(), form.value.data or ""),
        "hints": hints,
        "reasons": list_refusals(opened.target, place.position),
    }
    if is_htmx():
        body = render_template("phones/_own_key.html", **values)
    else:
        body = show_page(phone.id, picture, **values)
    return (body, REFUSED) if request.method == "POST" else body


def _refused(
    phone_id: int, place: KeyPlace, form: ButtonForm, fault: InvalidValueError | NotAllowedError
) -> Answer:
    """Show the key as it is now, with what was typed and the message."""
    if isinstance(fault, InvalidValueError):
        tell_fault(form, fault)
    else:
        form.form_errors.append(fault.message)
    phone = get_own_phone(phone_id)
    opened = _open(phone, place.module, place.position)
    return _form(phone, opened, form, _draw(phone, opened))


def _saved(phone: Phone, place: KeyPlace, words: str, *, is_changed: bool) -> Answer:
    """Swap the key and the counts; without script load the phone's page again."""
    text = f"{place.words[0].upper()}{place.words[1:]} {words}."
    session().flush()
    phone = get_own_phone(phone.id)
    page = 1
    opened = find_key(session(), runtime().catalog, phone, place)
    if opened is not None:
        page = opened.target.page_of(place.position)
    if not is_htmx():
        flash(text, "done")
        return redirect(keys_address(phone, {place.module: page}), 303)
    picture = draw_phone(phone, (place.module, page))
    keys = [one for drawn in picture.sets for one in drawn.picture.keys]
    return render_template(
        "phones/_own_key_saved.html",
        phone=phone,
        keys=[one for one in keys if (one.module, one.position) == (place.module, place.position)],
        phone_picture=picture,
        kinds=KIND_WORDS,
        text=text,
        is_changed=is_changed,
    )
