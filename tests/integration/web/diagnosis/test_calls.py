"""Registers, but calls fail; one side is silent; lamps don't follow."""

from sqlalchemy import delete

from phoneprov.fleet.models import Phone, PhoneModule
from phoneprov.layouts.models import LayoutButton
from phoneprov.vendors.config import ButtonKind
from tests.factories import ButtonLayoutFactory
from tests.integration.web.diagnosis.desk import Desk
from tests.integration.web.rows import add_extension, add_phone, change_pbx, open_session

SOFTPHONE = {"contact": "sip:201@10.1.1.99:5062", "source": "10.1.1.99:5062"}


def come_online(desk: Desk) -> None:
    desk.boot()
    desk.boot()
    desk.register()
    assert desk.cards() == []
    assert desk.flags() == set()


def test_its_registration_was_refused(desk: Desk) -> None:
    """R57: told by the phone; gone when it says that it is registered."""
    come_online(desk)
    assert desk.report("register_failed") == 200
    card = desk.card("The PBX refused its registration.")
    assert "password of extension 201" in card.get_text()
    button = card.select_one("a.button")
    assert button is not None
    assert str(button["href"]) == f"{desk.path}/reboot"
    assert desk.flags() == {"calls_fail", "attention"}
    desk.report("registered")
    assert desk.cards() == []
    assert desk.flags() == set()


def test_something_else_is_registered_in_its_place(desk: Desk) -> None:
    """R57: a contact that is taken for it calls itself otherwise."""
    come_online(desk)
    desk.register(user_agent="Zoiper 5.6 <b>", **SOFTPHONE)
    card = desk.card("It is registered as a Zoiper 5.6 <b>")
    assert "sip:201@10.1.1.99:5062 from 10.1.1.99:5062" in card.get_text()
    assert "<b>" not in desk.page().text.split("part-warnings")[1].split("part-guide")[0]
    assert desk.flags() == {"calls_fail", "attention"}
    desk.register("unregistered", contact=SOFTPHONE["contact"])
    assert desk.cards() == []
    assert desk.flags() == set()


def test_another_phone_is_registered_as_its_extension(desk: Desk) -> None:
    """R57, R134: the MAC addresses of dashboard, requests and registration are compared."""
    come_online(desk)
    desk.register(user_agent="Yealink SIP-T46U 108.86.0.90 80:5e:c0:ff:ff:01", **SOFTPHONE)
    text = desk.card("Somebody else is registered as its extension.").get_text(" ")
    assert "registered by another phone, 805ec0ffff01" in text
    assert "MAC address here: 80:5e:c0:1a:2b:3c" in text
    assert desk.flags() == {"calls_fail", "attention"}
    desk.register("expired", contact=SOFTPHONE["contact"])
    assert desk.flags() == set()


def test_two_phones_that_cannot_be_told_apart(desk: Desk) -> None:
    come_online(desk)
    other = add_phone("acme", "805ec0000099", extension_id=desk.extension_id)
    desk.register(user_agent="", contact="sip:201@192.0.2.5:5999", source="192.0.2.5:5999")
    assert "it may be this phone" in desk.card("Somebody is registered").get_text()
    assert desk.alice.get("/t/acme/phones?flag=calls_fail").soup.select_one(f"#phone-{other}")
    desk.register("unregistered", contact="sip:201@192.0.2.5:5999")
    assert desk.flags() == set()


def test_it_says_that_it_is_another_model(desk: Desk) -> None:
    """R57: and is none once the model is changed or the right one is plugged in."""
    come_online(desk)
    right = desk.firmware.identity
    desk.ask("x.cfg", agent="Yealink SIP-T54W 96.86.0.75 80:5e:c0:1a:2b:3c",
             folder=f"t/{desk.phone.token}/")  # fmt: skip
    assert "Change the model to Yealink T54W" in desk.card("is a Yealink T54W").get_text()
    assert desk.flags() == {"calls_fail", "mismatch", "attention"}
    assert right.model == "T46U"
    desk.boot()
    assert desk.flags() == set()


def test_a_router_rewrites_its_contact(desk: Desk) -> None:
    """R58, R135: SIP ALG named with this PBX's RTP range; gone with a contact of its own."""
    change_pbx(desk.pbx_id, rtp_ports="30000-30999")
    come_online(desk)
    rewritten = {"contact": "sip:201@203.0.113.9:40111", "source": "203.0.113.9:40111"}
    desk.register("unregistered")
    desk.register(**rewritten)
    text = desk.card("SIP ALG").get_text(" ")
    assert "Switch SIP ALG off" in text
    assert "UDP 30000–30999" in text
    assert "its local SIP port is 5060" in text
    assert desk.flags() == {"one_way_audio", "attention"}
    desk.register("unregistered", contact=rewritten["contact"])
    desk.register(source="203.0.113.9:40111")
    assert desk.cards() == []
    assert desk.flags() == set()
    why = desk.page().select_text("#why-so")
    assert "Behind NAT: the phone says 10.1.1.7:5060, the PBX sees 203.0.113.9:40111." in why
    assert "UDP 30000–30999" in why


def test_a_port_of_its_own_is_no_rewriting(desk: Desk) -> None:
    """R135: a phone on a public address with another local port wrote that itself."""
    come_online(desk)
    desk.register("unregistered")
    desk.register(contact="sip:201@203.0.113.9:5066", source="203.0.113.9:5066")
    assert "one_way_audio" in desk.flags()
    with open_session() as session:
        session.get_one(Phone, desk.phone_id).local_sip_port = 5066
        session.commit()
    assert desk.flags() == set()
    assert desk.cards() == []


def test_a_key_watches_an_extension_that_is_gone(desk: Desk) -> None:
    """R59: on the phone and on a module; gone when the keys are cleared."""
    come_online(desk)
    watched = add_extension("acme", "202", name="Carl Diaz")
    keys = [add_layout(desk, watched), add_layout(desk, watched, model_slug="yealink-exp43")]
    desk.boot()
    assert "lamps_stuck" not in desk.flags()
    desk.alice.post(f"/t/acme/extensions/{watched}/delete", {})
    text = desk.card("2 of its keys watch an extension that isn't there.").get_text(" ")
    assert "Key 3: No extension has the number 202." in text
    assert "Module 1, key 3: No extension has the number 202." in text
    assert {"lamps_stuck", "attention"} <= desk.flags()
    with open_session() as session:
        session.execute(delete(LayoutButton).where(LayoutButton.layout_id.in_(keys)))
        session.commit()
    desk.boot()
    assert desk.flags() == set()


def add_layout(desk: Desk, extension_id: int, *, model_slug: str = "yealink-t46u") -> int:
    """Give the phone, or its first module, a layout with one BLF key on its third key."""
    is_for_module = "exp" in model_slug
    with open_session() as session:
        phone = session.get_one(Phone, desk.phone_id)
        layout = ButtonLayoutFactory(
            tenant_id=phone.tenant_id, model_slug=model_slug, is_for_module=is_for_module
        )
        session.add(
            LayoutButton(
                layout_id=layout.id,
                position=3,
                kind=ButtonKind.BLF,
                value="202",
                extension_id=extension_id,
            )
        )
        if is_for_module:
            session.add(
                PhoneModule(
                    phone_id=phone.id, number=1, module_slug=model_slug, layout_id=layout.id
                )
            )
        else:
            phone.button_layout_id = layout.id
        session.commit()
        return int(layout.id)
