"""Groups of extensions: who is in which, and which there are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from phoneprov.core.errors import InvalidValueError
from phoneprov.tenancy.group_names import group_key, read_groups
from phoneprov.tenancy.models import Extension, ExtensionGroup, ExtensionInGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSize:
    """A group and how many extensions are in it."""

    name: str
    key: str
    members: int


def list_groups(session: Session, tenant_id: int) -> Sequence[GroupSize]:
    """Return the groups of a tenant that anybody is in, by name, each with its size."""
    rows = session.execute(
        select(ExtensionGroup.name, ExtensionGroup.key, func.count())
        .join(ExtensionInGroup, ExtensionInGroup.group_id == ExtensionGroup.id)
        .where(ExtensionGroup.tenant_id == tenant_id)
        .group_by(ExtensionGroup.id, ExtensionGroup.name, ExtensionGroup.key)
        .order_by(ExtensionGroup.key)
    )
    return [GroupSize(name=name, key=key, members=members) for name, key, members in rows]


def put_into_groups(session: Session, tenant_id: int, wanted: Mapping[Extension, str]) -> None:
    """Let each extension be in exactly the groups of its row of names.

    A group that somebody is in keeps its spelling. Costs the same few queries for one extension
    as for thousands. Raises InvalidValueError for `groups`.
    """
    if not wanted:
        return
    names = {
        group_key(name): name for text in wanted.values() for name in reversed(read_groups(text))
    }
    groups = _get_groups(session, tenant_id, names)
    ids = [extension.id for extension in wanted]
    session.execute(delete(ExtensionInGroup).where(ExtensionInGroup.extension_id.in_(ids)))
    rows = [
        ExtensionInGroup(extension_id=extension.id, group_id=groups[group_key(name)].id)
        for extension, text in wanted.items()
        for name in read_groups(text)
    ]
    session.add_all(rows)
    session.flush()
    for extension in wanted:
        session.expire(extension, ["in_groups"])


def _get_groups(
    session: Session, tenant_id: int, names: Mapping[str, str]
) -> dict[str, ExtensionGroup]:
    """Return groups by key, made where they are not there yet; one that was empty is respelled."""
    rows = session.execute(
        select(ExtensionGroup, func.count(ExtensionInGroup.extension_id))
        .outerjoin(ExtensionInGroup, ExtensionInGroup.group_id == ExtensionGroup.id)
        .where(ExtensionGroup.tenant_id == tenant_id, ExtensionGroup.key.in_(list(names)))
        .group_by(ExtensionGroup.id)
    )
    found: dict[str, ExtensionGroup] = {}
    for group, members in rows:
        found[group.key] = group
        if not members:
            group.name = names[group.key]
    for key in names.keys() - found.keys():
        found[key] = ExtensionGroup(tenant_id=tenant_id, name=names[key], key=key)
        session.add(found[key])
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        message = "Somebody else has just added this group; save again."
        raise InvalidValueError(message, field="groups") from error
    return found
