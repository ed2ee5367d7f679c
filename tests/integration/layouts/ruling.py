"""Groups and rules for tests, with the words that don't matter filled in."""

from phoneprov.fleet import extensions, rule_changes
from phoneprov.layouts.models import ButtonLayout
from phoneprov.layouts.rule_changes import RuleDraft, list_rules
from phoneprov.layouts.rule_models import LayoutRule
from phoneprov.layouts.targets import get_target
from phoneprov.tenancy.extension_values import ExtensionValues
from phoneprov.tenancy.models import Extension, Tenant
from tests.integration.layouts.conftest import Desk
from tests.integration.rows import ALICE, NOON


def person(
    desk: Desk, number: str, name: str = "", groups: str = "", tenant: Tenant | None = None
) -> Extension:
    """Add an extension through the fleet's verb, which tells the phones."""
    values = ExtensionValues(number=number, name=name, sip_password="secret", groups=groups)
    world = desk.world
    return extensions.add_extension(
        world.session, tenant or world.tenant, values, actor=ALICE, now=NOON
    )


def change(desk: Desk, extension: Extension, **fields: str) -> None:
    """Change an extension; what is not named stays."""
    kept = {"number": extension.number, "name": extension.name, "groups": extension.groups}
    values = ExtensionValues(**(kept | fields))
    extensions.update_extension(desk.world.session, extension, values, actor=ALICE, now=NOON)


def draft(first: int, last: int, **fields: object) -> RuleDraft:
    plain: dict[str, object] = {"kind": "blf"}
    return RuleDraft(**(plain | fields), first_key=first, last_key=last)  # type: ignore[arg-type]


def rule(desk: Desk, layout: ButtonLayout, first: int, last: int, **fields: object) -> LayoutRule:
    """Add a rule through the fleet's verb; return its row."""
    world = desk.world
    target = get_target(world.catalog, layout.model_slug, is_for_module=layout.is_for_module)
    before = {one.id for one in list_rules(world.session, layout.id)}
    rule_changes.add_rule(
        world.session, layout, target, draft(first, last, **fields), actor=ALICE, now=NOON
    )
    (row,) = [one for one in list_rules(world.session, layout.id) if one.id not in before]
    return row
