"""Forms of the library. The rules are the domain's; the forms only carry what was typed."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import CheckboxInput

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel, Vendor
from phoneprov.firmware.library import (
    EXAMPLES,
    LONGEST_HARDWARE,
    LONGEST_NOTES,
    FirmwareDraft,
)
from phoneprov.firmware.models import LONGEST_VERSION, Firmware
from phoneprov.firmware.names import vendors_of_name

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class UploadForm(FlaskForm):
    """A whole image in one form, for a browser without script."""

    file = FileField("Firmware file", render_kw={"accept": ".rom,.bin,.ld", "required": True})
    sha256 = StringField("SHA-256", render_kw={**_PLAIN, "maxlength": 64})


class FirmwareForm(FlaskForm):
    """What an image is."""

    vendor = SelectField("Vendor")
    version = StringField("Version", render_kw={**_PLAIN, "maxlength": LONGEST_VERSION})
    model_slugs = SelectMultipleField("Phone models it is for", option_widget=CheckboxInput())
    hardware = StringField(
        "Hardware revisions", render_kw={**_PLAIN, "maxlength": LONGEST_HARDWARE}
    )
    required_version = StringField(
        "Needs at least", render_kw={**_PLAIN, "maxlength": LONGEST_VERSION}
    )
    notes = TextAreaField("Release notes", render_kw={"rows": 6, "maxlength": LONGEST_NOTES})
    is_retired = BooleanField("Retired")

    def __init__(self, catalog: Catalog, firmware: Firmware) -> None:
        super().__init__(
            data={
                "vendor": firmware.vendor.value,
                "version": firmware.version,
                "model_slugs": list(firmware.model_slugs),
                "hardware": firmware.hardware,
                "required_version": firmware.required_version,
                "notes": firmware.notes,
                "is_retired": firmware.retired_at is not None,
            }
        )
        vendors = vendors_of_name(firmware.file_name) or (firmware.vendor,)
        self.vendor.choices = [SelectChoice(one.value, one.label) for one in vendors]
        models = [
            model for vendor in vendors for model in catalog.models_by_vendor().get(vendor, ())
        ]
        self.model_slugs.choices = [
            SelectChoice(model.slug, _name(model, is_alone=len(vendors) == 1)) for model in models
        ]
        known = {model.slug for model in models}
        gone = [slug for slug in firmware.model_slugs if slug not in known]
        self.model_slugs.choices += [SelectChoice(slug, f"{slug} (gone)") for slug in gone]

    @property
    def version_example(self) -> str:
        """What a version of this vendor looks like."""
        return EXAMPLES[self._vendor]

    @property
    def _vendor(self) -> Vendor:
        return Vendor(self.vendor.data or self.vendor.choices[0].value)

    def read_draft(self) -> FirmwareDraft:
        """Return what was typed."""
        return FirmwareDraft(
            vendor=self._vendor,
            version=self.version.data or "",
            model_slugs=tuple(self.model_slugs.data or ()),
            hardware=self.hardware.data or "",
            required_version=self.required_version.data or "",
            notes=self.notes.data or "",
            is_retired=bool(self.is_retired.data),
        )


def _name(model: PhoneModel, *, is_alone: bool) -> str:
    return model.name if is_alone else model.full_name
