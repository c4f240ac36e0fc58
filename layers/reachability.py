"""Who may reach whom: the one table that the rules, the documentation and the proof come from (N03, N04)."""

from collections.abc import Iterator

from config import Environment
from config.services import CodeDeployService
from modules.networking import Cidr, Flow, Internet, Party, Role, S3Endpoint

EVERYWHERE = "0.0.0.0/0"

LOAD_BALANCER = "load-balancer"
DATABASE = "database"
CACHE = "cache"
ENDPOINTS = "endpoints"


def service_role(service: str) -> str:
    """The role of a service's tasks; the prefix keeps a service named `database` apart from the database."""
    return f"service-{service}"


def has_endpoints(environment: Environment) -> bool:
    """Whether the VPC has interface endpoints, and so a security group for them."""
    return environment.network.egress == "endpoints" or bool(environment.network.interface_endpoints)


def roles(environment: Environment) -> dict[str, str]:
    """Every security group of the environment: role → description."""
    found = {LOAD_BALANCER: "The load balancer", DATABASE: "PostgreSQL"}
    if environment.cache is not None:
        found[CACHE] = "Valkey"
    if has_endpoints(environment):
        found[ENDPOINTS] = "Interface endpoints of AWS services"
    for service in environment.services:
        found[service_role(service)] = f"Tasks of the service {service}"
    return found


def flows(environment: Environment) -> tuple[Flow, ...]:
    """The table. There is no row out of the database or the cache, and so no rule."""
    return (*_into_the_load_balancer(environment), *_of_the_services(environment))


def _into_the_load_balancer(environment: Environment) -> Iterator[Flow]:
    ports = {443: "HTTPS", 80: "HTTP, redirected to HTTPS"} if environment.load_balancer.https else {80: "HTTP"}
    for cidr in environment.load_balancer.allowed_cidrs:
        source: Party = Internet() if cidr == EVERYWHERE else Cidr(cidr, _word(cidr))
        for port, what in ports.items():
            yield Flow(source, Role(LOAD_BALANCER), port, f"{what} from {source.name}")
    for name, service in environment.services.items():
        if not isinstance(service, CodeDeployService):
            continue
        for cidr in service.test_listener.allowed_cidrs:
            source = Cidr(cidr, _word(cidr))
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
        yield Flow(tasks, S3Endpoint(), 443, f"Image layers for {name} from S3")
        if has_endpoints(environment):
            yield Flow(tasks, Role(ENDPOINTS), 443, f"AWS services for {name}")
        if environment.network.egress != "endpoints":
            yield Flow(tasks, Internet(), 443, f"AWS services and registries for {name}")


def _word(cidr: str) -> str:
    """`10.0.0.0/8` as a word of a Terraform address."""
    return "net-" + cidr.replace(".", "-").replace("/", "-")
