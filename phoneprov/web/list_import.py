"""Import of a list in two steps, whatever it is a list of: what it would do, then do it."""

from collections.abc import Callable, Mapping, Sized
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from phoneprov.core.clock import utc_now
from phoneprov.core.errors import InvalidValueError
from phoneprov.core.sheets import MOST_ROWS
from phoneprov.web.access import current_tenant
from phoneprov.web.acting import tell_fault
from phoneprov.web.database import session
from phoneprov.web.imports import ImportForm, PendingImport, find_import, seal_import

Answer = str | Response | tuple[str, int]

REFUSED = 422
CHANGED_MEANWHILE = 409
SHOWN_ROWS = 200
"""So many rows of each kind a preview shows."""


class ListPlan(Protocol):
    """What an import would do."""

    @property
    def added(self) -> Sized:
        """The rows that become new ones."""
        ...

    @property
    def changed(self) -> Sized:
        """The rows that change what is there."""
        ...

    @property
    def can_start(self) -> bool:
        """Whether there is anything to do, and nothing in its way."""
        ...

    @property
    def fingerprint(self) -> str:
        """A mark that is the same only where the plan would do exactly the same."""
        ...


Plan = TypeVar("Plan", bound=ListPlan)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImport(Generic[Plan]):
    """The import of one kind of list; its screen has the endpoints that the templates name."""

    form_page: str
    preview_page: str
    noun: str
    sample: str
    plan: Callable[[str], Plan]
    """Raises InvalidValueError for a list that can't be read."""
    carry_out: Callable[[Plan], None]
    """Raises InvalidValueError when what is there has changed since the plan was made."""
    suggest: Callable[[], str] = lambda: ""
    """What stands in an empty form."""
    words: Mapping[str, object] = field(default_factory=dict)
    """What the templates of the screen need beside the plan."""

    def take(self) -> Answer:
        """Take a list and show what it would do."""
        form = ImportForm()
        if not form.validate_on_submit():
            return self._form_page(form)
        text = form.read_text()
        try:
            plan = self.plan(text)
        except InvalidValueError as fault:
            tell_fault(form, fault)
            return self._form_page(form)
        return self._preview(text, plan)

    def confirm(self) -> Answer:
        """Do what the preview showed, all of it or nothing."""
        tenant = current_tenant()
        pending = find_import(request.form.get("pending", ""), tenant.id, utc_now())
        if pending is None:
            form = ImportForm(formdata=None)
            form.form_errors.append("The preview is too old. Choose the list again.")
            return self._form_page(form)
        plan = self.plan(pending.text)
        if plan.fingerprint != pending.fingerprint:
            return self._preview(pending.text, plan, is_other=True), CHANGED_MEANWHILE
        try:
            self.carry_out(plan)
        except InvalidValueError:
            session().rollback()
            now_planned = self.plan(pending.text)
            return self._preview(pending.text, now_planned, is_other=True), CHANGED_MEANWHILE
        flash(f"Import done: {len(plan.added)} added, {len(plan.changed)} changed.", "done")
        return redirect(url_for(".index", tenant_slug=tenant.slug), 303)

    def _form_page(self, form: ImportForm) -> Answer:
        """Show the form. A pasted list is not given back, because it may hold passwords."""
        is_refused = request.method == "POST"
        form.text.data = "" if is_refused else self.suggest()
        page = render_template(
            self.form_page,
            form=form,
            noun=self.noun,
            sample=self.sample,
            most_rows=MOST_ROWS,
            **self.words,
        )
        return (page, REFUSED) if is_refused else page

    def _preview(self, text: str, plan: Plan, *, is_other: bool = False) -> str:
        tenant_id = current_tenant().id
        pending = PendingImport(tenant_id=tenant_id, fingerprint=plan.fingerprint, text=text)
        return render_template(
            self.preview_page,
            plan=plan,
            noun=self.noun,
            pending=seal_import(pending, utc_now()) if plan.can_start else "",
            is_other=is_other,
            shown_rows=SHOWN_ROWS,
            **self.words,
        )
