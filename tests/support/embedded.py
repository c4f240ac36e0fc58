"""An embedded AWS in the process of the tests, so that a test can reach into it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from local.server import make_server


@contextmanager
def embedded_aws(instance: str) -> Iterator[str]:
    """Serve on a free port; the value is the endpoint's URL."""
    server = make_server("127.0.0.1", 0, instance=instance)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
