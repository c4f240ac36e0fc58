"""`python -m local.server --port 4566` runs the embedded AWS in the foreground, on loopback only."""

import argparse
import ipaddress
import json
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from local.account_page import with_account_page
from local.database_copies import COPIES, copies_of
from local.dns_server import DnsServer, delegations
from local.iam.enforcement import enforce_iam
from local.iam.pages import with_iam_pages
from local.iam.record import RECORD
from local.idempotency import answer_retries
from local.identity import IDENTITY_PATH, SERVICE
from local.interruptions import SHORTENED_BY, shorten_by
from local.judges import Judges
from local.serialise_requests import Application, serialise_requests

if TYPE_CHECKING:
    from local.snapshot.account import Backends
    from local.snapshot.saver import Saver

SETTINGS = {
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",  # else `aws_iam_role_policy_attachment` of an AWS policy fails
    "MOTO_DISABLE_GLOBAL_CORS": "true",  # no web page has any business here
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",  # thousands of images that Fargate never needs
}
"""Settings of moto, which it reads from the environment when it is imported."""

LAYERS = "layers"
"""Folder of the registry's blobs, in that of the snapshot."""

DATABASES = "databases"
"""Folder of the copies of databases, in that of the snapshot."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


def create_application(instance: str = "", saver: "Saver | None" = None, judges: Judges | None = None) -> Application:
    """Return the WSGI application: moto's, with our extensions and an identity page, without moto's own pages.

    Args:
        instance: any word; the identity page returns it, so that clients can tell two servers apart.
        saver: saves the account; `None` keeps it in memory only.
        judges: of requests, calls and answers. Default: those that the environment names.

    Raises:
        ValueError: the environment names a judge that does not exist.
    """
    os.environ.update(SETTINGS)
    # Imported here: moto reads its settings on import, and the command line answers --help without it.
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    from local.extensions import extend
    from local.extensions.dataplane import with_dataplane
    from local.registry.application import with_registry
    from local.schedules import with_schedules

    judges = judges or Judges.from_environment()

    def create_extended_backend(service: str) -> Any:
        extend(service)
        return create_backend_app(service)

    dispatcher = DomainDispatcherApplication(create_extended_backend)
    # moto would list its own folder and try the patterns of all services for each request: a quarter of its time.
    dispatcher.get_backend_for_host = lru_cache(maxsize=1024)(dispatcher.get_backend_for_host)
    moto = answer_retries(dispatcher)
    if saver is not None:
        from local.snapshot.endpoints import saving

        moto = saving(saver)(moto)
    if judges.iam:
        moto = enforce_iam(moto, RECORD)
    if judges.requests:
        from local.strict.application import judged, with_strict_page
        from local.strict.page import Tally

        tally = Tally()
        # Syntax before permissions, as AWS does. Inside the lock, where the body is in memory; outside of what saves,
        # since what is refused changes nothing.
        moto = judged(moto, tally, answers=judges.answers)
    moto = serialise_requests(moto)
    identity = json.dumps({"service": SERVICE, "instance": instance, "pid": os.getpid()}).encode()

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == IDENTITY_PATH:
            start_response("200 OK", [("Content-Type", "application/json")])
            return [identity]
        if path.startswith("/moto-api") or path == "/favicon.ico":
            # moto's dashboard loads scripts from the internet, and its reset call would empty the account.
            start_response("404 Not Found", [("Content-Type", "text/plain")])
            return [b"not here\n"]
        return moto(environ, start_response)

    changed = saver.changed if saver is not None else _nothing
    served = with_iam_pages(with_dataplane(application), RECORD)
    if judges.requests:
        served = with_strict_page(served, tally)
    served = with_account_page(with_registry(with_schedules(served), changed=changed), changed=changed)
    if saver is not None:
        from local.snapshot.endpoints import with_snapshots

        served = with_snapshots(served, saver)
    return served


def _nothing() -> None:
    """Save nothing."""


def make_server(
    host: str, port: int, instance: str = "", saver: "Saver | None" = None, judges: Judges | None = None
) -> Any:
    """Return a threaded werkzeug server, bound and not yet serving; port 0 takes any free port.

    Args:
        host: a loopback address.
        port: to listen on.
        instance: any word; the identity page returns it.
        saver: saves the account; `None` keeps it in memory only.
        judges: of requests, calls and answers. Default: those that the environment names.

    Raises:
        ValueError: `host` is not a loopback address.
        OSError: the port is taken.
    """
    if not ipaddress.ip_address("127.0.0.1" if host == "localhost" else host).is_loopback:
        raise ValueError(f"host is {host!r}; the embedded AWS checks no passwords and listens on loopback only")
    application = create_application(instance, saver, judges)
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import ThreadedWSGIServer

    class QuietRequestHandler(MotoRequestHandler):  # type: ignore[misc]
        """Logs errors but no requests: an apply sends thousands."""

        def log_request(self, *_args: Any, **_kwargs: Any) -> None:
            """Log nothing."""

    # Bound here: if the port is taken, werkzeug would print three lines and exit.
    with socket.create_server((host, port)) as listener:
        return ThreadedWSGIServer(host, port, application, handler=QuietRequestHandler, fd=listener.fileno())


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m local.server", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="loopback address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, required=True, help="port to listen on; 0 takes a free one")
    parser.add_argument("--instance", default="", help="a word that the identity page repeats")
    parser.add_argument("--snapshots", type=Path, help="folder to save in and load from (default: memory only)")
    parser.add_argument(
        "--stores", type=Path, help="folder with the files of data stores, for copies of databases (default: none)"
    )
    parser.add_argument(
        "--shorten-interruptions",
        type=float,
        default=SHORTENED_BY,
        metavar="FACTOR",
        help="interruptions of data stores are so much shorter than AWS's (default: %(default)g)",
    )
    options = parser.parse_args(arguments)

    def exit_cleanly(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, exit_cleanly)
    signal.signal(signal.SIGINT, exit_cleanly)
    saver = _saver(options.snapshots) if options.snapshots is not None else None
    if options.stores is not None:
        copies = None if options.snapshots is None else options.snapshots / DATABASES
        COPIES.use(copies, stores=options.stores)
    try:
        shorten_by(options.shorten_interruptions)
        server = make_server(options.host, options.port, options.instance, saver)
        DnsServer(options.host, server.port, delegations)
    except (OSError, ValueError) as error:
        print(f"The embedded AWS cannot listen on {options.host}:{options.port}: {error}", file=sys.stderr)
        return 1
    if saver is not None:
        header = saver.load()
        if header is not None:
            print(f"Loaded the account that was saved at {header.saved_at}", flush=True)
        threading.Thread(target=saver.run, name="saver", daemon=True).start()
    print(f"The embedded AWS is ready on http://{options.host}:{server.port}", flush=True)
    try:
        server.serve_forever()
    finally:
        if saver is not None:
            saver.save()
    return 0


def _saver(folder: Path) -> "Saver":
    os.environ.update(SETTINGS)
    # Imported here, like all of moto.
    from local.registry.blobs import BLOBS, stored_digests
    from local.snapshot.saver import Saver
    from local.snapshot.store import SnapshotFolder

    # In the folder of the snapshot, as copies of databases are, so that they are copied, replaced and removed with it.
    BLOBS.use(folder / LAYERS, uploads=folder.with_name("uploads"))

    def remove_unused(backends: "Backends") -> None:
        BLOBS.keep(stored_digests(backends))
        COPIES.keep(copies_of(backends))

    return Saver(SnapshotFolder(folder), log=lambda line: print(line, flush=True), on_saved=remove_unused)


if __name__ == "__main__":
    sys.exit(main())
