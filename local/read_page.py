"""Reads the embedded AWS's own pages."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def read_page(method: str, url: str, timeout_seconds: float) -> Any:
    """Return the JSON of a page of the embedded AWS. Bypasses HTTP proxies.

    Raises:
        OSError: nothing answers there, or it does not speak HTTP.
        ValueError: the page is not JSON.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=timeout_seconds)
    try:
        connection.request(method, parts.path)
        return json.loads(connection.getresponse().read())
    except http.client.HTTPException as error:
        raise OSError(f"{url} does not speak HTTP") from error
    finally:
        connection.close()
