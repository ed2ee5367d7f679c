"""A world with a layout for its phones."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from phoneprov.fleet import layout_changes
from phoneprov.fleet.models import Phone
from phoneprov.layouts.drafts import ButtonDraft, LayoutDraft
from phoneprov.layouts.layouts import add_layout
from phoneprov.layouts.models import ButtonLayout
from phoneprov.pbx.dialects.dialect import Dialect
from phoneprov.pbx.dialects.loader import get_dialect
from phoneprov.tenancy.models import Tenant
from tests.integration.rows import ALICE, NOON, World, small_world

MODEL = "yealink-t46u"
MODULE = "yealink-exp43"


@dataclass
class Desk:
    """A world, and verbs on layouts with the words that don't matter filled in."""

    world: World

    def layout(
        self, name: str = "Front desk", *, tenant: Tenant | None = None, **fields: object
    ) -> ButtonLayout:
        draft = LayoutDraft(**({"name": name, "model_slug": MODEL} | fields))  # type: ignore[arg-type]
        return add_layout(
            self.world.session,
            self.world.catalog,
            tenant or self.world.tenant,
            draft,
            actor=ALICE,
            now=NOON,
        )

    def module_layout(self, name: str = "Everybody", **fields: object) -> ButtonLayout:
        plain: dict[str, object] = {"is_for_module": True, "model_slug": MODULE}
        return self.layout(name, **(plain | fields))  # type: ignore[arg-type]

    def assign(
        self,
        layout: ButtonLayout,
        position: int,
        kind: str,
        value: str = "",
        label: str = "",
        *,
        dialect: Dialect | None = None,
    ) -> int:
        return layout_changes.assign_button(
            self.world.session,
            self.world.catalog,
            layout,
            position,
            ButtonDraft(kind=kind, value=value, label=label),
            dialect=dialect or get_dialect("asterisk"),
            actor=ALICE,
            now=NOON,
        )

    def clear(self, layout: ButtonLayout, position: int) -> int:
        return layout_changes.clear_button(
            self.world.session, layout, position, actor=ALICE, now=NOON
        )

    def move(self, layout: ButtonLayout, position: int, to: int) -> int:
        return layout_changes.move_button(
            self.world.session, self.world.catalog, layout, position, to, actor=ALICE, now=NOON
        )

    def all(self) -> list[ButtonLayout]:
        return list(self.world.session.scalars(select(ButtonLayout)))

    def layout_of(self, phone: Phone) -> ButtonLayout:
        return self.world.session.get_one(ButtonLayout, phone.button_layout_id)

    def revision(self, phone: Phone) -> int:
        self.world.session.flush()
        self.world.session.refresh(phone)
        return phone.config_revision


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with small_world(tmp_path) as made:
        yield made


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)
