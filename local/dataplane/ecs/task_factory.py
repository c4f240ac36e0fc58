"""Creates tasks: each with a folder, an address, names and the ECS agent's endpoint of its own."""

from collections.abc import Mapping
from pathlib import Path

from local.dataplane.containers.addresses import Addresses
from local.dataplane.containers.container import ContainerRuntime
from local.dataplane.containers.container_spec import TaskContext
from local.dataplane.containers.hosts_file import HostsFile
from local.dataplane.desired_state.aws_client import AwsClient
from local.dataplane.desired_state.task_definition import TaskDefinition
from local.dataplane.ecs.agent import Agent
from local.dataplane.ecs.preparation import Preparation
from local.dataplane.ecs.task import Task
from local.dataplane.proxy.roots import Roots
from local.dataplane.settings import Settings


class TaskFactory:
    """Creates tasks, and releases what belongs to those that have ended.

    Args:
        settings: of the data plane.
        aws: acts with execution roles.
        agent: the ECS agent's endpoint.
        addresses: gives each task an address.
        runtime: of the containers.
        trusted_certificates: file of the certificates that containers trust.
        roots: what takes the place of AWS's root certificates.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        aws: AwsClient,
        agent: Agent,
        addresses: Addresses,
        runtime: ContainerRuntime,
        trusted_certificates: Path,
        roots: Roots,
    ) -> None:
        self._settings, self._aws, self._agent, self._addresses = settings, aws, agent, addresses
        self._runtime, self._trusted_certificates, self._roots = runtime, trusted_certificates, roots

    def create(
        self,
        *,
        arn: str,
        cluster_arn: str,
        definition: TaskDefinition,
        group: str,
        started_by: str,
        names: Mapping[str, tuple[str, ...]],
        now: float,
    ) -> Task:
        """A task that starts with its first `advance`.

        Args:
            arn: of the task.
            cluster_arn: of its cluster.
            definition: with the overrides of RunTask, if there are any.
            group: `service:NAME`, or what RunTask was given.
            started_by: the deployment, or what RunTask was given.
            names: what names mean to its containers, name → addresses.
            now: seconds of a monotonic clock.
        """
        id_ = arn.rpartition("/")[2]
        folder = self._settings.tasks_folder / f"{definition.family}-{id_[:12]}"
        folder.mkdir(parents=True, exist_ok=True)
        address = self._addresses.take()
        host_name = f"ip-{address.replace('.', '-')}.{self._settings.region}.compute.internal"
        hosts = HostsFile(folder / "hosts", address=address, host_name=host_name)
        hosts.update(names)
        preparation = Preparation(definition, task_id=id_, roles=self._aws.execution_roles)
        context = TaskContext(
            folder=folder,
            windlass_folder=self._settings.windlass_folder,
            address=address,
            host_name=host_name,
            hosts=hosts,
            trusted_certificates=self._trusted_certificates,
            aws=self._aws.variables,
            read_secret=preparation.read_secret,
            prepare=preparation.run,
            agent=lambda container: self._agent.variables(id_, container),
            with_roots_of_here=self._roots.replaced,
            time_factor=self._settings.time_factor,
            repositories=self._settings.repositories,
            file_systems={
                each.volume: self._settings.file_systems_folder / each.id / (each.access_point_id or "root")
                for each in definition.file_systems
            },
        )
        task = Task(
            arn=arn,
            cluster_arn=cluster_arn,
            definition=definition,
            group=group,
            started_by=started_by,
            context=context,
            runtime=self._runtime,
            now=now,
        )
        self._agent.add(task)
        return task

    def release(self, task: Task) -> None:
        """The task has ended: its address may be used again."""
        self._agent.remove(task)
        self._addresses.give_back(task.address)
