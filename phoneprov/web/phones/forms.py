"""The form of a phone: the fields of the mission in its words and order."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from phoneprov.catalog.model import PhoneModel
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.mac import format_mac, parse_mac
from phoneprov.core.text import clean_text
from phoneprov.fleet.drafts import PhoneDraft, check_port
from phoneprov.fleet.models import DEFAULT_SIP_PORT, LayoutSource, Phone, PhoneModule
from phoneprov.fleet.passwords import check_admin_password
from phoneprov.web.phones.key_offers import (
    DEFAULT,
    ModulesField,
    SaidSelectField,
    module_value,
    read_layout,
    read_modules,
    read_profile,
)
from phoneprov.web.phones.offers import Offers

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_SECRET = {"autocomplete": "new-password", "spellcheck": "false"}
LONGEST_NAME, LONGEST_SERIAL, LONGEST_PLACE = 64, 64, 100


class PhoneForm(FlaskForm):
    """Add or edit a phone. Every mistake is told at once; only the MAC can still be taken."""

    mac = StringField(
        "MAC Address",
        render_kw={**_PLAIN, "required": True, "maxlength": 40, "placeholder": "80:5e:c0:1a:2b:3c"},
    )
    model_slug = SelectField("Phone Model", validate_choice=False, render_kw={"required": True})
    extension = StringField(
        "Extension",
        render_kw={**_PLAIN, "maxlength": 120, "list": "extensions", "placeholder": "unassigned"},
    )
    display_name = StringField(
        "Display Name", render_kw={"autocomplete": "off", "maxlength": LONGEST_NAME}
    )
    time_zone = SelectField("Timezone", validate_choice=False)
    button_layout_id = SaidSelectField("Button Layout", validate_choice=False)
    modules = ModulesField("Expansion Modules")
    admin_password = PasswordField("Admin Password", render_kw={**_SECRET, "maxlength": 64})
    drop_password = BooleanField("Drop its own password")
    local_sip_port = StringField(
        "Local SIP Port",
        render_kw={
            **_PLAIN,
            "inputmode": "numeric",
            "maxlength": 10,
            "placeholder": str(DEFAULT_SIP_PORT),
        },
    )
    profile_id = SaidSelectField("Profile", validate_choice=False)
    serial_number = StringField("Serial number", render_kw={**_PLAIN, "maxlength": LONGEST_SERIAL})
    agreed_keys = HiddenField()
    """Model and modules whose loss of own keys was shown and agreed to."""
    place = StringField("Place", render_kw={"autocomplete": "off", "maxlength": LONGEST_PLACE})

    def __init__(self, offers: Offers, **values: object) -> None:
        super().__init__(data=values)
        self.offers = offers
        self.vendor = offers.vendor_of(self.mac.data or "")
        self.model_slug.choices = offers.model_options(self.vendor)
        self.time_zone.choices = offers.zone_options()
        self.profile_id.choices = offers.profile_options()
        if not self.model_slug.data:
            self.model_slug.data = "" if self.is_submitted() else offers.likely_model(self.vendor)
        self.button_layout_id.choices = [
            SelectChoice(value, text) for value, text in offers.keys.layout_options(self.model)
        ]

    @property
    def model(self) -> PhoneModel | None:
        """The model that is chosen."""
        return self.offers.catalog.find_model(self.model_slug.data or "")

    @property
    def is_foreign_mac(self) -> bool:
        """Whether the MAC address is known as another vendor's than the model's."""
        return bool(self.vendor and self.model and self.vendor is not self.model.vendor)

    def read_draft(self) -> PhoneDraft:
        """Return what was typed; only after it has been found sound."""
        use = self.offers.find_extension(self.extension.data or "")
        return PhoneDraft(
            mac=self.mac.data or "",
            model_slug=self.model_slug.data or "",
            extension_id=use.id if use else None,
            display_name=self.display_name.data or "",
            time_zone=self.time_zone.data or None,
            button_layout_id=read_layout(self.button_layout_id.data),
            modules=read_modules(self.modules.data),
            admin_password=self.admin_password.data or None,
            local_sip_port=_read_port(self.local_sip_port.data or ""),
            profile_id=read_profile(self.profile_id.data),
            serial_number=self.serial_number.data or "",
            place=self.place.data or "",
        )

    def validate_mac(self, field: Field) -> None:
        """Say how many digits are missing, or which character can't be."""
        try:
            parse_mac(field.data or "")
        except InvalidValueError as fault:
            raise ValidationError(fault.message) from fault

    def validate_model_slug(self, field: Field) -> None:
        """Only a model of the catalogue."""
        if self.model is not None:
            return
        hint = f" The MAC address is one of {self.vendor.label}." if self.vendor else ""
        field.data = ""
        raise ValidationError(f"Choose the phone model.{hint}")

    def validate_extension(self, field: Field) -> None:
        """Only an extension of the tenant, and only one."""
        try:
            self.offers.find_extension(field.data or "")
        except InvalidValueError as fault:
            raise ValidationError(fault.message) from fault

    def validate_time_zone(self, field: Field) -> None:
        """Only a zone of the list."""
        names = {name for group in self.offers.zone_options().values() for name, _ in group}
        if (field.data or "") not in names:
            raise ValidationError("Choose a time zone from the list.")

    def validate_admin_password(self, field: Field) -> None:
        """Only what the chosen model's vendor takes."""
        if not field.data or self.model is None:
            return
        try:
            check_admin_password(self.offers.catalog.vendors[self.model.vendor], field.data)
        except InvalidValueError as fault:
            raise ValidationError(fault.message) from fault

    def validate_local_sip_port(self, field: Field) -> None:
        """Only a port that a phone may listen on."""
        try:
            check_port(_read_port(field.data or ""))
        except InvalidValueError as fault:
            raise ValidationError(fault.message) from fault

    def validate_display_name(self, field: Field) -> None:
        """Only what can be shown."""
        _check_text(field, LONGEST_NAME)

    def validate_serial_number(self, field: Field) -> None:
        """Only what can be shown."""
        _check_text(field, LONGEST_SERIAL)

    def validate_place(self, field: Field) -> None:
        """Only what can be shown."""
        _check_text(field, LONGEST_PLACE)


class ReassignForm(PhoneForm):
    """Give a phone to another user; the MAC address is what the phone is."""

    wants_reset = BooleanField("Reset the phone to its defaults, too")
    keeps_own_keys = BooleanField("Keep this phone's own keys")


def form_values(phone: Phone, modules: Sequence[PhoneModule]) -> dict[str, object]:
    """Return what the form shows of a phone that is there; never its password."""
    is_given = phone.layout_source is LayoutSource.PROFILE
    return {
        "button_layout_id": DEFAULT if is_given else str(phone.button_layout_id or ""),
        "profile_id": str(phone.profile_id or ""),
        "modules": [module_value(row) for row in modules],
        "mac": format_mac(phone.mac),
        "model_slug": phone.model_slug,
        "extension": phone.extension.title if phone.extension else "",
        "display_name": phone.display_name,
        "time_zone": phone.time_zone or "",
        "local_sip_port": str(phone.local_sip_port or ""),
        "serial_number": phone.serial_number,
        "place": phone.place,
    }


def hardware_values(phone: Phone, modules: Sequence[PhoneModule]) -> dict[str, object]:
    """Return what stays with the phone whoever has it: the box, its modules, its place."""
    stays = {"mac", "model_slug", "modules", "profile_id", "serial_number", "place"}
    values = form_values(phone, modules)
    return {name: value for name, value in values.items() if name in stays}


def _read_port(text: str) -> int | None:
    """Return the port that was typed: None for nothing, 0 for what is none."""
    typed = text.strip()
    if not typed:
        return None
    return int(typed) if typed.isascii() and typed.isdecimal() else 0


def _check_text(field: Field, longest: int) -> None:
    try:
        clean_text(field.data or "", field=field.name, longest=longest)
    except InvalidValueError as fault:
        raise ValidationError(fault.message) from fault
