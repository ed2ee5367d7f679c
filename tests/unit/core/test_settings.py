"""A wrong setting stops the start, and says which and what it takes."""

import pytest

from phoneprov.core.errors import SettingsError
from phoneprov.core.settings import load_settings


def test_it_has_defaults_for_a_first_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """R67: nothing has to be set."""
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert settings.address_for_phones == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PHONEPROV_PORT", "eighty"),
        ("PHONEPROV_PORT", "70000"),
        ("PHONEPROV_PUBLIC_URL", "phones.example.net"),
        ("PHONEPROV_TRUSTED_PROXIES", "10.0.0.1/33"),
        ("PHONEPROV_THREADS", "1"),
        ("PHONEPROV_LOG_LEVEL", "loud"),
    ],
)
def test_it_names_the_wrong_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}: .*It takes: "):
        load_settings()


def test_it_refuses_a_public_address_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONEPROV_HOST", "0.0.0.0")
    with pytest.raises(SettingsError, match="PHONEPROV_ALLOW_PLAIN_HTTP=1"):
        load_settings().check_exposure()
    monkeypatch.setenv("PHONEPROV_ALLOW_PLAIN_HTTP", "1")
    load_settings().check_exposure()


def test_it_takes_several_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHONEPROV_TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    assert len(load_settings().trusted_proxies) == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("smtp_url", "mail.example.net"),
        ("smtp_url", "http://mail.example.net"),
        ("smtp_url", "smtp://user:canary@mail.example.net:25"),
        ("mail_from", "nobody"),
        ("mail_from", "a@example.net, b@example.net"),
        ("mail_from", "a@example.net\nBcc: b@example.net"),
        ("webhook_allow", "hooks.example.net"),
        ("webhook_allow", "hooks.example.net:x"),
    ],
)
def test_mail_and_webhooks_are_checked_at_the_start(name: str, value: str) -> None:
    """The message names the variable; what it refused may hold a password."""
    with pytest.raises(SettingsError, match=f"PHONEPROV_{name.upper()}") as caught:
        load_settings(**{name: value})
    assert "canary" not in str(caught.value)


def test_half_of_the_mail_settings_is_a_mistake() -> None:
    load_settings(smtp_url="smtps://mail.example.net", mail_from="a@example.net").check_mail()
    with pytest.raises(SettingsError, match="PHONEPROV_MAIL_FROM"):
        load_settings(smtp_url="smtps://mail.example.net").check_mail()
    with pytest.raises(SettingsError, match="PHONEPROV_SMTP_URL"):
        load_settings(mail_from="a@example.net").check_mail()


def test_exact_entries_are_read_whole() -> None:
    settings = load_settings(webhook_allow="127.0.0.1:9000, Hooks.lan:80 ,")
    assert settings.webhook_allow == {"127.0.0.1:9000", "hooks.lan:80"}
    assert "canary" not in repr(load_settings(smtp_url="smtps://u:canary@mail.example.net"))
