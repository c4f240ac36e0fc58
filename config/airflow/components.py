"""The sections of Airflow's components: size, number of tasks, share of Spot."""

from typing import Annotated, Literal

from pydantic import Field

from config.base import Percent, Section
from config.pattern import Pattern

Cpu = Literal[256, 512, 1024, 2048, 4096, 8192, 16384]
QueueName = Annotated[
    str,
    Pattern(
        r"[a-z0-9][a-z0-9_.-]{0,62}",
        "up to 63 lower-case letters, digits, _ . and -, not starting with _ . or -",
        "reports",
    ),
]


class Component(Section):
    """The size of each task of a component."""

    cpu: Cpu = 512
    """CPU units of a task; 1024 units are 1 vCPU."""

    memory_mib: Annotated[int, Field(ge=512, le=122880)] = 1024
    """Memory of a task. It must be a size that Fargate offers for `cpu` (E03; see Fargate sizes)."""

    ephemeral_storage_gib: Annotated[int, Field(ge=20, le=200)] = 20
    """Ephemeral storage of a task, for the image, `/tmp` and logs; 20 GiB are included in every task (E04)."""

    spot_percent: Percent = 0
    """Share of the tasks that run on Fargate Spot. 0: none."""


class FixedComponent(Component):
    """A component with a fixed number of tasks."""

    desired_count: Annotated[int, Field(ge=1, le=20)] = 1
    """Number of tasks. Two tasks share the work and survive the loss of a zone."""


class Scheduler(FixedComponent):
    """The scheduler: decides which tasks run, and queues them."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 units are 1 vCPU."""

    memory_mib: Annotated[int, Field(ge=1024, le=122880)] = 2048
    """Memory of a task. It must be a size that Fargate offers for `cpu` (E03; see Fargate sizes)."""


class DagProcessor(FixedComponent):
    """The DAG processor: parses DAG files, each in its own process."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 units are 1 vCPU."""

    memory_mib: Annotated[int, Field(ge=1024, le=122880)] = 2048
    """Memory of a task. It must be a size that Fargate offers for `cpu` (E03; see Fargate sizes)."""


class Triggerer(FixedComponent):
    """The triggerer: runs the triggers of deferred tasks."""


class ApiServer(Component):
    """The API server: the UI, the public API, and the execution API for tasks."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 units are 1 vCPU."""

    memory_mib: Annotated[int, Field(ge=1024, le=122880)] = 2048
    """Memory of a task. It must be a size that Fargate offers for `cpu` (E03; see Fargate sizes). The memory that the
    API server needs grows with use (airflow#61804)."""

    min_count: Annotated[int, Field(ge=1, le=20)] = 1
    """Lower limit of scaling, in tasks."""

    max_count: Annotated[int, Field(ge=1, le=20)] = 4
    """Upper limit of scaling, in tasks."""

    processes: Annotated[int, Field(ge=1, le=16)] = 1
    """API processes in a task, each with 220 to 270 MiB at the start. Prefer more tasks (`min_count`) to more
    processes."""


class WorkerGroup(Component):
    """A group of Celery workers for certain queues, such as those of a team (A21)."""

    queues: Annotated[tuple[QueueName, ...], Field(min_length=1)] = ("default",)
    """Queues that the group consumes, at most 8. Each queue belongs to one group."""

    cpu: Cpu = 1024
    """CPU units of a task; 1024 units are 1 vCPU."""

    memory_mib: Annotated[int, Field(ge=2048, le=122880)] = 2048
    """Memory of a task, 2 GiB or more (A16). It must be a size that Fargate offers for `cpu` (E03; see Fargate
    sizes)."""

    ephemeral_storage_gib: Annotated[int, Field(ge=20, le=200)] = 30
    """Ephemeral storage of a task, for the image, logs and the temporary files of Airflow tasks; 20 GiB are included in
    every task (E04)."""

    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    """Airflow tasks that one ECS task runs at once (`worker_concurrency`), each in a process of 150 MiB or more."""

    min_count: Annotated[int, Field(ge=0, le=1000)] = 1
    """Lower limit of scaling, in tasks (A16). With 0 the group scales to zero when its queues are empty."""

    max_count: Annotated[int, Field(ge=1, le=1000)] = 10
    """Upper limit of scaling, in tasks (A16)."""

    spot_percent: Percent = 75
    """Share of Fargate Spot among the tasks above `on_demand_base` (A16). 0: none. AWS may reclaim Spot tasks with two
    minutes' notice; a lost Airflow task runs again if it has retries."""

    on_demand_base: Annotated[int, Field(ge=0, le=1000)] = 1
    """Number of tasks that always run on demand; `spot_percent` applies to the rest (A16)."""

    backlog_per_task: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Queued Airflow tasks per ECS task above which the group scales out (A16). Default: as `concurrency`."""
