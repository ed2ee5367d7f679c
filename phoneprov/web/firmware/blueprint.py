"""The blueprint that the views of this screen belong to, and what they share."""

from flask import Blueprint, abort, request
from werkzeug.wrappers import Response

from phoneprov.catalog.model import PhoneModel
from phoneprov.firmware.library import find_firmware
from phoneprov.firmware.models import Firmware
from phoneprov.firmware.queries import Standing
from phoneprov.web.access import is_provider
from phoneprov.web.auth.sessions import find_signed_in
from phoneprov.web.database import session
from phoneprov.web.runtime import runtime

Answer = str | Response | tuple[str, int] | tuple[Response, int]

FIRMWARE = "/firmware/<int:firmware_id>"
REFUSED = 422
PLAIN_FILE_BYTES = 15_000_000
"""A file this large comes in one form; larger ones need the pieces that the script sends."""
_FORM_BYTES = PLAIN_FILE_BYTES + 500_000
MB = 1_000_000

blueprint = Blueprint("firmware", __name__)


@blueprint.context_processor
def _give_words() -> dict[str, object]:
    return {
        "model_names": name_models,
        "megabytes": megabytes,
        "Standing": Standing,
    }


@blueprint.url_value_preprocessor
def _allow_one_large_form(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Let provider staff send a whole image by the plain form, and nobody anything so large else.

    It has to be said before the form is read, which the check of its token does first of all.
    """
    del values
    is_form = endpoint == "firmware.add" and request.method == "POST"
    if is_form and find_signed_in() is not None and is_provider():
        request.max_content_length = _FORM_BYTES


def get_firmware(firmware_id: int) -> Firmware:
    """Return an image with its models."""
    return find_firmware(session(), firmware_id) or abort(404)


def megabytes(size_bytes: int) -> str:
    """Return a size as people read it."""
    if size_bytes < MB:
        return f"{size_bytes // 1000} kB"
    return f"{size_bytes / MB:.1f} MB"


def name_models(slugs: tuple[str, ...]) -> list[str]:
    """Return the names of models without their vendor, those that are gone by their slug."""
    found: list[tuple[str, PhoneModel | None]] = [
        (slug, runtime().catalog.find_model(slug)) for slug in slugs
    ]
    return [model.name if model else slug for slug, model in found]
