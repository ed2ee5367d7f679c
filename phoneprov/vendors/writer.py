"""The one interface that each vendor's package implements."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.vendors.config import PhoneConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorFile:
    """A file as it goes to the phone."""

    name: str
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedFile:
    """One step of a phone's boot: a name it asks for, and whether it needs it."""

    name: str
    needed: bool
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """What a User-Agent header tells. Anything it does not tell is None."""

    vendor: Vendor
    model_name: str | None = None
    firmware: str | None = None
    mac: str | None = None
    serial: str | None = None
    hardware: str | None = None
    """Hardware revision, where the vendor tells it apart from the version (Grandstream)."""
    is_boot_loader: bool = False
    """True where the version is that of a boot loader (Polycom's Updater), not the firmware."""


class Order(StrEnum):
    """What can be ordered of a phone by SIP NOTIFY."""

    RESYNC = "resync"
    REBOOT = "reboot"
    RESET = "reset"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyMessage:
    """The vendor's part of a NOTIFY: its Event header, and a body where the vendor wants one."""

    event: str
    content_type: str | None = None
    body: str = ""
    needs_armed_config: bool = False
    """True where the phone obeys only after it has fetched a config with
    `reboot_on_check_sync`: the same NOTIFY is sent once to make it fetch that, and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPossible:
    """That an order can't be given to this model, with the reason and the way at the phone."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneReport:
    """What a phone told by action URL or event notification.

    `kind`: registered, unregistered, register_failed, booted.
    """

    kind: str
    address: str | None = None
    account_user: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a file, for the preview with secrets masked."""

    name: str
    value: str
    is_secret: bool = field(default=False)


class VendorWriter(Protocol):
    """Writes the files of one vendor's phones and knows how its firmware speaks."""

    vendor: Vendor

    def write_file(self, config: PhoneConfig, name: str) -> VendorFile | None:
        """Return the file that `name` means to this phone, or None when there is no such file.

        `name` is the last part of the path as the firmware asked for it, in any letter case.
        """
        ...

    def write_common_file(
        self, model: PhoneModel | None, name: str, prov_url: str
    ) -> VendorFile | None:
        """Return the file without a MAC that `name` means, free of any secret, or None.

        `prov_url` is the public address of `/prov/` with a slash at the end.
        """
        ...

    def list_losses(self, config: PhoneConfig) -> tuple[str, ...]:
        """Return what of `config` its files leave out or do less of, with the reason, if any."""
        ...

    def main_file_name(self, config: PhoneConfig) -> str:
        """Return the name of the file that carries the accounts, for the config preview."""
        ...

    def boot_sequence(self, model: PhoneModel, mac: str) -> tuple[ExpectedFile, ...]:
        """Return the files that a booting phone asks for, in order."""
        ...

    def read_user_agent(self, text: str) -> AgentFacts | None:
        """Return what an HTTP or SIP User-Agent tells, or None if it is not this vendor's."""
        ...

    def accepts_upload(self, name: str) -> str | None:
        """Return which upload `name` is (`log`, `override`, `directory`, `calls`), or None."""
        ...

    def notify_for(self, order: Order, model: PhoneModel) -> NotifyMessage | NotPossible:
        """Return what makes the phone do `order`."""
        ...

    def read_report(self, kind: str, query: dict[str, str], body: bytes) -> PhoneReport | None:
        """Return what the phone told at `<base_url>event/<kind>`, or None if it makes no sense."""
        ...


def carries_accounts(
    writer: VendorWriter, config: PhoneConfig, name: str, written: VendorFile
) -> bool:
    """Tell whether the file written for `name` is the one with the accounts.

    A phone may ask for that one under several names.
    """
    main_name = writer.main_file_name(config)
    if name.lower() == main_name.lower():
        return True
    main = writer.write_file(config, main_name)
    return main is not None and main.body == written.body
