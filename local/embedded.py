"""Starts, stops and observes the embedded AWS, a background process that outlives the command that started it."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from local import processes
from local.background import BackgroundProcess, BackgroundProcessError, ProcessRecord
from local.identity import IDENTITY_PATH, SERVICE

START_TIMEOUT_SECONDS = 60
"""A cold start on a busy two-core machine takes about 5 s; more than this and something is wrong."""
STOP_TIMEOUT_SECONDS = 10
"""Before SIGKILL: the server has no data to lose."""

LOOPBACK_HOSTS = ("127.0.0.1", "localhost")


class EmbeddedAwsError(BackgroundProcessError):
    """The embedded AWS cannot be started or stopped."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedAwsStatus:
    """State of the embedded AWS."""

    running: bool
    """Whether the process runs and answers."""
    pid: int | None
    """Process id, `None` when it is not running."""
    endpoint_url: str
    """URL on which it answers, or would answer."""
    started_at: datetime | None
    """When it was started (UTC), `None` when it is not running."""
    memory_mib: int | None
    """Resident memory of the process, `None` when it is not running or cannot be read."""
    log_path: Path
    """Where the process writes its output."""


def environment_variables(endpoint_url: str, region: str) -> dict[str, str]:
    """Variables that make a `terraform` or `aws` process talk to the embedded AWS, and to nothing else.

    The user's profiles and credentials are excluded, so that no call can reach a real account. Remove every other
    `AWS_…` variable from the environment first: `AWS_ENDPOINT_URL_S3`, for example, would take precedence.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_SESSION_TOKEN": "",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PROFILE": "",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


class EmbeddedAws:
    """The embedded AWS of one folder. It keeps everything in memory: what was applied is lost when it stops.

    Args:
        endpoint_url: `http://127.0.0.1:PORT`; loopback only.
        folder: for the pid file, the lock and the log; created if missing.

    Raises:
        ValueError: `endpoint_url` is not an http URL with a port on loopback.
    """

    def __init__(self, *, endpoint_url: str, folder: Path) -> None:
        parts = urlsplit(endpoint_url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK_HOSTS or not parts.port:
            raise ValueError(f"endpoint_url is {endpoint_url!r}; it must be http://127.0.0.1:PORT")
        self.endpoint_url = endpoint_url.rstrip("/")
        self._host, self._port = str(parts.hostname), int(parts.port)
        self._folder = folder
        self.log_path = folder / "server.log"
        self._process = BackgroundProcess(
            name="The embedded AWS",
            folder=folder,
            log_path=self.log_path,
            stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
            error=EmbeddedAwsError,
        )

    def start(self) -> None:
        """Start the server and wait until it answers. Does nothing if it runs.

        Raises:
            EmbeddedAwsError: the port is taken, or the server ended or did not answer in time.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._process.lock():
            record = self._process.find_running()
            if record is None:
                self._refuse_taken_port()
                record = self._launch()
            elif record.details["endpoint_url"] != self.endpoint_url:
                raise EmbeddedAwsError(
                    f"The embedded AWS of {self._folder} already runs on {record.details['endpoint_url']}, "
                    f"not on {self.endpoint_url}; stop it first."
                )
            self._wait_until_ready(record)

    def stop(self) -> None:
        """End the process that `start` started. Does nothing if it is not running."""
        if not self._folder.is_dir():
            return
        with self._process.lock():
            record = self._process.find_running()
            if record is not None:
                self._process.terminate(record)
            self._process.remove_record()

    def status(self) -> EmbeddedAwsStatus:
        """Observe, without changing anything."""
        record = self._process.find_running()
        running = record is not None and self._identity(record.details["endpoint_url"]) == record.instance
        return EmbeddedAwsStatus(
            running=running,
            pid=record.pid if record and running else None,
            endpoint_url=record.details["endpoint_url"] if record and running else self.endpoint_url,
            started_at=datetime.fromisoformat(record.started_at) if record and running else None,
            memory_mib=processes.memory_mib(record.pid) if record and running else None,
            log_path=self.log_path,
        )

    def _refuse_taken_port(self) -> None:
        if not processes.port_is_taken(self._host, self._port):
            return
        owner = "something else"
        if self._identity(self.endpoint_url) is not None:
            owner = "another embedded AWS (of another folder, or started by hand)"
        raise EmbeddedAwsError(
            f"Port {self._port} is taken by {owner}; stop that, or give this environment another port."
        )

    def _launch(self) -> ProcessRecord:
        command = [sys.executable, "-m", "local.server", "--host", self._host, "--port", str(self._port)]
        return self._process.launch(command, details={"endpoint_url": self.endpoint_url})

    def _wait_until_ready(self, record: ProcessRecord) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if self._identity(self.endpoint_url) == record.instance:
                return
            self._process.raise_if_ended(record)
            time.sleep(0.1)
        raise EmbeddedAwsError(
            f"The embedded AWS (process {record.pid}) does not answer on {self.endpoint_url} "
            f"after {START_TIMEOUT_SECONDS} s.\n{self._process.last_log_lines()}"
        )

    def _identity(self, endpoint_url: str) -> str | None:
        """The instance of the embedded AWS that answers there; None if none does."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(endpoint_url + IDENTITY_PATH, timeout=5) as answer:
                document = json.loads(answer.read())
        except (OSError, ValueError, urllib.error.URLError):
            return None
        if not isinstance(document, dict) or document.get("service") != SERVICE:
            return None
        return str(document.get("instance"))
