"""What a run does, one line an event: words for a person, or JSON for a machine that collects logs.

Fields are facts about the run. Addresses with their query, keys and e-mails are never among them.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO


def event(log: logging.Logger, name: str, **fields: Any) -> None:
    """Log an event with its fields; `name` says what happened (`page_stored`)."""
    log.info("%s %s", name, fields, extra={"event": name, "fields": fields})


class JsonLines(logging.Formatter):
    """A log record as one JSON object: `at` (UTC), `level`, `event`, and its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Write it; records that are not events of ours have their text in `message`."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "level": record.levelname.lower(), "event": getattr(record, "event", "message")}
        fields = getattr(record, "fields", None) or {"message": record.getMessage()}
        return json.dumps(line | fields, ensure_ascii=False, default=str)


def log_json(stream: TextIO | None = None) -> logging.Handler:
    """Send the events of `ingest` to `stream` (stderr) as JSON lines, from now on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("ingest")
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    return handler
