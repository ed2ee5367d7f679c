"""The registrations of a Polycom VVX. Every one the model has is written, used or emptied.

Source: names in wazo-provd-plugins 2321a3f3 wazo_polycom and FusionPBX c7a00dcb polycom/6.x.
"""

from phoneprov.vendors.config import Account, ButtonKind, PhoneConfig, SipServer, Transport
from phoneprov.vendors.key_rules import all_buttons

Parameters = list[tuple[str, str]]

_TRANSPORTS = {Transport.UDP: "UDPOnly", Transport.TCP: "TCPOnly", Transport.TLS: "TLS"}


def account_parameters(config: PhoneConfig) -> Parameters:
    """Return the attributes of all registrations."""
    used = {account.number: account for account in config.accounts}
    lines = [one.account for one in all_buttons(config) if one.kind is ButtonKind.LINE]
    parameters: Parameters = []
    for number in range(1, config.model.accounts + 1):
        account = used.get(number)
        values = _on(account, config.server) if account else _off()
        # As many keys as name the account; one at least, or it could show no call.
        values.append(("reg.#.lineKeys", str(max(1, lines.count(number)))))
        parameters += [(name.replace("#", str(number)), value) for name, value in values]
    return parameters


def _on(account: Account, server: SipServer) -> Parameters:
    has_proxy = server.host != server.domain
    transport = _TRANSPORTS[server.transport]
    voicemail = account.voicemail_number
    return [
        ("reg.#.address", f"{account.user}@{server.domain}" if has_proxy else account.user),
        ("reg.#.auth.userId", account.auth_user),
        ("reg.#.auth.password", account.password),
        ("reg.#.displayName", account.display_name),
        ("reg.#.label", account.label),
        ("reg.#.server.1.address", server.host),
        ("reg.#.server.1.port", str(server.port)),
        ("reg.#.server.1.transport", transport),
        ("reg.#.server.1.expires", str(server.register_expires_s)),
        ("reg.#.server.1.register", "1"),
        ("reg.#.outboundProxy.address", server.host if has_proxy else ""),
        ("reg.#.outboundProxy.port", str(server.port) if has_proxy else "0"),
        ("reg.#.outboundProxy.transport", transport),
        ("msg.mwi.#.callBackMode", "contact" if voicemail else "disabled"),
        ("msg.mwi.#.callBack", voicemail),
    ]


def _off() -> Parameters:
    return [
        ("reg.#.address", ""),
        ("reg.#.auth.userId", ""),
        ("reg.#.auth.password", ""),
        ("reg.#.displayName", ""),
        ("reg.#.label", ""),
        ("reg.#.server.1.address", ""),
        ("reg.#.server.1.port", "0"),
        ("reg.#.server.1.transport", "DNSnaptr"),
        ("reg.#.server.1.expires", "3600"),
        ("reg.#.server.1.register", "0"),
        ("reg.#.outboundProxy.address", ""),
        ("reg.#.outboundProxy.port", "0"),
        ("reg.#.outboundProxy.transport", "DNSnaptr"),
        ("msg.mwi.#.callBackMode", "disabled"),
        ("msg.mwi.#.callBack", ""),
    ]
