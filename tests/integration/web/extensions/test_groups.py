"""Groups of extensions: in the form, in the list, in the file."""

import pytest

from phoneprov.tenancy.models import Extension
from tests.integration.web.extensions.test_import import CONFIRM, counts, pending, preview
from tests.integration.web.rows import add_extension, add_phone, find_phone, open_session
from tests.pages import Pages

LIST = "/t/acme/extensions"
TYPED = {"number": "201", "name": "Anna", "sip_password": "s3cret-enough"}


def groups_of(extension_id: int) -> str:
    with open_session() as session:
        return session.get_one(Extension, extension_id).groups


def edit(person: Pages, extension_id: int, groups: str) -> int:
    fields = {**TYPED, "sip_password": "", "groups": groups}
    return person.post(f"{LIST}/{extension_id}/edit", fields).status_code


def test_they_are_typed_in_a_row_and_compared_without_case(alice: Pages) -> None:
    """The spelling of the first counts, and blanks and doubles fall away."""
    first = add_extension("acme", "200")
    assert alice.post(
        f"{LIST}/{first}/edit", {**TYPED, "number": "200", "groups": "Sales"}
    ).location
    assert alice.post(f"{LIST}/add", {**TYPED, "groups": " SALES ,, Front   desk; sales"}).location
    rows = [" ".join(row.text.split()) for row in alice.get(LIST).soup.select("tbody tr")]
    assert [row for row in rows if "Front desk, Sales" in row]
    assert not [row for row in rows if "SALES" in row]


def test_a_name_that_can_not_be_is_told_and_kept(alice: Pages) -> None:
    for text in ("x" * 41, "a\x00b", ", ".join(f"g{number}" for number in range(21))):
        answer = alice.post(f"{LIST}/add", {**TYPED, "groups": text})
        assert answer.status_code == 422
        assert answer.select_text("#field-groups .error")
        kept = answer.soup.select_one("#groups")
        assert kept is not None
        assert str(kept["value"])[:5] == text.replace("\x00", "\ufffd")[:5]


def test_known_groups_are_offered_after_what_is_there(alice: Pages) -> None:
    first, second = add_extension("acme", "201"), add_extension("acme", "202")
    edit(alice, first, "Sales, Support")
    with_one = {**TYPED, "number": "202", "groups": "Sales"}
    alice.post(f"{LIST}/{second}/edit", with_one)
    page = alice.get(f"{LIST}/{second}/edit")
    offered = [one["value"] for one in page.soup.select("#known-groups option")]
    assert offered == ["Sales, Support"]
    new = alice.get(f"{LIST}/add")
    assert [one["value"] for one in new.soup.select("#known-groups option")] == ["Sales", "Support"]


def test_the_list_is_filtered_by_group(alice: Pages) -> None:
    extension = add_extension("acme", "201", name="Anna")
    add_extension("acme", "302", name="Carl")
    assert "All groups" not in alice.get(LIST).text
    edit(alice, extension, "Sales")
    page = alice.get(f"{LIST}?group=sales")
    assert page.select_text(".count") == "1 extension in Sales"
    assert page.select_text("#extension-group option[selected]") == "Sales (1)"
    assert len(page.soup.select("tbody tr")) == 1
    part = alice.get(f"{LIST}?group=SALES&q=carl", headers={"HX-Request": "true"})
    assert part.select_text(".count") == "0 of the extensions in Sales hold “carl”."
    for strange in ("nobody", "%00", "<b>", "x" * 500):
        assert alice.get(f"{LIST}?group={strange}").status_code == 200


def test_a_group_alone_tells_no_phone_on_the_extension(alice: Pages) -> None:
    """Its config is the same; only rules about the group make another one."""
    extension = add_extension("acme", "201", name="Anna")
    phone = add_phone("acme", "805ec01a2b3c", extension_id=extension)
    assert edit(alice, extension, "Sales") == 303
    assert groups_of(extension) == "Sales"
    assert find_phone(phone).config_revision == 1


def test_an_import_sets_them_after_showing_it(alice: Pages) -> None:
    """A column that is left out changes nothing, an empty cell takes out of all."""
    extension = add_extension("acme", "201", name="Anna")
    edit(alice, extension, "Sales")
    assert counts(preview(alice, "number;name\n201;Anna\n")).startswith("0 added 0 changed 1")
    assert counts(preview(alice, "number;groups\n201;SALES\n")).startswith("0 added 0 changed 1")
    shown = preview(alice, 'number,groups,sip_password\n201,"Support, sales",\n202,New,pw-long\n')
    assert "groups: Sales → sales, Support" in shown.select_text("main")
    assert alice.post(CONFIRM, {"pending": pending(shown)}).status_code == 303
    assert groups_of(extension) == "Sales, Support"
    exported = alice.get(f"{LIST}/export").text
    assert "201;Anna;201;;;Sales, Support" in exported
    empty = preview(alice, "number;groups\n201;\n")
    assert alice.post(CONFIRM, {"pending": pending(empty)}).status_code == 303
    assert groups_of(extension) == ""


@pytest.mark.parametrize("cell", ["x" * 41, "a\u202eb"])
def test_an_import_refuses_a_bad_name(alice: Pages, cell: str) -> None:
    answer = preview(alice, f"number;groups;sip_password\n201;{cell};pw-long\n")
    assert counts(answer) == "0 added 0 changed 0 unchanged 1 refused"


def test_another_tenants_groups_are_not_there(alice: Pages, charlie: Pages) -> None:
    """R65."""
    extension = add_extension("acme", "201", name="Anna")
    edit(alice, extension, "Secret project")
    add_extension("globex", "201")
    for path in ("", "?group=secret%20project", "/add"):
        assert "Secret project" not in charlie.get(f"/t/globex/extensions{path}").text
    assert charlie.get(f"{LIST}?group=secret%20project").status_code == 404


def test_it_refuses_a_post_without_token(alice: Pages) -> None:
    extension = add_extension("acme", "201")
    fields = {**TYPED, "groups": "Sales"}
    assert alice.ask("POST", f"{LIST}/{extension}/edit", fields).status_code == 400
    assert groups_of(extension) == ""
