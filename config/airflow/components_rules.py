"""Rules on Airflow's components: sizes, counts, queues, roles."""

from collections.abc import Iterator

from aws.fargate import allowed_memory_mib
from aws.quotas import SCALING_POLICY_QUERIES
from config.airflow.components import ApiServer, Component, WorkerGroup
from config.airflow.section import Airflow
from config.base import Kind
from config.cluster import Cluster
from config.errors import MISSING, Problem
from config.rule import problem

FIXED = ("scheduler", "dag_processor", "triggerer")


def _components(airflow: Airflow) -> Iterator[tuple[str, Component]]:
    for key in ("api_server", *FIXED):
        yield key, getattr(airflow, key)
    for name, group in airflow.workers.items():
        yield f"workers/{name}", group


def airflows_cpu_and_memory_are_pairs(airflow: Airflow | None) -> Iterator[Problem]:
    """E03: Fargate accepts certain pairs of CPU and memory only."""
    if airflow is None:
        return
    for key, component in _components(airflow):
        choices = allowed_memory_mib(component.cpu)
        if component.memory_mib not in choices:
            message = (
                f"is not valid with cpu = {component.cpu} on Fargate; allowed: {choices[0]} to {choices[-1]}, "
                f"such as {', '.join(map(str, choices[:4]))} (E03)"
            )
            yield problem(f"airflow/{key}/memory_mib", component.memory_mib, message)


def airflows_counts_are_in_order(airflow: Airflow | None) -> Iterator[Problem]:
    """The minimum is at most the maximum."""
    if airflow is None:
        return
    scaled: dict[str, ApiServer | WorkerGroup] = {"api_server": airflow.api_server}
    scaled |= {f"workers/{key}": group for key, group in airflow.workers.items()}
    for key, component in scaled.items():
        if component.min_count > component.max_count:
            message = f"is more than max_count = {component.max_count}; allowed: at most that"
            yield problem(f"airflow/{key}/min_count", component.min_count, message)


def every_queue_has_one_group_of_workers(airflow: Airflow | None) -> Iterator[Problem]:
    """A21: a task in a queue without a worker group waits forever; two groups would compete for tasks."""
    if airflow is None:
        return
    if not airflow.workers:
        yield problem("airflow/workers", MISSING, "is empty, so no task would ever run; allowed: at least one group")
        return
    owners: dict[str, str] = {}
    for name, group in airflow.workers.items():
        for queue in group.queues:
            if (owner := owners.setdefault(queue, name)) != name:
                message = f"is also a queue of airflow.workers.{owner}; allowed: a queue of one group (A21)"
                yield problem(f"airflow/workers/{name}/queues", queue, message)
        if len(set(group.queues)) < len(group.queues):
            message = "names a queue twice; allowed: each queue once"
            yield problem(f"airflow/workers/{name}/queues", list(group.queues), message)
    if airflow.default_queue not in owners:
        message = f"is a queue that no worker group consumes; allowed: {', '.join(sorted(owners))}"
        yield problem("airflow/default_queue", airflow.default_queue, message)


def shells_are_recorded(airflow: Airflow | None, cluster: Cluster) -> Iterator[Problem]:
    """ECS Exec sessions are recorded by the cluster, where it allows them."""
    if airflow is not None and airflow.execute_command and not cluster.execute_command:
        message = "needs cluster.execute_command = true, which records every session; allowed: false, or both"
        yield problem("airflow/execute_command", True, message)


def production_airflow_survives_a_zone(airflow: Airflow | None, kind: Kind) -> Iterator[Problem]:
    """In production, Airflow survives the loss of one task, on Spot or with a zone."""
    if airflow is None or kind != "production":
        return
    message = 'leaves Airflow with one task where kind = "production"; allowed: 2 or more'
    if airflow.scheduler.desired_count < 2:
        yield problem("airflow/scheduler/desired_count", airflow.scheduler.desired_count, message)
    if airflow.api_server.min_count < 2:
        yield problem("airflow/api_server/min_count", airflow.api_server.min_count, message)


MAX_QUEUES_OF_A_GROUP = SCALING_POLICY_QUERIES - 2
"""What the scaling policy of a group can add up (`modules/ecs/backlog.py`)."""


def a_group_has_few_enough_queues(airflow: Airflow | None) -> Iterator[Problem]:
    """Application Auto Scaling allows ten queries in a policy (A16)."""
    for name, group in airflow.workers.items() if airflow is not None else ():
        if len(group.queues) > MAX_QUEUES_OF_A_GROUP:
            message = (
                f"has {len(group.queues)} queues, more than one scaling policy can add up; "
                f"allowed: {MAX_QUEUES_OF_A_GROUP}, or a second group"
            )
            yield problem(f"airflow/workers/{name}/queues", list(group.queues), message)


def roles_belong_to_components(airflow: Airflow | None) -> Iterator[Problem]:
    """E11: a role of an unknown component is a typing error."""
    if airflow is None:
        return
    groups = (f"worker-{name}" for name in airflow.workers)
    known = ("api-server", "scheduler", "dag-processor", "triggerer", *groups, "db-clean")
    for name in airflow.roles:
        if name not in known:
            yield problem(f"airflow/roles/{name}", MISSING, f"is not a component; allowed: {', '.join(known)} (E11)")


RULES = (
    airflows_cpu_and_memory_are_pairs,
    airflows_counts_are_in_order,
    every_queue_has_one_group_of_workers,
    shells_are_recorded,
    production_airflow_survives_a_zone,
    a_group_has_few_enough_queues,
    roles_belong_to_components,
)
