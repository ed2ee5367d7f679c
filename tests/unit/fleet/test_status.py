"""The status of a phone follows from its facts, and from nothing else."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneprov.fleet.status import ContactFacts, PhoneFacts, PhoneStatus, derive_status
from phoneprov.pbx.link import Reachability

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADDED = PhoneFacts(
    is_disabled=False, has_extension=True, first_check_in_at=None, last_check_in_at=None
)
CHECKED_IN = replace(ADDED, first_check_in_at=NOON, last_check_in_at=NOON)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def contact(**changes: object) -> ContactFacts:
    """A contact that registered at noon for half an hour and answered OPTIONS at once."""
    facts = ContactFacts(
        registered_at=NOON,
        expires_at=NOON + seconds(1800),
        reachability=Reachability.REACHABLE,
        is_probed=True,
        keepalive_at=NOON,
        round_trip_us=23_000,
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def registered(*contacts: ContactFacts) -> PhoneFacts:
    return replace(CHECKED_IN, contacts=contacts, last_registered_at=NOON)


def status(facts: PhoneFacts, after_s: float = 0) -> PhoneStatus:
    return derive_status(facts, NOON + seconds(after_s)).status


def test_it_is_pending_until_the_phone_asks() -> None:
    """R25: added, has not checked in."""
    assert status(ADDED) is PhoneStatus.PENDING


def test_it_stays_pending_however_long_nothing_happens() -> None:
    """R93: only a phone that was registered can be Offline."""
    assert status(ADDED, after_s=10 * 86_400) is PhoneStatus.PENDING


def test_a_fetched_config_alone_is_provisioning() -> None:
    """R25, R90: Registered needs evidence from the registrar or the phone itself."""
    assert status(CHECKED_IN, after_s=86_400) is PhoneStatus.PROVISIONING


def test_a_registered_phone_that_nobody_probes_is_registered() -> None:
    """R91: without any source of reachability it is never called Online."""
    facts = registered(contact(is_probed=False, reachability=Reachability.UNKNOWN))
    assert status(facts, after_s=1700) is PhoneStatus.REGISTERED
    assert "Nothing checks" in derive_status(facts, NOON).reason


def test_a_phone_that_registers_but_does_not_answer_options_is_registered() -> None:
    """R25: registered, not reachable for calls."""
    silent = contact(reachability=Reachability.UNREACHABLE)
    assert status(registered(silent), after_s=30) is PhoneStatus.REGISTERED


def test_an_answered_options_makes_it_online_and_says_so() -> None:
    """R25, R91: Online says on what evidence."""
    verdict = derive_status(registered(contact()), NOON + seconds(11))
    assert verdict.status is PhoneStatus.ONLINE
    assert "23 ms" in verdict.reason


@pytest.mark.parametrize(
    ("silent_for_s", "expected"),
    [(59.9, PhoneStatus.ONLINE), (60, PhoneStatus.OFFLINE), (60.1, PhoneStatus.OFFLINE)],
)
def test_it_is_offline_after_a_minute_without_a_sign_of_life(
    silent_for_s: float, expected: PhoneStatus
) -> None:
    """R26: no keepalive for 60 s or more."""
    assert status(registered(contact()), after_s=silent_for_s) is expected


def test_the_deadline_it_gives_is_the_moment_it_changes() -> None:
    """R26: the job that asks only overdue rows misses none."""
    deadline = derive_status(registered(contact()), NOON).recheck_after
    assert deadline == NOON + seconds(60)
    assert derive_status(registered(contact()), deadline).status is PhoneStatus.OFFLINE


def test_a_refresh_is_a_sign_of_life() -> None:
    """R92: whatever the register interval, a fresh registration counts."""
    refreshed = contact(registered_at=NOON + seconds(50))
    assert status(registered(refreshed), after_s=100) is PhoneStatus.ONLINE


def test_the_tenants_limit_counts() -> None:
    """R92: 60 s is a default per tenant."""
    facts = replace(registered(contact()), keepalive_limit=seconds(120))
    assert status(facts, after_s=119) is PhoneStatus.ONLINE
    assert status(facts, after_s=120) is PhoneStatus.OFFLINE


def test_the_best_of_several_contacts_counts() -> None:
    """A phone that changed its address has an old contact and a new one."""
    old = contact(keepalive_at=NOON - seconds(300), registered_at=NOON - seconds(900))
    for order in itertools.permutations([old, contact()]):
        assert status(registered(*order), after_s=10) is PhoneStatus.ONLINE


def test_a_removed_old_contact_does_not_take_a_live_phone_away() -> None:
    """DESIGN decision 1: never “the last event of the extension wins”."""
    removed = contact(gone_at=NOON + seconds(5))
    assert status(registered(contact(), removed), after_s=10) is PhoneStatus.ONLINE


def test_it_waits_a_minute_after_the_phone_signed_off() -> None:
    """A phone that signs off to reboot is back before it is called Offline."""
    left = registered(contact(gone_at=NOON + seconds(5)))
    assert status(left, after_s=20) is PhoneStatus.REGISTERED
    assert status(left, after_s=60) is PhoneStatus.OFFLINE


def test_it_is_provisioning_again_when_it_asks_after_leaving() -> None:
    """R89: back to Provisioning only if it really left."""
    left = replace(
        registered(contact(gone_at=NOON + seconds(5))), last_check_in_at=NOON + seconds(15)
    )
    assert status(left, after_s=20) is PhoneStatus.PROVISIONING


def test_an_hourly_check_does_not_throw_it_back() -> None:
    """R89: checking in while registered changes nothing."""
    polled = replace(registered(contact()), last_check_in_at=NOON + seconds(30))
    assert status(polled, after_s=40) is PhoneStatus.ONLINE


def test_an_expired_registration_is_offline() -> None:
    """Nobody probes it and its registration ran out."""
    facts = registered(contact(is_probed=False, reachability=Reachability.UNKNOWN))
    assert status(facts, after_s=1800) is PhoneStatus.OFFLINE


def test_a_lost_link_freezes_the_status() -> None:
    """S13: nothing new is known, so nothing changes, and the page can say since when."""
    lost_at = NOON + seconds(20)
    facts = registered(contact(unconfirmed_since_at=lost_at))
    verdict = derive_status(facts, NOON + seconds(86_400))
    assert verdict.status is PhoneStatus.ONLINE
    assert verdict.unconfirmed_since_at == lost_at
    assert verdict.recheck_after is None


def test_disabled_wins_over_everything() -> None:
    """R27, R95: a disabled phone is Disabled, and what the facts say once it is enabled."""
    facts = registered(contact())
    assert status(replace(facts, is_disabled=True)) is PhoneStatus.DISABLED
    assert status(facts) is PhoneStatus.ONLINE


def test_an_unassigned_phone_has_the_status_of_its_check_ins() -> None:
    """R64: it keeps its place in the fleet without an extension."""
    assert status(replace(ADDED, has_extension=False)) is PhoneStatus.PENDING
    assert status(replace(CHECKED_IN, has_extension=False)) is PhoneStatus.PROVISIONING


moments = st.integers(-7200, 7200).map(lambda offset: NOON + seconds(offset))
contacts = st.builds(
    ContactFacts,
    registered_at=st.none() | moments,
    expires_at=st.none() | moments,
    gone_at=st.none() | moments,
    reachability=st.sampled_from(Reachability),
    is_probed=st.booleans(),
    keepalive_at=st.none() | moments,
    round_trip_us=st.none() | st.integers(0, 10**7),
    unconfirmed_since_at=st.none() | moments,
)
any_facts = st.builds(
    PhoneFacts,
    is_disabled=st.booleans(),
    has_extension=st.booleans(),
    first_check_in_at=st.none() | moments,
    last_check_in_at=st.none() | moments,
    contacts=st.lists(contacts, max_size=4).map(tuple),
    last_registered_at=st.none() | moments,
)


@given(any_facts, moments)
def test_the_order_of_contacts_never_matters(facts: PhoneFacts, now: datetime) -> None:
    """R88: events that overtake each other give the same status."""
    turned = replace(facts, contacts=facts.contacts[::-1])
    assert derive_status(facts, now).status is derive_status(turned, now).status


@given(any_facts, moments)
def test_a_phone_that_never_registered_is_never_offline_or_online(
    facts: PhoneFacts, now: datetime
) -> None:
    """R90, R93."""
    never = replace(facts, contacts=(), last_registered_at=None)
    assert derive_status(never, now).status in {
        PhoneStatus.PENDING,
        PhoneStatus.PROVISIONING,
        PhoneStatus.DISABLED,
    }


@given(any_facts, moments)
def test_nothing_changes_before_the_deadline_it_gives(facts: PhoneFacts, now: datetime) -> None:
    """The job that looks only at overdue rows never misses a change to Offline."""
    verdict = derive_status(facts, now)
    if verdict.recheck_after is None or verdict.recheck_after <= now:
        return
    just_before = verdict.recheck_after - timedelta(microseconds=1)
    assert derive_status(facts, just_before).status is verdict.status


def test_each_status_says_what_it_means() -> None:
    """R70: a word with an explanation."""
    assert {one.label for one in PhoneStatus} == {
        "Pending",
        "Provisioning",
        "Registered",
        "Online",
        "Updating",
        "Offline",
        "Disabled",
    }
    assert all(one.meaning.endswith(".") for one in PhoneStatus)


def test_what_a_watching_pbx_told_holds_until_it_tells_otherwise() -> None:
    """R92: no further signs come while nothing changes, and none are needed."""
    verdict = derive_status(registered(contact(is_watched=True)), NOON + seconds(8 * 3600))
    assert verdict.status is PhoneStatus.ONLINE
    assert verdict.recheck_after is None


@pytest.mark.parametrize(("after_s", "expected"), [(59.9, "registered"), (60, "offline")])
def test_silence_at_a_watching_pbx_counts_from_the_last_answer(
    after_s: float, expected: str
) -> None:
    """R26: the PBX says that it stopped answering; the limit runs from when it last did."""
    silent = contact(is_watched=True, reachability=Reachability.UNREACHABLE)
    assert status(registered(silent), after_s) == expected


def test_a_contact_that_its_pbx_has_not_asked_yet_is_registered() -> None:
    """A restarted PBX knows nothing yet, which turns nobody Offline."""
    fresh = contact(is_watched=True, reachability=Reachability.UNKNOWN)
    verdict = derive_status(registered(fresh), NOON + seconds(3600))
    assert verdict.status is PhoneStatus.REGISTERED
    assert "hasn't asked it yet" in verdict.reason


def test_a_watched_contact_that_nobody_probes_is_never_online() -> None:
    """R91: also not after the expiry that was known last; the PBX tells when it goes."""
    unprobed = contact(is_watched=True, is_probed=False, reachability=Reachability.UNREACHABLE)
    verdict = derive_status(registered(unprobed), NOON + seconds(7200))
    assert verdict.status is PhoneStatus.REGISTERED
    assert verdict.recheck_after is None


def test_it_is_updating_while_it_takes_a_firmware() -> None:
    """R128: whatever else is known of it, online or gone, until its time is over."""
    until = NOON + seconds(1200)
    for facts in (registered(contact()), registered(contact(gone_at=NOON)), CHECKED_IN):
        updating = replace(facts, updating_until=until, updating_to="108.87.0.15")
        verdict = derive_status(updating, NOON + seconds(1199))
        assert verdict.status is PhoneStatus.UPDATING
        assert verdict.recheck_after == until
        assert "108.87.0.15" in verdict.reason
        assert "5 to 10 minutes" in verdict.reason
        after = derive_status(updating, until)
        assert after == derive_status(facts, until)


def test_a_disabled_phone_is_disabled_also_while_it_updates() -> None:
    facts = replace(CHECKED_IN, is_disabled=True, updating_until=NOON + seconds(60))
    assert status(facts) is PhoneStatus.DISABLED
