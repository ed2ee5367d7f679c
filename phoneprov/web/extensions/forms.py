"""Forms of the extensions. The rules are the domain's; a form only carries what was typed."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.widgets import PasswordInput

from phoneprov.tenancy.extension_values import ExtensionValues
from phoneprov.tenancy.group_names import LONGEST_GROUP, MOST_GROUPS, group_keys
from phoneprov.tenancy.groups import GroupSize
from phoneprov.tenancy.models import Extension

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
_SECRET = {"autocomplete": "new-password", "spellcheck": "false"}
LONGEST_ROW = MOST_GROUPS * (LONGEST_GROUP + 2)


class ExtensionForm(FlaskForm):
    """Add or edit an extension."""

    number = StringField("Number", render_kw={**_PLAIN, "required": True, "maxlength": 32})
    name = StringField("Name", render_kw={"autocomplete": "off", "maxlength": 64})
    sip_password = PasswordField("SIP password", render_kw={**_SECRET, "maxlength": 64})
    sip_user = StringField("SIP user", render_kw={**_PLAIN, "maxlength": 64})
    auth_user = StringField("Auth user", render_kw={**_PLAIN, "maxlength": 64})
    voicemail_number = StringField("Voicemail number", render_kw={**_PLAIN, "maxlength": 32})
    groups = StringField(
        "Groups", render_kw={**_PLAIN, "maxlength": LONGEST_ROW, "list": "known-groups"}
    )

    def read_values(self) -> ExtensionValues:
        """Return what was typed."""
        return ExtensionValues(
            number=self.number.data or "",
            name=self.name.data or "",
            sip_user=self.sip_user.data or "",
            auth_user=self.auth_user.data or "",
            sip_password=self.sip_password.data or "",
            voicemail_number=self.voicemail_number.data or "",
            groups=self.groups.data or "",
        )

    def offer_groups(self, known: Sequence[GroupSize]) -> list[str]:
        """Return what the field can be completed to: what stands there, and one known group."""
        typed = self.groups.data or ""
        there = group_keys(typed)
        before = f"{typed.strip().rstrip(',;').rstrip()}, " if there else ""
        return [f"{before}{group.name}" for group in known if group.key not in there]

    def show_password(self, password: str) -> None:
        """Put a password that was just made into the field, to be read and copied once."""
        self.sip_password.data = password
        readable = PasswordInput(hide_value=False)
        readable.input_type = "text"
        self.sip_password.widget = readable


def extension_form(extension: Extension) -> ExtensionForm:
    """Return the form to edit an extension; what follows its number is left empty."""
    is_own_user = extension.sip_user != extension.number
    return ExtensionForm(
        data={
            "number": extension.number,
            "name": extension.name,
            "sip_user": extension.sip_user if is_own_user else "",
            "auth_user": extension.auth_user,
            "voicemail_number": extension.voicemail_number,
            "groups": extension.groups,
        }
    )
