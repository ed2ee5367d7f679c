"""The library's pages: list, confirm, edit, delete (R51, R66, R126)."""

import pytest

from phoneprov.firmware.models import FirmwareFit
from phoneprov.simulator.images import make_image
from phoneprov.web.runtime import Runtime
from tests.integration.web.firmware.conftest import NAME, add_firmware, find_image, send_file
from tests.integration.web.hostile import Hostile, each_class, send
from tests.integration.web.rows import add_phone, open_session
from tests.pages import Answer, Pages

HTMX = {"HX-Request": "true"}
SOUND = {"vendor": "yealink", "version": "108.87.0.15", "model_slugs": ["yealink-t46u"]}


def versions(page: Answer) -> list[str]:
    cells = page.soup.select("#firmware-list th[scope=row]")
    return [cell.get_text(strip=True) for cell in cells]


def test_an_empty_library_says_what_it_is_for(petra: Pages) -> None:
    page = petra.get("/firmware")
    assert "only when it is their turn" in page.select_text(".empty")
    assert page.soup.select_one('.empty a[href="/firmware/add"]')


def test_it_lists_what_there_is(petra: Pages) -> None:
    """Vendor, version, models, file with size and hash, who brought it, and its state."""
    add_firmware(required_version="108.86.0.90")
    row = petra.get("/firmware").select_text("#firmware-list tbody tr")
    for part in (
        "108.87.0.15",
        "Yealink",
        "T46U",
        "40.0 MB",
        "SHA-256",
        "offered",
        "petra@provider.example",
        "needs 108.86.0.90 before",
        "hardware 108",
    ):
        assert part in row


def test_it_is_filtered(petra: Pages) -> None:
    """With script only the table comes, without it the page; what makes no sense is not asked."""
    add_firmware()
    add_firmware(
        vendor="cisco",
        version="7.6.2c",
        file_name="spa50x-30x-7-6-2c.bin",
        fits=[FirmwareFit(model_slug="cisco-spa504g")],
    )
    assert versions(petra.get("/firmware")) == ["7.6.2c", "108.87.0.15"]
    assert versions(petra.get("/firmware?vendor=cisco")) == ["7.6.2c"]
    assert versions(petra.get("/firmware?model=yealink-t46u")) == ["108.87.0.15"]
    assert versions(petra.get("/firmware?q=spa50x")) == ["7.6.2c"]
    assert versions(petra.get("/firmware?shelf=retired")) == []
    assert versions(petra.get("/firmware?vendor=nobody&shelf=x")) == ["7.6.2c", "108.87.0.15"]
    assert versions(petra.get("/firmware?q=%25")) == []
    fragment = petra.get("/firmware?vendor=cisco", HTMX)
    assert not fragment.is_page
    assert versions(fragment) == ["7.6.2c"]


def test_what_was_read_is_confirmed_by_a_person(petra: Pages) -> None:
    """R51: version and models are filled in; until it is confirmed nobody is offered it."""
    send_file(petra, NAME, make_image("108.87.0.15", 5000))
    image = find_image()
    assert "to be confirmed" in petra.get("/firmware").text
    page = petra.get(f"/firmware/{image.id}/edit")
    assert page.soup.select_one("#version")["value"] == "108.87.0.15"  # type: ignore[index]
    ticked = {box["value"] for box in page.soup.select("input[name=model_slugs][checked]")}
    assert {"yealink-t46u", "yealink-t43u", "yealink-t44w"} <= ticked
    assert "yealink-t54w" not in ticked
    answer = petra.post(f"/firmware/{image.id}/edit", SOUND | {"notes": "Repairs the clock."})
    assert answer.status_code == 303
    found = find_image()
    assert found.confirmed_at is not None
    assert found.notes == "Repairs the clock."
    assert "offered" in petra.get("/firmware").select_text("#firmware-list tbody tr")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("version", {"version": "new one"}),
        ("version", {"version": ""}),
        ("model_slugs", {"model_slugs": []}),
        ("model_slugs", {"model_slugs": ["cisco-spa504g"]}),
        ("hardware", {"hardware": "108;"}),
        ("required_version", {"required_version": "108.99.0.1"}),
        ("vendor", {"vendor": "cisco"}),
    ],
)
def test_it_says_beside_the_field_what_cant_be(
    petra: Pages, field: str, typed: dict[str, object]
) -> None:
    number = add_firmware(confirmed_at=None, notes="")
    answer = petra.post(f"/firmware/{number}/edit", SOUND | {"notes": "kept"} | typed)
    assert answer.status_code == 422
    assert answer.select_text(f"#field-{field} .error")
    assert answer.select_text("#notes") == "kept"
    assert find_image().confirmed_at is None


def test_a_bin_may_be_of_either_maker(petra: Pages) -> None:
    number = add_firmware(vendor="grandstream", version="", file_name="image.bin", fits=[])
    page = petra.get(f"/firmware/{number}/edit")
    makers = [option.text for option in page.soup.select("#vendor option")]
    assert makers == ["Grandstream", "Cisco SPA"]
    typed = {"vendor": "cisco", "version": "7.6.2SR7", "model_slugs": ["cisco-spa504g"]}
    assert petra.post(f"/firmware/{number}/edit", typed).status_code == 303
    assert find_image().vendor.value == "cisco"


def test_it_is_retired_and_brought_back(petra: Pages) -> None:
    number = add_firmware()
    petra.post(f"/firmware/{number}/edit", SOUND | {"is_retired": "y"})
    assert find_image().retired_at is not None
    assert "retired" in petra.get("/firmware").select_text("#firmware-list tbody tr")
    petra.post(f"/firmware/{number}/edit", SOUND)
    assert find_image().retired_at is None


def test_deleting_asks_and_says_whom_it_concerns(petra: Pages, parts: Runtime) -> None:
    send_file(petra, NAME, make_image("108.87.0.15", 5000))
    image = find_image()
    petra.post(f"/firmware/{image.id}/edit", SOUND)
    add_phone("acme", "805ec0000001", firmware="108.87.0.15")
    page = petra.get(f"/firmware/{image.id}/delete")
    assert "1 phone runs it now" in page.text
    path = parts.firmware.path_of(image.sha256)
    assert path.exists()
    assert petra.post(f"/firmware/{image.id}/delete").location == "/firmware"
    assert not path.exists()
    assert "No firmware yet" in petra.get("/firmware").text


def test_the_file_stays_when_deleting_is_refused(petra: Pages, parts: Runtime) -> None:
    """While it is somebody's turn; nothing is lost by trying."""
    from phoneprov.core.clock import utc_now
    from phoneprov.firmware.models import FirmwareTurn

    send_file(petra, NAME, make_image("108.87.0.15", 5000))
    image = find_image()
    petra.post(f"/firmware/{image.id}/edit", SOUND)
    phone_id = add_phone("acme", "805ec0000001")
    with open_session() as session:
        session.add(
            FirmwareTurn(
                phone_id=phone_id,
                firmware_id=image.id,
                to_version=image.version,
                revision=2,
                opened_at=utc_now(),
                opened_by="test",
                size_bytes=image.size_bytes,
            )
        )
        session.commit()
    answer = petra.post(f"/firmware/{image.id}/delete")
    assert answer.status_code == 422
    assert "turn of 1 phone to take it" in answer.text
    assert parts.firmware.path_of(image.sha256).exists()
    assert "turn of 1 phone" in petra.get("/firmware").text


def test_what_is_gone_is_404(petra: Pages) -> None:
    for path in ("/firmware/99/edit", "/firmware/99/delete"):
        assert petra.get(path).status_code == 404
        assert petra.post(path).status_code == 404


@each_class("text")
def test_it_shows_notes_as_text(petra: Pages, hostiles: list[Hostile]) -> None:
    number = add_firmware()
    add_phone("acme", "805ec0000001", firmware="108.86.0.1")
    plain = {"vendor": "yealink", "version": "108.87.0.15", "model_slugs": "yealink-t46u"}
    for hostile in hostiles:
        answer = send(petra, f"/firmware/{number}/edit", plain | {"notes": hostile.text})
        assert answer.status_code in {303, 422}, hostile.name
        if answer.status_code == 303:
            cell = petra.get("/t/acme/firmware").soup.select_one("td.release-notes")
            assert cell is not None
            assert not cell.find_all(True), hostile.name


def test_it_shows_what_all_fleets_run(petra: Pages) -> None:
    """A bar for each model, with the numbers beside; across tenants."""
    add_firmware()
    add_phone("acme", "805ec0000001", firmware="108.86.0.1")
    add_phone("globex", "805ec0000002", firmware="108.87.0.15")
    add_phone("globex", "805ec0000003", firmware="")
    page = petra.get("/firmware/in-use")
    assert page.select_text(".bars li") == "Yealink T46U 1 of 3 behind"
    kinds = [str(bar["class"][0]) for bar in page.soup.select(".bars rect[class]")]
    assert kinds == ["bar-current", "bar-behind", "bar-unknown"]
    rows = [" ".join(row.text.split()) for row in page.soup.select("tbody tr")]
    assert rows == [
        "Yealink T46U 108.87.0.15 1 108.87.0.15 nothing newer",
        "Yealink T46U 108.86.0.1 1 108.87.0.15 1 version",
        "Yealink T46U not told yet 1 – not known: it hasn’t told its version",
    ]
