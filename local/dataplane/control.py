"""Starts and stops the data plane, a process that outlives the command that started it, and reads its status."""

import json
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from local import processes
from local.background import BackgroundProcess, BackgroundProcessError, ProcessRecord
from local.database_copies import STORES
from local.dataplane.containers.namespaces import kill_all, processes_of
from local.dataplane.desired_state.changes import Changes
from local.dataplane.desired_state.pages import Pages
from local.dataplane.fingerprint import SKIPPED, difference, fingerprint
from local.dataplane.news import News, Report, ignore
from local.dataplane.process_registry import ProcessRegistry
from local.dataplane.settings import Settings
from local.dataplane.state import STATE_FILE
from local.dataplane.status import DataPlaneStatus, ServiceStatus, explanation, waiting_for
from local.dataplane.stores.postgres_place import remove_data
from local.port_holder import port_holder

START_TIMEOUT_SECONDS = 60.0
"""The first start creates a PostgreSQL cluster, which takes about 2 s."""
STOP_TIMEOUT_SECONDS = 30.0
FAILED_SECONDS = 3.0
"""A failed deployment may still be rolled back for this long; after that, waiting does not help."""
KILLED = (
    "The data plane was killed: the containers that it started may still run, but nothing checks or replaces them. "
    "Start it again: ./windlass local up"
)


class DataPlaneError(BackgroundProcessError):
    """The data plane cannot do what was requested."""


class NotSteadyError(DataPlaneError):
    """Services do not run as desired.

    Attributes:
        services: those that do not; each has a problem and a next step.
    """

    def __init__(self, message: str, services: tuple[ServiceStatus, ...] = ()) -> None:
        super().__init__(message)
        self.services = services


class DataPlane:
    """The data plane of one folder.

    Args:
        settings: what the process is started with; `folder` identifies the data plane.
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
    def stores_folder(self) -> Path:
        """Holds a folder for each data store."""
        return self._folder / STORES

    def start(self, report: Report = ignore) -> None:
        """Start, and wait until the proxy listens and the data stores run; does nothing where it already runs.

        A data plane that runs older code or has other settings is restarted; its data is kept. Processes that a
        killed data plane left behind are ended first.

        Args:
            report: receives a line about a restart, about leftovers, and every 10 s about what is waited for.

        Raises:
            DataPlaneError: a port is taken, the process ended, or was not ready in time.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._process.lock():
            now = fingerprint(self.settings)
            record = self._process.find_running()
            reason = difference(record.details, now) if record is not None else ""
            if record is not None and reason:
                report(f"The data plane restarts, because {reason}; its data is kept.")
                self._process.terminate(record)
                record = None
            if record is not None:
                try:
                    self._wait_until_ready(record, report)
                    return
                except DataPlaneError:
                    if not processes.has_ended(record.pid):
                        raise
                    # It was being killed when its process was looked up.
            # Before the ports are checked: the proxy of a killed data plane still listens on them.
            self._end_leftovers(report)
            self._refuse_taken_ports()
            self._wait_until_ready(self._launch(now), report)

    def wait_until_steady(self, seconds: float = 60.0, report: Report = ignore, *, prefix: str = "") -> None:
        """Wait until every service runs what was requested before this call, with all tasks healthy.

        Args:
            seconds: time limit.
            report: receives a line that says which services are waited for, and why, or every 10 s
                that the wait goes on.
            prefix: left out of the names of services in these lines. Default: none.

        Raises:
            NotSteadyError: time ran out, or the deployments of all services that are not steady have failed.
            DataPlaneError: the data plane ended, or the embedded AWS does not answer.
        """
        started = time.monotonic()
        news = News(report, started)
        failed_since: float | None = None
        try:
            requested = Changes.of(Pages(self.settings.endpoint_url, self.settings.region).changes())
        except OSError as error:
            raise DataPlaneError(f"The embedded AWS does not answer: {error}") from error
        while True:
            status = self.status()
            # A steady state from before the last request does not count.
            unread = requested.to_read(status.changes)
            if status.ready and not status.unsteady and not unread:
                return
            if not status.running:
                raise DataPlaneError(f"The data plane ended.\n{self._process.last_log_lines()}")
            now = time.monotonic()
            failed = status.ready and not unread and all(each.deployment == "failed" for each in status.unsteady)
            failed_since = (failed_since or now) if failed else None
            if failed_since is not None and now - failed_since > FAILED_SECONDS:
                raise NotSteadyError(explanation("These services cannot run:", status), status.unsteady)
            if now - started > seconds:
                heading = f"Not steady after {seconds:g} s:"
                if unread or not status.unsteady:
                    raise NotSteadyError(f"{heading} still waiting for {waiting_for(status, unread)}.", status.unsteady)
                raise NotSteadyError(explanation(heading, status), status.unsteady)
            if news.is_due(now):
                news.say(f"waiting for {waiting_for(status, unread, prefix=prefix)}", now)
            time.sleep(0.1)

    def end_leftovers(self, report: Report = ignore) -> None:
        """End what a killed data plane left running, so that its ports are free; does nothing while one runs.

        Args:
            report: receives a line where there was something to end.
        """
        if not self._folder.is_dir():
            return
        with self._process.lock():
            if self._process.find_running() is None:
                self._end_leftovers(report)

    def count_leftovers(self) -> int:
        """How many processes of a killed data plane still run."""
        known = ProcessRegistry(self._folder / "processes.json").alive()
        return len({*known, *processes_of(self.settings.tasks_folder.resolve())})

    def left_alone(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of these ECS services that the data plane does not run while it runs others; none while it is down."""
        record = self._process.find_running() if self._folder.is_dir() else None
        patterns = record.details.get(SKIPPED, "").split() if record is not None else ()
        return tuple(name for name in names if any(fnmatchcase(name, each) for each in patterns))

    def stop(self) -> None:
        """End the process that `start` started, and everything it started; does nothing when it is not running."""
        if not self._folder.is_dir():
            return
        with self._process.lock():
            record = self._process.find_running()
            if record is not None:
                self._process.terminate(record)
            self._end_leftovers()
            self._process.remove_record()

    def remove(self) -> None:
        """Stop, and delete everything that was written, including the data of the data stores."""
        self.stop()
        for folder in self.stores_folder.glob("*"):
            remove_data(folder)
        shutil.rmtree(self._folder, ignore_errors=True)

    def status(self) -> DataPlaneStatus:
        """Read the status; changes nothing."""
        record = self._process.find_running()
        state = self._state() if record is not None else {}
        try:
            services = tuple(_service_status(each) for each in state.get("services", []))
        except (KeyError, TypeError):
            # Written by the code of another version; `start` restarts the process.
            state, services = {"problems": ["The data plane runs other code than this: ./windlass local up"]}, ()
        problems = state.get("problems", [])
        if record is None and self._process.was_killed():
            problems = [KILLED]
        return DataPlaneStatus(
            running=record is not None,
            ready=bool(state.get("ready")),
            pid=record.pid if record is not None else None,
            ports=tuple(state.get("ports", [])),
            services=services,
            stores=tuple(state.get("stores", [])),
            problems=tuple(problems),
            changes=Changes.of(state.get("changes", {})),
            authority_path=self._folder / "certificates" / "authority.pem",
            log_path=self.log_path,
        )

    def _end_leftovers(self, report: Report = ignore) -> None:
        """End what a killed data plane could not end itself."""
        ended = self.count_leftovers()
        ProcessRegistry(self._folder / "processes.json").end_leftovers()
        kill_all(self.settings.tasks_folder.resolve())
        (self._folder / STATE_FILE).unlink(missing_ok=True)
        if ended:
            report(f"Ended {ended} processes of a data plane that was killed; its data is kept.")

    def _refuse_taken_ports(self) -> None:
        for key, port in self.settings.listener_ports.items():
            if processes.port_is_taken("127.0.0.1", port):
                raise DataPlaneError(
                    f"Port {port} is taken by {port_holder(port) or 'another program'}: stop it, or set another port "
                    f"in the environment file ({key})."
                )

    def _launch(self, details: dict[str, str]) -> ProcessRecord:
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
        return self._process.launch(command, details=details, append=True)

    def _wait_until_ready(self, record: ProcessRecord, report: Report) -> None:
        started = time.monotonic()
        news = News(report, started)
        while (now := time.monotonic()) - started < START_TIMEOUT_SECONDS:
            self._process.raise_if_ended(record)
            state = self._state()
            if state.get("ready"):
                return
            if news.is_due(now):
                reasons = " ".join(state.get("problems", [])) or "its proxy and its data stores start"
                news.say(f"waiting for the data plane: {reasons}", now)
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


def _service_status(shown: Mapping[str, Any]) -> ServiceStatus:
    return ServiceStatus(**{**shown, "logs": tuple(map(Path, shown["logs"]))})
