"""What has become wrong with a button since it was saved: its extension, code or slot is gone."""

from collections.abc import Iterable

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


def find_twins(stored: StoredButton, others: Iterable[StoredButton]) -> list[int]:
    """Return the keys that do the same already; a line key of one's own may be there often."""
    if not stored.value:
        return []
    return sorted(one.position for one in others if _is_twin(stored, one))


def _is_twin(stored: StoredButton, other: StoredButton) -> bool:
    if other.position == stored.position or other.kind is not stored.kind:
        return False
    if stored.extension_id or other.extension_id:
        return stored.extension_id == other.extension_id
    return stored.value == other.value


def _is_lacked(feature: str, dialect: Dialect) -> bool:
    """Tell whether it is a feature's name that the PBX has no code for."""
    if dialect.find_code(feature) is not None:
        return False
    return feature in _FEATURES or not any(one.isdigit() or one in "*#" for one in feature)
