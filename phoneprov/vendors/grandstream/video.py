"""A GXV's video: on, with H.264 before H.263, and started with each call.

Source: FusionPBX c7a00dcb grandstream/gxv3240 and gxv3275 (config templates: P22091, P295 and
P1307, P293, P2314, P2326 with the numbers of accounts 2 to 6). The template of the GXV33xx names
the same settings by words only; that it takes these numbers is unconfirmed. Accounts 7 to 16 have
no documented numbers and keep the factory's settings, which are the same.
"""

from phoneprov.vendors.config import PhoneConfig
from phoneprov.vendors.grandstream.accounts import Parameters
from phoneprov.vendors.grandstream.keys import is_screen_phone

_H264, _H263 = 99, 34
_PROMPT = 0

_FIRST_CODEC = (295, 464, 564, 664, 1764, 1864)
_SECOND_CODEC = (1307, 475, 575, 675, 1775, 1875)
_PAYLOAD_TYPE = (293, 462, 562, 662, 1762, 1862)
_STARTS_ITSELF = (2314, 2414, 2514, 2614, 2714, 2814)
_REMOTE_REQUEST = (2326, 2426, 2526, 2626, 2726, 2826)


def video_parameters(config: PhoneConfig) -> Parameters:
    """Return the P-values of video; none for a phone without a camera."""
    if not is_screen_phone(config.model):
        return []
    # "Disable video call feature": 0 is video on.
    parameters: Parameters = [("P22091", 0)]
    for number in sorted(account.number for account in config.accounts):
        if number <= len(_FIRST_CODEC):
            parameters += _account(number - 1)
    return parameters


def _account(index: int) -> Parameters:
    return [
        (f"P{_FIRST_CODEC[index]}", _H264),
        (f"P{_SECOND_CODEC[index]}", _H263),
        (f"P{_PAYLOAD_TYPE[index]}", _H264),
        (f"P{_STARTS_ITSELF[index]}", 1),
        # Nobody's camera is switched on from afar without being asked.
        (f"P{_REMOTE_REQUEST[index]}", _PROMPT),
    ]
