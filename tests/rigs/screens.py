"""Every screen of the dashboard, and how a browser comes to it."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from tests.rigs.demo import DemoRig

CSV = """number;name;sip_password;voicemail
1001;Reception and visitors;;*97
1020;Nora Nilsson;kB7-sunny-otter-42;*97
1021;;;
abc def;Broken;x;
1022;Olga Ortiz-Villanueva with a rather long name;qF3-quiet-heron-77;
"""
PHONE_CSV = """mac;model;extension;display_name;time_zone;modules;place
80:5e:c0:b2:00:01;Yealink T46U;1001;Reception;Europe/London;EXP43;Front desk
805EC0B20002;T46U;1002;;;;Building B, room 12, behind the kitchen
80:5e:c0:b1:00:01;;;Waiting room;;;Room 13
"""


def _nothing(page: Page) -> None:
    """Come to a screen that needs no more than its address."""


@dataclass(frozen=True)
class Screen:
    """One screen: its address, and what is done there before it is looked at."""

    name: str
    path: str
    act: Callable[[Page], None] = _nothing
    needs_login: bool = True
    status: int = 200

    def open(self, page: Page, url: str) -> None:
        """Go there."""
        answer = page.goto(url + self.path)
        assert answer is not None, self.path
        assert answer.status == self.status, (self.path, answer.status)
        self.act(page)


def list_screens(ids: dict[str, int]) -> list[Screen]:
    """Return all screens of a demonstration with its added states (`demo.add_states`)."""
    phones = "/t/demo/phones"
    first = f"{phones}/1"
    profile = f"/t/demo/profiles/{ids['profile']}"
    layout = f"/t/demo/button-layouts/{ids['layout']}"
    windows, rollouts = "/t/demo/maintenance-windows", "/t/demo/rollouts"
    return [
        Screen("log-in", "/log-in", needs_login=False),
        Screen("log-in-refused", "/log-in", _log_in_wrongly, needs_login=False),
        Screen("home", "/"),
        Screen("phones", phones),
        Screen("phones-menu", phones, _open_row_menu),
        Screen("phones-filtered", f"{phones}?q=1004"),
        Screen("phones-columns", f"{phones}?columns=place.layout.profile.config", _open_columns),
        Screen("phones-my-filters", f"{phones}?status=online", _open_my_filters),
        Screen("phones-no-match", f"{phones}?q=nothing-like-this"),
        Screen("phones-empty", "/t/nobody-sons-plumbing-and-heating-ltd/phones"),
        Screen("phones-import", f"{phones}/import"),
        Screen("phones-import-preview", f"{phones}/import", _preview_phones),
        Screen("phones-import-refused", f"{phones}/import", _preview_bad_phones),
        Screen("phones-installer", f"{phones}/installer"),
        Screen("phones-ticked", phones, _tick_phones),
        Screen("bulk-new", phones, _choose_for_many),
        Screen("bulk-plan", phones, _plan_for_many),
        Screen("bulk-plan-look", phones, _look_at_plan),
        Screen("bulk-done", phones, _do_for_many),
        Screen("bulk", "/t/demo/bulk"),
        Screen("bulk-empty", "/t/nobody-sons-plumbing-and-heating-ltd/bulk"),
        Screen("phone", first),
        Screen("phone-asked", f"{first}?tab=asked"),
        Screen("phone-config", f"{first}?tab=config"),
        Screen("phone-commands", f"{first}?tab=commands"),
        Screen("phone-pending", f"{phones}/{ids['pending']}"),
        Screen("phone-disabled", f"{phones}/{ids['disabled']}"),
        Screen("phone-other", f"{phones}/{ids['other']}"),
        Screen("phone-key", f"{first}/keys/0/2"),
        Screen("phone-own-key", first, _change_own_key),
        Screen("phone-reboot-dialog", first, _ask_reboot),
        Screen("phone-reboot", f"{first}/reboot"),
        Screen("phone-reset", f"{first}/reset"),
        Screen("phone-delete", f"{first}/delete"),
        Screen("phone-add", f"{phones}/add"),
        Screen("phone-add-refused", f"{phones}/add", _add_phone_wrongly),
        Screen("phone-edit", f"{first}/edit"),
        Screen("phone-edit-look", f"{first}/edit", _look_at_phone),
        Screen("phone-replace", f"{first}/replace"),
        Screen("phone-reassign", f"{first}/reassign"),
        Screen("extensions", "/t/demo/extensions"),
        Screen("extensions-empty", "/t/nobody-sons-plumbing-and-heating-ltd/extensions"),
        Screen("extension-add", "/t/demo/extensions/add"),
        Screen("extension-add-refused", "/t/demo/extensions/add", _add_extension_wrongly),
        Screen("extension-edit", "/t/demo/extensions/1/edit"),
        Screen("extension-delete", "/t/demo/extensions/1/delete"),
        Screen("import", "/t/demo/extensions/import"),
        Screen("import-preview", "/t/demo/extensions/import", _preview_import),
        Screen("layouts", "/t/demo/button-layouts"),
        Screen("layouts-empty", "/t/demo/module-layouts"),
        Screen("layout-add", "/t/demo/button-layouts/add"),
        Screen("layout", layout, _fill_layout),
        Screen("layout-key", f"{layout}/keys/3"),
        Screen("layout-rule-add", f"{layout}/rules/add"),
        Screen("layout-key-look", f"{layout}/keys/3", _look_at_key),
        Screen("layout-key-saved", f"{layout}/keys/27", _save_key),
        Screen("layout-fill", f"{layout}/fill"),
        Screen("layout-sort", f"{layout}/sort"),
        Screen("layout-fill-refused", f"{layout}/fill", _fill_wrongly),
        Screen("layout-phones", f"{layout}/phones"),
        Screen("layout-copy", f"{layout}/copy"),
        Screen("layout-copy-planned", f"{layout}/copy", _copy_to_cisco),
        Screen("layout-delete", f"{layout}/delete"),
        Screen("profiles", "/t/demo/profiles"),
        Screen("profiles-empty", "/t/nobody-sons-plumbing-and-heating-ltd/profiles"),
        Screen("profile-add", "/t/demo/profiles/add"),
        Screen("profile-add-refused", "/t/demo/profiles/add", _add_profile_wrongly),
        Screen("profile-edit", f"{profile}/edit"),
        Screen("profile-edit-look", f"{profile}/edit", _look_at_profile),
        Screen("profile-phones", f"{profile}/phones"),
        Screen("profile-parameters", f"{profile}/parameters/yealink"),
        Screen("profile-delete", f"{profile}/delete"),
        Screen("bulk-plan-profile", phones, _plan_profile_for_many),
        Screen("firmware", "/firmware"),
        Screen("firmware-filtered", "/firmware?vendor=cisco"),
        Screen("firmware-add", "/firmware/add"),
        Screen("firmware-add-refused", "/firmware/add", _upload_wrongly),
        Screen("firmware-confirm", f"/firmware/{ids['waiting']}/edit"),
        Screen("firmware-confirm-refused", f"/firmware/{ids['waiting']}/edit", _confirm_wrongly),
        Screen("firmware-edit", f"/firmware/{ids['firmware']}/edit"),
        Screen("firmware-delete", f"/firmware/{ids['firmware']}/delete"),
        Screen("firmware-in-use", "/firmware/in-use"),
        Screen("firmware-of-tenant", "/t/demo/firmware"),
        Screen("firmware-of-nobody", "/t/nobody-sons-plumbing-and-heating-ltd/firmware"),
        Screen("phones-update", f"{phones}?flag=update"),
        Screen("windows", windows),
        Screen("windows-empty", "/t/nobody-sons-plumbing-and-heating-ltd/maintenance-windows"),
        Screen("window-add", f"{windows}/add"),
        Screen("window-add-refused", f"{windows}/add", _add_window_wrongly),
        Screen("window-edit", f"{windows}/{ids['window']}/edit"),
        Screen("window-delete", f"{windows}/{ids['window']}/delete"),
        Screen("rollouts", rollouts),
        Screen("rollouts-empty", "/t/nobody-sons-plumbing-and-heating-ltd/rollouts"),
        Screen("rollout-new", f"{rollouts}/new?model=yealink-t46u"),
        Screen("rollout-new-refused", f"{rollouts}/new?model=yealink-t46u", _plan_wrongly),
        Screen("rollout-plan", phones, _plan_rollout),
        Screen("rollout", f"{rollouts}/{ids['rollout_waits']}"),
        Screen("rollout-halted", f"{rollouts}/{ids['rollout_halted']}"),
        Screen("rollout-halt", f"{rollouts}/{ids['rollout_waits']}/halt"),
        Screen("rollout-resume", f"{rollouts}/{ids['rollout_halted']}/resume"),
        Screen("rollout-cancel", f"{rollouts}/{ids['rollout_waits']}/cancel"),
        Screen("phone-firmware", f"{first}?tab=firmware"),
        Screen("phone-update", f"{phones}/7/update"),
        Screen("find-us", "/t/demo/how-phones-find-us"),
        Screen("removed", "/t/demo/removed-phones"),
        Screen("removed-empty", "/t/nobody-sons-plumbing-and-heating-ltd/removed-phones"),
        Screen("activity", "/t/demo/activity"),
        Screen("activity-everywhere", "/activity"),
        Screen("search", "/t/demo/search?q=adams"),
        Screen("search-all", "/search?q=10"),
        Screen("search-nothing", "/search?q=nothing-like-this"),
        Screen("settings", "/t/demo/settings"),
        Screen("tenant-delete", "/t/demo/delete"),
        Screen("tenant-users", "/t/demo/users"),
        Screen("user-add", "/t/demo/users/add"),
        Screen("user-password", "/t/demo/users/2/password"),
        Screen("user-delete", "/t/demo/users/2/delete"),
        Screen("users", "/users"),
        Screen("tenants", "/tenants"),
        Screen("tenant-add", "/tenants/add"),
        Screen("pbxs", "/pbxs"),
        Screen("pbxs-tested", "/pbxs", _test_link),
        Screen("pbx-add", "/pbxs/add"),
        Screen("pbx-add-refused", "/pbxs/add", _add_pbx_wrongly),
        Screen("pbx-edit", "/pbxs/1/edit"),
        Screen("pbx-delete", "/pbxs/1/delete"),
        Screen("unknown", "/unknown-phones"),
        Screen("alerts", "/alerts"),
        Screen("alerts-tenant", "/t/demo/alerts"),
        Screen("alerts-empty", "/t/nobody-sons-plumbing-and-heating-ltd/alerts"),
        Screen("alert-add", "/alerts/add"),
        Screen("alert-add-refused", "/t/demo/alerts/add", _subscribe_wrongly),
        Screen("alert-edit", f"/alerts/{ids['alert']}/edit"),
        Screen("alert-messages", f"/alerts/{ids['alert']}/messages"),
        Screen("alert-secret", f"/alerts/{ids['alert']}/secret"),
        Screen("alert-delete", f"/alerts/{ids['alert']}/delete"),
        Screen("system", "/system"),
        Screen("keys", "/keys"),
        Screen("password", "/account/password"),
        Screen("menu-open", phones, _open_menu),
        Screen("not-found", "/t/demo/nothing-like-this", status=404),
    ]


def sign_in(page: Page, demo: DemoRig) -> None:
    """Log in through the page as the printed account."""
    page.goto(f"{demo.url}/log-in")
    page.fill("#email", demo.email)
    page.fill("#password", demo.password)
    page.click("main form button")
    page.wait_for_load_state()


def press_main_button(page: Page) -> None:
    """Send the form of the page, past what the browser itself would refuse."""
    page.evaluate("document.querySelectorAll('main form').forEach((one) => one.noValidate = true)")
    page.click("main form .form-actions button[type=submit]")
    page.wait_for_load_state()


def _log_in_wrongly(page: Page) -> None:
    page.fill("#email", "nobody@example.com")
    page.fill("#password", "not the password")
    press_main_button(page)


def _open_row_menu(page: Page) -> None:
    page.click("#menu-button-2")
    page.wait_for_selector("#menu-2:popover-open")


def _open_columns(page: Page) -> None:
    page.click("#list-columns > summary")


def _open_my_filters(page: Page) -> None:
    page.click("#my-filters > summary")
    page.fill("#filter-name", "Online now")


def _ask_reboot(page: Page) -> None:
    page.click("#reboot-phone")
    page.wait_for_selector("#confirm[open]")


def _open_menu(page: Page) -> None:
    narrow = page.locator("details.bar-narrow > summary")
    if narrow.is_visible():
        narrow.click()
    else:
        page.click("details.tenant-switch > summary")


def _add_phone_wrongly(page: Page) -> None:
    page.fill("#mac", "80:5e:c0:zz")
    page.fill("#extension", "9999")
    page.fill("#admin_password", "ü")
    page.fill("#local_sip_port", "80")
    press_main_button(page)


def _add_extension_wrongly(page: Page) -> None:
    page.fill("#number", "12 ä")
    press_main_button(page)


def _subscribe_wrongly(page: Page) -> None:
    page.check("text=Webhook")
    page.fill("#webhook_url", "http://127.0.0.1/hook")
    page.fill("#quiet_from", "ten")
    page.check("text=Once a day")
    press_main_button(page)


def _add_pbx_wrongly(page: Page) -> None:
    page.fill("#sip_domain", "not a host")
    page.fill("#registrar_port", "99999")
    page.fill("#link_address", "here")
    press_main_button(page)


def _preview_import(page: Page) -> None:
    page.fill("#text", CSV)
    press_main_button(page)


def _preview_phones(page: Page) -> None:
    page.fill("#text", PHONE_CSV)
    press_main_button(page)


def _preview_bad_phones(page: Page) -> None:
    page.fill("#text", PHONE_CSV.replace("T46U", "T999").replace("1001", "9999"))
    press_main_button(page)


def _test_link(page: Page) -> None:
    for button in page.locator("form[action$='/check'] button").all():
        button.click()
    page.wait_for_function(
        "() => document.querySelectorAll('tr[id^=check-]:not([hidden])').length === 3"
    )


def _change_own_key(page: Page) -> None:
    page.click("#key-0-3")
    page.wait_for_selector("#key-form #kind")
    page.fill("#label", "Mine")
    page.click("text=Save for this phone")
    page.wait_for_selector("#key-0-3 .badge-own")


def _fill_layout(page: Page) -> None:
    page.click("text=Fill keys")
    page.fill("#receptionist-own_lines", "2")
    page.click("form[aria-labelledby=receptionist-title] button")
    page.wait_for_selector("#button-1")


def _look_at_key(page: Page) -> None:
    page.select_option("#kind", "speed_dial")
    page.wait_for_selector("label[for=value]:text-is('Number')")
    page.fill("#value", "+49 30 5550101")
    page.fill("#label", "Boss")
    press_look(page)


def _save_key(page: Page) -> None:
    page.select_option("#kind", "custom")
    page.wait_for_selector("label[for=value]:text-is('Dial string')")
    was = page.input_value("#value")
    page.fill("#value", "*70" if was == "*71" else "*71")
    page.click("text=Save key")
    page.wait_for_selector("#key-form .message-done")


def _look_at_profile(page: Page) -> None:
    page.select_option("#time_zone", "Europe/Paris")
    page.fill("#admin_password", "Another-1pw-long")
    press_look(page)


def _look_at_phone(page: Page) -> None:
    page.select_option("#time_zone", "Asia/Tokyo")
    page.fill("#local_sip_port", "5077")
    press_look(page)


def _look_at_plan(page: Page) -> None:
    _choose_for_many(page)
    page.check("text=Set time zone")
    page.select_option("#zone", "Europe/Lisbon")
    page.click("text=See what would happen")
    page.wait_for_selector("#will-title")
    press_look(page)


def press_look(page: Page) -> None:
    """Ask what would change, and unfold the first phone's own syntax."""
    page.click("main button[name=look]")
    page.wait_for_selector("#outcome h2")
    syntax = page.locator("#outcome .syntax summary")
    if syntax.count():
        syntax.first.click()


def _fill_wrongly(page: Page) -> None:
    page.fill("#conference_room-it_support", "nobody of that name")
    page.click("form[aria-labelledby=conference_room-title] button")
    page.wait_for_selector("#field-conference_room-it_support .error")


def _copy_to_cisco(page: Page) -> None:
    page.select_option("#model_slug", "cisco-spa504g")
    page.select_option("#module_slug", "cisco-spa500s")
    press_main_button(page)


def _upload_wrongly(page: Page) -> None:
    page.set_input_files(
        "#file", {"name": "T46U.rom", "mimeType": "application/zip", "buffer": b"PK\3\4" * 5000}
    )
    page.click("#upload-start")
    page.wait_for_selector("#field-file .error")


def _confirm_wrongly(page: Page) -> None:
    page.fill("#version", "the newest")
    for box in page.locator("input[name=model_slugs]:checked").all():
        box.uncheck()
    press_main_button(page)


def _add_window_wrongly(page: Page) -> None:
    for day in range(5):
        page.uncheck(f"input[name=weekdays][value='{day}']")
    page.fill("#opens", "25:00")
    press_main_button(page)


def _plan_wrongly(page: Page) -> None:
    page.fill("#batch_phones", "0")
    page.fill("#ends_days", "")
    press_main_button(page)


def _plan_rollout(page: Page) -> None:
    _choose_for_many(page)
    page.check("text=Update firmware")
    page.click("text=See what would happen")
    page.wait_for_selector("#field-firmware")
    page.check("input[name=timing][value=windows]")
    page.click("text=See what would happen")
    page.wait_for_selector("#will-title")


def _tick_phones(page: Page) -> None:
    for box in page.locator("#phone-rows input[name=phone]").all()[:3]:
        box.check()


def _choose_for_many(page: Page) -> None:
    page.click("#bulk-all")
    page.wait_for_selector("#field-action")


def _plan_for_many(page: Page) -> None:
    _choose_for_many(page)
    page.check("text=Set time zone")
    page.select_option("#zone", "Europe/Vienna")
    page.click("text=See what would happen")
    page.wait_for_selector("#will-title")


def _plan_profile_for_many(page: Page) -> None:
    _choose_for_many(page)
    page.check("text=Apply profile")
    page.select_option("#profile", label="Office in London")
    page.click("text=See what would happen")
    page.wait_for_selector("#will-title")


def _add_profile_wrongly(page: Page) -> None:
    page.fill("#name", "office in london")
    page.fill("#admin_password", "ü")
    page.fill("#local_sip_port", "80")
    page.fill("#poll_minutes", "600")
    press_main_button(page)


def _do_for_many(page: Page) -> None:
    # A phone that never registered takes no order.
    page.wait_for_selector(
        "#phone-rows .status-online, #phone-rows .status-registered", timeout=90_000
    )
    _choose_for_many(page)
    page.check("text=Resync (read config again)")
    page.click("text=See what would happen")
    page.click("main button.primary")
    page.wait_for_selector("#bulk-progress")
