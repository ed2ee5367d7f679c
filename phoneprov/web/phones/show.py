"""A phone's page, the changes an open one asks for, and what the phone has uploaded."""

from flask import abort, redirect, render_template, request, url_for

from phoneprov.core.clock import utc_now
from phoneprov.fleet.queries import PhoneDetails, find_phone_details, find_upload
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx
from phoneprov.web.layouts.words import KIND_WORDS
from phoneprov.web.phones.blueprint import PHONE, Answer, blueprint, get_own_phone
from phoneprov.web.phones.key_picture import PhonePicture, draw_phone, turned_pages
from phoneprov.web.phones.parts import Part, Tab, changed_parts, draw_parts, write_token
from phoneprov.web.phones.words import mask_secrets, size_words

NO_NEWS = 204


@blueprint.get(PHONE)
def show(phone_id: int) -> Answer:
    """Show a phone; when a tab is chosen, only that tab."""
    if is_htmx():
        details, tab = _read(phone_id)
        parts = draw_parts(details, tab, utc_now())
        return render_template("phones/_tabs.html", **_values(details, tab, parts), is_live=True)
    return show_page(phone_id)


def show_page(phone_id: int, picture: PhonePicture | None = None, **more: object) -> str:
    """Return the whole page; `picture` is drawn unless it is given."""
    details, tab = _read(phone_id)
    parts = draw_parts(details, tab, utc_now())
    return render_template(
        "phones/show.html",
        **_values(details, tab, parts),
        **_picture_values(picture or draw_phone(details.phone)),
        **{name: value for name, value in more.items() if name != "phone"},
    )


@blueprint.get(f"{PHONE}/live")
def show_live(phone_id: int) -> Answer:
    """Give the parts of the page that have changed; nothing when nothing has."""
    details, tab = _read(phone_id)
    if not is_htmx():
        slug = current_tenant().slug
        return redirect(url_for("phones.show", tenant_slug=slug, phone_id=phone_id), 303)
    parts = draw_parts(details, tab, utc_now())
    changed = changed_parts(request.args.get("seen", ""), parts)
    told = request.args.get("told", "") != str(details.phone.config_revision)
    if not changed and not told:
        return "", NO_NEWS
    picture = _picture_values(draw_phone(details.phone)) if told else {}
    return render_template(
        "phones/_show_live.html", **_values(details, tab, parts), **picture, changed=changed
    )


@blueprint.get(f"{PHONE}/uploads/<int:upload_id>")
def upload(phone_id: int, upload_id: int) -> Answer:
    """Show a file that the phone has uploaded, as text."""
    phone = get_own_phone(phone_id)
    found = find_upload(session(), phone.id, upload_id) or abort(404)
    return render_template(
        "phones/upload.html",
        phone=phone,
        upload=found,
        text=mask_secrets(found.body.decode("utf-8", "replace")),
        size=size_words(found.size_bytes),
    )


def _read(phone_id: int) -> tuple[PhoneDetails, Tab]:
    details = find_phone_details(session(), current_tenant().id, phone_id, now=utc_now())
    asked = request.args.get("tab", "")
    return details or abort(404), Tab(asked) if asked in set(Tab) else Tab.TIMELINE


def _picture_values(picture: PhonePicture) -> dict[str, object]:
    return {"phone_picture": picture, "kinds": KIND_WORDS}


def _values(details: PhoneDetails, tab: Tab, parts: list[Part]) -> dict[str, object]:
    live = url_for(
        "phones.show_live",
        tenant_slug=current_tenant().slug,
        phone_id=details.phone.id,
        tab=tab.value,
        seen=write_token(parts),
        told=details.phone.config_revision,
        **turned_pages(),  # type: ignore[arg-type]
    )
    return {
        "phone": details.phone,
        "tab": tab,
        "tabs": tuple(Tab),
        "parts": {part.name: part for part in parts},
        "live_address": live,
    }
