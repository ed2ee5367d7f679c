"""Nothing is changed by a form of another site (S9): walks every route that writes."""

import hashlib

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from phoneprov.core.database import Model
from tests.guards.objects import BY_TOKEN, WRITES, Objects, add_objects, methods_of
from tests.pages import Pages


@pytest.fixture
def objects(session: Session) -> Objects:
    return add_objects(session)


def test_a_write_without_token_is_refused(
    app: Flask, session: Session, petra: Pages, objects: Objects
) -> None:
    """Provider staff may do everything, so only the missing token can be the reason."""
    before = _fingerprint(session)
    for rule in app.url_map.iter_rules():
        for method in methods_of(rule) & WRITES:
            answer = petra.ask(method, objects.address(app, rule), {"name": "x"})
            refused = 401 if rule.endpoint in BY_TOKEN else 400
            assert answer.status_code == refused, f"{method} {rule}: {answer.status_code}"
    assert _fingerprint(session) == before


def test_a_write_from_another_site_is_refused(
    app: Flask, session: Session, petra: Pages, objects: Objects
) -> None:
    """Even with a token that was stolen: the browser itself says where it comes from."""
    before = _fingerprint(session)
    token = petra.token()
    for site in ("cross-site", "same-site"):
        for rule in app.url_map.iter_rules():
            for method in methods_of(rule) & WRITES:
                address = objects.address(app, rule)
                headers = {"Sec-Fetch-Site": site}
                answer = petra.ask(method, address, {"csrf_token": token}, headers)
                assert answer.status_code == 403, f"{method} {rule}: {answer.status_code}"
    assert _fingerprint(session) == before


def _fingerprint(session: Session) -> str:
    """Return a hash over every row, but those that a page load may move."""
    session.rollback()
    digest = hashlib.sha256()
    for table in Model.metadata.sorted_tables:
        if table.name != "user_session":
            for row in session.execute(select(table).order_by(*table.primary_key.columns)):
                digest.update(repr(row).encode())
    return digest.hexdigest()
