"""Nobody sees or touches what isn't theirs (R65, S8): walks every route there is.

A new page is covered by being in the app's map; nothing has to be added here for it.
"""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from tests.guards.objects import BY_TOKEN, MISSING_ID, WRITES, Objects, add_objects, methods_of
from tests.pages import Answer, Pages

PUBLIC = {
    "alerts.unsubscribe",
    "assets.serve",
    "auth.log_in",
    "auth.set_up",
    "system.show_health",
    *BY_TOKEN,
}
"""Endpoints that need no log-in; a new one is a decision, so it has to be written here."""

ONES_OWN = {
    "auth.change_password",
    "auth.log_out",
    "phones.choose_columns",
    "phones.forget",
    "phones.save",
    "system.home",
    "system.keys",
    "static",
}
"""Endpoints that anybody who is logged in may use."""

_TOKEN = re.compile(r'"X-CSRFToken": "[^"]+"|name="csrf_token"[^>]*')


@pytest.fixture
def objects(session: Session) -> Objects:
    return add_objects(session)


def test_every_page_asks_who_you_are(app: Flask, nobody: Pages, objects: Objects) -> None:
    """All but the few public ones lead to the log-in, whatever the method."""
    for rule, method in _requests(app):
        if rule.endpoint not in PUBLIC:
            answer = _ask(nobody, method, objects.address(app, rule))
            assert answer.status_code == 303, f"{method} {rule}: {answer.status_code}"
            assert answer.location.startswith("/log-in"), f"{method} {rule}"


def test_what_is_public_is_known(app: Flask) -> None:
    """An endpoint marked public that is not in the list above is a mistake, and the reverse."""
    marked = {
        name for name, view in app.view_functions.items() if getattr(view, "_is_public", False)
    }
    assert marked == PUBLIC


def test_what_comes_by_token_is_the_api(app: Flask, petra: Pages, objects: Objects) -> None:
    """Every address of the API is known here, and neither a log-in nor a wrong token opens it."""
    rules = [rule for rule, _ in _requests(app) if str(rule).startswith("/api/")]
    assert {rule.endpoint for rule in rules} == set(BY_TOKEN)
    for rule in rules:
        address = objects.address(app, rule)
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}):
            answer = petra.ask(min(methods_of(rule)), address, {"x": "y"}, headers)
            assert answer.status_code == 401, f"{rule}: {answer.status_code}"
            assert "Set-Cookie" not in answer.headers


def test_another_tenant_is_not_there(app: Flask, charlie: Pages, objects: Objects) -> None:
    """Acme's addresses give charlie the 404 of a tenant that doesn't exist, byte for byte."""
    for rule, method in _requests(app):
        if "tenant_slug" in rule.arguments:
            foreign = _ask(charlie, method, objects.address(app, rule))
            missing = _ask(charlie, method, objects.address(app, rule, tenant_slug="nowhere"))
            assert foreign.status_code == 404, f"{method} {rule}: {foreign.status_code}"
            assert _plain(foreign) == _plain(missing), f"{method} {rule}"


def test_ids_of_another_tenant_are_not_there(app: Flask, charlie: Pages, objects: Objects) -> None:
    """Acme's ids below globex's own address give the 404 of an id that doesn't exist."""
    for rule, method in _requests(app):
        names = rule.arguments - {"tenant_slug", "vendor"}  # a vendor is nobody's
        if "tenant_slug" not in rule.arguments or not names:
            continue
        ids = {name: MISSING_ID for name in names if name.endswith("_id")}
        foreign = _ask(charlie, method, objects.address(app, rule, tenant_slug="globex"))
        missing = _ask(charlie, method, objects.address(app, rule, tenant_slug="globex", **ids))
        assert foreign.status_code == 404, f"{method} {rule}: {foreign.status_code}"
        assert _plain(foreign) == _plain(missing), f"{method} {rule}"


def test_what_is_the_providers_is_not_there_for_tenants(
    app: Flask, alice: Pages, objects: Objects
) -> None:
    """Every page without a tenant in its address is the provider's (R66)."""
    for rule, method in _requests(app):
        if "tenant_slug" in rule.arguments or rule.endpoint in PUBLIC | ONES_OWN:
            continue
        answer = _ask(alice, method, objects.address(app, rule))
        assert answer.status_code == 404, f"{method} {rule}: {answer.status_code}"


def test_a_viewer_changes_nothing(app: Flask, bob: Pages, objects: Objects) -> None:
    """A viewer's write is refused wherever it goes; the provider's pages aren't even there."""
    for rule, method in _requests(app):
        if method in WRITES and rule.endpoint not in PUBLIC | ONES_OWN:
            answer = _ask(bob, method, objects.address(app, rule))
            assert answer.status_code in {403, 404}, f"{method} {rule}: {answer.status_code}"


def _requests(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in sorted(app.url_map.iter_rules(), key=str):
        for method in sorted(methods_of(rule)):
            yield rule, method


def _ask(person: Pages, method: str, address: str) -> Answer:
    """Send a request that nothing but the guard could refuse."""
    fields = {"csrf_token": person.token()} if method in WRITES else None
    return person.ask(method, address, fields)


def _plain(answer: Answer) -> str:
    return _TOKEN.sub("", answer.text)
