"""Where each value of a file comes from, found out by trying.

A file is a pure function of the PhoneConfig. So each setting is given another value, the file is
written again, and the parameters that changed are the ones that come from it. That needs no list
of parameters, holds for every vendor, and can't fall behind the writers.
"""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from phoneprov.vendors.config import (
    Account,
    Button,
    ButtonKind,
    FirmwareImage,
    PhoneConfig,
    Provisioning,
    SipServer,
    Transport,
)
from phoneprov.vendors.zone_rules import zone_rules

OTHER_TEXT = "Other0text"
OTHER_NUMBER = "7350053"
OTHER_PORT = 23456
OTHER_MINUTES = 2345
OTHER_ZONES = ("Asia/Kathmandu", "America/Santiago")
ANY_YEAR = 2026
OWN_KEYS = "own keys of this phone"
OTHER_IMAGE = FirmwareImage(version="0.0.0.1", file_name="other.rom", folder="firmware/other/")

Render = Callable[[PhoneConfig], Mapping[str, str]]
"""Writes a config and returns the parameters of one file by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting that a config rests on, in words, and configs in which only it is another."""

    words: str
    others: tuple[PhoneConfig, ...]
    is_detail: bool = True
    """Whether it says more than that something is there at all (an account, a module)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Whose each setting is, as compose takes it from the rows; words for people."""

    zone: str
    admin_password: str
    display_name: str
    domain: str
    server: str
    pickup_code: str
    ntp_server: str
    poll: str
    local_sip_port: str
    address: str = "this phone's own address"
    encryption: str
    notify: str = "how its PBX is linked"
    reboot: str = "an order to reboot that is under way"
    firmware: str = "whether it is its turn to take a firmware"
    accounts: Mapping[int, str]
    """By number: `extension 201`."""
    first_label: str
    buttons: str
    modules: tuple[str, ...] = ()
    own_keys: tuple[frozenset[int], ...] = ()
    """Positions of the keys that are this phone's own: on the phone, then on each module."""

    def own_on(self, module: int) -> frozenset[int]:
        """Return the phone's own keys on one of its modules; 0 is the phone itself."""
        return self.own_keys[module] if module < len(self.own_keys) else frozenset()


def trace(config: PhoneConfig, settings: Iterable[Setting], render: Render) -> dict[str, list[str]]:
    """Return the settings by parameter that the parameter's value rests on, in words.

    Where details are known, that the thing is there at all is left out.
    """
    before = render(config)
    found: dict[bool, dict[str, list[str]]] = {True: defaultdict(list), False: defaultdict(list)}
    for setting in settings:
        hit: set[str] = set()
        for other in setting.others:
            after = render(other)
            names = before.keys() | after.keys()
            hit |= {name for name in names if before.get(name) != after.get(name)}
        for name in hit:
            found[setting.is_detail][name].append(setting.words)
    return {**found[False], **found[True]}


def list_settings(config: PhoneConfig, sources: Sources) -> list[Setting]:
    """Return all settings of a config."""
    return [
        *_phone_settings(config, sources),
        *_server_settings(config, sources),
        *(
            one
            for account in config.accounts
            for one in _account_settings(config, account, sources)
        ),
        *_key_settings(config, sources),
    ]


def list_buttons(config: PhoneConfig, sources: Sources) -> list[Setting]:
    """Return each button as a setting of its own: finer, and much slower to try."""
    own = sources.own_on(0)
    return [
        Setting(
            words=(
                f"own key {button.position} of this phone"
                if button.position in own
                else f"key {button.position} of {sources.buttons}"
            ),
            others=(replace(config, buttons=_exchange(config.buttons, button)),),
        )
        for button in config.buttons
    ]


def _phone_settings(config: PhoneConfig, sources: Sources) -> list[Setting]:
    zones = [zone_rules(name, ANY_YEAR) for name in OTHER_ZONES]
    return [
        Setting(words=sources.zone, others=tuple(replace(config, zone=zone) for zone in zones)),
        _one(config, sources.admin_password, admin_password=OTHER_TEXT),
        _one(config, sources.display_name, display_name=OTHER_TEXT),
        _one(config, sources.ntp_server, ntp_server="other.invalid"),
        _one(config, sources.local_sip_port, local_sip_port=OTHER_PORT),
        _one(config, sources.pickup_code, pickup_code=OTHER_NUMBER),
        _one(config, sources.notify, notify_from_server_only=not config.notify_from_server_only),
        _one(config, sources.reboot, reboot_on_check_sync=not config.reboot_on_check_sync),
        _one(config, sources.firmware, firmware=OTHER_IMAGE),
        _one(config, sources.address, provisioning=_elsewhere(config.provisioning)),
        _one(config, sources.encryption, provisioning=_otherwise_sealed(config.provisioning)),
        _one(config, sources.poll, provisioning=_rarely(config.provisioning)),
    ]


def _server_settings(config: PhoneConfig, sources: Sources) -> list[Setting]:
    server = config.server
    transport = Transport.TLS if server.transport is not Transport.TLS else Transport.UDP

    def other(**change: object) -> PhoneConfig:
        return replace(config, server=_change_server(server, change))

    return [
        Setting(words=f"SIP domain of {sources.domain}", others=(other(domain="other.invalid"),)),
        Setting(words=f"registrar of {sources.server}", others=(other(host="other.invalid"),)),
        Setting(words=f"port of {sources.server}", others=(other(port=OTHER_PORT),)),
        Setting(words=f"transport of {sources.server}", others=(other(transport=transport),)),
        Setting(
            words=f"registration expiry of {sources.server}",
            others=(other(register_expires_s=server.register_expires_s + 1),),
        ),
    ]


def _change_server(server: SipServer, change: Mapping[str, object]) -> SipServer:
    return replace(server, **change)  # type: ignore[arg-type]


def _account_settings(config: PhoneConfig, account: Account, sources: Sources) -> list[Setting]:
    whose = sources.accounts.get(account.number, "its extension")
    label = sources.first_label if account.number == 1 else f"name of {whose}"
    words = {
        "user": f"SIP user of {whose}",
        "auth_user": f"authentication user of {whose}",
        "password": f"SIP password of {whose}",
        "display_name": f"name of {whose}",
        "label": label,
        "voicemail_number": f"voicemail number of {whose}",
    }
    details = [
        Setting(words=said, others=(_with_account(config, account, **{name: OTHER_TEXT}),))
        for name, said in words.items()
    ]
    rest = tuple(one for one in config.accounts if one.number != account.number)
    gone = replace(config, accounts=rest)
    is_there = Setting(words=f"{whose} is on this phone", others=(gone,), is_detail=False)
    return [*details, is_there]


def _key_settings(config: PhoneConfig, sources: Sources) -> list[Setting]:
    settings = [
        _one(config, words, buttons=others)
        for words, others in _exchanged(config.buttons, sources.own_on(0), sources.buttons)
    ]
    for at, module in enumerate(config.modules):
        own = sources.own_on(at + 1)
        for words, buttons in _exchanged(
            module.buttons, own, sources.modules[at], f"{OWN_KEYS} on module {at + 1}"
        ):
            changed = replace(module, buttons=buttons)
            modules = (*config.modules[:at], changed, *config.modules[at + 1 :])
            settings.append(_one(config, words, modules=modules))
    if config.modules:
        gone = (replace(config, modules=()),)
        settings.append(Setting(words="its expansion modules", others=gone, is_detail=False))
    return settings


def _exchanged(
    buttons: Sequence[Button], own: Container[int], of_layout: str, of_phone: str = OWN_KEYS
) -> Iterator[tuple[str, tuple[Button, ...]]]:
    """Yield the buttons with only the layout's exchanged, and with only the phone's own ones."""
    for words, is_own in ((of_layout, False), (of_phone, True)):
        if any((one.position in own) is is_own for one in buttons):
            yield (
                words,
                tuple(
                    _other_button(one) if (one.position in own) is is_own else one
                    for one in buttons
                ),
            )


def _one(config: PhoneConfig, words: str, **change: object) -> Setting:
    return Setting(words=words, others=(replace(config, **change),))  # type: ignore[arg-type]


def _with_account(config: PhoneConfig, account: Account, **change: str) -> PhoneConfig:
    changed = replace(account, **change)  # type: ignore[arg-type]
    accounts = tuple(changed if one is account else one for one in config.accounts)
    return replace(config, accounts=accounts)


def _exchange(buttons: Iterable[Button], button: Button) -> tuple[Button, ...]:
    return tuple(_other_button(one) if one is button else one for one in buttons)


def _other_button(button: Button) -> Button:
    kind = ButtonKind.BLF if button.kind is ButtonKind.LINE else ButtonKind.LINE
    return replace(
        button, kind=kind, value=OTHER_NUMBER, label=OTHER_TEXT, account=button.account + 1
    )


def _elsewhere(now: Provisioning) -> Provisioning:
    scheme = "http" if now.base_url.startswith("https") else "https"
    return replace(now, base_url=f"{scheme}://other.invalid/prov/t/{'f' * 32}/")


def _otherwise_sealed(now: Provisioning) -> Provisioning:
    return replace(now, key="" if now.key else OTHER_TEXT)


def _rarely(now: Provisioning) -> Provisioning:
    return replace(now, poll_minutes=OTHER_MINUTES, poll_spread_minutes=OTHER_MINUTES)
