"""What several vendors' files need in the same way: default line keys, ports that don't clash."""

from phoneprov.vendors.config import Button, ButtonKind, PhoneConfig

_HIGHEST_PORT = 65535
_STEP = 2
"""Phones space their accounts' ports by two (5060, 5062 …), as RTP once did."""


def buttons_or_lines(config: PhoneConfig) -> dict[int, Button]:
    """Return the buttons by position; without a layout the first keys are the accounts' lines.

    A phone whose keys are all cleared would register and show no line at all.
    """
    if config.buttons:
        return {button.position: button for button in config.buttons}
    lines = enumerate(config.accounts, start=1)
    return {
        position: Button(position=position, kind=ButtonKind.LINE, account=account.number)
        for position, account in lines
        if position <= config.model.line_keys
    }


def account_port(first: int, number: int) -> int:
    """Return the local SIP port of account `number`, when account 1 listens on `first`."""
    port = first + _STEP * (number - 1)
    return port if port <= _HIGHEST_PORT else first - _STEP * (number - 1)
