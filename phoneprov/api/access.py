"""Who a program is: the bearer token of a PBX, compared in the same time whether right or wrong."""

import hashlib
import hmac

from sqlalchemy.orm import Session

from phoneprov.pbx.kinds import PbxKind
from phoneprov.pbx.models import Pbx

SCHEME = "bearer "
LONGEST_TOKEN = 500
_NOBODYS = hashlib.sha256(b"no such PBX").digest()


def read_token(header: str) -> str:
    """Return the token of an Authorization header; empty when it holds none."""
    if not header.lower().startswith(SCHEME) or len(header) > LONGEST_TOKEN:
        return ""
    return header[len(SCHEME) :].strip()


def find_pbx_by_token(session: Session, pbx_id: int, token: str) -> Pbx | None:
    """Return the webhook PBX of this id whose secret the token is.

    A PBX that isn't there, or is of another kind, takes as long as a wrong token.
    """
    pbx = session.get(Pbx, pbx_id)
    secret = pbx.link_secret if pbx is not None and pbx.kind == PbxKind.WEBHOOK else None
    expected = hashlib.sha256(secret.encode()).digest() if secret else _NOBODYS
    told = hashlib.sha256(token.encode()).digest()
    is_right = hmac.compare_digest(told, expected)
    return pbx if is_right and secret and token else None
