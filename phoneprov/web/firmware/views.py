"""The screen of the firmware, put together from its views."""

from phoneprov.web.firmware import library_views, tenant_views, upload_views
from phoneprov.web.firmware.blueprint import blueprint

__all__ = ["blueprint", "library_views", "tenant_views", "upload_views"]
