"""One request of a phone with what is known of it, and the note that is kept of it."""

from datetime import datetime
from typing import NamedTuple

from phoneprov.catalog.catalog import Catalog
from phoneprov.fleet.check_ins import CheckInNote
from phoneprov.provisioning.admission import Reason
from phoneprov.provisioning.exchange import Ask
from phoneprov.provisioning.files import AskedFile
from phoneprov.provisioning.identify import Visitor
from phoneprov.vendors.writer import AgentFacts


class Visit(NamedTuple):
    """One request with all that is known of it before the phone is looked up."""

    ask: Ask
    visitor: Visitor
    at: datetime

    @property
    def file(self) -> AskedFile:
        """The file asked for."""
        return self.visitor.file

    @property
    def agent_mac(self) -> str | None:
        """The MAC address in the User-Agent."""
        return self.visitor.agent.mac if self.visitor.agent else None


def make_note(  # noqa: PLR0913, PLR0917 - called only through a partial
    catalog: Catalog,
    visit: Visit,
    phone_id: int,
    reason: Reason,
    status: int,
    size_bytes: int,
    revision: int | None,
) -> CheckInNote:
    """Return the note of an answered request."""
    agent, ask = visit.visitor.agent, visit.ask
    return CheckInNote(
        phone_id=phone_id,
        at=visit.at,
        method=ask.method,
        file_name=visit.file.name,
        answer=status,
        size_bytes=size_bytes,
        address=ask.address,
        admitted_by=reason.value,
        user_agent=ask.user_agent,
        is_admitted=reason.is_admitted,
        revision=revision,
        firmware=agent.firmware if agent and not agent.is_boot_loader else None,
        hardware=agent.hardware if agent else None,
        told_models=_told_models(catalog, agent),
        told_mac=(visit.agent_mac or "") if reason is Reason.WRONG_MAC else "",
        has_agent_facts=agent is not None and agent.model_name is not None,
        is_tls=ask.is_tls,
    )


def _told_models(catalog: Catalog, agent: AgentFacts | None) -> tuple[str, ...]:
    """Return the slugs of the models that go by the name in the User-Agent."""
    if agent is None or agent.model_name is None:
        return ()
    found = catalog.list_models_by_agent(agent.vendor, agent.model_name)
    unknown = f"{agent.vendor.value}:{agent.model_name}"[:60]
    return tuple(model.slug for model in found) or (unknown,)
