"""The list finds and counts by SQL what the rules say of each phone, with as many queries as ever."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from phoneprov.catalog.loader import load_catalog
from phoneprov.core.clock import utc_now
from phoneprov.fleet.diagnosis.diagnose import diagnose
from phoneprov.fleet.diagnosis.symptoms import Symptom
from phoneprov.fleet.filters import Flag, PhoneFilters
from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.fleet.own_key_models import ON_PHONE, PhoneButton
from phoneprov.fleet.queries import find_phone_details, list_phones
from phoneprov.fleet.status import PhoneStatus
from phoneprov.layouts.models import LayoutButton, LayoutLock
from phoneprov.provisioning.circumstances import read_circumstances
from phoneprov.tenancy.models import Tenant
from phoneprov.vendors.config import ButtonKind
from tests.factories import ButtonLayoutFactory
from tests.integration.web.phones.values import LIST, contact, counted, keep
from tests.integration.web.rows import (
    add_extension,
    add_pbx,
    add_phone,
    change_pbx,
    find_phone,
    open_session,
    put_on_pbx,
)
from tests.pages import Pages

OLD = timedelta(hours=2)


def ago(span: timedelta = OLD) -> datetime:
    return utc_now() - span


STATES: dict[str, dict[str, Any]] = {
    "in its box": {"status": PhoneStatus.PENDING, "status_since_at": ago()},
    "just added": {"status": PhoneStatus.PENDING},
    "waited out": {
        "status": PhoneStatus.PENDING,
        "window_opened_at": ago(),
        "window_waits_until": ago(timedelta(hours=1)),
    },
    "refused": {
        "status": PhoneStatus.PENDING,
        "refused_at": ago(),
        "refused_by": "window_closed",
    },
    "refused for its MAC": {
        "status": PhoneStatus.PENDING,
        "refused_at": ago(),
        "refused_by": "wrong_mac",
    },
    "refused for a MAC that is named": {
        "status": PhoneStatus.PROVISIONING,
        "refused_at": ago(),
        "refused_by": "wrong_mac",
        "told_mac": "805ec0ffffff",
    },
    "away and refused": {
        "status": PhoneStatus.OFFLINE,
        "refused_at": ago(),
        "refused_by": "window_closed",
    },
    "there, and somebody refused": {
        "status": PhoneStatus.ONLINE,
        "refused_at": ago(),
        "refused_by": "window_closed",
    },
    "stuck": {"status": PhoneStatus.PROVISIONING, "status_since_at": ago()},
    "with an old config": {"status": PhoneStatus.PROVISIONING, "fetched_at": ago()},
    "on its way": {"status": PhoneStatus.PROVISIONING, "fetched_at": utc_now()},
    "unassigned": {
        "status": PhoneStatus.PROVISIONING,
        "status_since_at": ago(),
        "extension_id": None,
    },
    "unwritable": {"status": PhoneStatus.ONLINE, "unwritable_reason": "a value that can't go"},
    "another model": {"status": PhoneStatus.ONLINE, "told_model": "yealink-t54w"},
    "registration refused": {
        "status": PhoneStatus.OFFLINE,
        "last_registered_at": ago(),
        "register_failed_at": ago(timedelta(hours=1)),
    },
    "registration refused long ago": {
        "status": PhoneStatus.ONLINE,
        "last_registered_at": ago(timedelta(hours=1)),
        "register_failed_at": ago(),
    },
    "disabled": {
        "status": PhoneStatus.DISABLED,
        "disabled_at": ago(),
        "told_mac": "805ec0ffffff",
        "refused_at": ago(),
        "unwritable_reason": "a value that can't go",
    },
    "well": {"status": PhoneStatus.ONLINE, "agent_model": "SIP-T46U"},
}
CONTACTS: dict[str, dict[str, Any]] = {
    "its own": {"agent_model": "SIP-T46U"},
    "unnamed": {"agent_model": ""},
    "foreign": {"agent_model": "Zoiper"},
    "foreign and gone": {"agent_model": "Zoiper", "gone_at": utc_now()},
    "rewritten": {"uri": "sip:201@203.0.113.9:40111", "source": "203.0.113.9:40111",
                  "public_port": 40111},
    "on its port": {"uri": "sip:201@203.0.113.9:5060", "source": "203.0.113.9:5060",
                    "public_port": 5060},
    "nobody's": {"phone_id": None, "aor": "201@sip.example.net"},
    "nobody's elsewhere": {"phone_id": None, "aor": "201@sip.globex.example"},
}  # fmt: skip


def own(module: int, kind: ButtonKind | None, value: str, phone_id: int = 0) -> PhoneButton:
    """Return a key that a phone has of its own, the third on it or on a module."""
    return PhoneButton(phone_id=phone_id, module=module, position=3, kind=kind, value=value)


def by_rules(phone_id: int) -> set[str]:
    """Return the symptoms that the page's findings name."""
    with open_session() as session:
        phone = find_phone(phone_id)
        details = find_phone_details(session, phone.tenant_id, phone_id, now=utc_now())
        assert details is not None
        known = read_circumstances(
            session, load_catalog(), details, address="http://x/prov/", now=utc_now()
        )
        return {one.symptom.value for one in diagnose(known) if one.symptom is not None}


def by_query(phone_id: int) -> set[str]:
    """Return the symptoms by which the list finds the phone, each counted as it is found."""
    with open_session() as session:
        tenant = session.get_one(Tenant, find_phone(phone_id).tenant_id)
        found = set()
        for symptom in Symptom:
            filters = PhoneFilters(flags=(Flag(symptom.value),))
            page = list_phones(session, load_catalog(), tenant, filters, now=utc_now())
            assert page.counts.by_flag[Flag(symptom.value)] == page.total
            if page.total:
                found.add(symptom.value)
        return found


def set_up(**fields: Any) -> tuple[int, int]:
    """Add a phone of acme's on 201; return it and its PBX."""
    pbx_id = add_pbx("Main")
    put_on_pbx("acme", pbx_id)
    values = {"extension_id": add_extension("acme", "201"), "added_at": ago(), **fields}
    return add_phone("acme", "805ec01a2b3c", **values), pbx_id


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("state", STATES)
def test_page_and_list_agree_on_each_state(state: str) -> None:
    """R131: what a card names is what the filter finds."""
    phone_id, _ = set_up(**STATES[state])
    assert by_rules(phone_id) == by_query(phone_id)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("which", CONTACTS)
def test_page_and_list_agree_on_each_contact(which: str) -> None:
    """R131: for what the registrar tells, too."""
    phone_id, pbx_id = set_up(status=PhoneStatus.ONLINE, agent_model="SIP-T46U")
    row = contact(phone_id, pbx_id)
    for name, value in CONTACTS[which].items():
        setattr(row, name, value)
    keep(row)
    found = by_query(phone_id)
    assert by_rules(phone_id) == found
    wanted = {"foreign": {"calls_fail"}, "nobody's": {"calls_fail"}, "rewritten": {"one_way_audio"}}
    assert found == wanted.get(which, set())


OWN_KEYS: dict[str, tuple[list[PhoneButton], bool, bool]] = {
    "of the layout": ([], False, True),
    "covered by its own": ([own(ON_PHONE, ButtonKind.SPEED_DIAL, "0301234")], False, False),
    "emptied here": ([own(ON_PHONE, None, "")], False, False),
    "covered, and locked": ([own(ON_PHONE, None, "")], True, True),
    "its own is dead": ([own(ON_PHONE, ButtonKind.BLF, "299")], False, True),
    "covered on a module that is gone": ([own(1, ButtonKind.BLF, "299")], False, True),
}
"""The phone's own keys in the place of a dead BLF of its layout, whether the layout locked it, and
whether the phone has a dead lamp then."""


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("which", OWN_KEYS)
def test_page_and_list_agree_on_keys_of_its_own(which: str) -> None:
    """R59, R131: a key that the phone has of its own counts, unless its layout locked it."""
    rows, is_locked, is_dead = OWN_KEYS[which]
    phone_id, _ = set_up(status=PhoneStatus.ONLINE)
    with open_session() as session:
        phone = session.get_one(Phone, phone_id)
        layout = ButtonLayoutFactory(tenant_id=phone.tenant_id, model_slug="yealink-t46u")
        session.add(LayoutButton(layout_id=layout.id, position=3, kind=ButtonKind.BLF, value="298"))
        if is_locked:
            session.add(LayoutLock(layout_id=layout.id, position=3))
        phone.button_layout_id = layout.id
        for row in rows:
            session.add(own(row.module, row.kind, row.value, phone_id))
        session.commit()
    assert by_rules(phone_id) == by_query(phone_id) == ({"lamps_stuck"} if is_dead else set())


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("number", [0, 1])
def test_page_and_list_agree_on_own_keys_of_a_module(number: int) -> None:
    """R59: one without a layout as well."""
    phone_id, _ = set_up(status=PhoneStatus.ONLINE)
    keep(own(1, ButtonKind.BLF, "299", phone_id))
    if number:
        keep(PhoneModule(phone_id=phone_id, number=number, module_slug="yealink-exp43"))
    assert by_rules(phone_id) == by_query(phone_id) == ({"lamps_stuck"} if number else set())


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize(
    ("aor", "is_its_own"),
    [("201-acme", True), ("201-acme@sip.example.net", True), ("201-globex", False), ("201", False)],
)
def test_page_and_list_agree_on_names_of_the_pbx(aor: str, *, is_its_own: bool) -> None:
    """R131: where the PBX names extensions by number and tenant."""
    phone_id, pbx_id = set_up(status=PhoneStatus.ONLINE)
    change_pbx(pbx_id, endpoint_pattern="{number}-{tenant}")
    row = contact(phone_id, pbx_id, aor=aor)
    row.phone_id = None
    keep(row)
    assert by_rules(phone_id) == by_query(phone_id) == ({"calls_fail"} if is_its_own else set())


def test_a_phone_in_its_box_needs_no_attention(alice: Pages) -> None:
    """It is counted as stuck on Pending, and not among those that somebody must look after."""
    set_up(**STATES["in its box"])
    page = alice.get(LIST)
    assert page.select_text("#count-stuck_pending") == "1"
    assert page.select_text("#count-attention") == "0"


def test_more_phones_cost_no_more_queries(app: Flask, alice: Pages) -> None:
    """R131: the counts are conditions of the one query that counts anyway."""
    set_up(**STATES["stuck"])
    alice.get(LIST)
    with counted(app) as few:
        alice.get(LIST)
    for number in range(30):
        add_phone("acme", f"805ec07000{number:02x}", **STATES["stuck"])
    with counted(app) as many:
        alice.get(LIST)
    assert len(many) == len(few)
