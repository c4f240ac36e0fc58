"""Every error as JSON: `{"error": {"status": 400, "code": "bad_request", "message": "…"}}`."""

import logging

from flask import Flask, Response, jsonify
from werkzeug.exceptions import HTTPException

from web.database import DatabaseUnavailableError
from web.items import InvalidRequestError

MESSAGES = {
    404: "there is nothing at this path",
    405: "this path does not take this method",
    413: "the body must be smaller than 16 KiB",
    415: "send the body as Content-Type: application/json",
}

logger = logging.getLogger("web.errors")


def register_errors(app: Flask) -> None:
    """Answer all errors in one format, without internal details."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(InvalidRequestError, _invalid)
    app.register_error_handler(DatabaseUnavailableError, _database)
    app.register_error_handler(Exception, _unexpected)


def error(status: int, code: str, message: str) -> Response:
    """One error in the format of the API."""
    response = jsonify(error={"status": status, "code": code, "message": message})
    response.status_code = status
    return response


def _http(exception: HTTPException) -> Response:
    status = exception.code or 500
    name = exception.name.lower().replace(" ", "_")
    response = error(status, name, MESSAGES.get(status, exception.name.lower()))
    # The exception carries headers such as the Allow of a 405.
    for header, value in exception.get_headers():
        if header != "Content-Type":
            response.headers[header] = value
    return response


def _invalid(exception: InvalidRequestError) -> Response:
    return error(400, "bad_request", str(exception))


def _database(exception: DatabaseUnavailableError) -> Response:
    response = error(503, "database_unavailable", f"the database cannot be reached: {exception}")
    response.headers["Retry-After"] = "5"
    return response


def _unexpected(exception: Exception) -> Response:
    logger.error("unexpected error", exc_info=exception)
    return error(500, "internal_server_error", "something went wrong here; the log has the details")
