"""Form of a bulk operation: which phones, what, with which value."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from phoneprov.core.zones import zones_by_region
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout
from phoneprov.operations.bulk.tasks import DROPS_OWN, ID_DIGITS, NO_PROFILE
from phoneprov.operations.models import BulkAction


class BulkForm(FlaskForm):
    """What is to be done to the phones whose ids it carries."""

    ids = HiddenField()
    action = RadioField("What", choices=[SelectChoice(one.value, one.label) for one in BulkAction])
    layout = SelectField("Button layout", validate_choice=False)
    module_layout = SelectField("Expansion module layout", validate_choice=False)
    profile = SelectField("Profile", validate_choice=False)
    drops_own = BooleanField("Take back what phones have of their own")
    zone = SelectField("Time zone", validate_choice=False)

    def __init__(
        self,
        layouts: Sequence[ButtonLayout],
        module_layouts: Sequence[ButtonLayout],
        profiles: Sequence[Profile],
        tenant_zone: str,
        **values: object,
    ) -> None:
        super().__init__(**values)
        self.module_layout.choices = [
            SelectChoice("", "Choose the layout"),
            *(SelectChoice(str(one.id), one.name) for one in module_layouts),
        ]
        self.profile.choices = [
            SelectChoice("", "Choose the profile"),
            *(SelectChoice(str(one.id), one.name) for one in profiles),
            SelectChoice(NO_PROFILE, "None: leave the profile"),
        ]
        self.layout.choices = [
            SelectChoice("", "Choose the layout"),
            *(SelectChoice(str(one.id), one.name) for one in layouts),
        ]
        offered: dict[str, list[tuple[str, str]]] = {"": [("", f"Tenant default ({tenant_zone})")]}
        offered |= {
            region: [(name, name.replace("_", " ")) for name in names]
            for region, names in zones_by_region().items()
        }
        self.zone.choices = offered

    def read_value(self) -> str:
        """Return the value of the action that is chosen."""
        if self.action.data == BulkAction.APPLY_LAYOUT:
            return self.layout.data or ""
        if self.action.data == BulkAction.APPLY_MODULE_LAYOUT:
            return self.module_layout.data or ""
        if self.action.data == BulkAction.APPLY_PROFILE:
            return f"{self.profile.data} {DROPS_OWN if self.drops_own.data else ''}".strip()
        return self.zone.data or "" if self.action.data == BulkAction.SET_TIME_ZONE else ""

    def read_ids(self) -> list[int]:
        """Return the ids that it carries; what is none is left out."""
        parts = (self.ids.data or "").split(",")
        return [
            int(one) for one in parts if one.isascii() and one.isdigit() and len(one) <= ID_DIGITS
        ]
