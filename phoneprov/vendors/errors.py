"""What can go wrong while a vendor's file is written."""

from phoneprov.core.errors import PhoneprovError


class UnwritableValueError(PhoneprovError):
    """A value holds something that the file's format has no way to carry."""
