"""What phones tell by action URL: registered, unregistered, boot finished."""

from urllib.parse import parse_qsl

from sqlalchemy.orm import Session

from phoneprov.core.clock import utc_now
from phoneprov.fleet.models import Phone
from phoneprov.fleet.reports import record_report
from phoneprov.provisioning.exchange import NOT_FOUND, Answer, Ask
from phoneprov.vendors.writer import VendorWriter

LARGEST_REPORT_BYTES = 16 * 1024
TAKEN = Answer(status=200, headers=(("Content-Type", "text/plain"), ("Content-Length", "0")))


def take_report(
    session: Session, writer: VendorWriter, phone: Phone, ask: Ask, kind: str
) -> Answer:
    """Record what the phone told; an answer without content either way."""
    body = ask.body.read(min(ask.length, LARGEST_REPORT_BYTES)) if ask.body else b""
    query = dict(parse_qsl(ask.query, keep_blank_values=True, max_num_fields=30))
    report = writer.read_report(kind, query, body)
    if report is None:
        return NOT_FOUND
    record_report(session, phone, report, ask.address, utc_now())
    return TAKEN
