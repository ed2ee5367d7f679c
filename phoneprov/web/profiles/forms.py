"""Form of a profile. The rules are the domain's; the form only carries what was typed."""

from collections.abc import Mapping, Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from phoneprov.catalog.catalog import Catalog
from phoneprov.core.zones import zones_by_region
from phoneprov.fleet.models import DEFAULT_SIP_PORT
from phoneprov.fleet.profile_drafts import LONGEST_DESCRIPTION, LONGEST_NAME, ProfileDraft
from phoneprov.fleet.profile_models import Profile
from phoneprov.layouts.models import ButtonLayout
from phoneprov.tenancy.models import Tenant
from phoneprov.web.fields import WholeNumberField, read_password

LAYOUT = "layout-"
"""Prefix of the fields that choose a layout; the model's slug follows."""


class ProfileForm(FlaskForm):
    """Add or edit a profile; empty leaves a value to the tenant."""

    name = StringField(
        "Name", render_kw={"required": True, "maxlength": LONGEST_NAME, "autocomplete": "off"}
    )
    description = StringField(
        "Description", render_kw={"maxlength": LONGEST_DESCRIPTION, "autocomplete": "off"}
    )
    is_default = BooleanField("Default")
    time_zone = SelectField("Timezone", validate_choice=False)
    admin_password = PasswordField(
        "Admin Password",
        render_kw={"autocomplete": "new-password", "maxlength": 64, "spellcheck": "false"},
    )
    drop_password = BooleanField("Without a password of its own")
    local_sip_port = WholeNumberField(
        "Local SIP Port", render_kw={"placeholder": str(DEFAULT_SIP_PORT)}
    )
    poll_minutes = WholeNumberField("Check for changes every")

    @property
    def layout_fields(self) -> list[SelectField]:
        """The fields that choose a layout, one a model."""
        return [field for field in self if field.name.startswith(LAYOUT)]

    def read_draft(self) -> ProfileDraft:
        """Return what was typed."""
        return ProfileDraft(
            name=self.name.data or "",
            description=self.description.data or "",
            is_default=bool(self.is_default.data),
            time_zone=self.time_zone.data or None,
            admin_password=read_password(self.admin_password, self.drop_password),
            local_sip_port=self.local_sip_port.data,
            poll_minutes=self.poll_minutes.data,
            layouts={
                field.name.removeprefix(LAYOUT): int(field.data)
                for field in self.layout_fields
                if field.data
            },
        )


def make_profile_form(
    catalog: Catalog,
    tenant: Tenant,
    layouts: Sequence[ButtonLayout],
    profile: Profile | None,
    chosen: Mapping[str, int],
) -> ProfileForm:
    """Return the form with a field for each model that the tenant has layouts of."""
    fields: dict[str, SelectField] = {}
    by_model: dict[str, list[ButtonLayout]] = {}
    for layout in layouts:
        by_model.setdefault(layout.model_slug, []).append(layout)
    for slug, ones in sorted(by_model.items()):
        model = catalog.find_model(slug)
        choices = [
            SelectChoice("", "As without the profile"),
            *(SelectChoice(str(one.id), one.name) for one in ones),
        ]
        fields[f"{LAYOUT}{slug}"] = SelectField(
            model.full_name if model else slug,
            choices=choices,
            default=str(chosen.get(slug, "")),
        )
    form: ProfileForm = type("_ProfileForm", (ProfileForm,), fields)(obj=profile)
    offered: dict[str, list[tuple[str, str]]] = {"": [("", f"Tenant default ({tenant.time_zone})")]}
    for region, names in zones_by_region().items():
        offered[region] = [(name, name.replace("_", " ")) for name in names]
    form.time_zone.choices = offered
    form.poll_minutes.render_kw = {"placeholder": str(tenant.poll_minutes)}
    return form
