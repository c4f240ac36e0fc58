"""The container's health check: `python -m web.healthcheck`; exit code 0 is healthy.

E06, A19: it needs no program that the image lacks (there is no curl). It uses `http.client`, since `urllib.request`
takes longer to import and would use a proxy if the environment sets one.
"""

import http.client
import json
import os
import sys

TIMEOUT_SECONDS = 3.0


def problem(port: int) -> str:
    """Why the service on this port is unhealthy; empty if it is healthy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        body = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"no answer on port {port}: {error}"
    finally:
        connection.close()
    if response.status != 200:
        return f"status {response.status}"
    for name, key, default in (("COLOUR", "colour", "none"), ("VERSION", "version", None)):
        own = os.environ.get(name, default)
        if body.get(key) != own:
            return f"{key} is {body.get(key)!r}, this container's is {own!r}"
    return ""


if __name__ == "__main__":
    reason = problem(int(os.environ.get("PORT", "8000")))
    if reason:
        sys.exit(f"unhealthy: {reason}")
