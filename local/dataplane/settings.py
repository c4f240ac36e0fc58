"""What a data plane is told when it starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_TIME_FACTOR = 0.1
LONGEST_DRAIN_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Where it looks, where it listens, how fast its clock goes."""

    endpoint_url: str
    """Of the embedded AWS."""
    folder: Path
    """Logs, data and configuration; everything the data plane writes is in it."""
    windlass_folder: Path
    """Windlass's own folder: the sample service and Airflow's Python environment are in it."""
    region: str
    """Of the platform."""
    listener_ports: Mapping[str, int] = field(default_factory=dict)
    """Key of the environment file → port of a listener. The proxy listens where the listeners of the load balancer do;
    `start` refuses when one of these ports is taken. Default: none is checked."""
    authority_folder: Path | None = None
    """Where the certificate authority is kept that people may trust. Default: in `folder`, so that it goes with it."""
    time_factor: float = DEFAULT_TIME_FACTOR
    """Intervals of health checks, the deregistration delay, and grace periods of tasks that were ready are multiplied
    by it; time-outs, start periods and `stopTimeout` are not. Default 0.1: a change that takes minutes on AWS can be
    watched here."""
    longest_drain_seconds: float = LONGEST_DRAIN_SECONDS
    """Upper limit of the deregistration delay after that. Default 5 s."""

    skipped_services: tuple[str, ...] = ()
    """Patterns (`*` for anything) of names of services that are not run. Default: all are."""

    repositories: Path | None = None
    """Folder of git repositories that stand for remote ones, as `HOST/PATH`. Default: there are none."""

    @property
    def tasks_folder(self) -> Path:
        """A folder in it for each task: logs, volumes, what its containers are made of."""
        return self.folder / "tasks"
