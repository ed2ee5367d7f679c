"""Lists of phones: taken, previewed, all or nothing, and given away again (R11, R20, R47, R98)."""

import csv
import io

import pytest
from sqlalchemy import select

from phoneprov.core.sheets import MOST_ROWS
from phoneprov.fleet.models import Phone
from phoneprov.fleet.status import PhoneStatus
from tests.integration.web.phones.test_layout_fields import layout, module_layout, modules
from tests.integration.web.phones.values import LIST, get_by_mac
from tests.integration.web.rows import (
    add_extension,
    add_phone,
    add_unknown,
    audit_actions,
    open_session,
)
from tests.pages import Answer, Pages

IMPORT = f"{LIST}/import"
HEAD = "mac;model;extension;display_name;time_zone;button_layout;modules;place\n"


def preview(person: Pages, text: str) -> Answer:
    return person.post(IMPORT, {"text": text})


def confirm(person: Pages, page: Answer) -> Answer:
    pending = page.soup.select('main [name="pending"]')
    assert pending, page.select_text("main")
    return person.post(f"{IMPORT}/confirm", {"pending": str(pending[0]["value"])})


def counts(page: Answer) -> str:
    return page.select_text(".counts")


def refusals(page: Answer) -> list[list[str]]:
    rows = page.soup.select('[aria-labelledby="refused"] tbody tr')
    return [[cell.get_text() for cell in row.select("td")] for row in rows]


def phones() -> list[Phone]:
    with open_session() as session:
        return list(session.scalars(select(Phone).order_by(Phone.id)))


def export(person: Pages, query: str = "") -> list[dict[str, str]]:
    text = person.get(f"{LIST}/export{query}").text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_a_list_adds_phones_as_the_form_does(alice: Pages) -> None:
    """R11, R20, R98: any spelling of MAC and model; default layouts count here too."""
    default, front = layout("Default", is_default=True), layout("Front desk")
    everybody = module_layout("Everybody")
    extension = add_extension("acme", "201", name="Anna Berg")
    page = preview(
        alice,
        HEAD
        + "80:5e:c0:00:00:01;Yealink T46U;201;Reception;Europe/London;Front desk;"
        + "EXP43: Everybody | EXP43;Lobby\n"
        + "805EC0-000002;t46u;;;;;;\n"
        + "C074AD000003;gxp2170;;;;;;Room 12\n",
    )
    assert counts(page) == "3 added 0 changed 0 unchanged 0 refused"
    assert phones() == []
    assert confirm(alice, page).status_code == 303
    first, second, third = phones()
    assert (first.mac, first.extension_id, first.display_name) == (
        "805ec0000001", extension, "Reception",
    )  # fmt: skip
    assert (first.time_zone, first.place, first.button_layout_id) == (
        "Europe/London", "Lobby", front,
    )  # fmt: skip
    assert modules(first.id) == [("yealink-exp43", everybody), ("yealink-exp43", None)]
    assert (second.button_layout_id, third.button_layout_id) == (default, None)
    assert {one.status for one in (first, second, third)} == {PhoneStatus.PENDING}
    assert all(one.window_opened_at and one.token for one in (first, second, third))
    assert "phone.import" in audit_actions()
    assert "Added to the dashboard" in alice.get(f"{LIST}/{second.id}").text


def test_a_list_changes_phones_and_says_what(alice: Pages) -> None:
    """A column that is left out, and an untouched secret, stay."""
    phone_id = add_phone(
        "acme", "805ec0000001", display_name="Old", place="Here", admin_password="Kept-1pw"
    )
    page = preview(alice, "mac;display_name;time_zone\n805ec0000001;New;Asia/Tokyo\n")
    changed = page.select_text('[aria-labelledby="changed"] tbody')
    assert "Display name: Old → New" in changed
    assert "Time zone: empty → Asia/Tokyo" in changed
    assert confirm(alice, page).status_code == 303
    phone = get_by_mac("805ec0000001")
    assert (phone.id, phone.display_name, phone.time_zone) == (phone_id, "New", "Asia/Tokyo")
    assert (phone.place, phone.admin_password, phone.config_revision) == ("Here", "Kept-1pw", 2)
    again = preview(alice, "mac;display_name;time_zone\n805ec0000001;New;Asia/Tokyo\n")
    assert "There is nothing to do" in again.text


def test_one_bad_row_stops_all_of_it(alice: Pages) -> None:
    """All or nothing; each fault with its line and its column."""
    add_phone("globex", "805ec0000009")
    page = preview(
        alice,
        HEAD
        + "805ec0000001;T46U;;;;;;\n"
        + "805ec000zz;T46U;;;;;;\n"
        + "805ec0000002;T999;;;;;;\n"
        + "805ec0000003;T46U;999;;Mars/Base;Nothing;EXP99;\n"
        + "805ec0000001;T46U;;;;;;\n"
        + "805ec0000009;T46U;;;;;;\n"
        + "8.05E+11;T46U;;;;;;\n",
    )
    assert counts(page) == "1 added 0 changed 0 unchanged 6 refused"
    assert not page.soup.select('main [name="pending"]')
    found = refusals(page)
    assert [(row[0], row[2]) for row in found] == [
        ("3", "mac"), ("4", "model"), ("5", "extension"), ("5", "time_zone"),
        ("5", "button_layout"), ("5", "modules"), ("6", "mac"), ("7", "mac"), ("8", "mac"),
    ]  # fmt: skip
    reasons = [row[3] for row in found]
    assert "There is no model “T999”." in reasons
    assert "Line 2 has this MAC address already." in reasons
    assert "This MAC address is already in use; ask your provider." in reasons
    assert "spreadsheet has shortened" in reasons[-1]
    assert [one.mac for one in phones()] == ["805ec0000009"]


def test_an_export_can_be_taken_back_unchanged(alice: Pages) -> None:
    layout("Front desk")
    module_layout("Everybody")
    add_extension("acme", "201", name="Anna Berg")
    text = (
        HEAD + "805ec0000001;T46U;201;=1+1;;Front desk;EXP43: Everybody;@home\n"
        "805ec0000002;T46U;;;Asia/Tokyo;none;;\n"
    )
    confirm(alice, preview(alice, text))
    raw = alice.get(f"{LIST}/export").text
    rows = export(alice)
    assert [row["mac"] for row in rows] == ["80:5e:c0:00:00:01", "80:5e:c0:00:00:02"]
    assert (rows[0]["display_name"], rows[0]["place"]) == ("'=1+1", "'@home")
    assert (rows[0]["modules"], rows[1]["button_layout"]) == ("EXP43: Everybody", "none")
    assert (rows[0]["status"], rows[0]["name"]) == ("Pending", "'=1+1")
    assert "password" not in raw
    back = preview(alice, raw)
    assert counts(back) == "0 added 0 changed 2 unchanged 0 refused"


def test_only_what_the_filter_finds_is_exported(alice: Pages, charlie: Pages) -> None:
    """R65: and of one's own tenant only."""
    add_phone("acme", "805ec0000001", place="Lobby")
    add_phone("acme", "805ec0000002", place="Attic")
    add_phone("globex", "805ec0000003")
    assert len(export(alice)) == 2
    assert [row["place"] for row in export(alice, "?q=attic")] == ["Attic"]
    assert charlie.get(f"{LIST}/export").status_code == 404
    theirs = charlie.get("/t/globex/phones/export").text
    assert "80:5e:c0:00:00:03" in theirs
    assert "80:5e:c0:00:00:01" not in theirs


def test_what_changed_meanwhile_is_shown_again(alice: Pages) -> None:
    page = preview(alice, HEAD + "805ec0000001;T46U;;;;;;\n")
    add_phone("acme", "805ec0000001")
    answer = confirm(alice, page)
    assert answer.status_code == 409
    assert "were changed meanwhile" in answer.text
    assert alice.post(f"{IMPORT}/confirm", {"pending": "forged"}).status_code == 422


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "nothing in it"),
        ("model\nT46U\n", "“mac” is missing"),
        ("mac;colour\n805ec0000001;red\n", "“colour” is unknown"),
        ("mac;mac\n805ec0000001;x\n", "stands there twice"),
        ("mac\n" + "805ec0000001\n" * (MOST_ROWS + 1), "At most 5,000 rows"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(alice: Pages, text: str, said: str) -> None:
    page = preview(alice, text)
    assert page.status_code == 422
    assert said in page.text


def test_passwords_are_checked_kept_and_never_shown(alice: Pages) -> None:
    secret = "Phone-1pw-new"
    page = preview(alice, f"mac;model;admin_password\n805ec0000001;T46U;{secret}\n")
    assert secret not in page.text
    confirm(alice, page)
    assert get_by_mac("805ec0000001").admin_password == secret
    changed = preview(alice, "mac;admin_password\n805ec0000001;Other-1pw-new\n")
    assert "Admin password: changed" in changed.text
    confirm(alice, changed)
    assert get_by_mac("805ec0000001").admin_password == "Other-1pw-new"
    assert preview(alice, "mac;admin_password\n805ec0000001;wrong-ü\n").soup.select("#refused")


def test_viewers_take_nothing_in(bob: Pages) -> None:
    assert bob.get(IMPORT).status_code == 403
    assert bob.get(f"{LIST}/export").status_code == 200


def test_the_installers_list_says_which_box_goes_where(bob: Pages) -> None:
    """Sorted by place; what has none comes last."""
    extension = add_extension("acme", "201", name="Anna Berg")
    add_phone("acme", "805ec0000001", place="")
    add_phone("acme", "805ec0000002", place="Lobby", serial_number="SN-7", extension_id=extension)
    add_phone("acme", "805ec0000003", place="Attic")
    page = bob.get(f"{LIST}/installer")
    rows = [row.get_text(" ") for row in page.soup.select("tbody tr")]
    assert ["Attic" in rows[0], "Lobby" in rows[1], "00:00:01" in rows[2]] == [True] * 3
    for said in ("201", "Anna Berg", "Yealink T46U", "80:5e:c0:00:00:02", "SN-7"):
        assert said in rows[1]
    assert len(bob.get(f"{LIST}/installer?q=lobby").soup.select("tbody tr")) == 1


def test_unknown_phones_become_a_list_for_a_tenant(petra: Pages, alice: Pages) -> None:
    """R76: all that asked, with the models they say they are; only the provider sees them."""
    agent = "Yealink SIP-T54W 96.86.0.75 80:5e:c0:ff:ee:01"
    add_unknown("805ec0ffee01", user_agent=agent)
    add_unknown("c074adffee02", user_agent="what is this")
    led = petra.get("/unknown-phones/list?tenant=acme")
    assert led.status_code == 303
    page = petra.get(led.location)
    text = page.soup.select("#text")[0].get_text()
    assert "80:5e:c0:ff:ee:01;Yealink T54W;;" in text
    assert "c0:74:ad:ff:ee:02;;;" in text
    assert petra.get("/unknown-phones/list?tenant=nobody").status_code == 303
    assert alice.get("/unknown-phones/list?tenant=acme").status_code == 404
    assert "805ec0" not in alice.get(f"{IMPORT}?start=unknown").soup.select("#text")[0].get_text()
    listed = preview(petra, text)
    assert counts(listed) == "1 added 0 changed 0 unchanged 1 refused"
