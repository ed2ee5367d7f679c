"""The findings of a diagnosis as cards: where each next step leads."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import url_for

from phoneprov.fleet.diagnosis.finding import Finding, NextStep, StepAction
from phoneprov.fleet.models import Phone
from phoneprov.web.access import current_tenant

_ENDPOINTS = {
    StepAction.EDIT: "phones.edit",
    StepAction.ALLOW: "phones.allow",
    StepAction.REBOOT: "phones.reboot",
    StepAction.SHOW_REQUESTS: "phones.show",
    StepAction.SHOW_WAYS: "system.how_phones_find_us",
    StepAction.OPEN_LAYOUT: "layouts.show",
    StepAction.OPEN_MODULE_LAYOUT: "module_layouts.show",
    StepAction.OPEN_KEY: "phones.key",
}
_FOR_ADMINS = {StepAction.EDIT, StepAction.ALLOW, StepAction.REBOOT, StepAction.OPEN_KEY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """One card. `address` is where its button leads; empty: the step is for a person."""

    finding: Finding
    address: str = ""

    @property
    def is_post(self) -> bool:
        """Whether the button does it at once."""
        return self._action is StepAction.ALLOW

    @property
    def asks_first(self) -> bool:
        """Whether the button opens the question of an order."""
        return self._action is StepAction.REBOOT

    @property
    def is_for_admins(self) -> bool:
        """Whether a viewer can't take the step."""
        return self._action in _FOR_ADMINS

    @property
    def _action(self) -> StepAction | None:
        return self.finding.step.action if self.finding.step else None


def list_warnings(findings: Iterable[Finding], phone: Phone) -> Sequence[Warned]:
    """Return the cards of a phone's page in the order of its findings."""
    return [Warned(finding=one, address=_address(one.step, phone)) for one in findings]


def _address(step: NextStep | None, phone: Phone) -> str:
    if step is None or step.action is None:
        return ""
    values: dict[str, str | int] = dict(step.values)
    if step.action is StepAction.SHOW_REQUESTS:
        values["tab"] = "asked"
    if step.action is StepAction.OPEN_KEY:
        values["module"], values["position"] = step.place
    if step.action in {StepAction.OPEN_LAYOUT, StepAction.OPEN_MODULE_LAYOUT}:
        values["layout_id"] = step.layout_id
    elif step.action is not StepAction.SHOW_WAYS:
        values["phone_id"] = phone.id
    return url_for(_ENDPOINTS[step.action], tenant_slug=current_tenant().slug, **values)  # type: ignore[arg-type]
