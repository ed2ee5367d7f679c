"""Extensions under hostile and awkward input."""

import csv
import io

from tests.integration.web.hostile import Hostile, each_class, send
from tests.integration.web.rows import (
    count_extensions,
    find_extension,
    has_extension,
)
from tests.pages import Pages

LIST = "/t/acme/extensions"
TYPED = {"number": "0201", "name": "Anna", "sip_password": "s3cret-enough"}


@each_class("text", "csv_cell")
def test_it_keeps_a_name_as_it_was_typed_or_says_why_not(
    alice: Pages, hostiles: list[Hostile]
) -> None:
    """A name is shown as text on the page and comes back from the export as it is stored."""
    taken = 0
    for place, hostile in enumerate(hostiles):
        number = str(1000 + place)
        answer = send(alice, f"{LIST}/add", {**TYPED, "number": number, "name": hostile.text})
        if answer.status_code == 422:
            assert not hostile.must_pass, hostile.name
            assert answer.select_text("#field-name .error"), hostile.name
            assert not has_extension("acme", number), hostile.name
            continue
        assert answer.status_code == 303, hostile.name
        assert find_extension("acme", number).name == hostile.kept, hostile.name
        taken += 1
    for cell in alice.get(LIST).soup.select("td[data-label=Name]"):
        assert not cell.find_all(True), cell
    if taken:
        exported = alice.get(f"{LIST}/export").response.data
        again = alice.post(f"{LIST}/import", {"file": (io.BytesIO(exported), "list.csv")})
        assert again.select_text(".counts") == f"0 added 0 changed {taken} unchanged 0 refused"


@each_class("extension", "sip_user")
def test_it_refuses_a_number_that_is_more_than_a_number(
    alice: Pages, hostiles: list[Hostile]
) -> None:
    for hostile in hostiles:
        for field in ("number", "sip_user", "voicemail_number"):
            answer = send(alice, f"{LIST}/add", {**TYPED, field: hostile.text})
            assert answer.status_code == 422, hostile.name
            assert answer.select_text(f"#field-{field} .error"), hostile.name
    assert count_extensions("acme") == 0


@each_class("secret")
def test_it_takes_a_password_to_the_letter_or_refuses_it(
    alice: Pages, hostiles: list[Hostile]
) -> None:
    """And never sends it back."""
    for place, hostile in enumerate(hostiles):
        number = str(1000 + place)
        fields = {**TYPED, "number": number, "sip_password": hostile.text}
        answer = send(alice, f"{LIST}/add", fields)
        assert hostile.text not in answer.text, hostile.name
        if answer.status_code == 422:
            assert not hostile.must_pass, hostile.name
            assert answer.select_text("#field-sip_password .error"), hostile.name
        else:
            assert answer.status_code == 303, hostile.name
            assert find_extension("acme", number).sip_password == hostile.text, hostile.name


@each_class("search", "page")
def test_it_searches_for_anything(alice: Pages, hostiles: list[Hostile]) -> None:
    for hostile in hostiles:
        for name in ("q", "page"):
            answer = alice.client.get(LIST, query_string={name: hostile.text})
            assert answer.status_code == 200, hostile.name


@each_class("text", "csv_cell", "extension", "secret")
def test_it_shows_any_list_without_harm(alice: Pages, hostiles: list[Hostile]) -> None:
    """Each cell of a list may hold anything; the preview shows it as text or refuses the row."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["number", "name", "sip_password"])
    for hostile in hostiles:
        for place in range(3):
            row = [str(200 + place), "Anna", "pw"]
            row[place] = hostile.text
            writer.writerow(row)
    answer = send(alice, f"{LIST}/import", {"text": out.getvalue()})
    assert answer.status_code in {200, 422}
    assert not answer.soup.select("main td *:not(div, del, ins)")
