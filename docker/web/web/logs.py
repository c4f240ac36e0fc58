"""Structured logs: one JSON object per line on standard output, which the awslogs driver reads."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, request

from web.settings import Settings

logger = logging.getLogger("web.request")


class JsonFormatter(logging.Formatter):
    """A log record as JSON: time, level, logger, message, colour, version, and the record's own `fields`."""

    def __init__(self, colour: str, version: str) -> None:
        super().__init__()
        self._about = {"colour": colour, "version": version}

    def format(self, record: logging.LogRecord) -> str:
        """Always one line, even if the message has several."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **self._about,
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def logging_configuration(settings: Settings) -> dict[str, Any]:
    """For `logging.config.dictConfig` and gunicorn's `logconfig_dict`."""
    formatter = {"()": JsonFormatter, "colour": settings.colour, "version": settings.version}
    handler = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stdout": handler},
        "root": {"level": settings.log_level, "handlers": ["stdout"]},
        "loggers": {
            "gunicorn.error": {"level": settings.log_level, "handlers": [], "propagate": True},
            # With logconfig_dict gunicorn ignores `accesslog` and logs every access, which log_requests does already.
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
            # The monitor in web.database logs this once; the pool would repeat it for every attempt.
            "psycopg.pool": {"level": "ERROR", "handlers": [], "propagate": True},
        },
    }


def log_requests(app: Flask) -> None:
    """Log one line per request. Passed health checks are logged at DEBUG, as there are several a minute."""

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def finish(response: Response) -> Response:
        passed_check = request.path.startswith("/health") and response.status_code < 400
        fields = {
            "method": request.method,
            "path": request.path,
            "status": response.status_code,
            "duration_ms": round((time.perf_counter() - g.started) * 1000, 1),
            "client": request.remote_addr,
            "trace_id": request.headers.get("X-Amzn-Trace-Id", ""),
        }
        level = logging.DEBUG if passed_check else logging.INFO
        logger.log(level, "%s %s %d", request.method, request.path, response.status_code, extra={"fields": fields})
        return response
