"""Config files of each vendor, written by hand as its firmware takes them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a config sends the phone."""

    pbx: tuple[str, int]
    base_url: str
    local_port: int = 5080
    user: str = "1001"
    password: str = "red fox"

    @property
    def host_path(self) -> str:
        return self.base_url.partition("://")[2].rstrip("/")


def grandstream(place: Place, mac: str, more: str = "") -> str:
    host, port = place.pbx
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<gs_provision version="1"><mac>{mac}</mac><config version="1">
<P271>1</P271><P47>acme.example</P47><P48>{host}:{port}</P48>
<P35>{place.user}</P35><P36>{place.user}</P36><P34>{place.password}</P34><P3>Ann &amp; Bob</P3>
<P40>{place.local_port}</P40><P32>1</P32><P130>0</P130><P31>1</P31>
<P212>1</P212><P237>{place.host_path}</P237><P194>1</P194><P193>60</P193>
<P8305>{place.host_path}/event/registered?mac=$mac&amp;user=$active_user</P8305>
{more}</config></gs_provision>"""


def cisco(place: Place, more: str = "") -> str:
    host, port = place.pbx
    return f"""<flat-profile>
<Line_Enable_1_ ua="na">Yes</Line_Enable_1_>
<User_ID_1_>{place.user}</User_ID_1_><Password_1_>{place.password}</Password_1_>
<Auth_ID_1_>{place.user}</Auth_ID_1_><Use_Auth_ID_1_>Yes</Use_Auth_ID_1_>
<Proxy_1_>acme.example</Proxy_1_>
<Use_Outbound_Proxy_1_>Yes</Use_Outbound_Proxy_1_><Outbound_Proxy_1_>{host}:{port}</Outbound_Proxy_1_>
<SIP_Port_1_>{place.local_port}</SIP_Port_1_><Register_Expires_1_>60</Register_Expires_1_>
<Line_Enable_2_>No</Line_Enable_2_>
<Profile_Rule>{place.base_url}$MA.cfg</Profile_Rule><Resync_Periodic>3600</Resync_Periodic>
{more}</flat-profile>"""


def polycom_master(mac: str) -> str:
    return f"""<?xml version="1.0"?>
<APPLICATION APP_FILE_PATH="sip.ld" CONFIG_FILES="[PHONE_MAC_ADDRESS]-user.cfg, common.cfg"
 LOG_FILE_DIRECTORY="log" OVERRIDES_DIRECTORY="" CONTACTS_DIRECTORY=""/>
<!-- {mac} -->"""


def polycom_user(place: Place, more: str = "") -> str:
    host, port = place.pbx
    path = place.base_url
    return f"""<?xml version="1.0"?>
<PHONE reg.1.address="{place.user}@acme.example" reg.1.auth.userId="{place.user}"
 reg.1.auth.password="{place.password}" reg.1.server.1.address="acme.example"
 reg.1.server.1.expires="60" reg.1.outboundProxy.address="{host}" reg.1.outboundProxy.port="{port}"
 voIpProt.SIP.local.port="{place.local_port}"
 device.set="1" device.prov.serverName="{path}" device.prov.serverName.set="1"
 apps.telNotification.URL="{path}event/polycom" apps.telNotification.lineRegistrationEvent="1"
 {more}/>"""
