"""Log-ins that live on the server: the cookie names a row, and is nothing without it."""

from datetime import datetime

from flask import Flask, request
from flask import session as cookie
from flask_login import LoginManager, current_user, login_user, logout_user

from phoneprov.core.clock import utc_now
from phoneprov.tenancy.models import User
from phoneprov.tenancy.sessions import end_session, find_session, open_session
from phoneprov.web.database import session
from phoneprov.web.htmx import is_htmx


class SignedIn:
    """A user together with the log-in they came by; what Flask-Login passes around."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, account: User, token: str) -> None:
        self.account = account
        self.token = token

    def get_id(self) -> str:
        """Return what the cookie holds: the token of the log-in, not the user's number."""
        return self.token


def init_log_in(app: Flask) -> None:
    """Let Flask-Login find its users through our table of log-ins."""
    app.config["SESSION_PROTECTION"] = None
    manager = LoginManager()
    manager.user_loader(_load_user)
    manager.init_app(app)


def find_signed_in() -> SignedIn | None:
    """Return the user of this request with their log-in, if there is one."""
    found = current_user._get_current_object()  # noqa: SLF001 - Flask-Login's documented way
    return found if isinstance(found, SignedIn) else None


def log_user_in(user: User, address: str, now: datetime) -> None:
    """Start a log-in under a new id; what the cookie held before is gone."""
    token = open_session(session(), user, address=address, now=now)
    cookie.clear()
    cookie.permanent = True
    login_user(SignedIn(user, token))


def log_user_out(signed_in: SignedIn) -> None:
    """End this log-in on the server and empty the cookie."""
    end_session(session(), signed_in.token)
    logout_user()
    cookie.clear()


def _load_user(token: str) -> SignedIn | None:
    is_poll = request.method == "GET" and is_htmx()
    user = find_session(session(), token, now=utc_now(), is_use=not is_poll)
    return None if user is None else SignedIn(user, token)
