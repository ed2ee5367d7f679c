"""Every setting of the server, read from the environment and checked once at the start."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from phoneprov.core.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAIL_SCHEMES = frozenset({"smtp", "smtp+starttls", "smtps"})
_ADDRESS = r"([^@\s<>\",;]+@[A-Za-z0-9.\-]+)"
_SENDER = re.compile(rf"(?:{_ADDRESS}|([^<>\",;\r\n]*)<{_ADDRESS}>)", re.ASCII)
DATABASES = frozenset({"sqlite", "postgresql", "postgresql+psycopg"})


class Settings(BaseSettings):
    """Settings by environment variable, each with the prefix `PHONEPROV_`."""

    model_config = SettingsConfigDict(
        env_prefix="PHONEPROV_", extra="ignore", frozen=True, populate_by_name=True
    )

    host: str = Field("127.0.0.1", description="an IP address to listen on, or localhost")
    port: int = Field(8080, ge=0, le=65535, description="a TCP port to listen on, 0 to 65535")
    data_dir: Path = Field(Path("instance"), description="a folder that may be written to")
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("PHONEPROV_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="postgresql://user:password@host/name; empty for SQLite in the data folder",
    )
    public_url: str = Field(
        "", description="the address of this server for phones, such as https://phones.example.net"
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="networks such as 10.0.0.0/8, separated by commas"
    )
    allow_plain_http: bool = Field(
        default=False, description="1 to listen on a public address without TLS in front, or 0"
    )
    admin_email: str = Field("", description="the e-mail address of the first provider account")
    admin_password: str = Field("", description="the password of the first provider account")
    smtp_url: str = Field(
        "",
        repr=False,
        description="the mail server for alerts: smtps://user:password@mail.example.net:465, "
        "smtp+starttls://user:password@mail.example.net:587 or, without TLS, smtp://host:25",
    )
    mail_from: str = Field(
        "", description="the sender of mails, such as phoneprov <alerts@example.net>"
    )
    webhook_allow: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(),
        description="host:port entries that webhooks of alerts may go to though they are of this "
        "machine or a private network, separated by commas",
    )
    threads: int = Field(8, ge=2, le=64, description="a number of threads, 2 to 64")
    orders_per_second: int = Field(
        5, ge=1, le=100, description="a number of orders to phones a second, 1 to 100"
    )
    orders_per_address: int = Field(
        1, ge=1, le=100, description="a number of orders a second to one address, 1 to 100"
    )
    run_jobs: bool = Field(default=True, description="1, or 0 for a process without PBX links")
    firmware_largest_mb: int = Field(
        500, ge=1, le=4000, description="the size of the largest firmware in MB, 1 to 4000"
    )
    firmware_downloads: int = Field(
        100, ge=1, le=2000, description="how many phones may download at once, 1 to 2000"
    )
    firmware_sendfile: str = Field(
        "", description="X-Sendfile, or X-Accel-Redirect:/path/ where a proxy sends the files"
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="debug, info, warning or error"
    )

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("host")
    @classmethod
    def _check_host(cls, value: str) -> str:
        if value != "localhost":
            ipaddress.ip_address(value)
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        """Refuse what no driver is there for; `postgres://` is what some hosts hand out."""
        if not value:
            return ""
        value = re.sub(r"^postgres://", "postgresql://", value)
        try:
            kind = make_url(value).drivername
        except (ArgumentError, ValueError):  # their words would repeat the password
            kind = ""
        if kind not in DATABASES:
            raise ValueError("must be the address of a PostgreSQL or SQLite database")
        return value

    @field_validator("firmware_sendfile")
    @classmethod
    def _check_sendfile(cls, value: str) -> str:
        if value and not re.fullmatch(r"X-Sendfile|X-Accel-Redirect:/[\w./-]*", value):
            raise ValueError("must be X-Sendfile or X-Accel-Redirect:/path/")
        return value

    @field_validator("public_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.port == 0:
            raise ValueError("must be an address like https://phones.example.net")
        return value.rstrip("/")

    @field_validator("smtp_url")
    @classmethod
    def _check_smtp(cls, value: str) -> str:
        """Refuse what is no mail server, and a password that would go over the net in clear."""
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in MAIL_SCHEMES or not parts.hostname or parts.port == 0:
            raise ValueError("must be the address of a mail server")
        if parts.scheme == "smtp" and parts.username and not is_this_machine(parts.hostname):
            raise ValueError("would send the password without TLS")
        return value

    @field_validator("mail_from")
    @classmethod
    def _check_sender(cls, value: str) -> str:
        if value and not (value.isprintable() and _SENDER.fullmatch(value)):
            raise ValueError("must be one e-mail address, with or without a name")
        return value

    @field_validator("webhook_allow", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        entries = frozenset(part.strip().casefold() for part in value.split(",") if part.strip())
        for entry in entries:
            host, _, port = entry.rpartition(":")
            if not host or not (port.isascii() and port.isdigit()):
                raise ValueError("must be host:port entries")
        return entries

    @property
    def mail_sender(self) -> tuple[str, str]:
        """Name and address of the sender of mails; both empty where none is set."""
        found = _SENDER.fullmatch(self.mail_from)
        if found is None:
            return "", ""
        return (found[2] or "").strip(), found[1] or found[3]

    @property
    def has_mail(self) -> bool:
        """Whether mail can be sent."""
        return bool(self.smtp_url and self.mail_from)

    @property
    def address_for_phones(self) -> str:
        """The address phones use, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def has_tls(self) -> bool:
        """Whether people and phones come over HTTPS (a proxy in front ends it)."""
        return self.public_url.startswith("https://")

    @property
    def database_address(self) -> str:
        """The SQLAlchemy address of the database."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'phoneprov.db').resolve()}"

    def check_exposure(self) -> None:
        """Refuse to listen beyond this machine without TLS in front.

        Raises SettingsError unless a proxy or `PHONEPROV_ALLOW_PLAIN_HTTP=1` is set.
        """
        if is_this_machine(self.host):
            return
        if not self.trusted_proxies and not self.allow_plain_http:
            message = (
                f"PHONEPROV_HOST={self.host} would send passwords over plain HTTP. Put TLS in "
                "front and name it in PHONEPROV_TRUSTED_PROXIES, or set "
                "PHONEPROV_ALLOW_PLAIN_HTTP=1 on a network you trust."
            )
            raise SettingsError(message)

    def check_admin(self) -> None:
        """Refuse half of a first account: the other half was forgotten or misspelled.

        Raises SettingsError naming the variable that is missing.
        """
        if bool(self.admin_email) != bool(self.admin_password):
            missing = "EMAIL" if self.admin_password else "PASSWORD"
            message = f"PHONEPROV_ADMIN_{missing}: is needed beside the other; set both or neither."
            raise SettingsError(message)

    def check_mail(self) -> None:
        """Refuse half of the settings for mail: the other half was forgotten or misspelled.

        Raises SettingsError naming the variable that is missing.
        """
        if bool(self.smtp_url) != bool(self.mail_from):
            missing = "MAIL_FROM" if self.smtp_url else "SMTP_URL"
            message = f"PHONEPROV_{missing}: is needed beside the other; set both or neither."
            raise SettingsError(message)


def is_this_machine(host: str) -> bool:
    """Tell whether a host is this machine itself, by name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def load_settings(**overrides: object) -> Settings:
    """Return the settings of this environment.

    Raises SettingsError naming each wrong variable and what it takes.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [_explain(part["loc"], part["msg"]) for part in error.errors()]
        raise SettingsError("\n".join(lines)) from error


def _explain(place: tuple[int | str, ...], message: str) -> str:
    raw = str(place[0]) if place else ""
    name = raw.lower().removeprefix("phoneprov_")
    known = Settings.model_fields.get(name)
    takes = f" It takes: {known.description}." if known and known.description else ""
    return f"PHONEPROV_{name.upper()}: {message.removeprefix('Value error, ')}.{takes}"
