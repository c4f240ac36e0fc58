"""What each of Airflow's components is given: size, numbers, share of Spot."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Percent, Section
from config.pattern import Pattern

Cpu = Literal[256, 512, 1024, 2048, 4096, 8192, 16384]
QueueName = Annotated[
    str,
    Pattern(
        r"[a-z0-9][a-z0-9_.-]{0,62}", "up to 63 lower-case letters, digits, _ . and -, not starting with one", "reports"
    ),
]


class Component(Section):
    """What Fargate gives each task of a component."""

    cpu: Cpu = 512
    """CPU units of a task; 1024 are one vCPU."""

    memory_mib: Annotated[int, Field(ge=512, le=122880)] = 1024
    """Memory of a task; Fargate accepts certain pairs only (E03)."""

    ephemeral_storage_gib: Annotated[int, Field(ge=20, le=200)] = 20
    """Disk of a task, which holds the image, `/tmp` and the logs; 20 GiB come with every task (E04)."""

    spot_percent: Percent = 0
    """Share of the tasks on Fargate Spot. Default: none."""


class FixedComponent(Component):
    """A component with a number of tasks that the environment file decides."""

    desired_count: Annotated[int, Field(ge=1, le=20)] = 1
    """Tasks. Two of each survive the loss of a zone; they share the work."""


class Scheduler(FixedComponent):
    """Decides what runs, and puts it into the queues."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 are one vCPU."""

    memory_mib: Annotated[int, Field(ge=1024, le=122880)] = 2048
    """Memory of a task; Fargate accepts certain pairs of CPU and memory only (E03)."""


class DagProcessor(FixedComponent):
    """Parses DAG files, each in a process of its own."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 are one vCPU."""

    memory_mib: Annotated[int, Field(ge=1024, le=122880)] = 2048
    """Memory of a task; Fargate accepts certain pairs of CPU and memory only (E03)."""


class ApiServer(Component):
    """The UI, the public API, and the execution API that tasks talk to."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 are one vCPU."""

    memory_mib: Annotated[int, Field(ge=1024, le=122880)] = 2048
    """Memory of a task. Default: 2 GiB, since its memory grows with use (airflow#61804)."""

    min_count: Annotated[int, Field(ge=1, le=20)] = 1
    """Scaling goes no lower."""

    max_count: Annotated[int, Field(ge=1, le=20)] = 4
    """Scaling goes no higher."""

    processes: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes in a task, each with 220 to 270 MiB at the start. Default: one; more tasks do more for availability."""


class WorkerGroup(Component):
    """Workers with queues of their own, such as those of a team (A21)."""

    queues: Annotated[tuple[QueueName, ...], Field(min_length=1)] = ("default",)
    """Queues that the group listens to. No other group listens to them."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 are one vCPU."""

    memory_mib: Annotated[int, Field(ge=2048, le=122880)] = 2048
    """Memory of a task, 2 GiB or more (A16)."""

    ephemeral_storage_gib: Annotated[int, Field(ge=20, le=200)] = 30
    """Disk of a task. Default: 30 GiB, because tasks write temporary files (E04)."""

    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    """Airflow tasks that one ECS task runs at once. Each is a process of 150 MiB and more."""

    min_count: Annotated[int, Field(ge=0, le=1000)] = 1
    """Scaling goes no lower (A16). 0 lets the group go to nothing when its queues are empty."""

    max_count: Annotated[int, Field(ge=1, le=1000)] = 10
    """Scaling goes no higher (A16)."""

    spot_percent: Percent = 75
    """Share of Spot among the tasks above `on_demand_base` (A16). Spot may be taken back with two minutes' notice; a
    task that is lost is run again by its retries. Default: three of four, so that one in four stays when there is no
    Spot to be had."""

    on_demand_base: Annotated[int, Field(ge=0, le=1000)] = 1
    """So many tasks are on demand before Spot gets a share (A16)."""

    backlog_per_task: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """So many Airflow tasks may wait for each ECS task before there are more of these (A16). Default: `concurrency`, as
    many as it works on at once."""
