"""What the server logs: lines for people, or JSON for what gathers logs; never the token."""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any, Literal

Format = Literal["text", "json"]

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
TOKEN = re.compile(r"([?&]token=)[^&\s]*")
ACCESS = ("client", "method", "path", "http", "status")
"""What uvicorn's lines on requests are made of, in their order."""


class Json(logging.Formatter):
    """One object a line; of requests their parts too."""

    def format(self, record: logging.LogRecord) -> str:
        found: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.name == "uvicorn.access" and isinstance(record.args, tuple):
            found |= dict(zip(ACCESS, record.args, strict=False))
        if record.exc_info:
            found["exception"] = self.formatException(record.exc_info)
        return json.dumps(found, default=str)


class NoToken(logging.Filter):
    """Takes the token out of the addresses of requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true; the record may be another then."""
        if isinstance(record.args, tuple):
            record.args = tuple(
                TOKEN.sub(r"\1...", part) if isinstance(part, str) else part for part in record.args
            )
        return True


def begin(form: Format, verbose: bool) -> dict[str, Any]:
    """Sets logging up; what of it uvicorn is told."""
    level = logging.INFO if verbose else logging.WARNING
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level, handlers=[handler])
    for name in ("uvicorn.access", "uvicorn.error"):
        logging.getLogger(name).addFilter(NoToken())
    # without a configuration of its own, uvicorn's lines take the same way
    return {"log_level": level} | ({"log_config": None} if form == "json" else {})
