"""What one config says otherwise than another, in words. Pure: two values in, sentences out.

The secrets of both are there, to be compared; none of them gets into the words.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from phoneprov.catalog.model import ConfigTopic as Topic
from phoneprov.vendors.config import (
    Account,
    Button,
    ButtonKind,
    ExtraParameter,
    ModuleConfig,
    PhoneConfig,
)
from phoneprov.vendors.vocabulary import is_secret
from phoneprov.vendors.zone import ZoneRules

EMPTY, NONE, HIDDEN = "empty", "none", "another one (not shown)"
_KIND_WORDS = {ButtonKind.BLF: "BLF"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is otherwise: `Key 3`, `empty`, `BLF 203 Carl Diaz`."""

    topic: Topic
    what: str
    before: str
    after: str

    @property
    def words(self) -> str:
        """The whole as one line."""
        return f"{self.what}: {self.before} → {self.after}"


def list_differences(before: PhoneConfig, after: PhoneConfig) -> tuple[Difference, ...]:
    """Return what `after` says otherwise than `before`, the most telling first."""
    return (
        *_compare(Topic.MODEL, "Phone model", before.model.full_name, after.model.full_name),
        *_compare(Topic.NAME, "Display name", before.display_name, after.display_name),
        *_whole_keys(before, after),
        *_key_differences("", before.buttons, after.buttons),
        *_module_differences(before, after),
        *_account_differences(before, after),
        *_server_differences(before, after),
        *_device_differences(before, after),
        *_extra_differences(before, after),
    )


def say_button(button: Button | None) -> str:
    """Return what a key does: its kind, its value, and its label where that says more."""
    if button is None:
        return EMPTY
    kind = _KIND_WORDS.get(button.kind, button.kind.value.replace("_", " ").capitalize())
    line = str(button.account) if button.kind is ButtonKind.LINE else ""
    label = button.label if button.label not in {button.value, kind} else ""
    return " ".join(part for part in (kind, line, button.value, label) if part)


def _compare(topic: Topic, what: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        yield Difference(topic=topic, what=what, before=before or NONE, after=after or NONE)


def _hide(
    topic: Topic, what: str, before: str | None, after: str | None, *, absent: str = NONE
) -> Iterator[Difference]:
    """Yield that a secret is another one, without either."""
    if before != after:
        yield Difference(
            topic=topic,
            what=what,
            before="one (not shown)" if before else absent,
            after=(HIDDEN if before else "one (not shown)") if after else absent,
        )


def _whole_keys(before: PhoneConfig, after: PhoneConfig) -> Iterator[Difference]:
    """Yield that the keys of a phone without any button, its lines, are no more what they were."""
    if before.accounts and after.accounts:
        words = ("as assigned" if one.buttons else "its lines" for one in (before, after))
        yield from _compare(Topic.KEYS, "Keys", *words)


def _key_differences(
    of_module: str, before: Iterable[Button], after: Iterable[Button]
) -> Iterator[Difference]:
    was, becomes = ({one.position: one for one in buttons} for buttons in (before, after))
    for position in sorted(was.keys() | becomes.keys()):
        what = f"{of_module}, key {position}" if of_module else f"Key {position}"
        pair = (was.get(position), becomes.get(position))
        if pair[0] != pair[1]:
            words = [say_button(one) for one in pair]
            if words[0] == words[1]:  # the account of a key that says no account
                words = [f"{text} on line {one.account if one else ''}" for text, one in
                         zip(words, pair, strict=True)]  # fmt: skip
            yield from _compare(Topic.KEYS, what, *words)


def _module_differences(before: PhoneConfig, after: PhoneConfig) -> Iterator[Difference]:
    pairs = zip_longest(before.modules, after.modules)
    for number, (was, becomes) in enumerate(pairs, start=1):
        name = f"Module {number}"
        yield from _compare(Topic.KEYS, name, *(_name_module(one) for one in (was, becomes)))
        yield from _key_differences(
            name, was.buttons if was else (), becomes.buttons if becomes else ()
        )


def _name_module(module: ModuleConfig | None) -> str:
    return module.module.name if module else NONE


def _account_differences(before: PhoneConfig, after: PhoneConfig) -> Iterator[Difference]:
    was, becomes = ({one.number: one for one in config.accounts} for config in (before, after))
    for number in sorted(was.keys() | becomes.keys()):
        old, new = was.get(number), becomes.get(number)
        what = f"Line {number}"
        if old is None or new is None or old.user != new.user:
            yield from _compare(Topic.LINES, what, *(_say_account(one) for one in (old, new)))
            continue
        yield from _compare(
            Topic.LINES, f"{what}, authentication user", old.auth_user, new.auth_user
        )
        yield from _hide(Topic.LINES, f"{what}, SIP password", old.password, new.password)
        yield from _compare(
            Topic.LINES, f"{what}, name shown to others", old.display_name, new.display_name
        )
        yield from _compare(Topic.LINES, f"{what}, label", old.label, new.label)
        yield from _compare(
            Topic.LINES, f"{what}, voicemail", old.voicemail_number, new.voicemail_number
        )


def _say_account(account: Account | None) -> str:
    if account is None:
        return "off"
    name = account.display_name if account.display_name != account.user else ""
    return f"{account.user} {name}".strip()


def _server_differences(before: PhoneConfig, after: PhoneConfig) -> Iterator[Difference]:
    was, becomes = before.server, after.server
    if before.accounts and after.accounts:
        yield from _compare(Topic.SERVER, "SIP domain", was.domain, becomes.domain)
        yield from _compare(
            Topic.SERVER,
            "SIP server",
            *(f"{one.host}:{one.port} over {one.transport.upper()}" for one in (was, becomes)),
        )
        yield from _compare(
            Topic.SERVER,
            "Registers again after",
            *(f"{one.register_expires_s} s" for one in (was, becomes)),
        )
        yield from _compare(Topic.SERVER, "Pick-up code", before.pickup_code, after.pickup_code)
    yield from _compare(
        Topic.SERVER,
        "Takes orders",
        *(
            "from its SIP server only" if one.notify_from_server_only else "from any address"
            for one in (before, after)
        ),
    )


def _device_differences(before: PhoneConfig, after: PhoneConfig) -> Iterator[Difference]:
    yield from _compare(
        Topic.PORT, "Local SIP port", str(before.local_sip_port), str(after.local_sip_port)
    )
    yield from _compare(Topic.CLOCK, "Time zone", *_say_zones(before.zone, after.zone))
    yield from _compare(Topic.CLOCK, "Time server", before.ntp_server, after.ntp_server)
    yield from _hide(
        Topic.PASSWORD,
        "Admin password",
        before.admin_password,
        after.admin_password,
        absent="the one it has",
    )
    was, becomes = before.provisioning, after.provisioning
    yield from _compare(
        Topic.CHECKS,
        "Checks for changes",
        *(f"every {one.poll_minutes} min" for one in (was, becomes)),
    )
    yield from _hide(Topic.CHECKS, "Its own address here", was.base_url, becomes.base_url)
    yield from _hide(Topic.CHECKS, "Key of its encrypted config", was.key, becomes.key)


def _say_zones(before: ZoneRules, after: ZoneRules) -> tuple[str, str]:
    """Return the names, or the offsets where one zone has other rules by now."""
    if before.name != after.name or before == after:
        return before.name, after.name
    first, second = (f"{one.name}, {one.offset_minutes:+} min" for one in (before, after))
    return first, second


def _extra_differences(before: PhoneConfig, after: PhoneConfig) -> Iterator[Difference]:
    vendor = after.model.vendor
    was, becomes = ({one.name: one for one in config.extra} for config in (before, after))
    for name in sorted(was.keys() | becomes.keys()):
        old, new = was.get(name), becomes.get(name)
        if old == new:
            continue
        if is_secret(vendor, name) and old and new and not new.is_taken_back:
            yield from _hide(Topic.PARAMETERS, name, old.value, new.value)
        else:
            masks = is_secret(vendor, name)
            words = (_say_extra(one, masks=masks) for one in (old, new))
            yield from _compare(Topic.PARAMETERS, name, *words)


def _say_extra(extra: ExtraParameter | None, *, masks: bool) -> str:
    if extra is None:
        return "as without"
    if extra.is_taken_back:
        return "taken back"
    return "one (not shown)" if masks else extra.value or EMPTY
