"""The simulated phones read what the product writes: every model, by every file it asks for.

Reader and writer share no code, so what both agree on is what the file says.
"""

import dataclasses
from urllib.parse import parse_qsl, urlsplit

import pytest

from phoneprov.catalog.loader import load_catalog
from phoneprov.catalog.model import PhoneModel
from phoneprov.core.mac import parse_mac
from phoneprov.simulator.identity import PhoneIdentity, Vendor
from phoneprov.simulator.state import SipAccount
from phoneprov.simulator.vendors.base import Action, Firmware, Notification
from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.registry import WRITERS
from phoneprov.vendors.writer import NotPossible, Order
from tests.conformance import intents
from tests.unit.simulator.boot import FIRMWARES, fetch

CATALOG = load_catalog()
MODELS = sorted(CATALOG.phone_models.values(), key=lambda model: model.slug)
MACS = {
    Vendor.YEALINK: "805ec01a2b3c",
    Vendor.GRANDSTREAM: "c074ad1a2b3c",
    Vendor.CISCO: "8843e11a2b3c",
    Vendor.POLYCOM: "64167f1a2b3c",
}
VERSIONS = {
    Vendor.YEALINK: "108.86.0.90",
    Vendor.GRANDSTREAM: "1.0.11.85",
    Vendor.CISCO: "7.6.2c",
    Vendor.POLYCOM: "6.3.0.14929",
}
SERVER = dataclasses.replace(intents.SERVER, host="10.0.0.5", port=5062)


def unpack(model: PhoneModel) -> Firmware:
    vendor = Vendor(model.vendor.value)
    identity = PhoneIdentity(
        vendor=vendor,
        model=model.name.replace(" ", ""),
        mac=parse_mac(MACS[vendor]),
        firmware=VERSIONS[vendor],
    )
    return FIRMWARES[vendor](identity)


def intent(model: PhoneModel, **changes: object) -> PhoneConfig:
    mac = MACS[Vendor(model.vendor.value)]
    return intents.config(model, mac, server=SERVER, **changes)


def boot(firmware: Firmware, config: PhoneConfig) -> None:
    """Let the phone fetch what the writer has under each name that it asks for."""
    writer = WRITERS[config.model.vendor]

    class Files(dict[str, bytes]):
        def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
            file = writer.write_file(config, name)
            return file.body if file is not None else default

    fetch(firmware, Files(), config.provisioning.base_url)
    url = firmware.state().prov_url
    assert url is not None
    fetch(firmware, Files(), url)


def order(firmware: Firmware, event: str) -> Action:
    name, _, parameters = event.partition(";")
    accounts: tuple[SipAccount | None, ...] = firmware.state().accounts or (None,)
    assert not firmware.challenges_notify(accounts[0])
    return firmware.react(
        Notification(event=name, parameters=parameters, account=accounts[0])
    ).action


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.slug)
def test_each_model_understands_its_account(model: PhoneModel) -> None:
    """User, login, password, domain, registrar, transport, expiry and local port arrive."""
    firmware = unpack(model)
    boot(firmware, intent(model, local_sip_port=5071))
    account = intents.account()
    understood = firmware.state().accounts[0]
    assert (understood.user, understood.auth_user, understood.password) == (
        account.user,
        account.auth_user,
        account.password,
    )
    assert understood.domain == SERVER.domain
    assert (understood.registrar_host, understood.registrar_port) == ("10.0.0.5", 5062)
    assert (understood.transport, understood.expires_s) == ("udp", 1800)
    assert understood.local_port == 5071
    assert len(firmware.state().accounts) == 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.slug)
def test_each_model_comes_back_to_its_own_address_within_the_hour(model: PhoneModel) -> None:
    """The token path is kept, and asked again after at most 61 minutes (a Polycom's least)."""
    firmware = unpack(model)
    boot(firmware, intent(model))
    state = firmware.state()
    assert state.prov_url is not None
    assert state.prov_url.startswith(intents.BASE_URL)
    assert state.poll_s is not None
    assert 0 < state.poll_s <= 3660
    assert state.admin_password is not None


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.slug)
def test_each_model_falls_silent_when_told(model: PhoneModel) -> None:
    """With the accounts taken away nothing is left to register (R140)."""
    firmware = unpack(model)
    boot(firmware, intent(model))
    boot(firmware, intent(model, accounts=()))
    assert firmware.state().accounts == ()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.slug)
@pytest.mark.parametrize(
    ("ordered", "action"), [(Order.RESYNC, Action.RESYNC), (Order.RESET, Action.RESET)]
)
def test_each_model_obeys_without_being_asked_twice(
    model: PhoneModel, ordered: Order, action: Action
) -> None:
    """A configured phone takes the order unchallenged, and resyncs without a reboot."""
    firmware = unpack(model)
    boot(firmware, intent(model))
    message = WRITERS[model.vendor].notify_for(ordered, model)
    if isinstance(message, NotPossible):
        assert ordered is Order.RESET
        assert message.reason
    else:
        assert order(firmware, message.event) is action


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.slug)
def test_each_model_reboots(model: PhoneModel) -> None:
    """At once, or where the vendor has no such order, once its config has armed it."""
    firmware = unpack(model)
    boot(firmware, intent(model))
    message = WRITERS[model.vendor].notify_for(Order.REBOOT, model)
    assert not isinstance(message, NotPossible)
    if message.needs_armed_config:
        assert order(firmware, message.event) is Action.RESYNC
        boot(firmware, intent(model, reboot_on_check_sync=True))
    assert order(firmware, message.event) is Action.REBOOT


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.slug)
def test_what_a_phone_reports_is_understood(model: PhoneModel) -> None:
    """The product reads the phone's own report that its line is registered."""
    firmware = unpack(model)
    boot(firmware, intent(model))
    request = firmware.report("registered", firmware.state().accounts[0])
    if request is None:
        assert model.vendor.value == "cisco"
        return
    parts = urlsplit(request.url)
    report = WRITERS[model.vendor].read_report(
        parts.path.rpartition("/")[2], dict(parse_qsl(parts.query)), request.body
    )
    assert report is not None
    assert report.kind == "registered"
    assert report.account_user in {None, intents.account().user}


@pytest.mark.parametrize("version", ["54.80.0.130", "54.81.0.110", "54.84.0.125"])
def test_each_yealink_generation_finds_its_spelling(version: str) -> None:
    """V80 reads device settings without `static.`, V82 and later only with it."""
    model = CATALOG.get_model("yealink-t40p")
    firmware = unpack(model)
    firmware.identity = dataclasses.replace(firmware.identity, firmware=version)
    boot(firmware, intent(model, local_sip_port=5071))
    state = firmware.state()
    assert state.prov_url == intents.BASE_URL
    assert state.poll_s == 57 * 60
    assert state.admin_password == "Adm1n-Pass"
    assert state.accounts[0].local_port == 5071
