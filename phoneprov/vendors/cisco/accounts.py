"""The lines of a Cisco SPA. Every line the model has is written, used or switched off.

Source: names in FusionPBX c7a00dcb cisco/spa3xx–5xx exports; `Auth_ID` counts only with
`Use_Auth_ID` (FusionPBX cdc7be9476); `Auth_Resync-Reboot` in the Cisco Small Business IP
Telephony Devices Provisioning Guide p. 53; syntax of dial plans in the SPA300/SPA500
Administration Guide, "Configuring Dial Plans".
"""

from phoneprov.vendors.config import Account, PhoneConfig, SipServer
from phoneprov.vendors.defaults import account_port

Parameters = list[tuple[str, str]]

DIAL_PLAN = "([0-9*#][0-9*].)"
"""Whatever is dialled goes to the PBX, once nothing more is pressed for the short timer's 3 s.

The factory's plan knows American numbers and two-digit star codes alone, and the phone rejects
what its plan does not hold: an extension like 201, or a pick-up code with its number. A # counts
only in front, so that one at the end stays what it is to the phone."""


def account_parameters(config: PhoneConfig) -> Parameters:
    """Return the elements of all lines."""
    used = {account.number: account for account in config.accounts}
    parameters: Parameters = []
    for number in range(1, config.model.accounts + 1):
        account = used.get(number)
        values = _on(account, config.server) if account else _off()
        values["SIP_Port"] = str(account_port(config.local_sip_port, number))
        values["Dial_Plan"] = DIAL_PLAN
        # Asked for a password, a phone would refuse the NOTIFY of every PBX that can't answer.
        values["Auth_Resync-Reboot"] = "No"
        parameters += [(f"{name}_{number}_", value) for name, value in values.items()]
    return parameters


def _on(account: Account, server: SipServer) -> dict[str, str]:
    has_proxy = server.host != server.domain
    address = f"{server.host}:{server.port}"
    return {
        "Line_Enable": "Yes",
        "Register": "Yes",
        "Proxy": server.domain if has_proxy else address,
        "Outbound_Proxy": address if has_proxy else "",
        "Use_Outbound_Proxy": "Yes" if has_proxy else "No",
        "Display_Name": account.display_name,
        "User_ID": account.user,
        "Password": account.password,
        "Use_Auth_ID": "Yes",
        "Auth_ID": account.auth_user,
        "Mailbox_ID": account.voicemail_number,
        "SIP_Transport": server.transport.value.upper(),
        "Register_Expires": str(server.register_expires_s),
        "NAT_Keep_Alive_Enable": "Yes",
        "NAT_Keep_Alive_Msg": "$NOTIFY",
    }


def _off() -> dict[str, str]:
    return {
        "Line_Enable": "No",
        "Register": "No",
        "Proxy": "",
        "Outbound_Proxy": "",
        "Use_Outbound_Proxy": "No",
        "Display_Name": "",
        "User_ID": "",
        "Password": "",
        "Use_Auth_ID": "No",
        "Auth_ID": "",
        "Mailbox_ID": "",
        "SIP_Transport": "UDP",
        "Register_Expires": "3600",
        "NAT_Keep_Alive_Enable": "No",
        "NAT_Keep_Alive_Msg": "",
    }
