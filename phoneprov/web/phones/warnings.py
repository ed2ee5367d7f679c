"""What is the matter with a phone: what we see, the likely cause, the one next step."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.mac import format_mac
from phoneprov.fleet.inherited import poll_minutes_of
from phoneprov.fleet.models import Phone
from phoneprov.fleet.queries import PhoneDetails
from phoneprov.fleet.status import PhoneStatus
from phoneprov.fleet.telling_apart import INDISTINCT

UNREGISTERED_AFTER = timedelta(minutes=2)
"""A phone with its config registers within seconds; longer is worth a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One thing that is wrong. `endpoint` is the next step's page, `values` fill its form."""

    title: str
    cause: str
    step: str = ""
    endpoint: str = ""
    values: tuple[tuple[str, str], ...] = ()
    is_post: bool = False
    evidence: str = ""


def list_warnings(details: PhoneDetails, catalog: Catalog, now: datetime) -> list[Warned]:
    """Return what is the matter with a phone, the gravest first."""
    phone = details.phone
    if phone.disabled_at is not None:
        return list(_identity(phone, catalog))
    return [
        *_identity(phone, catalog),
        *_config(phone),
        *_path(details, now),
        *_registration(details, now),
        *_strays(details),
        *_check(details),
    ]


def _identity(phone: Phone, catalog: Catalog) -> Iterator[Warned]:
    """Yield what says that it is not the phone we take it for."""
    model = catalog.find_model(phone.model_slug)
    if model is None:
        yield Warned(
            title=f"The catalogue has no model {phone.model_slug}.",
            cause="Nothing can be written for it until the model is back or another is chosen.",
            step="Choose the model",
            endpoint="phones.edit",
        )
    if phone.told_model:
        told = catalog.find_model(phone.told_model)
        name = told.full_name if told else phone.told_model
        ours = model.full_name if model else phone.model_slug
        yield Warned(
            title=f"The phone says that it is a {name}.",
            cause=f"Here it is a {ours}, so keys and accounts may be laid out for other hardware.",
            step=f"Change the model to {name}",
            endpoint="phones.edit",
            values=(("model", phone.told_model),),
            evidence=f"Its User-Agent: {phone.user_agent}",
        )
    if phone.told_mac:
        yield Warned(
            title=f"A phone that calls itself {format_mac(phone.told_mac)} asked for its files.",
            cause="It got nothing. The MAC address here may be mistyped, or the phone was swapped.",
            step="Compare with the sticker",
            endpoint="phones.edit",
        )


def _config(phone: Phone) -> Iterator[Warned]:
    """Yield what keeps its config from being written."""
    if phone.unwritable_reason:
        yield Warned(
            title="Its config can't be written.",
            cause="The phone keeps the config it has, and asks again, until this is mended.",
            evidence=phone.unwritable_reason,
        )


def _path(details: PhoneDetails, now: datetime) -> Iterator[Warned]:
    """Yield what keeps it from finding its way in."""
    phone = details.phone
    if (
        phone.first_check_in_at is None
        and phone.window_waits_until is not None
        and phone.window_started_at is None
        and phone.window_waits_until <= now
    ):
        yield Warned(
            title="First contact has waited too long.",
            cause="A phone that comes now without its own address is turned away.",
            step="Allow first contact again",
            endpoint="phones.allow",
            is_post=True,
        )
    if details.is_late and phone.last_check_in_at is not None:
        yield Warned(
            title="It missed its check.",
            cause=f"It should ask every {poll_minutes_of(phone).value} minutes. "
            "It is switched off, or its network no longer reaches this server.",
        )


def _registration(details: PhoneDetails, now: datetime) -> Iterator[Warned]:
    """Yield what keeps it from registering."""
    phone = details.phone
    if phone.extension_id is None:
        yield Warned(
            title="It has no extension.",
            cause="It stays in the fleet and reads its config, but registers nowhere.",
            step="Choose an extension",
            endpoint="phones.edit",
        )
    elif details.pbx is None:
        yield Warned(
            title=f"{phone.tenant.name} is on no PBX yet.",
            cause="Until it is, its phones get a config without any account.",
        )
    elif (
        phone.status == PhoneStatus.PROVISIONING
        and phone.fetched_at is not None
        and now - phone.fetched_at > UNREGISTERED_AFTER
    ):
        yield Warned(
            title="It has its config and hasn't registered.",
            cause=f"{details.pbx.registrar_host}:{details.pbx.registrar_port} may not be reachable "
            "from its network, or the PBX has another password for its extension.",
        )


def _strays(details: PhoneDetails) -> Iterator[Warned]:
    """Yield whoever is registered as its extension and can't be named."""
    for stray in details.strays:
        place = f"{stray.uri} from {stray.source}" if stray.source else stray.uri
        evidence = f"{place}, {stray.user_agent or 'without a User-Agent'}: {stray.match_note}"
        if stray.match_note == INDISTINCT:
            yield Warned(
                title="Somebody is registered as its extension; it may be this phone.",
                cause="Several phones have the extension, and User-Agent, address and port don't "
                "tell them apart. With a local SIP port of its own each can be told.",
                step="Change its local SIP port",
                endpoint="phones.edit",
                evidence=evidence,
            )
        else:
            yield Warned(
                title="Somebody else is registered as its extension.",
                cause="A phone that the dashboard doesn't know by this extension takes its calls.",
                evidence=evidence,
            )


def _check(details: PhoneDetails) -> Iterator[Warned]:
    """Yield what makes its status uncertain."""
    phone = details.phone
    if phone.unconfirmed_since_at is not None and details.pbx is not None:
        yield Warned(
            title="Its status is not confirmed.",
            cause=f"The link to {details.pbx.name} is down; the status is the last one known.",
            evidence=details.pbx.link_reason,
        )
