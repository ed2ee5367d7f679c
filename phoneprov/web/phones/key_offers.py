"""What the phone form offers of layouts and expansion modules, and how it reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, SelectField

from phoneprov.catalog.catalog import Catalog
from phoneprov.catalog.model import PhoneModel
from phoneprov.fleet.drafts import UNSAID, ModuleDraft, Unsaid
from phoneprov.fleet.models import PhoneModule
from phoneprov.fleet.phone_keys import most_modules
from phoneprov.layouts.models import ButtonLayout

DEFAULT = "default"
"""The choice that follows the model, also when that is changed in the open form."""
NO_LAYOUT = -1
MOST_POSTED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOffers:
    """A tenant's layouts, as far as a phone of one model may have them."""

    catalog: Catalog
    layouts: Sequence[ButtonLayout] = ()
    """Of phones and of modules."""
    given: Mapping[str, int] = field(default_factory=dict)
    """By model slug, the layout that the phone's profile gives."""

    def layout_options(self, model: PhoneModel | None) -> list[tuple[str, str]]:
        """Return the layouts of a model; its default stands first."""
        fitting = self._fitting(model.slug, is_for_module=False) if model else []
        given = next((one.name for one in fitting if one.id == self._given(model)), "")
        default = next((one.name for one in fitting if one.is_default), "")
        first = f"The model's default ({default})" if default else "The model's default (none yet)"
        if given:
            first = f"From its profile ({given})"
        return [
            (DEFAULT, first),
            ("", "None: its keys are its lines"),
            *((str(one.id), one.name) for one in fitting),
        ]

    def module_options(self, model: PhoneModel) -> list[tuple[str, str]]:
        """Return the modules that fit a model, each without and with each of its layouts."""
        options = [("", "None")]
        for fit in model.modules:
            module = self.catalog.module_models.get(fit.module)
            if module is None:
                continue
            layouts = self._fitting(module.slug, is_for_module=True)
            ordered = sorted(layouts, key=lambda one: not one.is_default)
            for one in ordered:
                mark = " (default)" if one.is_default else ""
                options.append((f"{module.slug}:{one.id}", f"{module.name}: {one.name}{mark}"))
            options.append((module.slug, f"{module.name}, keys empty"))
        return options

    def module_places(self, model: PhoneModel | None) -> range:
        """Return the numbers of the modules that a model takes."""
        return range(1, (most_modules(model) if model else 0) + 1)

    def list_misfits(
        self, model: PhoneModel | None, layout: str, modules: Sequence[str]
    ) -> list[str]:
        """Return what was chosen and does not fit the model, in words."""
        if model is None:
            return []
        names = {str(one.id): one.name for one in self.layouts}
        offered = {value for value, _ in self.layout_options(model)}
        misfits = [names[layout]] if layout in names and layout not in offered else []
        fitting = {value for value, _ in self.module_options(model)} if model.modules else set()
        places = len(self.module_places(model))
        for number, value in enumerate(filter(None, modules), start=1):
            if value not in fitting or number > places:
                misfits.append(self._name_module(value))
        return misfits

    def _given(self, model: PhoneModel | None) -> int | None:
        return self.given.get(model.slug) if model else None

    def _fitting(self, slug: str, *, is_for_module: bool) -> list[ButtonLayout]:
        return [
            one
            for one in self.layouts
            if one.model_slug == slug and one.is_for_module == is_for_module
        ]

    def _name_module(self, value: str) -> str:
        module = self.catalog.module_models.get(value.partition(":")[0])
        return f"module {module.name}" if module else "a module"


class _SaidField(Field):
    """A field that tells “not sent” from “left as it is”: its data is then None."""

    def process(self, formdata: MultiDict[str, str] | None, *rest: Any, **more: Any) -> None:  # noqa: ANN401 - passed on as they are
        """Read the field."""
        super().process(formdata, *rest, **more)
        if formdata is not None and self.name not in formdata:
            self.data = None


class SaidSelectField(_SaidField, SelectField):
    """A choice that may be left out of what is sent: the layout, the profile."""


class ModulesField(_SaidField):
    """The expansion modules in the order of attachment: one select each, all of one name."""

    data: list[str] | None

    def process_data(self, value: Sequence[str] | None) -> None:
        """Take what is kept."""
        self.data = None if value is None else list(value)

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take what was chosen; an empty select is no module."""
        if valuelist:
            self.data = [value for value in valuelist[:MOST_POSTED] if value]

    def at(self, number: int) -> str:
        """Return what is chosen for a place, which counts from 1."""
        chosen = self.data or []
        return chosen[number - 1] if number <= len(chosen) else ""


def read_profile(text: str | None) -> int | Unsaid | None:
    """Return the profile that was chosen; what is none of ours is refused by the domain."""
    if text is None:
        return UNSAID
    return _read_id(text) if text else None


def read_layout(text: str | None) -> int | Unsaid | None:
    """Return the layout that was chosen; what is none of ours is refused by the domain."""
    if text is None:
        return UNSAID
    if text == DEFAULT:
        return Unsaid.DEFAULT
    if not text:
        return None
    return _read_id(text)


def read_modules(values: Sequence[str] | None) -> tuple[ModuleDraft, ...] | Unsaid:
    """Return the modules that were chosen."""
    if values is None:
        return UNSAID
    drafts = []
    for value in values:
        slug, has_layout, layout = value.partition(":")
        layout_id = _read_id(layout) if has_layout else None
        drafts.append(ModuleDraft(module_slug=slug[:60], layout_id=layout_id))
    return tuple(drafts)


def module_value(row: PhoneModule) -> str:
    """Return what the form shows of a module that is there."""
    return f"{row.module_slug}:{row.layout_id}" if row.layout_id else row.module_slug


def _read_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else NO_LAYOUT  # noqa: PLR2004 - fits any id column
