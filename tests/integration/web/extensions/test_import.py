"""Import of a list of extensions: first shown, then done."""

import io

from tests.integration.web.rows import (
    add_extension,
    add_phone,
    audit_actions,
    count_extensions,
    find_extension,
    find_phone,
)
from tests.pages import Answer, Pages

IMPORT = "/t/acme/extensions/import"
CONFIRM = f"{IMPORT}/confirm"
LIST = "number;name;sip_password\n201;Anna;new-secret\n0042;Zoë;other-secret\n"


def preview(person: Pages, text: str) -> Answer:
    return person.post(IMPORT, {"text": text})


def pending(answer: Answer) -> str:
    field = answer.soup.select_one("input[name=pending]")
    assert field is not None
    return str(field["value"])


def counts(answer: Answer) -> str:
    return answer.select_text(".counts")


def test_it_shows_what_it_would_do_and_does_nothing(alice: Pages) -> None:
    add_extension("acme", "201", name="Anna", sip_password="old-secret")
    answer = preview(alice, LIST + "x y;Eve;pw\n")
    assert counts(answer) == "1 added 1 changed 0 unchanged 1 refused"
    assert "SIP password: changed" in answer.text
    assert "sip_password" not in answer.select_text("main")
    for secret in ("old-secret", "new-secret", "other-secret"):
        assert secret not in answer.text
    assert count_extensions("acme") == 1


def test_it_does_what_was_shown(alice: Pages) -> None:
    extension = add_extension("acme", "201", name="Anna", sip_password="old-secret")
    phone = add_phone("acme", "805ec01a2b3c", extension_id=extension)
    done = alice.post(CONFIRM, {"pending": pending(preview(alice, LIST))})
    assert done.status_code == 303
    assert find_extension("acme", "201").sip_password == "new-secret"
    assert find_extension("acme", "0042").name == "Zoë"
    assert find_phone(phone).config_revision == 2
    assert audit_actions()[-1] == "extension.import"


def test_it_finds_the_same_file_unchanged(alice: Pages) -> None:
    alice.post(CONFIRM, {"pending": pending(preview(alice, LIST))})
    answer = preview(alice, LIST)
    assert counts(answer) == "0 added 0 changed 2 unchanged 0 refused"
    assert answer.soup.select_one("input[name=pending]") is None


def test_it_takes_its_own_export_back_unchanged(alice: Pages) -> None:
    """Formulas are disarmed on the way out and stored as they were on the way in."""
    for number, name in (("+49", '=HYPERLINK("x";"y")'), ("007", "a;b \"'c"), ("1", "-2+3")):
        add_extension("acme", number, name=name)
    exported = alice.get("/t/acme/extensions/export").response.data
    answer = alice.post(IMPORT, {"file": (io.BytesIO(exported), "list.csv")})
    assert counts(answer) == "0 added 0 changed 3 unchanged 0 refused"


def test_it_imports_nothing_when_something_changed_meanwhile(alice: Pages) -> None:
    """All or nothing: the plan is made again and shown again."""
    sealed = pending(preview(alice, LIST))
    add_extension("acme", "201", name="Somebody else")
    answer = alice.post(CONFIRM, {"pending": sealed})
    assert answer.status_code == 409
    assert "changed meanwhile" in answer.text
    assert counts(answer) == "1 added 1 changed 0 unchanged 0 refused"
    assert count_extensions("acme") == 1
    assert alice.post(CONFIRM, {"pending": pending(answer)}).status_code == 303
    assert count_extensions("acme") == 2


def test_it_does_the_same_import_once(alice: Pages) -> None:
    sealed = pending(preview(alice, LIST))
    assert alice.post(CONFIRM, {"pending": sealed}).status_code == 303
    assert alice.post(CONFIRM, {"pending": sealed}).status_code == 409
    assert count_extensions("acme") == 2


def test_it_takes_no_preview_of_another_tenant(alice: Pages, petra: Pages) -> None:
    sealed = pending(preview(alice, LIST))
    assert petra.post("/t/globex/extensions/import/confirm", {"pending": sealed}).status_code == 422
    assert petra.post(CONFIRM, {"pending": "forged"}).status_code == 422
    assert count_extensions("globex") == 0


def test_it_says_why_a_list_can_not_be_read_and_gives_no_password_back(alice: Pages) -> None:
    answer = preview(alice, "nummer;sip_password\n201;very-secret\n")
    assert answer.status_code == 422
    assert "“nummer” is unknown" in answer.text
    assert "very-secret" not in answer.text
    assert preview(alice, "").status_code == 422


def test_it_reads_a_file_in_latin_1(alice: Pages) -> None:
    content = "number,name,sip_password\r\n201,Jörg,pw\r\n".encode("latin-1")
    answer = alice.post(IMPORT, {"file": (io.BytesIO(content), "a.csv")})
    assert "Jörg" in answer.text


def test_it_takes_five_thousand_pasted_rows(alice: Pages) -> None:
    rows = "".join(f"{10_000 + i};{'Name ' * 12}{i};pass-{i:040}\n" for i in range(5_000))
    answer = preview(alice, f"number;name;sip_password\n{rows}")
    assert counts(answer).startswith("5000 added")
    assert "And 4800 more." in answer.text
    assert alice.post(CONFIRM, {"pending": pending(answer)}).status_code == 303
    assert count_extensions("acme") == 5_000


def test_it_is_not_there_for_another_tenant(charlie: Pages) -> None:
    assert charlie.post(IMPORT, {"text": LIST}).status_code == 404
    assert charlie.post(CONFIRM, {"pending": "x"}).status_code == 404


def test_it_refuses_a_post_without_token(alice: Pages) -> None:
    for path in (IMPORT, CONFIRM):
        assert alice.ask("POST", path, {"text": LIST}).status_code == 400
    assert count_extensions("acme") == 0
