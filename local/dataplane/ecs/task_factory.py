"""Creates tasks: each with a folder, an address, names and the ECS agent's endpoint of its own."""

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from local.dataplane.connections import Connections
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
from local.network.rules import Member


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
        connections: decides which of their connections are let through.
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
        connections: Connections,
    ) -> None:
        self._connections, self._turns = connections, itertools.count()
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
        network: Member | None,
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
            network: its security groups and the subnets of which it gets one; `None` where nobody says.
            now: seconds of a monotonic clock.
        """
        id_ = arn.rpartition("/")[2]
        folder = self._settings.tasks_folder / f"{definition.family}-{id_[:12]}"
        folder.mkdir(parents=True, exist_ok=True)
        address = self._addresses.take()
        host_name = f"ip-{address.replace('.', '-')}.{self._settings.region}.compute.internal"
        hosts = HostsFile(folder / "hosts", address=address, host_name=host_name)
        hosts.update(names)
        own_network = self._in_one_subnet(network)
        preparation = Preparation(
            definition,
            task_id=id_,
            roles=self._aws.execution_roles,
            obstacle=lambda: self._connections.to_aws(own_network),
        )
        context = TaskContext(
            folder=folder,
            windlass_folder=self._settings.windlass_folder,
            address=address,
            host_name=host_name,
            hosts=hosts,
            trusted_certificates=self._trusted_certificates,
            aws=self._aws.variables,
            read_secret=preparation.read_secret,
            read_file=preparation.read_file,
            prepare=preparation.run,
            agent=lambda container: self._agent.variables(id_, container),
            with_roots_of_here=self._roots.replaced,
            time_factor=self._settings.time_factor,
            judged=self._connections.specification(address),
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
            network=own_network,
            now=now,
        )
        self._agent.add(task)
        return task

    def _in_one_subnet(self, network: Member | None) -> Member | None:
        """Like ECS, take the subnets in turn."""
        if network is None or not network.subnets:
            return network
        return replace(network, subnets=(network.subnets[next(self._turns) % len(network.subnets)],))

    def release(self, task: Task) -> None:
        """The task has ended: its address may be used again."""
        self._agent.remove(task)
        self._addresses.give_back(task.address)
