"""Which P-number holds which setting of which account.

Accounts come in blocks of the same last two digits: 4xx, 5xx, 6xx for accounts 2 to 4, 17xx and
18xx for 5 and 6, 506xx and so on from 7. GRP firmware was seen with 7xx and 8xx for accounts 5
and 6 (GRP260x) as well as with 17xx and 18xx (GRP261x), so a GRP is told both. Account 1 follows
no rule.

Source: FusionPBX grandstream gxp16xx, gxp21xx, grp26xx; Grandstream config templates grp260x
1.0.7.71, grp26xx 1.0.15.19 and gxv33xx 1.0.3.57 (blocks 7xx, 506xx).
"""

from collections.abc import Mapping
from functools import lru_cache

from phoneprov.catalog.model import PhoneModel

_FIRST_ACCOUNT = {
    "active": 271,
    "name": 270,
    "server": 47,
    "backup_server": 2312,
    "proxy": 48,
    "user": 35,
    "auth_user": 36,
    "password": 34,
    "display_name": 3,
    "voicemail": 33,
    "port": 40,
    "transport": 130,
    "register": 31,
    "expires": 32,
    "nat": 52,
    "unregister_on_reboot": 81,
    "mwi": 99,
    "pickup_prefix": 1347,
    "proxy_only": 2347,
    "allow_reset": 26015,
}
_LAST_DIGITS = {
    "active": 1,
    "name": 17,
    "server": 2,
    "proxy": 3,
    "user": 4,
    "auth_user": 5,
    "password": 6,
    "display_name": 7,
    "voicemail": 26,
    "port": 13,
    "transport": 48,
    "register": 10,
    "expires": 12,
    "nat": 14,
    "unregister_on_reboot": 11,
    "mwi": 15,
    "pickup_prefix": 81,
}
_NOT_IN_BLOCK = {"backup_server": 2312, "proxy_only": 2347, "allow_reset": 26015}
"""Settings numbered apart, a hundred further for each account, known for accounts 1 to 6."""
_LAST_NUMBERED_APART = 6

_BLOCKS = {2: 400, 3: 500, 4: 600, 5: 1700, 6: 1800}
_GRP_BLOCKS = {5: 700, 6: 800}
_FIRST_HIGH_ACCOUNT = 7
_FIRST_HIGH_BLOCK = 50600


def account_names(model: PhoneModel, number: int) -> tuple[Mapping[str, str], ...]:
    """Return the P-names of an account by setting, once for each block it may be in.

    The catalogue's trait `account_blocks` says where a model switches account 5 on (`701` or
    `1701`); for GRP models sources dispute it and both are written, whatever it says.
    """
    if model.name.upper().startswith("GRP"):
        return _names(number, ("701", "1701"))
    return _names(number, (model.traits.get("account_blocks", "1701"),))


@lru_cache(maxsize=256)
def _names(number: int, switches: tuple[str, ...]) -> tuple[Mapping[str, str], ...]:
    if number == 1:
        return ({field: f"P{digits}" for field, digits in _FIRST_ACCOUNT.items()},)
    apart = {}
    if number <= _LAST_NUMBERED_APART:
        apart = {f: f"P{first + 100 * (number - 1)}" for f, first in _NOT_IN_BLOCK.items()}
    first, *others = [_in_block(block) for block in _blocks(number, switches)]
    return (first | apart, *others)


def _in_block(block: int) -> dict[str, str]:
    return {field: f"P{block + digits}" for field, digits in _LAST_DIGITS.items()}


def _blocks(number: int, switches: tuple[str, ...]) -> list[int]:
    if number >= _FIRST_HIGH_ACCOUNT:
        return [_FIRST_HIGH_BLOCK + 100 * (number - _FIRST_HIGH_ACCOUNT)]
    if number not in _GRP_BLOCKS:
        return [_BLOCKS[number]]
    return [(_GRP_BLOCKS if switch == "701" else _BLOCKS)[number] for switch in switches]
