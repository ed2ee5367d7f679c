"""The list of extensions."""

from tests.integration.web.rows import add_extension, add_phone
from tests.pages import Pages

LIST = "/t/acme/extensions"


def test_it_teaches_what_to_do_when_there_is_none(alice: Pages) -> None:
    """An empty list says what extensions are for, shows a sample list and leads to the import."""
    page = alice.get(LIST)
    assert "sip_password" in page.text
    assert f'href="{LIST}/import"' in page.text


def test_it_shows_number_name_voicemail_and_phones(alice: Pages) -> None:
    extension = add_extension("acme", "0201", name="Anna <Berg>", voicemail_number="*97")
    add_phone("acme", "805ec01a2b3c", extension_id=extension, display_name="Front desk")
    add_phone("acme", "805ec01a2b3d", extension_id=extension)
    page = alice.get(LIST)
    for text in ("0201", "Anna &lt;Berg&gt;", "*97", "Front desk", "80:5e:c0:1a:2b:3d"):
        assert text in page.text


def test_it_never_shows_a_password(alice: Pages, petra: Pages) -> None:
    extension = add_extension("acme", "201", sip_password="hidden-secret")
    for person in (alice, petra):
        for path in (LIST, f"{LIST}/{extension}/edit", f"{LIST}/{extension}/delete"):
            assert "hidden-secret" not in person.get(path).text
        assert "hidden-secret" not in person.get(f"{LIST}/export").text


def test_it_finds_by_number_or_name(alice: Pages) -> None:
    add_extension("acme", "201", name="Anna")
    add_extension("acme", "302", name="Carl")
    page = alice.get(f"{LIST}?q=ann")
    assert ">201<" in page.text
    assert ">302<" not in page.text


def test_it_swaps_only_the_table_for_a_search(alice: Pages) -> None:
    add_extension("acme", "201")
    page = alice.get(f"{LIST}?q=2", headers={"HX-Request": "true"})
    assert page.text.lstrip().startswith('<div id="extension-list">')
    assert "HX-Request" in page.headers["Vary"]


def test_it_takes_any_page_number_and_search(alice: Pages) -> None:
    add_extension("acme", "201")
    for query in ("page=-1", "page=0", "page=5e3", "page=99999999999999999999", "q=%00", "q=%25"):
        assert alice.get(f"{LIST}?{query}").status_code == 200


def test_it_lets_a_viewer_look_but_not_touch(bob: Pages) -> None:
    extension = add_extension("acme", "201")
    page = bob.get(LIST)
    assert "Add extension" not in page.text
    for path in ("add", "import", f"{extension}/edit", f"{extension}/delete"):
        assert bob.get(f"{LIST}/{path}").status_code == 403


def test_it_is_not_there_for_another_tenant(charlie: Pages) -> None:
    extension = add_extension("acme", "201")
    for path in ("", "/add", "/import", "/export", f"/{extension}/edit", f"/{extension}/delete"):
        assert charlie.get(f"{LIST}{path}").status_code == 404
    for path in (f"/{extension}/edit", f"/{extension}/delete"):
        assert charlie.get(f"/t/globex/extensions{path}").status_code == 404


def test_it_exports_without_passwords_and_without_formulas(alice: Pages) -> None:
    add_extension("acme", "+4930", name="=1+1", sip_password="hidden-secret")
    answer = alice.get(f"{LIST}/export")
    assert answer.mimetype == "text/csv"
    assert answer.text.splitlines()[1] == "'+4930;'=1+1;'+4930;;;"
