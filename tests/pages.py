"""Pages as a person gets them, each held to the rules of the house."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'"X-CSRFToken": "([^"]+)"')
_POINTERS = ("for", "aria-labelledby", "aria-describedby", "aria-controls", "form", "list")
_UNLABELLED = frozenset({"hidden", "submit", "button", "image", "reset"})


class Answer:
    """One answer of the app."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status_code = response.status_code
        self.headers = response.headers
        self.location = response.headers.get("Location", "")
        self.mimetype = response.mimetype

    @cached_property
    def text(self) -> str:
        """The body as text."""
        return str(self.response.get_data(as_text=True))

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return self.response.get_json()

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page, read as strictly as a browser reads it."""
        return BeautifulSoup(self.text, "html5lib")

    @property
    def is_page(self) -> bool:
        """Whether this is a whole page, not a fragment."""
        return self.mimetype == "text/html" and "<html" in self.text

    def select_text(self, selector: str) -> str:
        """Return the text of the first match, blanks made single."""
        found = self.soup.select_one(selector)
        assert found is not None, f"{selector} is not on the page"
        return " ".join(found.text.split())


class Pages:
    """A browser of one person."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token = ""

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Load a page and hold it to the rules."""
        return self.ask("GET", path, headers=headers)

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a form with the token that its page would carry."""
        fields = {"csrf_token": self.token(), **(data or {})}
        return self.ask("POST", path, fields, headers)

    def ask(
        self,
        method: str,
        path: str,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send any request, without a token of its own."""
        response = self.client.open(path, method=method, data=data, headers=dict(headers or {}))
        answer = Answer(response)
        check_answer(answer)
        return answer

    def token(self) -> str:
        """Return a CSRF token for this person's cookie."""
        if not self._token:
            for path in ("/keys", "/log-in"):
                found = _TOKEN.search(self.client.get(path).get_data(as_text=True))
                if found:
                    self._token = found[1]
                    break
        assert self._token, "no page gave a token"
        return self._token

    def forget_token(self) -> None:
        """Fetch a new token next time, after a log-in or log-out."""
        self._token = ""


def check_answer(answer: Answer) -> None:
    """Raise AssertionError for each rule that an HTML answer breaks."""
    from phoneprov.web.security import POLICY

    headers = answer.headers
    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    if answer.mimetype != "text/html":
        return
    assert "no-store" in headers["Cache-Control"]
    if 300 <= answer.status_code < 400:
        return
    _check_no_inline_code(answer.soup)
    _check_ids(answer.soup)
    if answer.is_page:
        _check_head(answer.soup)
        _check_pointers(answer.soup)
        _check_fields(answer.soup)
        _check_forms(answer.soup)
        _check_names(answer.soup)


def _check_head(soup: BeautifulSoup) -> None:
    titles = [heading.get_text(" ", strip=True) for heading in soup.select("h1")]
    assert len(titles) == 1, f"one h1 a page, not {titles}"
    assert titles[0]
    assert soup.title is not None
    name, _, rest = soup.title.text.strip().partition(" · ")
    assert rest.endswith("phoneprov"), soup.title.text
    assert name.strip(), "the page has no title"
    assert soup.html is not None
    assert soup.html.get("lang") == "en"
    assert soup.select_one("main#main") is not None


def _check_no_inline_code(soup: BeautifulSoup) -> None:
    for tag in soup.find_all(True):
        assert isinstance(tag, Tag)
        assert "style" not in tag.attrs, f"inline style: {tag}"
        handlers = [name for name in tag.attrs if name.lower().startswith("on")]
        assert not handlers, f"inline script: {handlers}"
        assert tag.name != "style", "a style element"
        if tag.name == "script":
            assert str(tag.get("src", "")).startswith("/assets/"), (
                f"inline or foreign script: {tag}"
            )


def _check_ids(soup: BeautifulSoup) -> None:
    counted = Counter(str(tag["id"]) for tag in soup.select("[id]"))
    doubles = [name for name, count in counted.items() if count > 1]
    assert not doubles, f"ids that occur more than once: {doubles}"


def _check_pointers(soup: BeautifulSoup) -> None:
    ids = {str(tag["id"]) for tag in soup.select("[id]")}
    for name in _POINTERS:
        for tag in soup.select(f"[{name}]"):
            missing = set(str(tag[name]).split()) - ids
            assert not missing, f"{name} of {tag.name} points to nothing: {missing}"


def _check_fields(soup: BeautifulSoup) -> None:
    labelled = {str(label["for"]) for label in soup.select("label[for]")}
    for field in soup.select("input, select, textarea"):
        if field.get("type") in _UNLABELLED:
            continue
        has_name = (
            field.get("id") in labelled
            or field.get("aria-label")
            or field.get("aria-labelledby")
            or field.find_parent("label")
        )
        assert has_name, f"a field without a label: {field}"
        assert field.get("aria-invalid") in {None, "true"}, f"aria-invalid of {field}"


def _check_forms(soup: BeautifulSoup) -> None:
    for form in soup.select("form"):
        method = str(form.get("method", "get")).lower()
        action = str(form.get("action", ""))
        assert not re.match(r"[a-z]+:|//", action), f"a form that leaves the house: {action}"
        if method == "post":
            token = form.select_one("input[name=csrf_token]")
            assert token is not None, f"a form without a token: {form}"
            assert token.get("value"), f"a form without a token: {form}"


def _check_names(soup: BeautifulSoup) -> None:
    for tag in soup.select("button, a[href], summary"):
        text = tag.get_text(strip=True) or tag.get("aria-label") or tag.get("title")
        assert text, f"nothing tells what this does: {tag}"
    for image in soup.select("img"):
        assert image.has_attr("alt"), f"a picture without words: {image}"
