"""One of each thing that an address can name, all of them acme's."""

from dataclasses import dataclass

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from phoneprov.tenancy.models import Tenant, User
from tests.cast import ALICE
from tests.factories import (
    AlertSubscriptionFactory,
    BulkOperationFactory,
    ButtonLayoutFactory,
    ExtensionFactory,
    FarewellFactory,
    FirmwareFactory,
    LayoutRuleFactory,
    MaintenanceWindowFactory,
    PbxFactory,
    PhoneFactory,
    ProfileFactory,
    RolloutFactory,
    SavedFilterFactory,
    UnknownMacFactory,
    use_session,
)

MISSING_ID = 987_654
BY_TOKEN = {
    "api.unsubscribe": "a mail program has no log-in; the link in the mail is signed",
    "api.post_observations": "a PBX has no log-in; it comes with its own secret as bearer token",
}
"""Endpoints that ask for a token in place of a log-in and a form's token, each with the reason."""
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Objects:
    """What stands for each name in the rules of the app."""

    values: dict[str, object]

    def address(self, app: Flask, rule: Rule, **other: object) -> str:
        """Return the address of a rule; `other` takes the place of acme's values."""
        names = rule.arguments
        unknown = names - self.values.keys()
        assert not unknown, f"say in {__name__} what {unknown} of {rule.rule} stands for"
        chosen = {name: other.get(name, self.values[name]) for name in names}
        built = app.url_map.bind("localhost").build(rule.endpoint, chosen, rule_method(rule))
        return str(built)


def rule_method(rule: Rule) -> str:
    """Return a method that the rule takes."""
    return min(methods_of(rule))


def methods_of(rule: Rule) -> set[str]:
    """Return the methods of a rule, without those that come by themselves."""
    return set(rule.methods or ()) - {"HEAD", "OPTIONS"}


def add_objects(session: Session) -> Objects:
    """Give acme one of each."""
    use_session(session)
    acme = session.scalars(select(Tenant).where(Tenant.slug == "acme")).one()
    alice = session.scalars(select(User).where(User.email == ALICE)).one()
    extension = ExtensionFactory.create(tenant_id=acme.id)
    phone = PhoneFactory.create(tenant_id=acme.id, extension_id=extension.id)
    FarewellFactory.create(tenant_id=acme.id)
    layout = ButtonLayoutFactory.create(tenant_id=acme.id)
    values = {
        "tenant_slug": "acme",
        "phone_id": phone.id,
        "extension_id": extension.id,
        "layout_id": layout.id,
        "rule_id": LayoutRuleFactory.create(layout_id=layout.id).id,
        "operation_id": BulkOperationFactory.create(tenant_id=acme.id).id,
        "profile_id": ProfileFactory.create(tenant_id=acme.id).id,
        "filter_id": SavedFilterFactory.create(tenant_id=acme.id, user_id=alice.id).id,
        "position": 1,
        "module": 0,
        "user_id": alice.id,
        "pbx_id": PbxFactory.create().id,
        "firmware_id": FirmwareFactory.create().id,
        "subscription_id": AlertSubscriptionFactory.create(tenant_id=acme.id, user_id=alice.id).id,
        "rollout_id": RolloutFactory.create(tenant_id=acme.id).id,
        "window_id": MaintenanceWindowFactory.create(tenant_id=acme.id).id,
        "upload_id": MISSING_ID,
        "command_id": MISSING_ID,
        "mac": UnknownMacFactory.create().mac,
        "vendor": "yealink",
        "digest": "0",
        "name": "app.css",
        "filename": "app.css",
        "token": "no-such-token",
    }
    session.commit()
    return Objects(values)
