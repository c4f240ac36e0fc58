"""Starts, stops and observes the embedded AWS, a background process that outlives the command that started it."""

import contextlib
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from local import processes
from local.account import EmbeddedAccount
from local.background import BackgroundProcess, BackgroundProcessError, ProcessRecord
from local.code_fingerprint import CHANGED, code_fingerprint
from local.iam.denied_calls import DeniedCall, denied_calls
from local.iam.paths import CALLS_PATH
from local.identity import IDENTITY_PATH, SERVICE
from local.read_page import read_page
from local.snapshot.result import SNAPSHOT_PATH, SaveResult
from local.snapshot.store import SnapshotFolder

START_TIMEOUT_SECONDS = 60
"""A cold start on a busy two-core machine takes about 5 s; more than this and something is wrong."""
IDENTITY_TIMEOUT_SECONDS = 5
SNAPSHOT_TIMEOUT_SECONDS = 60
CODE = "code"
SAVED = "saved"
"""Folder of the snapshot, in that of the embedded AWS."""
STOP_TIMEOUT_SECONDS = 30
"""Before SIGKILL: the server saves the account first, which takes less than 1 s."""

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
    saved_at: datetime | None
    """When what is in it was last saved (UTC), also when it is not running; `None` when nothing is saved."""
    save_problem: str = ""
    """Why later changes are not saved; empty where they are, or when it is not running."""
    denied_calls: tuple[DeniedCall, ...] = ()
    """Calls of roles that IAM denied since it was started."""


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
    """The embedded AWS of one folder, which saves what is in it there, and starts with what was saved.

    Args:
        endpoint_url: `http://127.0.0.1:PORT`; loopback only.
        folder: for the pid file, the lock and the log; created if missing.
        stores: where the data plane has the files of its data stores; without it, snapshots of databases are empty.

    Raises:
        ValueError: `endpoint_url` is not an http URL with a port on loopback.
    """

    def __init__(self, *, endpoint_url: str, folder: Path, stores: Path | None = None) -> None:
        parts = urlsplit(endpoint_url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK_HOSTS or not parts.port:
            raise ValueError(f"endpoint_url is {endpoint_url!r}; it must be http://127.0.0.1:PORT")
        self.endpoint_url = endpoint_url.rstrip("/")
        self._host, self._port = str(parts.hostname), int(parts.port)
        self.folder, self._stores = folder, stores
        self.log_path = folder / "server.log"
        self.saved = SnapshotFolder(folder / SAVED)
        self.account = EmbeddedAccount(self.endpoint_url)
        self._process = BackgroundProcess(
            name="The embedded AWS",
            folder=folder,
            log_path=self.log_path,
            stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
            error=EmbeddedAwsError,
        )

    def start(self, report: Callable[[str], None] = lambda _line: None) -> None:
        """Start the server with what was saved, and wait until it answers. Does nothing if it runs.

        A server that runs older code is restarted; it saves first.

        Args:
            report: receives a line about a restart.

        Raises:
            EmbeddedAwsError: the port is taken, or the server ended or did not answer in time.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._process.lock():
            record, now = self._process.find_running(), code_fingerprint()
            if record is not None and record.details.get(CODE) != now:
                problem = self._save_problem()
                became = f"what was done last is not saved: {problem}" if problem else "what is in it is saved"
                report(f"The embedded AWS restarts, because {CHANGED}; {became}.")
                self._process.terminate(record)
                record = None
            if record is not None and record.details["endpoint_url"] != self.endpoint_url:
                raise EmbeddedAwsError(
                    f"The embedded AWS of {self.folder} already runs on {record.details['endpoint_url']}, "
                    f"not on {self.endpoint_url}; stop it first."
                )
            if record is not None:
                try:
                    self._wait_until_ready(record)
                    return
                except EmbeddedAwsError:
                    if not processes.has_ended(record.pid):
                        raise
                    # It was being killed when its process was looked up.
            self._refuse_taken_port()
            self._wait_until_ready(self._launch(now))

    def stop(self) -> None:
        """End the process that `start` started. Does nothing if it is not running."""
        if not self.folder.is_dir():
            return
        with self._process.lock():
            record = self._process.find_running()
            if record is not None:
                self._process.terminate(record)
            self._process.remove_record()

    def save(self) -> SaveResult:
        """Save now.

        Raises:
            EmbeddedAwsError: it does not answer.
        """
        return self._snapshot("POST")

    def _save_problem(self) -> str:
        try:
            return self.save().problem
        except EmbeddedAwsError as error:
            return str(error)

    def locks(self) -> tuple[str, ...]:
        """States of Terraform that are locked.

        Raises:
            EmbeddedAwsError: it does not answer.
        """
        return self._snapshot("GET").locks

    def restore(self) -> SaveResult:
        """Return to what was saved; later changes are lost.

        Raises:
            EmbeddedAwsError: it does not answer.
        """
        return self._snapshot("DELETE")

    def status(self) -> EmbeddedAwsStatus:
        """Observe, without changing anything."""
        record = self._process.find_running()
        running = record is not None and self._identity(record.details["endpoint_url"]) == record.instance
        header = self.saved.header()
        problem = ""
        denied: tuple[DeniedCall, ...] = ()
        if running:
            with contextlib.suppress(EmbeddedAwsError):
                problem = self._snapshot("GET").problem
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                denied = denied_calls(read_page("GET", self.endpoint_url + CALLS_PATH, IDENTITY_TIMEOUT_SECONDS))
        return EmbeddedAwsStatus(
            saved_at=datetime.fromisoformat(header.saved_at) if header else None,
            save_problem=problem,
            denied_calls=denied,
            running=running,
            pid=record.pid if record and running else None,
            endpoint_url=record.details["endpoint_url"] if record and running else self.endpoint_url,
            started_at=datetime.fromisoformat(record.started_at) if record and running else None,
            memory_mib=processes.memory_mib(record.pid) if record and running else None,
            log_path=self.log_path,
        )

    def _refuse_taken_port(self) -> None:
        if processes.becomes_free(self._host, self._port):
            return
        owner = "something else"
        if self._identity(self.endpoint_url) is not None:
            owner = "another embedded AWS (of another folder, or started by hand)"
        raise EmbeddedAwsError(
            f"Port {self._port} is taken by {owner}; stop that, or give this environment another port."
        )

    def _launch(self, code: str) -> ProcessRecord:
        command = [sys.executable, "-m", "local.server", "--host", self._host, "--port", str(self._port)]
        command += ["--snapshots", str(self.saved.folder)]
        command += ["--stores", str(self._stores)] if self._stores is not None else []
        return self._process.launch(command, details={"endpoint_url": self.endpoint_url, CODE: code})

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

    def _snapshot(self, method: str) -> SaveResult:
        try:
            document = read_page(method, self.endpoint_url + SNAPSHOT_PATH, SNAPSHOT_TIMEOUT_SECONDS)
            return SaveResult(**{**document, "locks": tuple(document["locks"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise EmbeddedAwsError(f"The embedded AWS does not answer on {self.endpoint_url}: {error}") from error

    def _identity(self, endpoint_url: str) -> str | None:
        """The instance of the embedded AWS that answers there; None if none does."""
        try:
            document = read_page("GET", endpoint_url + IDENTITY_PATH, IDENTITY_TIMEOUT_SECONDS)
        except (OSError, ValueError):
            return None
        if not isinstance(document, dict) or document.get("service") != SERVICE:
            return None
        return str(document.get("instance"))
