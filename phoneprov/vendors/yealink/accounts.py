"""A Yealink's accounts: every one the model has, used or switched off."""

from phoneprov.vendors.config import Account, PhoneConfig, SipServer, Transport
from phoneprov.vendors.defaults import account_port
from phoneprov.vendors.errors import UnwritableValueError

FACTORY_VALUE = "%NULL%"
"""Back to the factory value; an empty value would leave what the phone had."""
COMMAND_WORDS = frozenset({FACTORY_VALUE, "%EMPTY%"})
"""Values that the firmware obeys instead of storing. A label that is one is shown with its first
character doubled; a password can't be changed so, it is refused."""

TRANSPORTS = {Transport.UDP: 0, Transport.TCP: 1, Transport.TLS: 2}
"""Values of `account.n.sip_server.1.transport_type` and, up to V80, `account.n.transport`.

Source: FusionPBX yealink/t54w; wazo-provd-plugins wazo_yealink (_SIP_TRANSPORT)."""

_SIP_PORT = 5060
_SIPS_PORT = 5061


def account_values(config: PhoneConfig) -> dict[str, object]:
    """Return the template's values for the accounts and the server they register at.

    Raises UnwritableValueError for a password that the firmware would take for a command.
    """
    used = {account.number: account for account in config.accounts}
    first = config.local_sip_port
    return {
        "accounts": [
            (
                account.number,
                account.label,
                account.display_name,
                account.user,
                account.auth_user,
                _password(account),
                account.voicemail_number,
                account_port(first, account.number),
            )
            for account in sorted(config.accounts, key=lambda account: account.number)
        ],
        "unused_accounts": [
            (number, account_port(first, number))
            for number in range(1, config.model.accounts + 1)
            if number not in used
        ],
        "listen_port": first,
        # Between the ports of accounts 1 and 2; accounts take every second one.
        "tls_listen_port": account_port(first, 2) - 1,
        "transport": TRANSPORTS[config.server.transport],
        "expires": config.server.register_expires_s,
        **_server_values(config.server),
    }


def _password(account: Account) -> str:
    if account.password.strip().upper() in COMMAND_WORDS:
        message = f"the SIP password of {account.user} is a word that a Yealink takes for a command"
        raise UnwritableValueError(message)
    return account.password


def _server_values(server: SipServer) -> dict[str, object]:
    """Return registrar and outbound proxy.

    Where the phone has to go elsewhere than its domain says, the domain keeps its usual port and
    the proxy gets the one that was given.
    """
    has_proxy = server.host != server.domain
    usual = _SIPS_PORT if server.transport is Transport.TLS else _SIP_PORT
    return {
        "server": server.domain,
        "server_port": usual if has_proxy else server.port,
        "has_proxy": int(has_proxy),
        "proxy": server.host if has_proxy else "",
        "proxy_port": server.port if has_proxy else "",
    }
