"""An embedded AWS in the process of the tests, so that a test can reach into it.

All of one process serve the same accounts, since moto's state belongs to the process. So the last one that ends
empties them: no file of tests finds what another one left, in whichever order and process they run.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data

from local.dns_server import DnsServer, delegations
from local.iam.record import RECORD
from local.server import make_server
from tests.support.answers import assert_faithful

_running: set[str] = set()


@contextmanager
def embedded_aws(instance: str) -> Iterator[str]:
    """Serve on a free port; the value is the endpoint's URL. At the end, fail if AWS would not have answered so."""
    server = make_server("127.0.0.1", 0, instance=instance)
    dns = DnsServer("127.0.0.1", server.port, delegations)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.port}"
    _running.add(url)
    try:
        yield url
        assert_faithful(url)
    finally:
        dns.close()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
        _running.discard(url)
        if not _running:
            _forget_accounts()
            RECORD.clear()


def _forget_accounts() -> None:
    """What moto's own reset does. That recreates each backend, with AWS's thousand policies, before it removes it."""
    services: list[Any] = BackendDict._instances
    for service in services:
        if service.service_name == "s3":
            for _, _, backend in service.iter_backends():
                backend.reset()  # closes the files of its objects
        service.clear()
    services.clear()
    reset_model_data()
