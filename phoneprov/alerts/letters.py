"""A message that is being sent, as plain values: sending takes long and holds no transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from phoneprov.alerts.kinds import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message with where it goes."""

    message_id: int
    number: str
    """The same in every try."""
    channel: Channel
    tries: int
    created_at: datetime
    subject: str
    body: str
    items: list[dict[str, Any]]
    is_test: bool
    email: str = ""
    webhook_url: str = ""
    webhook_secret: str = ""
    allows_private: bool = False
    """Whether it may go to a private address: where provider staff typed it."""
    unsubscribe_token: str = ""


class SendError(Exception):
    """A message was not taken.

    `permanent` where another try can't help, `is_of_server` where it would be the same for every
    other message.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, is_of_server: bool = False
    ) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
        self.is_of_server = is_of_server
