"""PBXs under hostile and awkward input."""

from tests.integration.web.hostile import Hostile, each_class, send
from tests.integration.web.rows import pbx_names
from tests.pages import Pages

TYPED = {
    "name": "Main",
    "kind": "kamailio",
    "sip_domain": "sip.acme.example",
    "registrar_port": "5060",
    "transport": "udp",
    "register_expires_s": "1800",
    "link_address": "http://127.0.0.1:5060/RPC",
    "dialect": "own",
    "rtp_ports": "10000-20000",
}
PLAIN = set("abcdefghijklmnopqrstuvwxyz0123456789.-:[]")
LOCAL = {"ssrf_url-01", "ssrf_url-03", "ssrf_url-09"}
"""Addresses on this machine: right for a PBX link, which the provider alone can set, because
Kamailio's interface has no log-in of its own and belongs on the loopback."""


@each_class("url", without=LOCAL)
def test_it_refuses_an_address_that_is_none(petra: Pages, hostiles: list[Hostile]) -> None:
    for hostile in hostiles:
        refuse(petra, "link_address", hostile)


@each_class("port")
def test_it_takes_plain_digits_only(petra: Pages, hostiles: list[Hostile]) -> None:
    for hostile in hostiles:
        for field in ("registrar_port", "register_expires_s"):
            refuse(petra, field, hostile)


@each_class("host")
def test_it_takes_no_host_that_could_break_a_line(petra: Pages, hostiles: list[Hostile]) -> None:
    for place, hostile in enumerate(hostiles):
        for field in ("sip_domain", "registrar_host"):
            name = f"{field} {place}"
            answer = send(petra, "/pbxs/add", {**TYPED, "name": name, field: hostile.text})
            assert answer.status_code in {303, 422}, hostile.name
            is_plain = not set(hostile.text.strip().lower()) - PLAIN
            assert answer.status_code == 422 or is_plain, hostile.name


@each_class("text")
def test_it_shows_a_name_as_text(petra: Pages, hostiles: list[Hostile]) -> None:
    taken = set()
    for hostile in hostiles:
        answer = send(petra, "/pbxs/add", {**TYPED, "name": hostile.text})
        if answer.status_code == 422:
            assert not hostile.must_pass, hostile.name
            assert answer.select_text("#field-name .error"), hostile.name
        else:
            taken.add(hostile.kept)
    assert set(pbx_names()) == taken
    for cell in petra.get("/pbxs").soup.select("th[data-label=Name]"):
        assert not cell.find_all(True), cell


def refuse(petra: Pages, field: str, hostile: Hostile) -> None:
    answer = send(petra, "/pbxs/add", {**TYPED, field: hostile.text})
    assert answer.status_code == 422, hostile.name
    assert answer.select_text(f"#field-{field} .error"), hostile.name
    assert pbx_names() == []
