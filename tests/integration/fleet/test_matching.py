"""Whose a contact is, where tenants share a PBX and its numbers."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from phoneprov.fleet.models import Phone, Registration
from phoneprov.fleet.pbx_changes import update_pbx
from phoneprov.fleet.refresh import refresh_statuses
from phoneprov.fleet.registrations import apply_snapshot
from phoneprov.fleet.status import PhoneStatus
from phoneprov.pbx.link import ContactState, Reachability, Snapshot
from phoneprov.pbx.pbxs import PbxDraft
from phoneprov.tenancy.models import Tenant
from tests.integration.rows import ALICE, MAC, NOON, World

THEIR_MAC = "805ec0bbbbbb"


def observe(world: World, *aors: str, agent: str = "some phone") -> None:
    """Take a snapshot in which these addresses of record are registered and answer."""
    contacts = tuple(
        ContactState(
            aor=aor,
            uri=f"sip:{number}@10.1.1.7:5060",
            user_agent=agent,
            registered_at=NOON,
            keepalive_at=NOON,
            reachability=Reachability.REACHABLE,
            is_probed=True,
            is_watched=True,
        )
        for number, aor in enumerate(aors)
    )
    touched = apply_snapshot(
        world.session, world.pbx.id, Snapshot(taken_at=NOON, contacts=contacts)
    )
    world.session.flush()
    refresh_statuses(world.session, touched, NOON)
    world.session.flush()


def owners(world: World) -> dict[str, int | None]:
    return {one.aor: one.phone_id for one in world.session.scalars(select(Registration))}


def phone_of(world: World, tenant: Tenant, mac: str = THEIR_MAC) -> Phone:
    line = world.extension(tenant=tenant)
    return world.phone(mac=mac, extension=line, tenant=tenant)


def draft(world: World, **changes: object) -> PbxDraft:
    kept = PbxDraft(
        name=world.pbx.name,
        kind="kamailio",
        sip_domain=world.pbx.sip_domain,
        registrar_host=world.pbx.registrar_host,
        registrar_port=world.pbx.registrar_port,
        link_address="http://127.0.0.1:8090/RPC",
    )
    return replace(kept, **changes)  # type: ignore[arg-type]


def test_a_number_that_two_tenants_have_is_nobodys_without_more(world: World) -> None:
    """R65: also where only one of them has a phone on it: it may be the other's softphone."""
    ours = world.phone(extension=world.extension())
    world.extension(tenant=world.other_tenant())
    observe(world, "201")
    assert ours.status == PhoneStatus.PENDING
    row = world.session.scalars(select(Registration)).one()
    assert (
        row.match_note == "several tenants on this PBX have this extension and can't be told apart"
    )


def test_the_mac_address_tells_them_apart(world: World) -> None:
    ours = world.phone(extension=world.extension())
    phone_of(world, world.other_tenant())
    observe(world, "201", agent=f"Yealink SIP-T46U 108.86.0.90 {MAC}")
    assert owners(world) == {"201": ours.id}


@pytest.mark.parametrize(
    ("pattern", "our_name", "their_name"),
    [
        ("{number}-{tenant}", "201-acme", "201-globex"),
        ("{tenant}-{number}", "acme-201", "globex-201"),
        ("{domain}_{number}", "sip.acme.example_201", "sip.globex.example_201"),
        ("{number}@{domain}", "201@sip.acme.example", "201@sip.globex.example"),
        ("{tenant}_{user}", "acme_201", "globex_201"),
    ],
)
def test_the_name_of_an_endpoint_tells_them_apart(
    world: World, pattern: str, our_name: str, their_name: str
) -> None:
    """R65."""
    world.pbx.endpoint_pattern = pattern
    ours = world.phone(extension=world.extension())
    theirs = phone_of(world, world.other_tenant(sip_domain="sip.globex.example"))
    observe(world, our_name, their_name, "201")
    assert owners(world) == {our_name: ours.id, their_name: theirs.id, "201": None}


def test_no_user_name_that_a_tenant_types_reaches_into_another(world: World) -> None:
    """R65: globex calls one of its extensions as the PBX calls one of acme's."""
    world.pbx.endpoint_pattern = "{number}-{tenant}"
    ours = world.phone(extension=world.extension())
    globex = world.other_tenant()
    theirs = phone_of(world, globex)
    line = world.extension("301", tenant=globex)
    line.sip_user = "201-acme"
    thief = world.phone(mac="805ec0cccccc", extension=line, tenant=globex)
    observe(world, "201-acme", agent="Yealink SIP-T46U 108.86.0.90 805ec0cccccc")
    assert thief.status == PhoneStatus.PENDING
    assert theirs.status == PhoneStatus.PENDING
    assert owners(world) == {"201-acme": None}
    observe(world, "201-acme")
    assert owners(world) == {"201-acme": ours.id}


def test_a_name_that_could_be_two_tenants_is_nobodys(world: World) -> None:
    """`acme-2-201`: 201 of acme-2, or 2-201 of acme, if both exist."""
    world.pbx.endpoint_pattern = "{tenant}-{number}"
    world.phone(extension=world.extension("2-201"))
    second = world.other_tenant("Acme 2")
    second.slug = "acme-2"
    theirs = phone_of(world, second)
    observe(world, "acme-2-201")
    assert owners(world) == {"acme-2-201": None}
    assert theirs.status == PhoneStatus.PENDING


def test_tenants_of_another_pbx_are_never_asked(world: World) -> None:
    other = world.other_tenant()
    other.pbx_id = None
    theirs = phone_of(world, other)
    ours = world.phone(extension=world.extension())
    observe(world, "201")
    assert owners(world) == {"201": ours.id}
    assert theirs.status == PhoneStatus.PENDING


def test_other_names_take_effect_at_once(world: World) -> None:
    """What is registered is matched anew when the provider changes how endpoints are called."""
    ours = world.phone(extension=world.extension())
    theirs = phone_of(world, world.other_tenant())
    observe(world, "201-acme", "201-globex")
    assert owners(world) == {"201-acme": None, "201-globex": None}
    changed = draft(world, endpoint_pattern="{number}-{tenant}")
    update_pbx(world.session, world.pbx, changed, actor=ALICE, now=NOON)
    assert owners(world) == {"201-acme": ours.id, "201-globex": theirs.id}
    assert ours.status == theirs.status == PhoneStatus.ONLINE
    changed = draft(world, endpoint_pattern="{tenant}-{number}")
    update_pbx(world.session, world.pbx, changed, actor=ALICE, now=NOON)
    assert owners(world) == {"201-acme": None, "201-globex": None}
    assert ours.status != PhoneStatus.ONLINE
