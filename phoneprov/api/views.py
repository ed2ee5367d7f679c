"""The API's addresses. Answers are JSON, also those that refuse."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

import structlog
from flask import Blueprint, Flask, Response, jsonify, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.exceptions import RequestEntityTooLarge

from phoneprov.alerts.unsubscribing import end_by_link, find_by_link
from phoneprov.api.access import find_pbx_by_token, read_token
from phoneprov.api.bodies import MOST_ITEMS, BadBodyError, read_posted
from phoneprov.api.limits import RateLimit
from phoneprov.core.clock import utc_now
from phoneprov.operations.posted import take_posted

log = structlog.get_logger(__name__)

LARGEST_BODY = 1024 * 1024
TRY_AGAIN_S = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiParts:
    """What the API works with."""

    sessions: sessionmaker[Session]
    client_address: Callable[[], str]
    posts: RateLimit = field(default_factory=lambda: RateLimit(burst=60, per_s=20))
    """Of one PBX."""
    failures: RateLimit = field(default_factory=lambda: RateLimit(burst=10, per_s=0.2))
    """Wrong tokens of one address; a right one is never turned away for them."""


def make_blueprint(parts: ApiParts) -> Blueprint:
    """Return the API's addresses over these parts."""
    blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

    @blueprint.post("/pbxs/<int:pbx_id>/observations")
    def post_observations(pbx_id: int) -> Response:
        """Take what a PBX posts of its contacts."""
        try:
            with parts.sessions.begin() as session:
                return _take(parts, session, pbx_id)
        except BadBodyError as error:
            problems = [asdict(one) for one in error.problems]
            return _refuse(422, "Nothing was taken; mend what is named.", problems=problems)
        except RequestEntityTooLarge:
            text = f"At most {LARGEST_BODY} bytes and {MOST_ITEMS} observations in one post."
            return _refuse(413, text)
        except SQLAlchemyError:
            log.exception("posted observations not written", pbx=pbx_id)
            return _refuse(503, "Not written; post the same again.", wait_s=TRY_AGAIN_S)

    @blueprint.post("/unsubscribe/<token>")
    def unsubscribe(token: str) -> Response:
        """End a subscription by its signed link, as mail programs do at one click (RFC 8058)."""
        with parts.sessions.begin() as session:
            return _end_subscription(parts, session, token)

    return blueprint


def register_api(app: Flask, parts: ApiParts) -> Blueprint:
    """Give the app its API; whoever calls this exempts it from CSRF and log-in."""
    blueprint = make_blueprint(parts)
    app.register_blueprint(blueprint)
    return blueprint


def _take(parts: ApiParts, session: Session, pbx_id: int) -> Response:
    token = read_token(request.headers.get("Authorization", ""))
    pbx = find_pbx_by_token(session, pbx_id, token)
    if pbx is None:
        wait_s = parts.failures.take(parts.client_address())
        if wait_s:
            return _refuse(429, "Too many wrong tokens.", wait_s=wait_s)
        return _refuse(401, "Send the PBX's secret: Authorization: Bearer …")
    if not pbx.is_active:
        return _refuse(403, "The link of this PBX is switched off in the dashboard.")
    wait_s = parts.posts.take(str(pbx_id))
    if wait_s:
        return _refuse(429, "Too many posts; put more into one.", wait_s=wait_s)
    if request.mimetype != "application/json":
        return _refuse(415, "Send JSON: Content-Type: application/json")
    request.max_content_length = LARGEST_BODY
    now = utc_now()
    taken = take_posted(session, pbx, read_posted(request.get_data(), now), now)
    return jsonify(taken=taken.events - taken.late, late=taken.late)


def _end_subscription(parts: ApiParts, session: Session, token: str) -> Response:
    wants = find_by_link(session, token)
    if wants is None:
        wait_s = parts.failures.take(parts.client_address())
        if wait_s:
            return _refuse(429, "Too many wrong links.", wait_s=wait_s)
        return _refuse(401, "This link is not good, or no more.")
    end_by_link(session, wants, address=parts.client_address(), now=utc_now())
    return jsonify(ended=True)


def _refuse(status: int, error: str, *, wait_s: int = 0, **more: object) -> Response:
    answer = jsonify(error=error, **more)
    answer.status_code = status
    if status == 401:  # noqa: PLR2004 - unauthorized
        answer.headers["WWW-Authenticate"] = "Bearer"
    if wait_s:
        answer.headers["Retry-After"] = str(wait_s)
    return answer
