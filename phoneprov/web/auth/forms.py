"""Forms of log-in, set-up and one's own password. The rules are the domain's."""

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired

_EMAIL = {"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"}
_NEW = {"autocomplete": "new-password", "minlength": 12, "maxlength": 128}


class LogInForm(FlaskForm):
    """Who comes in, and where to."""

    email = StringField(
        "E-mail",
        [InputRequired("Enter your e-mail address.")],
        render_kw={**_EMAIL, "inputmode": "email", "maxlength": 254, "autofocus": True},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password.")],
        render_kw={"autocomplete": "current-password", "maxlength": 128},
    )
    next = HiddenField()


class SetUpForm(FlaskForm):
    """The provider and its first account."""

    provider_name = StringField(
        "Your company",
        [InputRequired("Enter the name of your company.")],
        render_kw={"autocomplete": "organization", "maxlength": 100, "autofocus": True},
    )
    name = StringField(
        "Your name",
        [InputRequired("Enter your name.")],
        render_kw={"autocomplete": "name", "maxlength": 100},
    )
    email = StringField(
        "E-mail",
        [InputRequired("Enter your e-mail address.")],
        render_kw={**_EMAIL, "inputmode": "email", "maxlength": 254},
    )
    password = PasswordField("Password", [InputRequired("Choose a password.")], render_kw={**_NEW})


class PasswordForm(FlaskForm):
    """One's own password: the old one, and the new one."""

    old_password = PasswordField(
        "Password now",
        [InputRequired("Enter the password you have now.")],
        render_kw={"autocomplete": "current-password", "maxlength": 128},
    )
    password = PasswordField(
        "New password", [InputRequired("Choose a new password.")], render_kw={**_NEW}
    )
    again = PasswordField(
        "New password again", [EqualTo("password", "The two are not the same.")], render_kw={**_NEW}
    )
