"""What an environment needs of the account's quotas, computed from its file.

Fargate counts the vCPUs of all tasks that run at once: at rest, while a deployment runs old and new tasks side by side,
and at the upper limits of scaling. A deployment of Airflow replaces all its components together; web services are
deployed one at a time. Tasks that DAGs start, migrations and the nightly cleanup come on top.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aws.fargate import CPU_UNITS_PER_VCPU
from config.airflow.section import Airflow
from config.cache import Cache
from config.database import Database
from config.environment import Environment
from config.load_balancer import LoadBalancer
from config.network import Network
from config.services import CodeDeployService, RollingService, WebService

Services = Mapping[str, WebService]


@dataclass(frozen=True, kw_only=True)
class Need:
    """What one quota must allow."""

    quota: str
    """Key in `aws.quotas.QUOTAS` and in `[quotas]`."""

    at_rest: float
    """What runs all the time."""

    deploying: float
    """The most that a deployment needs, starting at rest. An environment that has less cannot be deployed."""

    at_most: float
    """What runs at the upper limits of scaling."""

    key: str
    """The section or key of the environment file that decides it most."""


@dataclass(frozen=True, kw_only=True)
class _Tasks:
    """The tasks of one ECS service, or of the two of a blue/green one, of which one receives requests."""

    key: str
    vcpus: float
    at_rest: int
    at_most: int
    spot_percent: int
    on_demand_base: int
    alone: bool
    """Whether a command of its own deploys it."""

    def count(self, tasks: int, *, spot: bool) -> int:
        """Tasks on demand or on Spot of so many; what does not divide evenly counts in both."""
        above = max(0, tasks - self.on_demand_base)
        if spot:
            return -(-above * self.spot_percent // 100)
        return tasks - above * self.spot_percent // 100


def needs(
    *,
    network: Network,
    load_balancer: LoadBalancer,
    database: Database,
    cache: Cache | None,
    services: Services,
    airflow: Airflow | None,
) -> tuple[Need, ...]:
    """Every need that the file decides; `cost.account` counts the others in the finished JSON."""
    tasks = [*_web(services), *_airflow(airflow)]
    return (
        _fargate("fargate_vcpus", tasks, spot=False),
        _fargate("fargate_spot_vcpus", tasks, spot=True),
        _targets(services, airflow),
        *_constant(network, load_balancer, database, cache, services, airflow),
    )


def needs_of(environment: Environment) -> tuple[Need, ...]:
    """The needs of a whole environment."""
    return needs(
        network=environment.network,
        load_balancer=environment.load_balancer,
        database=environment.database,
        cache=environment.cache,
        services=environment.services,
        airflow=environment.airflow,
    )


def _fargate(quota: str, tasks: list[_Tasks], *, spot: bool) -> Need:
    at_rest = sum(each.vcpus * each.count(each.at_rest, spot=spot) for each in tasks)
    alone = [each.vcpus * each.count(each.at_rest, spot=spot) for each in tasks if each.alone]
    together = sum(each.vcpus * each.count(each.at_rest, spot=spot) for each in tasks if not each.alone)
    return Need(
        quota=quota,
        at_rest=at_rest,
        deploying=at_rest + max([together, *alone]),
        at_most=sum(each.vcpus * each.count(each.at_most, spot=spot) for each in tasks),
        key=max(tasks, key=lambda each: each.vcpus * each.count(each.at_rest, spot=spot)).key if tasks else "services",
    )


def _web(services: Services) -> Iterator[_Tasks]:
    for name, service in services.items():
        all_on_spot = service.spot_percent == 100
        yield _Tasks(
            key=f"services/{name}",
            vcpus=service.cpu / CPU_UNITS_PER_VCPU,
            at_rest=service.desired_count,
            at_most=service.max_count,
            spot_percent=service.spot_percent,
            on_demand_base=0 if all_on_spot else service.min_count,
            alone=not isinstance(service, RollingService),
        )


def _airflow(airflow: Airflow | None) -> Iterator[_Tasks]:
    if airflow is None:
        return
    fixed = {"scheduler": airflow.scheduler, "dag_processor": airflow.dag_processor, "triggerer": airflow.triggerer}
    counts = {key: (component, component.desired_count, component.desired_count, 0) for key, component in fixed.items()}
    components = {
        "api_server": (airflow.api_server, airflow.api_server.min_count, airflow.api_server.max_count, 0),
        **counts,
        **{
            f"workers/{name}": (group, group.min_count, group.max_count, group.on_demand_base)
            for name, group in airflow.workers.items()
        },
    }
    for key, (component, at_rest, at_most, base) in components.items():
        yield _Tasks(
            key=f"airflow/{key}",
            vcpus=component.cpu / CPU_UNITS_PER_VCPU,
            at_rest=at_rest,
            at_most=at_most,
            spot_percent=component.spot_percent,
            on_demand_base=base,
            alone=False,
        )


def _targets(services: Services, airflow: Airflow | None) -> Need:
    at_rest = {name: service.desired_count for name, service in services.items()}
    at_most = sum(service.max_count for service in services.values())
    if airflow is not None:
        at_rest["airflow"] = airflow.api_server.min_count
        at_most += airflow.api_server.max_count
    total = sum(at_rest.values())
    return Need(
        quota="targets",
        at_rest=total,
        deploying=total + max(at_rest.values(), default=0),
        at_most=at_most,
        key="services",
    )


def _constant(
    network: Network,
    load_balancer: LoadBalancer,
    database: Database,
    cache: Cache | None,
    services: Services,
    airflow: Airflow | None,
) -> Iterator[Need]:
    """What does not change with the number of tasks."""
    gateways = {"nat-gateway-per-zone": len(network.zones), "single-nat-gateway": 1}.get(network.egress, 0)
    if network.existing is None:
        yield _same("elastic_ips", gateways, "network/egress")
        yield _same("nat_gateways_per_zone", min(gateways, 1), "network/egress")
        yield _same("vpcs", 1, "network/cidr")
    test_listeners = sum(isinstance(service, CodeDeployService) for service in services.values())
    yield _same("listeners", len(load_balancer.ports) + test_listeners, "services")
    login = airflow is not None and airflow.authentication is not None and airflow.authentication.api_without_login
    # Airflow's own rule, and the one before it that refuses the API for its tasks.
    rules = len(services) + test_listeners + 2 * (airflow is not None) + login
    yield _same("listener_rules", rules, "services")
    if load_balancer.https and load_balancer.certificate_arn is None:
        names = {name for service in services.values() for name in service.host_names}
        names |= set(airflow.host_names) if airflow is not None else set()
        listed = sum(len(set(each.host_names)) for each in services.values() if isinstance(each, CodeDeployService))
        yield _same("listener_certificates", len(names) + listed, "services")
    replicas = len(database.read_replicas)
    yield _same("database_instances", 1 + replicas, "database/read_replicas")
    yield _same("read_replicas", replicas, "database/read_replicas")
    yield _same("cache_nodes", 0 if cache is None else cache.nodes, "cache/nodes")


def _same(quota: str, amount: int, key: str) -> Need:
    return Need(quota=quota, at_rest=amount, deploying=amount, at_most=amount, key=key)
