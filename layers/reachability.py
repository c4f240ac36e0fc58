"""The table of who may reach whom; security group rules, documentation and guards are derived from it (N03, N04)."""

from collections.abc import Iterator

from config import Environment
from config.airflow import Airflow
from config.airflow.dags import EfsDags, GitSync
from config.airflow.section import EgressRule
from config.services import CodeDeployService
from modules.airflow import API_SERVER_PORT, COMPONENTS, TRIGGERER_LOG_PORT, WORKER_LOG_PORT, Component
from modules.networking import Cidr, Flow, Internet, OtherSecurityGroup, Party, Role, S3Endpoint
from modules.rds import PROXY_PORT

EVERYWHERE = "0.0.0.0/0"

LOAD_BALANCER = "load-balancer"
DATABASE = "database"
DATABASE_PROXY = "database-proxy"
"""The proxy between Airflow and the database."""

CACHE = "cache"
ENDPOINTS = "endpoints"
AIRFLOW_WORKFLOW = "airflow-workflow"
"""Tasks that DAGs launch."""

AIRFLOW_DAGS = "airflow-dags"
"""Mount targets of the file system that DAGs are delivered by."""


NFS_PORT = 2049


def airflow_role(component: Component) -> str:
    """The role of a component's tasks; all worker groups share one."""
    return f"airflow-{component}"


def service_role(service: str) -> str:
    """The role of a service's tasks. The prefix avoids a clash between a service named `database` and the database."""
    return f"service-{service}"


def has_endpoints(environment: Environment) -> bool:
    """Whether the VPC has interface endpoints, which need a security group."""
    return environment.network.egress == "endpoints" or bool(environment.network.interface_endpoints)


def roles(environment: Environment) -> dict[str, str]:
    """Every security group of the environment: role → description of the group."""
    descriptions = {LOAD_BALANCER: "The load balancer", DATABASE: "PostgreSQL"}
    if environment.cache is not None:
        descriptions[CACHE] = "Valkey"
    if has_endpoints(environment):
        descriptions[ENDPOINTS] = "Interface endpoints of AWS services"
    for service in environment.services:
        descriptions[service_role(service)] = f"Tasks of the service {service}"
    if environment.airflow is not None:
        descriptions |= {airflow_role(component): f"Tasks of the Airflow {component}" for component in COMPONENTS}
        if environment.airflow.workflows.enabled:
            descriptions[AIRFLOW_WORKFLOW] = "Tasks that DAGs launch"
        if environment.airflow.database_proxy is not None:
            descriptions[DATABASE_PROXY] = "Proxy between Airflow and PostgreSQL"
        if _makes_file_system(environment.airflow):
            descriptions[AIRFLOW_DAGS] = "File system of the Airflow DAGs"
    return descriptions


def flows(environment: Environment) -> tuple[Flow, ...]:
    """The table. It has no row from the database or the cache, and so no rule; a proxy reaches its database."""
    airflow = () if environment.airflow is None else _of_airflow(environment, environment.airflow)
    return (*_into_the_load_balancer(environment), *_of_the_services(environment), *airflow)


def _into_the_load_balancer(environment: Environment) -> Iterator[Flow]:
    settings = environment.load_balancer
    descriptions = {"https_port": "HTTPS", "http_port": "HTTP, redirected to HTTPS" if settings.https else "HTTP"}
    for cidr in settings.allowed_cidrs:
        source: Party = Internet() if cidr == EVERYWHERE else Cidr(cidr, _address_part(cidr))
        for key, port in settings.ports.items():
            yield Flow(source, Role(LOAD_BALANCER), port, f"{descriptions[key]} from {source.name}")
    if environment.airflow is not None and environment.airflow.authentication is not None:
        yield Flow(Role(LOAD_BALANCER), Internet(), 443, "Tokens of the identity provider for the login to Airflow")
    for name, service in environment.services.items():
        if not isinstance(service, CodeDeployService):
            continue
        for cidr in service.test_listener.allowed_cidrs:
            source = Cidr(cidr, _address_part(cidr))
            port = service.test_listener.port
            yield Flow(source, Role(LOAD_BALANCER), port, f"Test listener of {name} from {source.name}")


def _of_the_services(environment: Environment) -> Iterator[Flow]:
    for name, service in environment.services.items():
        tasks = Role(service_role(name))
        yield Flow(Role(LOAD_BALANCER), tasks, service.port, f"Requests and health checks to {name}")
        if service.uses_database:
            yield Flow(tasks, Role(DATABASE), environment.database.port, f"PostgreSQL from {name}")
        if service.uses_cache and environment.cache is not None:
            yield Flow(tasks, Role(CACHE), environment.cache.port, f"Valkey from {name}")
        yield from _of_every_task(environment, tasks, name)


def _of_every_task(environment: Environment, tasks: Role, name: str) -> Iterator[Flow]:
    """What every task needs for images, secrets and logs."""
    yield Flow(tasks, S3Endpoint(), 443, f"Image layers for {name} from S3")
    if has_endpoints(environment):
        yield Flow(tasks, Role(ENDPOINTS), 443, f"AWS services for {name}")
    if environment.network.egress != "endpoints":
        yield Flow(tasks, Internet(), 443, f"AWS services and registries for {name}")


def _of_airflow(environment: Environment, airflow: Airflow) -> Iterator[Flow]:
    api_server, scheduler, dag_processor, triggerer, worker = (Role(airflow_role(name)) for name in COMPONENTS)
    yield Flow(Role(LOAD_BALANCER), api_server, API_SERVER_PORT, "Requests and health checks to Airflow")
    # A11: tasks call the execution API inside the VPC. Triggerer and DAG processor run one in their own process.
    yield Flow(worker, api_server, API_SERVER_PORT, "Execution API for Airflow tasks")
    yield Flow(api_server, worker, WORKER_LOG_PORT, "Live logs of Airflow tasks")
    yield Flow(api_server, triggerer, TRIGGERER_LOG_PORT, "Live logs of Airflow triggers")
    for tasks in (api_server, scheduler, dag_processor, triggerer, worker):
        if airflow.database_proxy is None:
            yield Flow(tasks, Role(DATABASE), environment.database.port, f"PostgreSQL from {tasks.name}")
        else:
            yield Flow(tasks, Role(DATABASE_PROXY), PROXY_PORT, f"PostgreSQL from {tasks.name}, through the proxy")
        yield from _of_every_task(environment, tasks, tasks.name)
    if airflow.database_proxy is not None:
        yield Flow(Role(DATABASE_PROXY), Role(DATABASE), environment.database.port, "PostgreSQL from the proxy")
        # The master user creates the database and its users, and has no login at the proxy.
        yield Flow(api_server, Role(DATABASE), environment.database.port, f"Migration from {api_server.name}")
    if environment.cache is not None:
        for tasks in (scheduler, worker):
            yield Flow(tasks, Role(CACHE), environment.cache.port, f"Broker of {tasks.name}")
    for tasks in (dag_processor, triggerer, worker):
        yield from _of_dags(airflow, tasks)
    launched = [Role(AIRFLOW_WORKFLOW)] if airflow.workflows.enabled else []
    for tasks in launched:
        yield from _of_every_task(environment, tasks, tasks.name)
    for tasks in (triggerer, worker, *launched):
        for name, reach in airflow.egress_rules.items():
            yield Flow(tasks, _other_system(name, reach), reach.port, f"{name} for {tasks.name}")


def _other_system(name: str, reach: EgressRule) -> Party:
    if reach.cidr is not None:
        return Cidr(reach.cidr, name)
    assert reach.security_group_id is not None  # a rule of the environment file requires one of the two
    return OtherSecurityGroup(reach.security_group_id, name)


def _of_dags(airflow: Airflow, tasks: Role) -> Iterator[Flow]:
    """What the delivery of DAGs needs besides HTTPS on port 443."""
    dags = airflow.dags
    if isinstance(dags, EfsDags):
        system: Party = Role(AIRFLOW_DAGS)
        if dags.file_system_id is not None:
            assert dags.security_group_id is not None  # a rule of the environment file requires it
            system = OtherSecurityGroup(dags.security_group_id, AIRFLOW_DAGS)
        yield Flow(tasks, system, NFS_PORT, f"DAGs for {tasks.name}")
    if isinstance(dags, GitSync):
        ports = {port for repository in dags.repositories.values() if (port := repository.port) != 443}
        for port in sorted(ports):
            yield Flow(tasks, Internet(), port, f"Git repositories for {tasks.name}")


def _makes_file_system(airflow: Airflow) -> bool:
    return isinstance(airflow.dags, EfsDags) and airflow.dags.file_system_id is None


def _address_part(cidr: str) -> str:
    """`10.0.0.0/8` as part of a Terraform address: `net-10-0-0-0-8`."""
    return "net-" + cidr.replace(".", "-").replace("/", "-")
