"""Bring an image in: in one form, or in pieces that the script sends and goes on with."""

import os

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError, NotAllowedError
from phoneprov.firmware.models import FirmwareUpload
from phoneprov.firmware.store import WrongOffsetError
from phoneprov.firmware.uploads import (
    CHUNK_BYTES,
    Announced,
    begin_upload,
    cancel_upload,
    find_upload,
    finish_upload,
    forget_upload,
    receive_file,
    take_piece,
)
from phoneprov.web.access import provider_only
from phoneprov.web.acting import current_actor, tell_fault
from phoneprov.web.database import session
from phoneprov.web.firmware.blueprint import MB, PLAIN_FILE_BYTES, REFUSED, Answer, blueprint
from phoneprov.web.firmware.forms import UploadForm
from phoneprov.web.runtime import runtime

UPLOAD = "/firmware/uploads/<int:upload_id>"
CONFLICT = 409
MOST_DIGITS = 13

Json = Response | tuple[Response, int]


@blueprint.route("/firmware/add", methods=["GET", "POST"])
@provider_only
def add() -> Answer:
    """Take a whole image by a plain form; the script on the page sends pieces instead."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _add_page(form)
    upload = form.file.data if isinstance(form.file.data, FileStorage) else FileStorage()
    size_bytes = upload.stream.seek(0, os.SEEK_END)
    upload.stream.seek(0)
    try:
        firmware = receive_file(
            session(),
            runtime().firmware,
            runtime().catalog,
            Announced(file_name=upload.filename or "", size_bytes=size_bytes, mark="form"),
            upload.stream.read,
            largest_bytes=min(_largest_bytes(), PLAIN_FILE_BYTES),
            expected_sha256=form.sha256.data or "",
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        tell_fault(form, fault)
        return _add_page(form)
    flash("The file is here. Say what it is; phones are told of it after that.", "done")
    return redirect(url_for("firmware.edit", firmware_id=firmware.id), 303)


@blueprint.post("/firmware/uploads")
@provider_only
def begin() -> Json:
    """Announce a file; answer where to send its pieces, and which byte comes next."""
    try:
        upload = begin_upload(
            session(),
            runtime().firmware,
            Announced(
                file_name=request.form.get("name", ""),
                size_bytes=_number(request.form.get("size", "")),
                mark=request.form.get("mark", ""),
            ),
            largest_bytes=_largest_bytes(),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        return _refusal(fault)
    return jsonify(
        received=runtime().firmware.received(upload.key),
        piece_bytes=CHUNK_BYTES,
        piece_address=url_for("firmware.take", upload_id=upload.id),
        finish_address=url_for("firmware.finish", upload_id=upload.id),
    )


@blueprint.post(f"{UPLOAD}/piece")
@provider_only
def take(upload_id: int) -> Json:
    """Take one piece: the body as it is, at `offset`. 409 says which byte comes next."""
    upload = _get_upload(upload_id)
    try:
        received = take_piece(
            runtime().firmware,
            upload,
            request.stream.read,
            offset=_number(request.args.get("offset", "")),
            size_bytes=request.content_length or 0,
            now=utc_now(),
        )
    except WrongOffsetError as error:
        return jsonify(received=error.expected, message=error.message), CONFLICT
    except NotAllowedError as error:
        return jsonify(message=error.message), CONFLICT
    except InvalidValueError as fault:
        return _refusal(fault)
    return jsonify(received=received)


@blueprint.post(f"{UPLOAD}/finish")
@provider_only
def finish(upload_id: int) -> Json:
    """Make the whole file an image of the library; answer where it is confirmed."""
    upload = _get_upload(upload_id)
    try:
        firmware = finish_upload(
            session(),
            runtime().firmware,
            runtime().catalog,
            upload,
            expected_sha256=request.form.get("sha256", ""),
            actor=current_actor(),
            now=utc_now(),
        )
    except InvalidValueError as fault:
        _forget(upload_id)
        return _refusal(fault)
    return jsonify(location=url_for("firmware.edit", firmware_id=firmware.id))


@blueprint.post(f"{UPLOAD}/cancel")
@provider_only
def cancel(upload_id: int) -> Answer:
    """Give an unfinished upload up."""
    upload = _get_upload(upload_id)
    name = upload.file_name
    cancel_upload(session(), runtime().firmware, upload)
    flash(f"The unfinished upload of {name} is gone.", "done")
    return redirect(url_for("firmware.index"), 303)


def _add_page(form: UploadForm) -> Answer:
    page = render_template(
        "firmware/add.html",
        form=form,
        largest_mb=runtime().settings.firmware_largest_mb,
        plain_mb=PLAIN_FILE_BYTES // MB,
    )
    return (page, REFUSED) if request.method == "POST" else page


def _get_upload(upload_id: int) -> FirmwareUpload:
    return find_upload(session(), upload_id, current_actor()) or abort(404)


def _forget(upload_id: int) -> None:
    """Forget an upload whose file was refused, though what refuses is itself taken back."""
    session().rollback()
    with runtime().sessions.begin() as own:
        forget_upload(own, upload_id)


def _refusal(fault: InvalidValueError) -> Json:
    return jsonify(message=fault.message, field=fault.field or "file"), REFUSED


def _largest_bytes() -> int:
    return runtime().settings.firmware_largest_mb * MB


def _number(text: str) -> int:
    """Return a number of bytes; what is none counts as one that fits nowhere."""
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else -1
