"""Two writings of one phone's files, line against line, with no secret in either. Pure."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from phoneprov.provisioning.preview import (
    MASK,
    SECRET_STAND_IN,
    TOKEN_STAND_IN,
    PreviewFile,
    write_files,
)
from phoneprov.vendors.config import Account, ExtraParameter, PhoneConfig, Provisioning
from phoneprov.vendors.vocabulary import is_secret

OTHER_SECRET_STAND_IN = "Secret1not1shown"  # noqa: S105 - stands where another secret was
OTHER_TOKEN_STAND_IN = "1" * 32
OTHER_MASK = f"{MASK} (another)"
_SHOWN = (
    (OTHER_SECRET_STAND_IN, OTHER_MASK),
    (SECRET_STAND_IN, MASK),
    (OTHER_TOKEN_STAND_IN, OTHER_MASK),
    (TOKEN_STAND_IN, MASK),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """A line that is only in the one or only in the other file."""

    is_new: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDiff:
    """A vendor's file with the lines that differ, those that go before those that come."""

    name: str
    lines: tuple[DiffLine, ...]


def diff_files(before: PhoneConfig, after: PhoneConfig) -> tuple[FileDiff, ...]:
    """Return the files of a phone that differ, in the vendor's syntax, every secret masked.

    A secret that is another one is seen to be another one. Raises what the writers raise for
    values that a format can't carry.
    """
    was, becomes = (_write(config) for config in mask_pair(before, after))
    none = PreviewFile(name="", text="")
    pairs = [(was.get(role, none), becomes.get(role, none)) for role in {**becomes, **was}]
    diffs = (FileDiff(name=new.name or old.name, lines=_diff(old, new)) for old, new in pairs)
    return tuple(one for one in diffs if one.lines)


def mask_pair(before: PhoneConfig, after: PhoneConfig) -> tuple[PhoneConfig, PhoneConfig]:
    """Return both configs without a secret; those that differ get stand-ins that differ."""
    old = {one.number: one.password for one in before.accounts}
    known = {one.name: one.value for one in before.extra}
    masked = replace(
        after,
        accounts=tuple(
            replace(one, password=_stand_in(is_same=old.get(one.number) == one.password))
            for one in after.accounts
        ),
        admin_password=_hidden(
            after.admin_password, is_same=before.admin_password == after.admin_password
        ),
        extra=tuple(
            _mask_extra(after, one, is_same=known.get(one.name) == one.value) for one in after.extra
        ),
        provisioning=_mask_provisioning(
            after.provisioning,
            is_same=before.provisioning.base_url == after.provisioning.base_url,
            has_same_key=before.provisioning.key == after.provisioning.key,
        ),
    )
    return _mask(before), masked


def _mask(config: PhoneConfig) -> PhoneConfig:
    accounts: tuple[Account, ...] = tuple(
        replace(one, password=SECRET_STAND_IN) for one in config.accounts
    )
    return replace(
        config,
        accounts=accounts,
        admin_password=_hidden(config.admin_password, is_same=True),
        extra=tuple(_mask_extra(config, one, is_same=True) for one in config.extra),
        provisioning=_mask_provisioning(config.provisioning, is_same=True, has_same_key=True),
    )


def _stand_in(*, is_same: bool) -> str:
    return SECRET_STAND_IN if is_same else OTHER_SECRET_STAND_IN


def _hidden(secret: str | None, *, is_same: bool) -> str | None:
    return _stand_in(is_same=is_same) if secret else None


def _mask_extra(config: PhoneConfig, extra: ExtraParameter, *, is_same: bool) -> ExtraParameter:
    if not extra.value or not is_secret(config.model.vendor, extra.name):
        return extra
    return replace(extra, value=_stand_in(is_same=is_same))


def _mask_provisioning(now: Provisioning, *, is_same: bool, has_same_key: bool) -> Provisioning:
    """Put stand-ins in the place of the phone's key and token, the end of its address."""
    head, mark, _ = now.base_url.partition("/t/")
    token = TOKEN_STAND_IN if is_same else OTHER_TOKEN_STAND_IN
    return replace(
        now,
        base_url=f"{head}/t/{token}/" if mark else now.base_url,
        key=_stand_in(is_same=has_same_key) if now.key else "",
    )


def _write(config: PhoneConfig) -> dict[str, PreviewFile]:
    """Return the files by what they are: their names without the MAC address."""
    return {
        file.name.replace(config.mac, ""): PreviewFile(
            name=file.name, text=file.body.decode("utf-8", "replace")
        )
        for file in write_files(config)
    }


def _diff(before: PreviewFile, after: PreviewFile) -> tuple[DiffLine, ...]:
    return tuple(_differing(before.text.splitlines(), after.text.splitlines()))


def _differing(old: Sequence[str], new: Sequence[str]) -> Iterable[DiffLine]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, *(start, end, from_, to) in matcher.get_opcodes():
        if tag != "equal":
            yield from (DiffLine(is_new=False, text=_show(one)) for one in old[start:end])
            yield from (DiffLine(is_new=True, text=_show(one)) for one in new[from_:to])


def _show(line: str) -> str:
    for stand_in, mask in _SHOWN:
        line = line.replace(stand_in, mask)
    return line.strip()
