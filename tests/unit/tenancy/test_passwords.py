"""Which passwords are taken, and how they are kept."""

import threading

import pytest

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy import passwords
from phoneprov.tenancy.passwords import BusyError, check_password, hash_password, is_password
from phoneprov.tenancy.users import make_password


@pytest.mark.parametrize(
    "password",
    [
        "",
        "elevenchars",
        "x" * 129,
        "aaaaaaaaaaaaaa",
        "abababababab",
        "123456789012",
        "abcdefghijklm",
        "QWERTYUIOPASD",
        "alice.adams12",
    ],
)
def test_it_refuses_what_is_guessed_first(password: str) -> None:
    with pytest.raises(InvalidValueError) as caught:
        check_password(password, email="alice.adams@acme.example")
    assert caught.value.field == "password"


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "пароль для входа", "🦊🐢🐙🦉🐝 zoo animals", "x9$Kq2!mZ7&p"],
)
def test_it_takes_words_and_any_script(password: str) -> None:
    check_password(password, email="alice@acme.example")


def test_a_hash_is_argon2id_and_salted() -> None:
    """S10: argon2id with 64 MiB and 3 passes, never the same twice."""
    one, two = hash_password("correct horse battery"), hash_password("correct horse battery")
    assert one.startswith("$argon2id$v=19$m=65536,t=3,")
    assert one != two
    assert is_password(one, "correct horse battery")
    assert not is_password(one, "correct horse batter")


def test_nobody_has_the_password_of_no_account() -> None:
    assert not is_password(None, "")
    assert not is_password(None, "correct horse battery")


def test_an_unknown_account_costs_as_much_as_a_known_one() -> None:
    """The stand-in hash has today's settings; otherwise its time would tell (S10)."""
    assert not passwords.needs_new_hash(passwords._NOBODY)


def test_it_sends_away_what_would_hold_too_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two hash, two wait, the fifth is told to come back."""
    started, go_on = threading.Barrier(3), threading.Event()

    class SlowHasher:
        def verify(self, *pair: object) -> bool:
            assert len(pair) == 2
            started.wait(5)
            go_on.wait(5)
            return True

    monkeypatch.setattr(passwords, "_hasher", SlowHasher())
    threads = [threading.Thread(target=is_password, args=("x", "y")) for _ in range(2)]
    for thread in threads:
        thread.start()
    started.wait(5)
    waiting = [passwords._room.acquire(blocking=False) for _ in range(passwords.MOST_WAITING)]
    try:
        assert all(waiting)
        with pytest.raises(BusyError):
            is_password("x", "y")
    finally:
        for _ in waiting:
            passwords._room.release()
        go_on.set()
        for thread in threads:
            thread.join(5)


def test_a_first_password_is_strong_and_can_be_read_out() -> None:
    made = {make_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        check_password(password)
        assert not set(password) & set("l1o0")
