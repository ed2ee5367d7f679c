"""Imports of lists: the form, and an import between its preview and its confirmation.

It travels with the page instead of lying in a table: sealed with the server's key, because the
list holds passwords, bound to its tenant and to what the preview showed, and good for an hour.
"""

import base64
import json
import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import TextAreaField

from phoneprov.core.clock import from_epoch
from phoneprov.core.errors import SettingsError
from phoneprov.core.secrets import current_secret_box
from phoneprov.core.sheets import decode_file

GOOD_FOR = timedelta(hours=1)
_PLAIN = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class ImportForm(FlaskForm):
    """A list, as a file or pasted."""

    file = FileField("CSV file", render_kw={"accept": ".csv,.txt,text/csv,text/plain"})
    text = TextAreaField("Or paste the list", render_kw={"rows": 8, **_PLAIN})

    def read_text(self) -> str:
        """Return the text of the file, or else what was pasted."""
        upload = self.file.data
        if isinstance(upload, FileStorage) and upload.filename:
            return decode_file(upload.read())
        return self.text.data or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingImport:
    """The list, and the mark of the plan that was shown for it."""

    tenant_id: int
    fingerprint: str
    text: str

    def __repr__(self) -> str:
        """Say which import it is, and nothing of the list."""
        return f"PendingImport({self.tenant_id}, {self.fingerprint[:8]})"


def seal_import(pending: PendingImport, now: datetime) -> str:
    """Return the import as text that only this installation can read."""
    packed = base64.b85encode(zlib.compress(pending.text.encode())).decode()
    content = [pending.tenant_id, pending.fingerprint, int(now.timestamp()), packed]
    return current_secret_box().seal(json.dumps(content))


def find_import(sealed: str, tenant_id: int, now: datetime) -> PendingImport | None:
    """Return the sealed import, or None if it is forged, too old, or another tenant's."""
    try:
        kept_id, fingerprint, sealed_at, packed = json.loads(current_secret_box().open(sealed))
    except (SettingsError, ValueError, TypeError):
        return None
    if kept_id != tenant_id or now > from_epoch(sealed_at) + GOOD_FOR:
        return None
    text = zlib.decompress(base64.b85decode(packed)).decode()
    return PendingImport(tenant_id=tenant_id, fingerprint=fingerprint, text=text)
