"""Form of a bulk operation: which phones, what, with which value."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from phoneprov.core.zones import zones_by_region
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout
from phoneprov.operations.bulk.tasks import DROPS_OWN, NO_PROFILE
from phoneprov.operations.models import BulkAction
from phoneprov.web.phones.chosen import read_ids, write_ids

UPDATE_FIRMWARE = "update_firmware"
"""The one choice that is no bulk operation: it leads to the form of a roll-out."""


class BulkForm(FlaskForm):
    """What is to be done to the phones whose ids it carries."""

    ids = HiddenField()
    action = RadioField(
        "What",
        choices=[
            SelectChoice(UPDATE_FIRMWARE, "Update firmware"),
            *(SelectChoice(one.value, one.label) for one in BulkAction),
        ],
    )
    layout = SelectField("Button layout", validate_choice=False)
    module_layout = SelectField("Expansion module layout", validate_choice=False)
    module_number = SelectField("On which module", validate_choice=False)
    profile = SelectField("Profile", validate_choice=False)
    drops_own = BooleanField("Take back what phones have of their own")
    zone = SelectField("Time zone", validate_choice=False)
    typed = StringField("Number of phones", render_kw={"inputmode": "numeric", "maxlength": 6})
    """How many phones they are, typed by the person, where it can't be undone."""

    def __init__(
        self,
        layouts: Sequence[ButtonLayout],
        module_layouts: Sequence[ButtonLayout],
        profiles: Sequence[Profile],
        tenant_zone: str,
        most_modules: int,
        **values: object,
    ) -> None:
        super().__init__(**values)
        self.module_number.choices = [
            SelectChoice("", "Every module of its model"),
            *(SelectChoice(str(one), _say_place(one)) for one in range(1, most_modules + 1)),
        ]
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
        offered: dict[str, list[tuple[str, str]]] = {
            "": [("", f"The profile’s, else the tenant’s ({tenant_zone})")]
        }
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
            return f"{self.module_layout.data or ''} {self.module_number.data or ''}".strip()
        if self.action.data == BulkAction.APPLY_PROFILE:
            return f"{self.profile.data} {DROPS_OWN if self.drops_own.data else ''}".strip()
        return self.zone.data or "" if self.action.data == BulkAction.SET_TIME_ZONE else ""

    def fill(self, action: BulkAction, value: str, ids: Sequence[int]) -> None:
        """Put an action with its value into the fields, as if a person had chosen them."""
        first, _, rest = value.partition(" ")
        self.action.data = action.value
        self.ids.data = write_ids(ids)
        if action is BulkAction.APPLY_LAYOUT:
            self.layout.data = first
        elif action is BulkAction.APPLY_MODULE_LAYOUT:
            self.module_layout.data, self.module_number.data = first, rest
        elif action is BulkAction.APPLY_PROFILE:
            self.profile.data, self.drops_own.data = first, rest == DROPS_OWN
        elif action is BulkAction.SET_TIME_ZONE:
            self.zone.data = value

    def read_ids(self) -> list[int]:
        """Return the ids that it carries; what is none is left out."""
        return read_ids(self.ids.data or "")


def _say_place(number: int) -> str:
    return "Only the first, next to the phone" if number == 1 else f"Only number {number}"
