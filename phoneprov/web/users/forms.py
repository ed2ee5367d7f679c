"""Forms of the users. The rules are the domain's; a form only carries what was typed."""

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from phoneprov.tenancy.models import Role
from phoneprov.tenancy.users import UserDraft

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class UserForm(FlaskForm):
    """Add or edit a user."""

    name = StringField(
        "Name",
        [InputRequired("Enter a name.")],
        render_kw={"autocomplete": "off", "maxlength": 100},
    )
    email = StringField(
        "E-mail",
        [InputRequired("Enter an e-mail address.")],
        render_kw={**_PLAIN, "inputmode": "email", "maxlength": 254},
    )
    role = SelectField("Role")

    def offer_roles(self, tenant_id: int | None) -> None:
        """Offer the roles there are in a tenant, or at the provider where it is None."""
        if tenant_id is None:
            self.role.choices = [(Role.PROVIDER.value, "Everything, for all tenants")]
            return
        self.role.choices = [
            (Role.ADMIN.value, "Look and change: tenant admin"),
            (Role.VIEWER.value, "Only look: viewer"),
        ]

    def read_draft(self, password: str = "") -> UserDraft:
        """Return what was typed."""
        return UserDraft(
            name=self.name.data or "",
            email=self.email.data or "",
            role=Role(self.role.data),
            password=password,
        )
