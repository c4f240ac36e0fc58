"""`python -m local.dataplane --endpoint-url URL --folder FOLDER` runs the data plane in the foreground."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from local.dataplane.containers.addresses import NoAddressError
from local.dataplane.containers.namespaces import NamespacesError
from local.dataplane.proxy.envoy import ProxyMissingError
from local.dataplane.settings import (
    DEFAULT_TIME_FACTOR,
    LONGEST_DRAIN_SECONDS,
    Settings,
)
from local.dataplane.supervisor import Supervisor


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT, then end everything that was started."""
    parser = argparse.ArgumentParser(prog="python -m local.dataplane", description=__doc__)
    parser.add_argument("--endpoint-url", required=True, help="URL of the embedded AWS")
    parser.add_argument("--folder", required=True, type=Path, help="for logs, data and configuration")
    parser.add_argument("--windlass-folder", required=True, type=Path, help="Windlass's own folder")
    parser.add_argument("--region", default="eu-west-1", help="of the platform (default: %(default)s)")
    parser.add_argument("--authority-folder", type=Path, help="folder of the certificate authority")
    parser.add_argument(
        "--time-factor", type=float, default=DEFAULT_TIME_FACTOR, help="of intervals (default: %(default)s)"
    )
    parser.add_argument(
        "--longest-drain-seconds", type=float, default=LONGEST_DRAIN_SECONDS, help="(default: %(default)s)"
    )
    parser.add_argument("--repositories", type=Path, help="folder of git repositories that replace remote ones")
    parser.add_argument("--skip", action="append", default=[], metavar="PATTERN", help="names of services not to run")
    parser.add_argument("--instance", default="", help="a word that identifies this process")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(
        endpoint_url=options.endpoint_url,
        folder=folder,
        windlass_folder=options.windlass_folder.resolve(),
        region=options.region,
        authority_folder=options.authority_folder,
        time_factor=options.time_factor,
        longest_drain_seconds=options.longest_drain_seconds,
        repositories=options.repositories,
        skipped_services=tuple(options.skip),
    )
    try:
        supervisor = Supervisor(settings)
    except (NamespacesError, NoAddressError, ProxyMissingError) as error:
        print(f"The data plane cannot start: {error}", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: supervisor.request_stop())
    signal.signal(signal.SIGINT, lambda *_: supervisor.request_stop())
    supervisor.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
