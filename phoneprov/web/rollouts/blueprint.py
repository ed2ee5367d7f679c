"""The blueprint that the views of this screen belong to, and what they share."""

from flask import Blueprint, abort, url_for
from werkzeug.wrappers import Response

from phoneprov.firmware.rollout_models import Rollout
from phoneprov.operations.rollouts.queries import find_rollout
from phoneprov.web.access import current_tenant
from phoneprov.web.database import session

Answer = str | Response | tuple[str, int]

ROLLOUT = "/<int:rollout_id>"
REFUSED = 422
NO_NEWS = 204

blueprint = Blueprint("rollouts", __name__, url_prefix="/t/<tenant_slug>/rollouts")


def get_rollout(rollout_id: int) -> Rollout:
    """Return a roll-out of this page's tenant; any other is as missing as none."""
    return find_rollout(session(), current_tenant().id, rollout_id) or abort(404)


def address_of(rollout: Rollout) -> str:
    """Return the address of a roll-out's page."""
    slug = current_tenant().slug
    return url_for("rollouts.show", tenant_slug=slug, rollout_id=rollout.id)
