"""Forms of the layouts. The rules are the domain's; the forms only carry what was typed."""

from collections.abc import Sequence

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice

from phoneprov.layouts.drafts import ButtonDraft, LayoutDraft
from phoneprov.layouts.models import (
    LONGEST_DESCRIPTION,
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_VALUE,
    ButtonLayout,
    LayoutButton,
)
from phoneprov.layouts.resolve import Line, StoredButton
from phoneprov.pbx.dialects.typed import feature_label
from phoneprov.vendors.config import ButtonKind
from phoneprov.web.layouts.words import KIND_WORDS, KindWords

_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}

Groups = dict[str, list[tuple[str, str]]]


class LayoutForm(FlaskForm):
    """Add or edit a layout."""

    name = StringField(
        "Name", render_kw={"required": True, "maxlength": LONGEST_NAME, "autocomplete": "off"}
    )
    description = StringField(
        "Description", render_kw={"maxlength": LONGEST_DESCRIPTION, "autocomplete": "off"}
    )
    model_slug = SelectField("Phone Model", validate_choice=False, render_kw={"required": True})
    is_default = BooleanField("Default")
    leaves_out_own = BooleanField("No BLF on a phone's own extension", default=True)

    def __init__(self, models: Groups, *, is_for_module: bool, layout: ButtonLayout | None) -> None:
        super().__init__(obj=layout)
        self.is_for_module = is_for_module
        self.model_slug.choices = models
        if is_for_module:
            self.model_slug.label.text = "Module Model"

    def read_draft(self) -> LayoutDraft:
        """Return what was typed."""
        return LayoutDraft(
            name=self.name.data or "",
            model_slug=self.model_slug.data or "",
            description=self.description.data or "",
            is_for_module=self.is_for_module,
            is_default=bool(self.is_default.data),
            leaves_out_own=bool(self.leaves_out_own.data),
        )


class CopyForm(FlaskForm):
    """Name the copy of a layout, and say for which model it is."""

    name = StringField(
        "Name", render_kw={"required": True, "maxlength": LONGEST_NAME, "autocomplete": "off"}
    )
    model_slug = SelectField("Phone Model", validate_choice=False)
    module_slug = SelectField("What has no room there", validate_choice=False)
    agreed = HiddenField()
    """Model and module whose outcome was shown and agreed to."""

    def __init__(self, models: Groups, modules: Groups, layout: ButtonLayout) -> None:
        name = f"Copy of {layout.name}"[:LONGEST_NAME]
        super().__init__(data={"name": name, "model_slug": layout.model_slug})
        self.model_slug.choices = models
        self.module_slug.choices = modules
        if layout.is_for_module:
            self.model_slug.label.text = "Module Model"

    @property
    def choice(self) -> str:
        """Model and module as they are chosen."""
        return f"{self.model_slug.data or ''} {self.module_slug.data or ''}".strip()


class ButtonForm(FlaskForm):
    """What one key does."""

    kind = SelectField(
        "Type",
        choices=[SelectChoice(kind.value, words.name) for kind, words in KIND_WORDS.items()],
        validate_choice=False,
    )
    value = StringField("Value", render_kw={**_PLAIN, "maxlength": LONGEST_VALUE})
    label = StringField("Label", render_kw={**_PLAIN, "maxlength": LONGEST_LABEL})

    @property
    def words(self) -> KindWords:
        """The words of the kind that is chosen."""
        known = {kind.value: words for kind, words in KIND_WORDS.items()}
        return known.get(self.kind.data or "", KIND_WORDS[ButtonKind.LINE])

    def ask_for(self, kind: str) -> None:
        """Let the fields be those of a kind."""
        self.kind.data = kind
        self.value.label.text = self.words.asks
        if self.words.suggestions:
            self.value.render_kw = {**_PLAIN, "list": self.words.suggestions}

    def put_focus(self, *, stays_on_key: bool) -> None:
        """Let typing begin where it is wrong, else at the type; not where the key is gone on from.

        What the browser focuses is an attribute of the field.
        """
        if not stays_on_key:
            wrong = [one for one in (self.kind, self.value, self.label) if one.errors]
            field = wrong[0] if wrong else self.kind
            field.render_kw = {**(field.render_kw or {}), "autofocus": True}

    def read_draft(self) -> ButtonDraft:
        """Return what was typed."""
        return ButtonDraft(
            kind=self.kind.data or "", value=self.value.data or "", label=self.label.data or ""
        )


def button_values(
    row: LayoutButton | StoredButton | None, targets: Sequence[Line]
) -> dict[str, str]:
    """Return what the form shows of a button that is there."""
    if row is None:
        return {"kind": ButtonKind.LINE.value}
    line = next((one for one in targets if one.id == row.extension_id), None)
    value = f"{line.number} {line.name}".strip() if line else row.value
    if row.kind is ButtonKind.FEATURE_CODE:
        value = feature_label(row.value)
    return {"kind": row.kind.value, "value": value, "label": row.label}
