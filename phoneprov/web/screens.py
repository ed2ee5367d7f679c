"""The table of screens: adding one is adding a line."""

from flask import Flask

from phoneprov.web.activity.views import blueprint as activity
from phoneprov.web.alerts.views import blueprint as alerts
from phoneprov.web.assets.views import blueprint as assets
from phoneprov.web.auth.views import blueprint as auth
from phoneprov.web.bulk.views import blueprint as bulk
from phoneprov.web.extensions.views import blueprint as extensions
from phoneprov.web.extras.views import blueprint as extras
from phoneprov.web.firmware.views import blueprint as firmware
from phoneprov.web.layouts.views import blueprint as layouts
from phoneprov.web.layouts.views import module_blueprint as module_layouts
from phoneprov.web.pbxs.views import blueprint as pbxs
from phoneprov.web.phones.views import blueprint as phones
from phoneprov.web.profiles.views import blueprint as profiles
from phoneprov.web.rollouts.views import blueprint as rollouts
from phoneprov.web.system.views import blueprint as system
from phoneprov.web.tenants.views import blueprint as tenants
from phoneprov.web.unknown.views import blueprint as unknown
from phoneprov.web.users.views import blueprint as users
from phoneprov.web.windows.views import blueprint as windows

SCREENS = (
    system,
    assets,
    auth,
    tenants,
    users,
    pbxs,
    extensions,
    phones,
    bulk,
    extras,
    layouts,
    module_layouts,
    profiles,
    firmware,
    rollouts,
    windows,
    unknown,
    activity,
    alerts,
)


def register_screens(app: Flask) -> None:
    """Give the app all its screens."""
    for screen in SCREENS:
        app.register_blueprint(screen)
