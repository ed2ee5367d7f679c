"""Read the provider's own models and templates now, without waiting for the job."""

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from phoneprov.web.access import provider_only
from phoneprov.web.runtime import runtime
from phoneprov.web.system.blueprint import blueprint


@blueprint.post("/system/reload")
@provider_only
def reload_own_files() -> Response:
    """Read them; what is wrong stands on the page that follows."""
    if not runtime().own_files.reload():
        flash("Models and templates were read again.", "done")
    return redirect(url_for("system.status"), 303)
