"""Add, edit and delete an extension, and show its password."""

import pytest

from tests.integration.web.rows import (
    add_extension,
    add_phone,
    audit_actions,
    find_extension,
    find_phone,
    has_extension,
)
from tests.pages import Pages

LIST = "/t/acme/extensions"
TYPED = {"number": "0201", "name": "Anna Berg", "sip_password": "s3cret-enough"}


def test_it_adds_an_extension(alice: Pages) -> None:
    answer = alice.post(f"{LIST}/add", TYPED)
    assert (answer.status_code, answer.location) == (303, LIST)
    kept = find_extension("acme", "0201")
    assert (kept.name, kept.sip_user, kept.sip_password) == ("Anna Berg", "0201", "s3cret-enough")
    assert audit_actions()[-1] == "extension.add"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("number", "2 01"),
        ("number", '"Boss" <sip:900@evil.example>'),
        ("number", "100\r\nContact: <sip:evil@evil.example>"),
        ("number", "1" * 33),
        ("name", "x" * 65),
        ("name", "\x1b[31mred"),
        ("sip_user", "201@evil.example"),
        ("auth_user", 'a"b'),
        ("voicemail_number", "97;x"),
    ],
)
def test_it_tells_beside_the_field_and_keeps_what_was_typed(
    alice: Pages, field: str, text: str
) -> None:
    """All but the secret, which is never sent back."""
    answer = alice.post(f"{LIST}/add", {**TYPED, field: text})
    assert answer.status_code == 422
    box = answer.soup.select_one(f"#field-{field}.has-error .error")
    assert box is not None
    assert box.text.strip()
    kept = answer.soup.select_one(f"#{field}")
    assert kept is not None
    assert str(kept["value"]).split() == text.split()
    assert "s3cret-enough" not in answer.text
    assert not has_extension("acme", "0201")


def test_it_refuses_a_number_twice(alice: Pages) -> None:
    add_extension("acme", "0201")
    answer = alice.post(f"{LIST}/add", TYPED)
    assert answer.status_code == 422
    assert "There is an extension 0201 already." in answer.text


def test_it_makes_a_password_on_the_server(alice: Pages) -> None:
    """Shown once in the form, kept only by Save; the rest of the form stays."""
    answer = alice.post(f"{LIST}/add", {**TYPED, "sip_password": "", "generate": "1"})
    assert answer.status_code == 200
    made = answer.soup.select_one("#sip_password")
    assert made is not None
    assert len(made["value"]) == 20
    assert made["type"] == "text"
    assert 'value="Anna Berg"' in answer.text
    assert not has_extension("acme", "0201")


def test_it_swaps_only_the_password_field(alice: Pages) -> None:
    answer = alice.post(f"{LIST}/add", {"generate": "1"}, headers={"HX-Request": "true"})
    assert answer.text.lstrip().startswith('<div class="field')
    assert "<form" not in answer.text


def test_it_edits_and_leaves_the_password_alone(alice: Pages) -> None:
    """R73: an untouched secret stays."""
    extension = add_extension("acme", "0201", name="Somebody", sip_password="old-secret")
    phone = add_phone("acme", "805ec01a2b3c", extension_id=extension)
    answer = alice.post(f"{LIST}/{extension}/edit", {**TYPED, "sip_password": ""})
    assert answer.status_code == 303
    kept = find_extension("acme", "0201")
    assert (kept.name, kept.sip_password) == ("Anna Berg", "old-secret")
    assert find_phone(phone).config_revision == 2


def test_it_names_the_phones_before_it_deletes(alice: Pages) -> None:
    extension = add_extension("acme", "0201")
    phone = add_phone("acme", "805ec01a2b3c", extension_id=extension, display_name="Front desk")
    assert "Front desk" in alice.get(f"{LIST}/{extension}/delete").text
    assert alice.post(f"{LIST}/{extension}/delete", {}).status_code == 303
    assert not has_extension("acme", "0201")
    assert find_phone(phone).extension_id is None
    assert audit_actions()[-2:] == ["phone.unassign", "extension.delete"]


def test_it_shows_the_password_to_provider_staff_and_says_so(petra: Pages) -> None:
    extension = add_extension("acme", "0201", sip_password="hidden-secret")
    answer = petra.post(f"{LIST}/{extension}/reveal", {})
    assert "hidden-secret" in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert audit_actions()[-1] == "extension.reveal"


def test_it_shows_no_password_to_a_tenant_admin(alice: Pages) -> None:
    extension = add_extension("acme", "0201", sip_password="hidden-secret")
    assert alice.post(f"{LIST}/{extension}/reveal", {}).status_code == 404
    assert "Show SIP password" not in alice.get(f"{LIST}/{extension}/edit").text


def test_it_is_not_there_for_another_tenant(charlie: Pages) -> None:
    extension = add_extension("acme", "0201", sip_password="hidden-secret")
    for verb in ("edit", "delete", "reveal"):
        assert charlie.post(f"{LIST}/{extension}/{verb}", TYPED).status_code == 404
        assert charlie.post(f"/t/globex/extensions/{extension}/{verb}", TYPED).status_code == 404
    assert charlie.post(f"{LIST}/add", TYPED).status_code == 404
    assert find_extension("acme", "0201").sip_password == "hidden-secret"


def test_it_refuses_a_post_without_token(alice: Pages) -> None:
    extension = add_extension("acme", "0201", sip_password="hidden-secret")
    for verb in (f"{extension}/edit", f"{extension}/delete", f"{extension}/reveal", "add"):
        assert alice.ask("POST", f"{LIST}/{verb}", TYPED).status_code == 400
    assert find_extension("acme", "0201").sip_password == "hidden-secret"
