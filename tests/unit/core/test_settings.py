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
