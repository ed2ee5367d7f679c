"""One tree of errors. The domain raises them, the web turns them into a message or a page."""


class PhoneprovError(Exception):
    """Base of every error that phoneprov raises on purpose."""


class InvalidValueError(PhoneprovError):
    """A value that a person or program gave can't be taken.

    `message` tells what to do; `field` names the form field it belongs to, if there is one.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFoundError(PhoneprovError):
    """What was asked for does not exist, or not for the one who asks."""


class NotAllowedError(PhoneprovError):
    """The action can't be done now; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class SettingsError(PhoneprovError):
    """A setting has a value the server can't start with."""


class PbxError(PhoneprovError):
    """A PBX did not do what was asked of it.

    `permanent` is True where asking again can't help (wrong password, unknown method).
    """

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.permanent = permanent
