"""An embedded AWS in the process of the tests, so that a test can reach into it.

All of one process serve the same accounts, since moto's state belongs to the process. So the last one that ends
empties them: no file of tests finds what another one left, in whichever order and process they run.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from moto.moto_api._internal import moto_api_backend

from local.iam.record import RECORD
from local.server import make_server
from tests.support.answers import assert_faithful

_running: set[str] = set()


@contextmanager
def embedded_aws(instance: str) -> Iterator[str]:
    """Serve on a free port; the value is the endpoint's URL. At the end, fail if AWS would not have answered so."""
    server = make_server("127.0.0.1", 0, instance=instance)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    _running.add(url)
    try:
        yield url
        assert_faithful(url)
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        _running.discard(url)
        if not _running:
            moto_api_backend.reset()
            RECORD.clear()
