"""Roll-outs on their pages: choose, plan, start, watch, halt, resume, cancel, retry (R53, R54)."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from phoneprov.core.clock import utc_now
from phoneprov.firmware.rollout_models import PartState, RolloutState
from tests.integration.web.rollouts.conftest import (
    NEW,
    OLD,
    add_image,
    add_old_phones,
    add_window,
    find_rollouts,
    set_phone,
    set_rollout,
    states_of,
)
from tests.integration.web.rows import add_extension, add_phone
from tests.pages import Answer, Pages

PAGE = "/t/acme/rollouts"
GOOD = {
    "timing": "now",
    "canary_phones": "1",
    "verify_minutes": "15",
    "batch_phones": "2",
    "max_failures": "1",
    "ends_days": "14",
    "name": "",
}
LIVE = {"HX-Request": "true"}


def ask(person: Pages, ids: Sequence[int], image: int, **fields: str) -> Answer:
    values = {**GOOD, "ids": ",".join(map(str, ids)), "firmware": str(image), **fields}
    return person.post(f"{PAGE}/plan", values)


def start(person: Pages, count: int = 3, **fields: str) -> tuple[str, list[int]]:
    """Start a roll-out of so many phones; return its address and their ids."""
    image, ids = add_image(), add_old_phones(count)
    answer = ask(person, ids, image, start="1", **fields)
    assert answer.status_code == 303, answer.text
    return answer.location, ids


def test_an_empty_list_says_what_a_rollout_is(alice: Pages, bob: Pages) -> None:
    assert "No firmware was rolled out yet" in alice.get(PAGE).text
    assert not bob.get(PAGE).soup.select("main .actions a.primary")


def test_all_of_a_model_are_updated_from_the_versions_in_use(alice: Pages) -> None:
    """R53: one button a model, for those that are behind and those that are not yet known to be."""
    add_image()
    add_old_phones(3)
    add_phone("acme", "c074ad000001", model_slug="grandstream-gxp2170")
    link = alice.get("/t/acme/firmware").soup.select_one("#update-yealink-t46u")
    assert link is not None
    assert link.get_text(" ", strip=True).startswith("Update all 3 phones…")
    page = alice.get(str(link["href"]))
    assert page.select_text("h1") == "Update firmware of 3 phones"
    assert "newer for 3 of 3 phones" in page.select_text("#field-firmware")


def test_ticked_phones_come_from_the_list(alice: Pages) -> None:
    """The list's own way to many phones has the roll-out as its first choice."""
    add_image()
    ids = add_old_phones(2)
    page = alice.post("/t/acme/bulk/new", {"scope": "ticked", "phone": [str(one) for one in ids]})
    assert page.soup.select_one("input[name=action][value=update_firmware]")
    carried = page.soup.select('main [name="ids"]')[0]["value"]
    form = alice.post("/t/acme/bulk/plan", {"ids": str(carried), "action": "update_firmware"})
    assert form.select_text("h1") == "Update firmware of 2 phones"
    direct = alice.post(f"{PAGE}/new", {"scope": "all", "filter": "model=yealink-t46u"})
    assert direct.select_text("h1") == "Update firmware of 2 phones"


def test_without_phones_it_says_so(alice: Pages) -> None:
    assert alice.post(f"{PAGE}/new", {"scope": "ticked"}).status_code == 303


def test_what_is_filled_in_suits_the_number(alice: Pages) -> None:
    """With windows it keeps to them; without any, when is left to the person."""
    add_image()
    add_old_phones(12)
    form = alice.get(f"{PAGE}/new?model=yealink-t46u").soup
    values = {one: form.select_one(f"#{one}")["value"] for one in ("canary_phones", "max_failures")}  # type: ignore[index]
    assert values == {"canary_phones": "3", "max_failures": "3"}
    assert not form.select("input[name=timing][checked]")
    add_window()
    form = alice.get(f"{PAGE}/new?model=yealink-t46u").soup
    assert form.select_one("input[name=timing][checked]")["value"] == "windows"  # type: ignore[index]


def test_the_library_may_have_nothing(alice: Pages, petra: Pages) -> None:
    add_old_phones(1)
    assert "The library has nothing" in alice.get(f"{PAGE}/new").text
    assert petra.get(f"{PAGE}/new").soup.select_one("main a[href='/firmware/add']")


def test_the_plan_says_who_goes_where_and_who_is_left_alone(alice: Pages) -> None:
    """R53, R127, R128: from → to, reasons, waves, 5–10 minutes offline; nothing is done yet."""
    image, ids = add_image(), add_old_phones(4)
    seen = {"first_check_in_at": utc_now()}
    new = add_phone(
        "acme",
        "805ec0009001",
        firmware=NEW,
        display_name="New one",
        extension_id=add_extension("acme", "301"),
        **seen,
    )
    other = add_phone(
        "acme",
        "c074ad000001",
        model_slug="grandstream-gxp2170",
        extension_id=add_extension("acme", "302"),
        **seen,
    )
    page = ask(alice, [*ids, new, other], image)
    assert page.status_code == 200
    assert page.select_text("#will-title") == f"4 phones go to {NEW}"
    assert f"{OLD} → {NEW} 4Desk 1, Desk 2, Desk 3, Desk 4" in page.select_text(
        "[aria-labelledby=will-title] dl"
    )
    assert "offline for 5–10 minutes" in page.text
    left = page.select_text("[aria-labelledby=left-title]")
    assert f"It runs {NEW} already. 1New one" in left
    assert "is not for this phone's model" in left
    waves = page.soup.select("[aria-labelledby=waves-title] tbody tr")
    assert next(" ".join(one.get_text(" ").split()) for one in waves).startswith("Canary 1 Desk 1")
    assert len(waves) == 3
    assert "stay registered for 15 min." in waves[0].get_text()
    assert find_rollouts() == []


def test_windows_are_named_by_the_phones_clock(alice: Pages) -> None:
    """R130: before it starts, each wave says when it can begin."""
    image, ids = add_image(), add_old_phones(2)
    add_window(weekdays=0b1111111)
    page = ask(alice, ids, image, timing="windows")
    assert "(Europe/Berlin)" in page.select_text("[aria-labelledby=waves-title] tbody tr")


def test_in_windows_without_a_window_is_refused(alice: Pages) -> None:
    image, ids = add_image(), add_old_phones(2)
    answer = ask(alice, ids, image, timing="windows")
    assert answer.status_code == 422
    assert "maintenance window" in answer.select_text("#field-timing .error")


def test_it_starts_once_however_often_it_is_pressed(alice: Pages) -> None:
    """R128: the second press finds all its phones in the first one."""
    image, ids = add_image(), add_old_phones(3)
    pressed = {"start": "1", "name": "Clock repair"}
    first = ask(alice, ids, image, order_key="once", **pressed)
    assert first.status_code == 303
    second = ask(alice, ids, image, order_key="once", **pressed)
    assert (second.status_code, second.location) == (303, first.location)
    third = ask(alice, ids, image, order_key="another form", **pressed)
    assert third.status_code == 422
    assert "It is in the roll-out “Clock repair”." in third.text
    assert len(find_rollouts()) == 1
    (rollout,) = find_rollouts()
    assert (rollout.to_version, rollout.canary_phones, rollout.batch_phones) == (NEW, 1, 2)
    assert states_of(rollout.id) == [PartState.WAITING] * 3
    assert "Clock repair" in alice.get(PAGE).select_text(f"#rollout-{rollout.id}")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("firmware", "999", "Choose the firmware."),
        ("firmware", "", "Choose the firmware."),
        ("timing", "", "Choose when."),
        ("timing", "<b>", "Choose when."),
        ("canary_phones", "-1", "Enter a number"),
        ("canary_phones", "", "Enter a number from 1 to 50."),
        ("verify_minutes", "9999999", "Enter a number from 0 to 10,080."),
        ("batch_phones", "0", "Enter a number from 1 to 200."),
        ("max_failures", "٣", "Enter a number in digits only."),
        ("ends_days", "91", "Enter a number from 1 to 90."),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    alice: Pages, field: str, value: str, said: str
) -> None:
    """What was typed stays, the phones too, and nothing is started."""
    image, ids = add_image(), add_old_phones(2)
    answer = ask(alice, ids, image, **{field: value, "name": "<i>mine", "start": "1"})
    assert answer.status_code == 422
    assert said in answer.select_text(f"#field-{field} .error")
    assert answer.soup.select_one("#name")["value"] == "<i>mine"  # type: ignore[index]
    assert answer.soup.select('main [name="ids"]')[0]["value"] == ",".join(map(str, ids))
    assert find_rollouts() == []


@pytest.mark.parametrize("name", ["a\0b", "a\u202eb", "x" * 300])
def test_a_name_that_can_t_be_shown_is_refused(alice: Pages, name: str) -> None:
    image, ids = add_image(), add_old_phones(1)
    answer = ask(alice, ids, image, name=name, start="1")
    assert answer.status_code == 422
    assert answer.select_text("#field-name .error")
    assert find_rollouts() == []


@pytest.mark.parametrize("key", ["a\0b", "x" * 5000, "<script>"])
def test_a_forms_key_that_is_none_of_ours_counts_as_none(alice: Pages, key: str) -> None:
    image, ids = add_image(), add_old_phones(1)
    assert ask(alice, ids, image, start="1", order_key=key).status_code == 303
    assert find_rollouts()[0].order_key is None


@pytest.mark.parametrize("posted", ["", "x", "1,,2;3", "-1", "9" * 40, "0"])
def test_ids_that_are_none_do_nothing(alice: Pages, posted: str) -> None:
    answer = alice.post(f"{PAGE}/plan", {**GOOD, "ids": posted, "start": "1"})
    assert answer.status_code == 422
    assert find_rollouts() == []


def test_another_tenants_phones_are_none_here(charlie: Pages) -> None:
    """R65."""
    image, ids = add_image(), add_old_phones(2)
    values = {**GOOD, "ids": ",".join(map(str, ids)), "firmware": str(image), "start": "1"}
    answer = charlie.post("/t/globex/rollouts/plan", values)
    assert answer.status_code == 422
    assert "Desk 1" not in answer.text
    assert find_rollouts() == []


def test_its_page_says_how_far_it_is(alice: Pages, bob: Pages) -> None:
    """R53, R129: states, failures by their reason, the waves."""
    where, ids = start(alice)
    (rollout,) = find_rollouts()
    set_phone(rollout.id, ids[0], state=PartState.DONE)
    set_phone(
        rollout.id,
        ids[1],
        state=PartState.FAILED,
        reason="It came back with the old version.",
    )
    page = alice.get(where)
    assert "1 of 3 done, 1 failed" in page.select_text("#rollout-total")
    failed = page.select_text("[aria-labelledby=failures-title]")
    assert "It came back with the old version. 1Desk 2" in failed
    assert "Canary" in page.select_text("#wave-0")
    only = alice.get(f"{where}?state=failed")
    assert [one.get_text(strip=True) for one in only.soup.select("#part-phones tbody th")] == [
        "Desk 2"
    ]
    assert (
        len(
            alice.get(f"{where}?state=nonsense&wave=-4&page=99").soup.select(
                "#part-phones tbody tr"
            )
        )
        == 3
    )
    looked = bob.get(where)
    assert looked.status_code == 200
    assert not looked.soup.select("#halt-rollout, #cancel-rollout")


def test_an_open_page_is_told_what_changed_and_no_more(alice: Pages) -> None:
    where, ids = start(alice)
    (rollout,) = find_rollouts()
    poll = alice.get(where).soup.select_one("#rollout-poll")
    assert poll is not None
    assert alice.get(str(poll["hx-get"]), headers=LIVE).status_code == 204
    set_phone(rollout.id, ids[0], state=PartState.UPDATING)
    news = alice.get(str(poll["hx-get"]), headers=LIVE)
    assert not news.is_page
    assert "1 updating" in news.select_text("#part-standing")
    assert not news.soup.select("#part-events")
    set_rollout(rollout.id, state=RolloutState.DONE, closed_at=utc_now())
    last = alice.get(str(poll["hx-get"]), headers=LIVE)
    assert not last.soup.select("#rollout-poll"), "it asks no more"
    assert alice.get(str(poll["hx-get"])).status_code == 303


def test_it_says_until_when_the_first_are_watched(alice: Pages) -> None:
    where, ids = start(alice)
    (rollout,) = find_rollouts()
    set_phone(rollout.id, ids[0], state=PartState.DONE)
    set_rollout(rollout.id, verify_until=utc_now() + timedelta(minutes=10))
    assert "It must stay registered; the first batch follows at" in alice.get(where).select_text(
        "#rollout-standing"
    )


def test_it_says_what_phones_wait_for(alice: Pages) -> None:
    """R129: away, in a call, too little left of the window: each named, with how many."""
    where, ids = start(alice, canary_phones="3")
    (rollout,) = find_rollouts()
    for phone_id in ids[:2]:
        set_phone(rollout.id, phone_id, reason="It is away; it keeps its turn.")
    set_phone(rollout.id, ids[2], reason="It waits until the call on the phone has ended.")
    waits = alice.get(where).select_text("#rollout-waits")
    assert "2 phones: It is away; it keeps its turn." in waits
    assert "1 phone: It waits until the call" in waits


def test_two_of_the_same_name_are_told_apart(alice: Pages) -> None:
    """What happened in one is not told of the other."""
    image, ids = add_image(), add_old_phones(2)
    for phone_id in ids:
        ask(alice, [phone_id], image, start="1", name="Clock repair", order_key=str(phone_id))
    first, second = find_rollouts()
    alice.post(f"{PAGE}/{first.id}/halt", {})
    assert "Halted by alice" in alice.get(f"{PAGE}/{first.id}").select_text("#part-events")
    other = alice.get(f"{PAGE}/{second.id}").select_text("#part-events")
    assert "Started by alice" in other
    assert "Halted" not in other


def test_it_is_halted_and_resumed(alice: Pages) -> None:
    """Each is asked first; a second time nothing more is done."""
    where, _ = start(alice)
    asked = alice.get(f"{where}/halt")
    assert "Nothing new is begun: 3 phones keep waiting." in asked.text
    assert find_rollouts()[0].state is RolloutState.RUNNING
    assert alice.post(f"{where}/halt", {}).status_code == 303
    assert find_rollouts()[0].state is RolloutState.HALTED
    again = alice.post(f"{where}/halt", {})
    assert again.status_code == 422
    assert "It is halted." in again.text
    page = alice.get(where)
    assert page.soup.select_one("#halted-why")
    assert page.soup.select_one("#halt-rollout") is None
    assert "It goes on with the 3 phones that wait." in alice.get(f"{where}/resume").text
    alice.post(f"{where}/resume", {})
    assert find_rollouts()[0].state is RolloutState.RUNNING


def test_it_is_cancelled_for_those_that_wait(alice: Pages) -> None:
    where, ids = start(alice)
    set_phone(find_rollouts()[0].id, ids[0], state=PartState.DONE)
    asked = alice.get(f"{where}/cancel")
    assert asked.select_text("main button") == "Cancel for 2 phones"
    alice.post(f"{where}/cancel", {})
    (rollout,) = find_rollouts()
    assert rollout.state is RolloutState.CANCELLED
    assert states_of(rollout.id) == [
        PartState.DONE,
        PartState.CANCELLED,
        PartState.CANCELLED,
    ]
    assert alice.post(f"{where}/cancel", {}).status_code == 422


def test_those_that_failed_get_another_turn(alice: Pages) -> None:
    where, ids = start(alice)
    (rollout,) = find_rollouts()
    assert alice.post(f"{where}/retry", {}).status_code == 422
    set_phone(rollout.id, ids[0], state=PartState.FAILED, reason="Not back in time.")
    assert alice.get(where).soup.select_one("#retry-rollout")
    assert alice.post(f"{where}/retry", {}).status_code == 303
    assert PartState.FAILED not in states_of(rollout.id)


def test_after_its_end_what_failed_goes_into_another_one(alice: Pages, bob: Pages) -> None:
    """No dead end: the phones that failed are carried into a new form."""
    where, ids = start(alice)
    (rollout,) = find_rollouts()
    set_phone(rollout.id, ids[1], state=PartState.FAILED, reason="Not back in time.")
    set_rollout(rollout.id, state=RolloutState.DONE, closed_at=utc_now())
    refused = alice.post(f"{where}/retry", {})
    assert refused.status_code == 422
    assert "Start another one" in refused.text
    page = alice.get(where)
    assert page.soup.select_one("#retry-rollout") is None
    carried = [one["value"] for one in page.soup.select("main input[name=phone]")]
    assert carried == [str(ids[1])]
    form = alice.post(f"{PAGE}/new", {"phone": carried})
    assert form.select_text("h1") == "Update firmware of 1 phone"
    assert bob.get(where).soup.select_one("#again-rollout") is None


def test_a_viewer_starts_and_stops_nothing(alice: Pages, bob: Pages) -> None:
    where, ids = start(alice)
    for verb in ("halt", "resume", "retry", "cancel"):
        assert bob.get(f"{where}/{verb}").status_code == 403
        assert bob.post(f"{where}/{verb}", {}).status_code == 403
    assert ask(bob, ids, 1).status_code == 403
    assert find_rollouts()[0].state is RolloutState.RUNNING


def test_another_tenants_is_not_there(alice: Pages, charlie: Pages) -> None:
    """R65: neither the pages nor an id below one's own address."""
    where, _ = start(alice)
    number = find_rollouts()[0].id
    assert charlie.get(where).status_code == 404
    for path in ("", "/live", "/halt", "/resume", "/retry", "/cancel"):
        assert charlie.get(f"/t/globex/rollouts/{number}{path}").status_code == 404
    assert charlie.post(f"/t/globex/rollouts/{number}/cancel", {}).status_code == 404
    assert "Desk" not in charlie.get("/t/globex/rollouts").text


def test_without_the_token_nothing_is_done(alice: Pages) -> None:
    where, ids = start(alice)
    for path in (f"{PAGE}/new", f"{PAGE}/plan", f"{where}/halt", f"{where}/cancel"):
        assert alice.client.post(path, data={"ids": str(ids[0]), **GOOD}).status_code == 400
    assert find_rollouts()[0].state is RolloutState.RUNNING


def test_a_name_is_only_text(alice: Pages) -> None:
    """S11: on the list, the page, the questions."""
    where, _ = start(alice, name="<script>alert(1)</script>")
    for path in (PAGE, where, f"{where}/halt"):
        page = alice.get(path)
        assert "&lt;script&gt;alert(1)" in page.text
