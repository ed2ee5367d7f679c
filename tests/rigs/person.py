"""A person at the dashboard without a browser: forms are read from the page and posted."""

from dataclasses import dataclass, field

import requests
from bs4 import BeautifulSoup, Tag

from tests.rigs.server import EMAIL, PASSWORD


@dataclass
class Person:
    """Keeps a log-in and submits forms as a browser without script does."""

    url: str
    http: requests.Session = field(default_factory=requests.Session)

    def log_in(self, email: str = EMAIL, password: str = PASSWORD) -> "Person":
        """Log in through the form."""
        self.submit("/log-in", email=email, password=password)
        return self

    def close(self) -> None:
        """Close the connections."""
        self.http.close()

    def read(self, path: str) -> BeautifulSoup:
        """Return a page; it must be there."""
        answer = self.http.get(self.url + path, timeout=20)
        assert answer.status_code == 200, (path, answer.status_code)
        return BeautifulSoup(answer.text, "html5lib")

    def token(self, path: str) -> str:
        """Return the CSRF token of a form on a page, for what has no form of its own."""
        field = self.read(path).select_one("main input[name=csrf_token]")
        assert field is not None, path
        return str(field["value"])

    def submit(self, path: str, *, action: str | None = None, **values: str) -> BeautifulSoup:
        """Fill the form on a page with `values` and send it; the answer must be a success.

        `action`: the address of the form where the page has several.
        """
        return self.send(self.read(path), path, values, action=action)

    def send(
        self, page: BeautifulSoup, path: str, values: dict[str, str], *, action: str | None = None
    ) -> BeautifulSoup:
        """Fill the form on a page that is at hand and send it; `path` is where it came from."""
        form = _find_form(page, action)
        fields = _read_fields(form) | values
        target = str(form.get("action") or path)
        answer = self.http.post(self.url + target, data=fields, timeout=30)
        assert answer.status_code == 200, (target, answer.status_code, answer.text[:2000])
        return BeautifulSoup(answer.text, "html5lib")


def _find_form(page: BeautifulSoup, action: str | None) -> Tag:
    for form in page.select("main form[method=post]"):
        if action is None or form.get("action") == action:
            return form
    raise AssertionError(f"no form {action or ''} on the page")


def _read_fields(form: Tag) -> dict[str, str]:
    fields: dict[str, str] = {}
    for entry in form.select("input[name], textarea[name]"):
        kind = entry.get("type")
        if kind in {"submit", "file", "button"}:
            continue
        if kind in {"checkbox", "radio"} and not entry.has_attr("checked"):
            continue
        fields[str(entry["name"])] = str(entry.get("value") or entry.text or "")
    for choice in form.select("select[name]"):
        chosen = choice.select_one("option[selected]") or choice.select_one("option")
        if chosen is not None:
            fields[str(choice["name"])] = str(chosen.get("value", chosen.text))
    return fields
