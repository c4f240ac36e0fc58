"""The HTTP API. README.md lists the endpoints."""

from flask import Flask, Response, jsonify, request, url_for
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import NotFound, RequestEntityTooLarge, UnsupportedMediaType
from werkzeug.middleware.proxy_fix import ProxyFix

from web import items
from web.database import Database, DatabaseUnavailableError
from web.errors import register_errors
from web.logs import log_requests
from web.page import HEADERS, page
from web.settings import Settings

MAX_BODY_BYTES = 16 * 1024
THREADS = 4
"""Concurrent requests per worker. Each uses at most one database connection."""


def create_app(settings: Settings) -> Flask:
    """Create the WSGI application. Its database, `app.extensions["database"]`, connects only after `start()`."""
    app = Flask("web")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.json = _Json(app)
    database = Database(settings, max_connections=THREADS)
    app.extensions["database"] = database
    # One proxy, the load balancer, appends the client's address: only the last entry can be trusted.
    # (wsgi_app is Flask's documented hook for middleware, which mypy cannot express.)
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    register_errors(app)
    log_requests(app)
    _add_health(app, settings, database)
    _add_items(app, database)
    return app


class _Json(DefaultJSONProvider):
    """Keeps keys in the order in which the code writes them and README.md shows them."""

    sort_keys = False
    ensure_ascii = False


def _add_health(app: Flask, settings: Settings, database: Database) -> None:
    about = {"version": settings.version, "colour": settings.colour}

    def current_state() -> dict[str, str]:
        state = database.state
        if state.available:
            return {"status": "healthy", **about, "database": "available"}
        return {"status": "degraded", **about, "database": "unavailable", "reason": state.reason}

    @app.get("/health")
    def health() -> Response:
        # E06: the container's and the load balancer's health checks both request this path. It reports the database
        # but does not fail with it: blue and green share it, so ECS would replace every task of both at once, and the
        # new tasks would all connect to a database that is still recovering.
        return jsonify(current_state())

    @app.get("/")
    def front_page() -> Response:
        # A browser prefers HTML; a client that accepts anything, such as curl, gets JSON.
        preferred = request.accept_mimetypes.best_match(["application/json", "text/html"])
        if preferred == "text/html":
            response = Response(page(current_state()), headers=HEADERS)
        else:
            response = jsonify(current_state())
        response.headers["Vary"] = "Accept"
        return response

    @app.get("/health/ready")
    def ready() -> tuple[Response, int]:
        # B04: a colour with a wrong password runs but cannot serve. Request this on the idle colour before a switch.
        try:
            with database.connection() as connection:
                connection.execute("SELECT 1 FROM items LIMIT 1")
        except DatabaseUnavailableError as error:
            return jsonify(status="unhealthy", **about, database="unavailable", reason=str(error)), 503
        return jsonify(status="healthy", **about, database="available"), 200


def _add_items(app: Flask, database: Database) -> None:
    @app.get("/items")
    def list_items() -> Response:
        limit = items.whole_number(request.args.getlist("limit"), "limit", items.DEFAULT_LIMIT, items.MAX_LIMIT)
        before = items.whole_number(request.args.getlist("before"), "before", items.MAX_ID, items.MAX_ID)
        with database.connection() as connection:
            count = items.count_items(connection)
            # One row more than requested shows whether there is a next page.
            rows = items.list_items(connection, limit=limit + 1, before=before)
        page = rows[:limit]
        response = jsonify(count=count, items=page)
        if len(rows) > limit:
            following = url_for("list_items", limit=limit, before=page[-1]["id"])
            response.headers["Link"] = f'<{following}>; rel="next"'
        return response

    @app.post("/items")
    def add_item() -> tuple[Response, int, dict[str, str]]:
        if request.mimetype != "application/json":
            raise UnsupportedMediaType
        body = request.get_data(cache=False)
        # Without a Content-Length, the body is silently truncated at the limit.
        if len(body) >= MAX_BODY_BYTES:
            raise RequestEntityTooLarge
        name = items.name_from_json(body)
        with database.connection() as connection:
            item = items.add_item(connection, name)
        return jsonify(item), 201, {"Location": url_for("get_item", item_id=item["id"])}

    @app.get(f"/items/<int(max={items.MAX_ID}):item_id>")
    def get_item(item_id: int) -> Response:
        with database.connection() as connection:
            item = items.find_item(connection, item_id)
        if item is None:
            raise NotFound
        return jsonify(item)
