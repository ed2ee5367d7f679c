"""Video of the GXV phones."""

import pytest

from phoneprov.catalog.model import PhoneModel
from tests.conformance import intents
from tests.conformance.grandstream.models import (
    CATALOG,
    GXP2170,
    GXV3240,
    GXV3370,
    MAC,
    MODELS,
    body_of,
    phone_with,
)
from tests.conformance.readers.grandstream import GrandstreamPhone, read_values

GXVS = [model for model in MODELS if model.name.startswith("GXV")]


@pytest.mark.parametrize("model", GXVS, ids=lambda model: model.name)
def test_it_makes_video_calls(model: PhoneModel) -> None:
    """R75: video is on, H.264 before H.263, and starts by itself, on each documented account."""
    accounts = tuple(intents.account(number) for number in range(1, model.accounts + 1))
    phone = phone_with(intents.config(model, MAC, accounts=accounts))
    assert len(phone.accounts()) == model.accounts
    for number in range(1, 7):
        assert phone.video(number) == {
            "on": "yes",
            "first": "h264",
            "second": "h263",
            "starts itself": "yes",
            "asked from afar": "prompts",
        }


def test_it_switches_video_on_again_at_a_phone_where_it_was_off() -> None:
    """R75: a setting of the last owner does not stay."""
    phone = GrandstreamPhone(model="GXV3240", mac=MAC)
    phone.values |= {"P22091": "1", "P2314": "0", "P295": "34"}
    phone.take(body_of(intents.config(GXV3240, MAC)))
    assert phone.video(1)["on"] == "yes"
    assert phone.video(1)["starts itself"] == "yes"


@pytest.mark.parametrize("model", [GXP2170, CATALOG.get_model("grandstream-grp2614")])
def test_it_says_nothing_of_video_to_a_phone_without_a_camera(model: PhoneModel) -> None:
    """P22091 and its like are names of the GXV alone."""
    names = {name for name, _ in read_values(body_of(intents.config(model, MAC)), MAC)}
    assert not names & {"P22091", "P2314", "P295"}


def test_it_uses_only_names_that_exist() -> None:
    """Every P-number of video and of the app is in the vocabulary."""
    phone = phone_with(intents.config(GXV3370, MAC))
    video = {"P22091", "P295", "P1307", "P293", "P2314", "P2326"}
    assert video <= set(phone.values)
    assert video <= intents.known_names("grandstream")
