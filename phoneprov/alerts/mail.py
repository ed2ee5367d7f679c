"""Mail by SMTP: one connection for all that waits, headers that no value can break out of."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from phoneprov.alerts.letters import Letter, SendError
from phoneprov.alerts.words import one_line
from phoneprov.core.settings import Settings

TIMEOUT_S = 10.0
LONGEST_REASON = 200
FIRST_PERMANENT = 500
DEFAULT_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail is handed over, as the settings say."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    sender: Address


def find_mail_server(settings: Settings) -> MailServer | None:
    """Return the mail server of the settings, None where none is set."""
    if not settings.smtp_url or not settings.mail_from:
        return None
    parts = urlsplit(settings.smtp_url)
    name, address = settings.mail_sender
    return MailServer(
        scheme=parts.scheme,
        host=parts.hostname or "",
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        sender=Address(display_name=name, addr_spec=address),
    )


class MailLine:
    """A connection to the mail server, made when the first message wants it."""

    def __init__(self, server: MailServer, address: str) -> None:
        """Take the server, and the address of ours that links lead to."""
        self._server = server
        self._address = address
        self._smtp: smtplib.SMTP | None = None

    def send(self, letter: Letter) -> None:
        """Hand a message over. Raises SendError."""
        smtp = self._connect()
        try:
            smtp.send_message(write_mail(letter, self._server.sender, self._address))
        except smtplib.SMTPRecipientsRefused as error:
            code, told = next(iter(error.recipients.values()))
            raise _refused(code, told) from error
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPNotSupportedError, ValueError) as error:
            message = f"{letter.email} can't be written to by this mail server"
            raise SendError(message, permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise SendError(_say(error), is_of_server=True) from error

    def close(self) -> None:
        """Let the connection go."""
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        """Return the connection, opened and logged in. Raises SendError."""
        if self._smtp is not None:
            return self._smtp
        try:
            self._smtp = _open(self._server)
        except smtplib.SMTPAuthenticationError as error:
            message = f"the mail server refused user and password ({error.smtp_code})"
            raise SendError(message, is_of_server=True) from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            raise SendError(_say(error), is_of_server=True) from error
        return self._smtp


def write_mail(letter: Letter, sender: Address, address: str) -> EmailMessage:
    """Return a message as mail.

    The id in it stays the same in every try, so that a mailbox can tell a second copy.
    """
    mail = EmailMessage(policy=SMTP)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=letter.email)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(letter.created_at)
    mail["Message-ID"] = f"<{letter.number}@{sender.domain or 'phoneprov'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    body = letter.body
    if letter.unsubscribe_token:
        one_click = f"{address}/api/v1/unsubscribe/{letter.unsubscribe_token}"
        page = f"{address}/unsubscribe/{letter.unsubscribe_token}"
        mail["List-Unsubscribe"] = f"<{one_click}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        body = f"{body}\n\n-- \nNo more of these alerts: {page}\n"
    mail.set_content(body)
    return mail


def _open(server: MailServer) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_S, context=context
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)
    try:
        if server.scheme == "smtp+starttls":
            smtp.starttls(context=context)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _refused(code: int, told: bytes | str) -> SendError:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    message = f"the mail server answered {code} {one_line(text)}"[:LONGEST_REASON]
    return SendError(message, permanent=code >= FIRST_PERMANENT)


def _say(error: Exception) -> str:
    """Return what is wrong with the mail server, in words."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):  # smtplib only words it so
        return "the mail server does not answer in time"
    if isinstance(error, ssl.SSLError):
        return f"the mail server's TLS can't be used: {one_line(error.reason or str(error))}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server doesn't offer what the settings ask for (STARTTLS or log-in)"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the mail server closed the connection"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server answered {error.smtp_code}"
    reason = getattr(error, "strerror", None) or type(error).__name__
    return f"the mail server can't be reached: {one_line(str(reason))}"[:LONGEST_REASON]
