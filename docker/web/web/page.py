"""The HTML page at `/`. It shows the colour and version that answered, so that a switch can be watched in a browser."""

from html import escape
from typing import Any

from web.settings import NO_COLOUR

RELOAD_SECONDS = 5
BACKGROUNDS = {"blue": "#1d4ed8", "green": "#15803d", NO_COLOUR: "#374151"}
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    # A cached page could show a colour that is no longer live.
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{reload}">
<title>{title}</title>
<style>
  body {{ margin: 0; min-height: 100vh; display: grid; place-content: center; text-align: center;
         font-family: system-ui, sans-serif; color: #fff; background: {background}; }}
  h1 {{ font-size: 5rem; margin: 0; }}
  p {{ font-size: 1.5rem; margin: 0.3em; }}
  small, a {{ color: #fff; opacity: 0.85; }}
</style>
</head>
<body>
<main>
<h1 id="colour">{colour}</h1>
<p>version <b id="version">{version}</b></p>
<p>database <span id="database">{database}</span></p>
<p><small>Reloads every {reload} s. As JSON: <a href="/health">/health</a>, <a href="/items">/items</a></small></p>
</main>
</body>
</html>
"""


def page(state: dict[str, Any]) -> str:
    """HTML with the fields of `/health`: `colour`, `version`, `database` and, while that is unavailable, `reason`."""
    colour = state["colour"]
    database = f"{state['database']}: {state['reason']}" if state.get("reason") else state["database"]
    return _PAGE.format(
        reload=RELOAD_SECONDS,
        background=BACKGROUNDS[colour],
        title=escape(f"{colour} {state['version']}"),
        colour=escape("web" if colour == NO_COLOUR else colour),
        version=escape(state["version"]),
        database=escape(database),
    )
