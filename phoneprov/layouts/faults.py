"""What has become wrong with a button since it was saved: its extension, code or slot is gone."""

from phoneprov.layouts.resolve import StoredButton
from phoneprov.pbx.dialects.dialect import Dialect, Feature
from phoneprov.pbx.dialects.typed import feature_label
from phoneprov.vendors.config import ButtonKind

_FEATURES = {feature.value for feature in Feature}
_SLOTTED = {ButtonKind.PARK, ButtonKind.PARK_RETRIEVE}


def find_fault(stored: StoredButton, dialect: Dialect) -> str | None:
    """Return why the key does not do what it says, or None. It is a warning, never a refusal."""
    value = stored.value
    if stored.kind is ButtonKind.LINE and value and stored.extension_id is None:
        return f"There is no extension {value} any more; the key does nothing."
    if stored.kind is ButtonKind.BLF and value.isdecimal() and stored.extension_id is None:
        return f"No extension has the number {value}."
    if stored.kind is ButtonKind.FEATURE_CODE and _is_lacked(value, dialect):
        return f"This PBX has no code for {feature_label(value)}; the key does nothing."
    if stored.kind in _SLOTTED and value and value not in dialect.slots:
        return f"{value} is none of this PBX's slots."
    if stored.kind is ButtonKind.PARK and not dialect.park(value):
        return "This PBX does not choose a slot by itself; the key does nothing."
    return None


def _is_lacked(feature: str, dialect: Dialect) -> bool:
    """Tell whether it is a feature's name that the PBX has no code for."""
    if dialect.find_code(feature) is not None:
        return False
    return feature in _FEATURES or not any(one.isdigit() or one in "*#" for one in feature)
