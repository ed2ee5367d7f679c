"""The audit trail in words."""

from typing import Any

_ACTIONS = {
    "alert.add": "Subscribed to alerts:",
    "alert.change": "Changed the alerts:",
    "alert.delete": "Deleted the alerts:",
    "alert.renew_secret": "Made a new webhook secret for the alerts:",
    "alert.unsubscribe": "Ended the alerts of",
    "extension.add": "Added the extension",
    "extension.change": "Changed the extension",
    "extension.delete": "Deleted the extension",
    "extension.import": "Imported extensions",
    "extension.reveal": "Looked at the SIP password of",
    "firmware.add": "Added to the library",
    "firmware.change": "Changed in the library",
    "firmware.delete": "Deleted from the library",
    "firmware.upload": "Uploaded the firmware",
    "layout.add": "Added the layout",
    "layout.button": "Changed a key of the layout",
    "layout.change": "Changed the layout",
    "layout.copy": "Copied into the layout",
    "layout.default": "Changed which is the default: the layout",
    "layout.delete": "Deleted the layout",
    "layout.lock": "Changed a lock of the layout",
    "layout.rule": "Changed a rule of the layout",
    "layout.sort": "Sorted the keys of the layout",
    "pbx.add": "Added the PBX",
    "pbx.change": "Changed the PBX",
    "pbx.delete": "Deleted the PBX",
    "phone.add": "Added the phone",
    "phone.allow": "Opened the first contact of the phone",
    "phone.change": "Changed the phone",
    "phone.delete": "Deleted the phone",
    "phone.disable": "Disabled the phone",
    "phone.enable": "Enabled the phone",
    "phone.key": "Changed a key of the phone",
    "phone.parameters": "Changed the extra parameters of the phone",
    "phone.reboot": "Rebooted the phone",
    "phone.reset": "Reset to defaults the phone",
    "phone.resync": "Resynced the phone",
    "phone.reveal": "Looked at the secrets in the config of",
    "phone.unassign": "Unassigned the phone",
    "rollout.cancel": "Cancelled the roll-out",
    "rollout.end": "Ended the roll-out",
    "rollout.halt": "Halted the roll-out",
    "rollout.resume": "Resumed the roll-out",
    "rollout.retry": "Tried again the failed phones of the roll-out",
    "rollout.start": "Started the roll-out",
    "tenant.add": "Added the tenant",
    "tenant.change": "Changed the settings of",
    "tenant.delete": "Deleted the tenant",
    "tenant.parameters": "Changed the extra parameters of",
    "unknown.forget": "Forgot the unknown phone",
    "unknown.forget_all": "Forgot the unknown phones",
    "user.activate": "Switched on the account",
    "user.add": "Added the user",
    "user.change": "Changed the user",
    "user.deactivate": "Switched off the account",
    "user.delete": "Deleted the user",
    "user.log_in": "Logged in",
    "user.log_in_failed": "Failed to log in",
    "user.log_out": "Logged out",
    "user.set_password": "Set a new password for",
    "window.add": "Added the maintenance window",
    "window.delete": "Deleted the maintenance window",
    "window.edit": "Changed the maintenance window",
}
_ABOUT_ONESELF = frozenset({"user.log_in", "user.log_in_failed", "user.log_out"})
LONGEST_VALUE = 80


def action_label(action: str) -> str:
    """Return what an action is called, the code itself where it has no words yet."""
    return _ACTIONS.get(action, action.replace(".", " ").replace("_", " ").capitalize())


def shows_subject(action: str) -> bool:
    """Tell whether the subject says more than who did it."""
    return action not in _ABOUT_ONESELF


def change_lines(changes: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return field, old and new value of each change that is a pair."""
    return [
        (name.removesuffix("_id").replace("_", " "), _value(pair[0]), _value(pair[1]))
        for name, pair in changes.items()
        if isinstance(pair, list) and len(pair) == 2  # noqa: PLR2004 - old and new
    ]


def _value(value: object) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
