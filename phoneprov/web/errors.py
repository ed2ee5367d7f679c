"""What a person is told when a page can't be had, and what to do then."""

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One error in words: what it is, why, and a way on."""

    status: int
    title: str
    text: str


_SAYINGS: dict[int, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: (
        "The request can't be read",
        "Something in the address or form is not as it should be. Nothing was changed.",
    ),
    HTTPStatus.FORBIDDEN: (
        "Not with this account",
        "Your account may look at this, but not change it. Ask an admin of your organisation.",
    ),
    HTTPStatus.NOT_FOUND: (
        "Page not found",
        "There is nothing at this address, or not for this account. It may have been deleted.",
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "Not that way",
        "This address takes no such request. Use the buttons and links of the pages.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        "That is too large",
        "At most 4 MB can be sent at once. Nothing was changed.",
    ),
    HTTPStatus.UNPROCESSABLE_ENTITY: (
        "This can't be taken",
        "Something in the form is not as it should be. Nothing was changed; go back to correct it.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "Too many tries",
        "Wait a few minutes, then try again.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Busy at the moment",
        "The database is busy with something else. Nothing was changed; go back and try again.",
    ),
}


def explain(status: int) -> Trouble:
    """Return the words for an HTTP status."""
    if status in _SAYINGS:
        title, text = _SAYINGS[status]
        return Trouble(status=status, title=title, text=text)
    if status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return explain_as(status, HTTPStatus.BAD_REQUEST)
    return Trouble(
        status=status,
        title="Something went wrong here",
        text="The fault is on our side and was written to the log. Nothing was changed; "
        "phones keep their configs. Try again in a moment.",
    )


def explain_as(status: int, like: int) -> Trouble:
    """Return the words of another status under this one's number."""
    title, text = _SAYINGS[like]
    return Trouble(status=status, title=title, text=text)
