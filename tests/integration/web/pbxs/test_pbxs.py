"""The PBXs: list with live links, add, edit, delete, test the link."""

import pytest

from phoneprov.pbx.link import LinkCheck
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    audit_actions,
    change_pbx,
    find_pbx,
    find_phone,
    pbx_names,
    put_on_pbx,
)
from tests.pages import Pages

TYPED = {
    "name": "Main",
    "kind": "kamailio",
    "sip_domain": "sip.acme.example",
    "registrar_host": "",
    "registrar_port": "5060",
    "transport": "udp",
    "register_expires_s": "1800",
    "link_address": "http://127.0.0.1:5060/RPC",
    "link_secret": "hidden-secret",
    "pickup_code": "**",
    "dialect": "kamailio",
    "rtp_ports": "10000-20000",
    "is_active": "y",
}


def test_it_teaches_what_a_pbx_is_when_there_is_none(petra: Pages) -> None:
    assert "Add the first PBX" in petra.get("/pbxs").text


def test_it_adds_a_pbx_and_lets_its_link_start(petra: Pages, reloads: list[list[str]]) -> None:
    """The links look again only after the commit, or they would read the old row."""
    answer = petra.post("/pbxs/add", TYPED)
    assert (answer.status_code, answer.location) == (303, "/pbxs")
    kept = find_pbx("Main")
    assert (kept.registrar_host, kept.link_secret) == ("sip.acme.example", "hidden-secret")
    assert reloads == [["Main"]]
    assert audit_actions()[-1] == "pbx.add"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", ""),
        ("kind", "panasonic"),
        ("sip_domain", "a b"),
        ("sip_domain", "; id"),
        ("registrar_host", "http://x"),
        ("registrar_port", "5060.5"),
        ("registrar_port", "1_000"),
        ("registrar_port", "５０６０"),
        ("registrar_port", "NaN"),
        ("registrar_port", ""),
        ("registrar_port", "65536"),
        ("register_expires_s", "59"),
        ("register_expires_s", "99999999999999999999"),
        ("transport", "sctp"),
        ("link_address", "file:///etc/passwd"),
        ("link_address", "http://good.example@127.0.0.1/"),
        ("link_address", "http://good.example/\r\nX: y"),
        ("link_address", ""),
        ("pickup_code", "8 8"),
        ("rtp_ports", "20000"),
    ],
)
def test_it_tells_beside_the_field_and_keeps_what_was_typed(
    petra: Pages, reloads: list[list[str]], field: str, text: str
) -> None:
    answer = petra.post("/pbxs/add", {**TYPED, field: text})
    assert answer.status_code == 422
    box = answer.soup.select_one(f"#field-{field}.has-error .error")
    assert box is not None
    assert box.text.strip()
    if field != "name":
        assert 'value="Main"' in answer.text
    assert "hidden-secret" not in answer.text
    assert pbx_names() == []
    assert reloads == []


def test_it_never_shows_the_secret_and_keeps_it_when_untouched(petra: Pages) -> None:
    petra.post("/pbxs/add", TYPED)
    path = f"/pbxs/{find_pbx('Main').id}/edit"
    assert "hidden-secret" not in petra.get(path).text
    petra.post(path, {**TYPED, "link_secret": "", "name": "Renamed"})
    assert find_pbx("Renamed").link_secret == "hidden-secret"
    petra.post(path, {**TYPED, "link_secret": "", "forget_secret": "y"})
    assert find_pbx("Main").link_secret is None


def test_it_tells_the_phones_of_its_tenants(petra: Pages) -> None:
    """And leaves all other phones alone."""
    pbx = add_pbx("Main")
    put_on_pbx("acme", pbx)
    phone = add_phone("acme", "805ec01a2b3c", extension_id=add_extension("acme", "201"))
    other = add_phone("globex", "805ec01a2b3d")
    answer = petra.post(f"/pbxs/{pbx}/edit", {**TYPED, "registrar_port": "5070"})
    assert answer.status_code == 303
    assert find_phone(phone).config_revision == 2
    assert find_phone(other).config_revision == 1


def test_it_refuses_to_delete_what_tenants_use_and_names_them(petra: Pages) -> None:
    pbx = add_pbx("Main")
    put_on_pbx("acme", pbx)
    assert "Acme" in petra.get(f"/pbxs/{pbx}/delete").select_text("main")
    assert petra.post(f"/pbxs/{pbx}/delete", {}).status_code == 422
    assert pbx_names() == ["Main"]


def test_it_deletes_a_pbx_that_nobody_is_on(petra: Pages, reloads: list[list[str]]) -> None:
    pbx = add_pbx("Main")
    assert petra.post(f"/pbxs/{pbx}/delete", {}).status_code == 303
    assert pbx_names() == []
    assert reloads == [[]]


def test_it_shows_the_state_of_a_link_with_its_reason(petra: Pages) -> None:
    """R70 for links: a word, not a colour alone."""
    pbx = add_pbx("Main")
    change_pbx(pbx, link_status="down", link_reason="Connection <refused>.")
    cell = petra.get(f"/pbxs/{pbx}/status", headers={"HX-Request": "true"})
    assert cell.text.lstrip().startswith("<td")
    assert "Down" in cell.text
    assert "Connection &lt;refused&gt;." in cell.text
    assert 'hx-trigger="every' in cell.text
    change_pbx(pbx, is_active=False)
    assert "Switched off" in petra.get("/pbxs").text


def test_it_stops_asking_for_a_pbx_that_is_gone(petra: Pages) -> None:
    assert petra.get("/pbxs/999/status", headers={"HX-Request": "true"}).status_code == 286
    assert petra.get("/pbxs/999/status").status_code == 303


def test_it_shows_what_a_test_of_the_link_found(
    petra: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In place with script, on the whole page without."""
    found = LinkCheck(is_ok=False, findings=("No answer from <10.0.0.5>.",))
    monkeypatch.setattr("phoneprov.web.pbxs.views.make_link", lambda *_: FakeLink(found))
    pbx = add_pbx("Main")
    row = petra.post(f"/pbxs/{pbx}/check", {}, headers={"HX-Request": "true"})
    assert row.text.lstrip().startswith(f'<tr id="check-{pbx}"')
    page = petra.post(f"/pbxs/{pbx}/check", {})
    for answer in (row, page):
        assert "No answer from &lt;10.0.0.5&gt;." in answer.text
        assert "the link does not work" in answer.text


def test_it_is_not_there_for_a_tenant(alice: Pages, charlie: Pages) -> None:
    pbx = add_pbx("Main")
    for person in (alice, charlie):
        for path in ("", "/add", f"/{pbx}/edit", f"/{pbx}/delete", f"/{pbx}/status"):
            assert person.get(f"/pbxs{path}").status_code == 404
        for path in ("/add", f"/{pbx}/edit", f"/{pbx}/delete", f"/{pbx}/check"):
            assert person.post(f"/pbxs{path}", TYPED).status_code == 404
    assert pbx_names() == ["Main"]


def test_it_refuses_a_post_without_token(petra: Pages) -> None:
    pbx = add_pbx("Main")
    for path in ("/add", f"/{pbx}/edit", f"/{pbx}/delete", f"/{pbx}/check"):
        assert petra.ask("POST", f"/pbxs{path}", TYPED).status_code == 400
    assert pbx_names() == ["Main"]


class FakeLink:
    """A link that has found something already."""

    def __init__(self, found: LinkCheck) -> None:
        self._found = found

    def check(self) -> LinkCheck:
        return self._found


ASTERISK = {
    **TYPED,
    "kind": "asterisk",
    "link_address": "tls://pbx.acme.example",
    "link_user": "phoneprov",
    "link_fingerprint": ":".join(["AB"] * 32),
    "endpoint_pattern": "{number}-{tenant}",
}


def test_it_adds_an_asterisk(petra: Pages, reloads: list[list[str]]) -> None:
    """Its address is completed, its fingerprint kept as plain digits."""
    assert petra.post("/pbxs/add", ASTERISK).status_code == 303
    kept = find_pbx("Main")
    assert kept.link_address == "tls://pbx.acme.example:5039"
    assert (kept.link_user, kept.link_secret) == ("phoneprov", "hidden-secret")
    assert kept.link_fingerprint == "ab" * 32
    assert kept.endpoint_pattern == "{number}-{tenant}"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("link_address", "http://pbx.acme.example:5038"),
        ("link_address", ""),
        ("link_user", ""),
        ("link_user", "a\r\nAction: Command"),
        ("link_secret", ""),
        ("link_fingerprint", "ab"),
        ("endpoint_pattern", "{number}-{customer}"),
        ("endpoint_pattern", "{tenant}"),
        ("endpoint_pattern", "{number.__class__}"),
        ("endpoint_pattern", "<script>{number}"),
    ],
)
def test_what_an_asterisk_needs_is_said_beside_its_field(
    petra: Pages, reloads: list[list[str]], field: str, text: str
) -> None:
    answer = petra.post("/pbxs/add", {**ASTERISK, field: text})
    assert answer.status_code == 422
    assert answer.soup.select_one(f"#field-{field}.has-error .error")
    assert pbx_names() == []
    assert "hidden-secret" not in answer.text


def test_all_that_an_asterisk_lacks_is_said_at_once(petra: Pages) -> None:
    answer = petra.post("/pbxs/add", {**ASTERISK, "link_user": "", "link_secret": ""})
    assert answer.status_code == 422
    assert answer.soup.select_one("#field-link_user .error")
    assert answer.soup.select_one("#field-link_secret .error")


def test_the_secret_of_an_asterisk_is_not_taken_away(
    petra: Pages, reloads: list[list[str]]
) -> None:
    """Without it there is no link; an empty field keeps it, the tick to forget it is refused."""
    petra.post("/pbxs/add", ASTERISK)
    kept = find_pbx("Main")
    address = f"/pbxs/{kept.id}/edit"
    assert petra.post(address, {**ASTERISK, "link_secret": ""}).status_code == 303
    refused = petra.post(address, {**ASTERISK, "link_secret": "", "forget_secret": "y"})
    assert refused.status_code == 422
    assert find_pbx("Main").link_secret == "hidden-secret"


def test_the_form_shows_what_endpoint_names_mean(petra: Pages) -> None:
    """With the tenants and numbers of this PBX, also without script."""
    pbx_id = add_pbx("Main")
    change_pbx(pbx_id, endpoint_pattern="{number}-{tenant}")
    for slug in ("acme", "globex"):
        put_on_pbx(slug, pbx_id)
    add_extension("acme", "301")
    shown = petra.get(f"/pbxs/{pbx_id}/edit").soup.select_one("#endpoint-names")
    assert shown is not None
    assert [one.get_text(" ", strip=True) for one in shown.select("li")] == [
        "301 of Acme Ltd is 301-acme",
        "201 of Globex GmbH is 201-globex",
    ]


def test_the_examples_follow_what_is_typed(petra: Pages) -> None:
    htmx = {"HX-Request": "true"}
    typed = "/pbxs/names?endpoint_pattern={domain}_{number}&sip_domain=sip.acme.example"
    assert "sip.acme.example_201" in petra.get(typed, headers=htmx).text
    wrong = petra.get("/pbxs/names?endpoint_pattern={x}<b>", headers=htmx)
    assert wrong.status_code == 200
    assert "No example" in wrong.text
    assert "<b>" not in wrong.text
    assert petra.get("/pbxs/names").status_code == 303


def test_numbers_that_several_tenants_have_are_named(petra: Pages) -> None:
    """R65: before anybody wonders why a phone stays Provisioning."""
    pbx_id = add_pbx("Main")
    for slug in ("acme", "globex"):
        put_on_pbx(slug, pbx_id)
        add_extension(slug, "301")
    address = f"/pbxs/{pbx_id}/edit"
    assert "Several tenants here have 301." in petra.get(address).text
    change_pbx(pbx_id, endpoint_pattern="{number}-{tenant}")
    assert "Several tenants here have" not in petra.get(address).text


def test_endpoint_names_are_the_providers_alone(alice: Pages, nobody: Pages) -> None:
    assert alice.get("/pbxs/names").status_code in {403, 404}
    assert nobody.get("/pbxs/names").status_code in {302, 303}
