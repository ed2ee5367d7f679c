"""Every setting of the server, read from the environment and checked once at the start."""

import ipaddress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from phoneprov.core.errors import SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Settings(BaseSettings):
    """Settings by environment variable, each with the prefix `PHONEPROV_`."""

    model_config = SettingsConfigDict(
        env_prefix="PHONEPROV_", extra="ignore", frozen=True, populate_by_name=True
    )

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="TCP port to listen on")
    data_dir: Path = Field(Path("instance"), description="folder of database, keys and uploads")
    database_url: str = Field(
        "",
        validation_alias=AliasChoices("PHONEPROV_DATABASE_URL", "DATABASE_URL", "database_url"),
        description="SQLAlchemy address of the database; empty for SQLite in the data folder",
    )
    public_url: str = Field(
        "", description="address under which phones reach this server, such as https://p.example"
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="networks whose X-Forwarded-For is believed, separated by commas"
    )
    allow_plain_http: bool = Field(
        default=False, description="1 to listen on a public address without TLS in front"
    )
    admin_email: str = Field("", description="e-mail of the first provider account")
    admin_password: str = Field("", description="password of the first provider account")
    threads: int = Field(8, ge=2, le=64, description="threads that serve requests")
    run_jobs: bool = Field(default=True, description="0 for a process without jobs and PBX links")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="log level")

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url")
    @classmethod
    def _check_url(cls, value: str) -> str:
        if not value:
            return ""
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address like https://phones.example.net")
        return value.rstrip("/")

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
        if self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback:
            return
        if not self.trusted_proxies and not self.allow_plain_http:
            message = (
                f"PHONEPROV_HOST={self.host} would send passwords over plain HTTP. Put TLS in "
                "front and name it in PHONEPROV_TRUSTED_PROXIES, or set "
                "PHONEPROV_ALLOW_PLAIN_HTTP=1 on a network you trust."
            )
            raise SettingsError(message)


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
