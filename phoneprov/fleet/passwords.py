"""The local admin password of a phone: what its vendor takes."""

from phoneprov.catalog.model import VendorFacts
from phoneprov.core.errors import InvalidValueError

FIRST_PRINTABLE, LAST_PRINTABLE = "!", "~"


def check_admin_password(vendor: VendorFacts, password: str) -> None:
    """Refuse a password that this vendor's phones would not take, with the reason.

    Raises InvalidValueError for the field `admin_password`.
    """
    name = vendor.vendor.label
    if not vendor.password_shortest <= len(password) <= vendor.password_longest:
        message = (
            f"{name} phones take {vendor.password_shortest} to {vendor.password_longest} "
            f"characters; this has {len(password)}."
        )
        raise InvalidValueError(message, field="admin_password")
    for character in password:
        is_printable = FIRST_PRINTABLE <= character <= LAST_PRINTABLE
        if not is_printable or character in vendor.password_forbidden:
            shown = character if character.isprintable() and character != " " else "a blank"
            message = f"{name} phones don't take {shown} in the admin password."
            raise InvalidValueError(message, field="admin_password")
