"""An embedded AWS in the process of the tests, so that a test can reach into it.

All of one process serve the same accounts, since moto's state belongs to the process. So the last one that ends
empties them: no file of tests finds what another one left, in whichever order and process they run.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.request import ProxyHandler, build_opener

from moto.moto_api._internal import moto_api_backend

from local.dns_server import DnsServer, delegations
from local.server import make_server
from local.strict import STRICT_PATH

_running: set[str] = set()


@contextmanager
def embedded_aws(instance: str) -> Iterator[str]:
    """Serve on a free port; the value is the endpoint's URL. At the end, fail if the check of requests had an error."""
    server = make_server("127.0.0.1", 0, instance=instance)
    dns = DnsServer("127.0.0.1", server.port, delegations)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    _running.add(url)
    try:
        yield url
        assert strict_page(url)["errors"] == {}
    finally:
        dns.close()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        _running.discard(url)
        if not _running:
            moto_api_backend.reset()


def strict_page(url: str) -> dict[str, Any]:
    """What AWS's models said to an embedded AWS so far."""
    with build_opener(ProxyHandler({})).open(url + STRICT_PATH, timeout=10) as answer:
        return dict(json.load(answer))
