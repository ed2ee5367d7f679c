"""The blueprint that the views of this screen belong to."""

from collections.abc import Callable

from flask import Blueprint, request

from phoneprov.fleet.extensions import name_phone
from phoneprov.fleet.models import Phone

blueprint = Blueprint("extensions", __name__)

LARGEST_LIST_BYTES = 4 * 1024 * 1024


@blueprint.url_value_preprocessor
def _take_long_lists(endpoint: str | None, values: dict[str, object] | None) -> None:
    """Let a pasted list be longer than a form field usually may; before anything reads it."""
    del values
    if endpoint in {"extensions.import_list", "extensions.confirm_import"}:
        request.max_form_memory_size = LARGEST_LIST_BYTES


@blueprint.context_processor
def _give_names() -> dict[str, Callable[[Phone], str]]:
    return {"phone_name": name_phone}
