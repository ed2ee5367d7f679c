"""Who acts in this request, and how the domain's refusals reach the person."""

from flask_wtf import FlaskForm

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.audit import Actor
from phoneprov.web.access import signed_in_user
from phoneprov.web.security import client_address


def current_actor() -> Actor:
    """Return who acts, for the audit trail."""
    return Actor(name=signed_in_user().email, address=client_address())


def tell_fault(form: FlaskForm, fault: InvalidValueError) -> None:
    """Put the message beside its field; one without a field stands above the form."""
    field = form._fields.get(fault.field or "")
    if field is None:
        form.form_errors.append(fault.message)
    else:
        field.errors = [*field.errors, fault.message]
