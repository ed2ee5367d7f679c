"""What every page needs: names for templates, and pages for what went wrong."""

import json
from http import HTTPStatus

import structlog
from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from phoneprov.core.errors import InvalidValueError, NotAllowedError, NotFoundError
from phoneprov.core.mac import format_mac
from phoneprov.core.text import as_sentence
from phoneprov.web.database import session
from phoneprov.web.errors import Trouble, explain
from phoneprov.web.navigation import page_context
from phoneprov.web.times import clock_time, exact_time, length_words, local_time

log = structlog.get_logger(__name__)

Answer = tuple[str, int]

# No settle delay: until it has passed, HTMX hears nothing of what is typed in the new part.
HTMX_CONFIG = json.dumps(
    {
        "responseHandling": [
            {"code": "204", "swap": False},
            {"code": "[23]..", "swap": True},
            {"code": "409", "swap": True},
            {"code": "422", "swap": True},
            {"code": "[45]..", "swap": False, "error": True},
        ],
        "includeIndicatorStyles": False,
        "allowEval": False,
        "allowScriptTags": False,
        "selfRequestsOnly": True,
        "historyCacheSize": 0,
        "defaultSettleDelay": 0,
        "scrollIntoViewOnBoost": False,
    }
)


def init_pages(app: Flask) -> None:
    """Give templates their names and filters, and every error its page."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        htmx_config=HTMX_CONFIG,
        local_time=local_time,
        clock_time=clock_time,
        exact_time=exact_time,
    )
    app.jinja_env.filters.update(
        mac=format_mac,
        local_time=local_time,
        clock_time=clock_time,
        exact_time=exact_time,
        length_words=length_words,
        as_sentence=as_sentence,
    )
    app.context_processor(page_context)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(CSRFError, _show_stale_form)
    app.register_error_handler(NotFoundError, _show_not_found)
    app.register_error_handler(NotAllowedError, _show_not_allowed)
    app.register_error_handler(InvalidValueError, _show_invalid)


def _show_http_error(error: HTTPException) -> Answer:
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(error, InternalServerError):
        if isinstance(error.original_exception, OperationalError):
            status = HTTPStatus.SERVICE_UNAVAILABLE
        log.error("page failed", path=request.path[:120], status=int(status))
    return _show(explain(status))


def _show_stale_form(error: CSRFError) -> Answer:
    del error
    return _show(
        Trouble(
            status=HTTPStatus.BAD_REQUEST,
            title="This form is too old",
            text="It was opened before the last log-in or log-out, so nothing was changed. "
            "Go back, reload the page and send it again.",
        )
    )


def _show_not_found(error: NotFoundError) -> Answer:
    del error
    return _show(explain(HTTPStatus.NOT_FOUND))


def _show_not_allowed(error: NotAllowedError) -> Answer:
    return _show(Trouble(status=HTTPStatus.CONFLICT, title="Not now", text=error.message))


def _show_invalid(error: InvalidValueError) -> Answer:
    return _show(
        Trouble(
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            title="This can't be taken",
            text=error.message,
        )
    )


def _show(trouble: Trouble) -> Answer:
    """Return the page of an error, with the navigation as long as that can be had."""
    try:
        session().rollback()
        return render_template("errors/page.html", trouble=trouble), trouble.status
    except SQLAlchemyError:
        log.exception("error page without navigation")
        return render_template("errors/bare.html", trouble=trouble), trouble.status
