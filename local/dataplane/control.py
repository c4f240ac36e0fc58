"""Starts, stops and looks at the data plane, a process of its own that outlives the command that started it."""

import json
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local import processes
from local.background import BackgroundProcess, BackgroundProcessError, ProcessRecord
from local.dataplane.containers.namespaces import kill_all
from local.dataplane.desired_state.changes import Changes
from local.dataplane.desired_state.pages import Pages
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.settings import Settings
from local.dataplane.stores.postgres import remove_data
from local.dataplane.supervisor import STATE_FILE

START_TIMEOUT_SECONDS = 60.0
"""The first start makes a PostgreSQL cluster, which takes about 2 s."""
STOP_TIMEOUT_SECONDS = 30.0


class DataPlaneError(BackgroundProcessError):
    """The data plane cannot do what was asked."""


@dataclass(frozen=True, kw_only=True)
class ServiceStatus:
    """One ECS service as it really runs."""

    name: str
    desired: int
    running: int
    pending: int
    steady: bool
    """Whether all desired tasks are healthy and nothing else of the service is left."""
    logs: tuple[Path, ...]
    """Output of its containers."""


@dataclass(frozen=True, kw_only=True)
class DataPlaneStatus:
    """What stands where."""

    running: bool
    """Whether the process lives."""
    ready: bool
    """Whether the proxy listens and the data stores are there; tasks may still be starting."""
    pid: int | None
    """Process id, `None` when it is not running."""
    http_url: str | None
    """Where port 80 of the load balancer is, `None` when nothing listens there."""
    https_url: str | None
    """Where port 443 of the load balancer is, `None` when nothing listens there."""
    services: tuple[ServiceStatus, ...]
    stores: tuple[Mapping[str, Any], ...]
    """Databases and caches: `kind`, `identifier`, `names`, `address`, `port`, `running`, `pids`, `problem`."""
    problems: tuple[str, ...]
    """What somebody has to solve, in sentences."""
    changes: Changes
    """What was asked of the embedded AWS when all this was so."""
    authority_path: Path
    """The certificate authority to trust: `curl --cacert`."""
    log_path: Path
    """Where the process writes its output."""


class DataPlane:
    """The data plane of one folder.

    Args:
        settings: what it is told when it starts; `folder` also says which data plane this is.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._folder = settings.folder.resolve()
        self.log_path = self._folder / "dataplane.log"
        self._process = BackgroundProcess(
            name="The data plane",
            folder=self._folder,
            log_path=self.log_path,
            stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
            error=DataPlaneError,
        )

    @property
    def _identity_details(self) -> dict[str, str]:
        """What a running one is compared by."""
        return {"skipped_services": " ".join(self.settings.skipped_services)}

    def start(self) -> None:
        """Start, and wait until the proxy listens and the data stores are there; does nothing where it already runs.

        One that runs other services than `settings` say is ended first.

        Raises:
            DataPlaneError: a port is taken, the process ended, or was not ready in time.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._process.lock():
            record = self._process.find_running()
            if record is not None and dict(record.details) != self._identity_details:
                self._process.terminate(record)
                record = None
            if record is None:
                for key, port in self.settings.listener_ports.items():
                    if processes.port_is_taken("127.0.0.1", port):
                        raise DataPlaneError(
                            f"Port {port} is taken; stop what listens there, or choose another port ({key})."
                        )
                record = self._launch()
            self._wait_until_ready(record)

    def wait_until_steady(self, seconds: float = 60.0) -> None:
        """Wait until every service runs what the embedded AWS was asked for before this call, all of it healthy.

        Raises:
            DataPlaneError: that took too long; says which services are behind. Or the embedded AWS does not answer.
        """
        deadline = time.monotonic() + seconds
        try:
            asked = Changes.of(Pages(self.settings.endpoint_url).changes())
        except OSError as error:
            raise DataPlaneError(f"The embedded AWS does not answer: {error}") from error
        while True:
            status = self.status()
            behind = [each for each in status.services if not each.steady]
            # What was steady before somebody asked for something else says nothing.
            unseen = asked.to_read(status.changes)
            if status.ready and not behind and not unseen:
                return
            if not status.running:
                raise DataPlaneError(f"The data plane ended.\n{self._process.last_log_lines()}")
            if time.monotonic() > deadline:
                shown = ", ".join(f"{each.name} ({each.running} of {each.desired} running)" for each in behind)
                if unseen:
                    shown = f"it has not read what changed in the embedded AWS ({', '.join(sorted(unseen))})"
                raise DataPlaneError(f"Not steady after {seconds:g} s: {shown or 'the proxy or a data store'}.")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the process that `start` started, and everything it started; does nothing when it is not running."""
        if not self._folder.is_dir():
            return
        with self._process.lock():
            record = self._process.find_running()
            if record is not None:
                self._process.terminate(record)
            # What a killed data plane could not end itself.
            ProcessRegistry(self._folder / "processes.json").end_leftovers()
            kill_all(self.settings.tasks_folder)
            self._process.remove_record()
            (self._folder / STATE_FILE).unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop, and delete everything that was written, the data of the data stores too."""
        self.stop()
        for folder in (self._folder / "stores").glob("*"):
            remove_data(folder)
        shutil.rmtree(self._folder, ignore_errors=True)

    def status(self) -> DataPlaneStatus:
        """Look, without changing anything."""
        record = self._process.find_running()
        state = self._state() if record is not None else {}
        ports = state.get("ports", {})
        return DataPlaneStatus(
            running=record is not None,
            ready=bool(state.get("ready")),
            pid=record.pid if record is not None else None,
            http_url=f"http://localhost:{ports['80']}" if "80" in ports else None,
            https_url=f"https://localhost:{ports['443']}" if "443" in ports else None,
            services=tuple(
                ServiceStatus(**{**each, "logs": tuple(map(Path, each["logs"]))}) for each in state.get("services", [])
            ),
            stores=tuple(state.get("stores", [])),
            problems=tuple(state.get("problems", [])),
            changes=Changes.of(state.get("changes", {})),
            authority_path=self._folder / "certificates" / "authority.pem",
            log_path=self.log_path,
        )

    def _launch(self) -> ProcessRecord:
        (self._folder / STATE_FILE).unlink(missing_ok=True)
        settings = self.settings
        command = [sys.executable, "-m", "local.dataplane"]
        command += ["--endpoint-url", settings.endpoint_url, "--folder", str(settings.folder.resolve())]
        command += ["--windlass-folder", str(settings.windlass_folder.resolve())]
        command += ["--region", settings.region, "--time-factor", str(settings.time_factor)]
        if settings.authority_folder is not None:
            command += ["--authority-folder", str(settings.authority_folder.resolve())]
        command += ["--longest-drain-seconds", str(settings.longest_drain_seconds)]
        if settings.repositories is not None:
            command += ["--repositories", str(settings.repositories.resolve())]
        command += [word for pattern in settings.skipped_services for word in ("--skip", pattern)]
        return self._process.launch(command, details=self._identity_details, append=True)

    def _wait_until_ready(self, record: ProcessRecord) -> None:
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            self._process.raise_if_ended(record)
            if self._state().get("ready"):
                return
            time.sleep(0.05)
        problems = " ".join(self._state().get("problems", []))
        raise DataPlaneError(
            f"The data plane is not ready after {START_TIMEOUT_SECONDS:g} s. {problems}\n"
            f"{self._process.last_log_lines()}"
        )

    def _state(self) -> dict[str, Any]:
        try:
            state = json.loads((self._folder / STATE_FILE).read_text())
        except (OSError, ValueError):
            return {}
        return state if isinstance(state, dict) else {}
