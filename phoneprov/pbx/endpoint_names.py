"""How a PBX names a tenant's extension, so that an address of record finds the one it belongs to.

`{number}-{tenant}` on a PBX of many tenants: `201-acme` is extension 201 of the tenant acme, and of
nobody else, whatever extensions other tenants have.
"""

import re
from dataclasses import dataclass
from string import Formatter

from phoneprov.core.errors import InvalidValueError

FIELD = "endpoint_pattern"
LONGEST_PATTERN = 100
WHOSE = ("number", "user")
"""Stands for the extension: its number, or the SIP user that it registers as."""
WHICH_TENANT = ("tenant", "domain")
_LITERAL = re.compile(r"[0-9A-Za-z._@+\-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantNames:
    """What a pattern may say of a tenant."""

    tenant_id: int
    slug: str
    domain: str
    """Its SIP domain on this PBX, in lower case."""


@dataclass(frozen=True, slots=True)
class EndpointPattern:
    """A checked pattern; an empty one is the SIP user, with whatever domain the PBX adds."""

    text: str

    @property
    def by(self) -> str:
        """What stands for the extension: `number` or `user`."""
        return "number" if "{number}" in self.text else "user"

    @property
    def names_tenant(self) -> bool:
        """Whether a name tells whose it is."""
        return any(f"{{{one}}}" in self.text for one in WHICH_TENANT)

    def write(self, tenant: TenantNames, name: str) -> str:
        """Return what the PBX calls an extension (`name`: its number or SIP user) of a tenant."""
        text = self.text or "{user}"
        return text.format(number=name, user=name, tenant=tenant.slug, domain=tenant.domain)

    def reader(self, tenant: TenantNames) -> "NameReader":
        """Return what finds the extensions of one tenant among many addresses of record."""
        before, after = self.write(tenant, "\0").split("\0")
        has_domain = "@" in (self.text or "{user}")
        return NameReader(before=before, after=after, domain=tenant.domain, has_domain=has_domain)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameReader:
    """A pattern with one tenant's names put in: what stands before and after the extension."""

    before: str
    after: str
    domain: str
    has_domain: bool
    """Whether the PBX's own names hold a domain."""

    def read(self, aor: str) -> str | None:
        """Return the number (or SIP user) an address of record has here, None if it can't be.

        Where the names hold no domain and the address has one, it must be the tenant's.
        """
        name, at, domain = aor.partition("@")
        if at and self.has_domain:
            name = f"{name}@{domain.lower()}"
        elif at and domain.lower() != self.domain:
            return None
        before, after = self.before, self.after
        if len(name) <= len(before) + len(after):
            return None
        if not (name.startswith(before) and name.endswith(after)):
            return None
        return name[len(before) : len(name) - len(after)]


def check_endpoint_pattern(text: str) -> str:
    """Return a pattern as it is kept. Raises InvalidValueError with what is wrong in it."""
    pattern = text.strip()
    if not pattern:
        return ""
    if len(pattern) > LONGEST_PATTERN:
        raise _refuse(f"At most {LONGEST_PATTERN} characters; this has {len(pattern)}.")
    names = _placeholders(pattern)
    unknown = [name for name in names if name not in (*WHOSE, *WHICH_TENANT)]
    if unknown:
        raise _refuse(
            f"There is no {{{unknown[0]}}}; use {{number}}, {{user}}, {{tenant}} and {{domain}}."
        )
    if sum(name in WHOSE for name in names) != 1:
        raise _refuse("Put {number} (or {user}, for the SIP user) into it, once.")
    return pattern


def _placeholders(pattern: str) -> list[str]:
    """Return the names in braces, in order. Raises InvalidValueError for anything unusual."""
    try:
        parts = list(Formatter().parse(pattern))
    except ValueError as error:
        raise _refuse("Close each brace, such as {number}-{tenant}.") from error
    for literal, _, form, conversion in parts:
        if form or conversion or not _LITERAL.fullmatch(literal):
            raise _refuse("Around the braces only letters, digits and . _ - + @.")
    return [name for _, name, _, _ in parts if name is not None]


def _refuse(message: str) -> InvalidValueError:
    return InvalidValueError(message, field=FIELD)
