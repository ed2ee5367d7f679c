"""The log: key=value lines, with one processor that takes secrets out."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_TOKEN = re.compile(r"(/t/)[0-9a-fA-F]{32}")
_SECRET_KEYS = ("password", "secret", "token", "authorization")
MASK = "•••"


def init_logging(level: str) -> None:
    """Write log lines of `level` and above to standard error."""
    number = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=number, format="%(levelname)s %(name)s %(message)s")
    for chatty in ("apscheduler", "waitress.queue", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            redact,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def redact(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask values under secret names, and tokens in addresses."""
    del logger, method
    for key, value in event.items():
        if any(word in key.lower() for word in _SECRET_KEYS):
            event[key] = MASK
        elif isinstance(value, str):
            event[key] = _TOKEN.sub(rf"\1{MASK}", value)
    return event
