"""The settings with which a data plane starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_TIME_FACTOR = 0.1
LONGEST_DRAIN_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Which account it reads, where it writes, and how fast its clock runs."""

    endpoint_url: str
    """URL of the embedded AWS."""
    folder: Path
    """For logs, data and configuration: everything that the data plane writes is in it."""
    windlass_folder: Path
    """Windlass's own folder: the sample service and Airflow's Python environment are in it."""
    region: str
    """AWS region of the platform."""
    listener_ports: Mapping[str, int] = field(default_factory=dict)
    """Key of the environment file → port of a listener. The proxy listens where the listeners of the load balancer do;
    `start` refuses when one of these ports is taken. Default: none is checked."""
    authority_folder: Path | None = None
    """Of the certificate authority that people may trust. Default: in `folder`, so that `remove` deletes it."""
    time_factor: float = DEFAULT_TIME_FACTOR
    """Intervals of health checks, the deregistration delay, and grace periods of tasks that were ready are multiplied
    by it; timeouts, start periods and `stopTimeout` are not. Default 0.1: a change that takes minutes on AWS takes
    seconds here."""
    longest_drain_seconds: float = LONGEST_DRAIN_SECONDS
    """Upper limit of the deregistration delay after the multiplication. Default 5 s."""

    skipped_services: tuple[str, ...] = ()
    """Name patterns (`*` for any text) of services that are not run. Default: all services run."""

    repositories: Path | None = None
    """Folder of git repositories that replace remote ones, as `HOST/PATH`. Default: none."""

    @property
    def file_systems_folder(self) -> Path:
        """Each file system of EFS has a folder in it, with a folder for each access point."""
        return self.folder / "file-systems"

    @property
    def tasks_folder(self) -> Path:
        """Each task has a folder in it: logs, volumes, container files."""
        return self.folder / "tasks"
