"""Rules on web services."""

from collections.abc import Iterator

from aws.fargate import allowed_memory_mib
from aws.image_reference import ImageReference
from aws.quotas import LISTENER_RULE_CONDITIONS, LISTENER_RULE_PRIORITY_MAX, LOAD_BALANCER_NAME_CHARACTERS
from config.airflow.section import Airflow
from config.aws import Aws
from config.base import Kind
from config.cache import Cache
from config.errors import MISSING, Problem
from config.images import IN_REACH, is_out_of_reach
from config.load_balancer import LoadBalancer
from config.network import Network
from config.rule import is_valid, problem
from config.services import BlueGreenService, CodeDeployService, RollingService, WebService

Services = dict[str, WebService]

SET_BY_WINDLASS = (
    *("COLOUR", "VERSION", "PORT", "KEEP_ALIVE_SECONDS"),
    *("DATABASE_URL", "CACHE_URL", "CERTIFICATES_FILE"),
    "WINDLASS_SECRETS_VERSION",
)
WORDS_OF_SECRETS = frozenset({"PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIALS"})


def there_is_a_service(services: Services, airflow: Airflow | None) -> Iterator[Problem]:
    """An environment without a service has nothing behind its load balancer."""
    if not services and airflow is None:
        message = "is empty; allowed: at least one service, such as [services.web], or an [airflow] section"
        yield problem("services", MISSING, message)


def cpu_and_memory_are_a_pair(key: str, item: WebService) -> Iterator[Problem]:
    """E03: Fargate accepts certain pairs of CPU and memory only."""
    choices = allowed_memory_mib(item.cpu)
    if item.memory_mib not in choices:
        step = choices[1] - choices[0]
        allowed = (
            f"{choices[0]} to {choices[-1]} in steps of {step}" if len(choices) > 4 else ", ".join(map(str, choices))
        )
        message = f"is not valid with cpu = {item.cpu} on Fargate; allowed: {allowed} (E03)"
        yield problem(f"services/{key}/memory_mib", item.memory_mib, message)


def counts_are_in_order(key: str, item: WebService) -> Iterator[Problem]:
    """The minimum is at most the desired count, and that at most the maximum."""
    if item.min_count > item.max_count:
        message = f"is more than max_count = {item.max_count}; allowed: at most that"
        yield problem(f"services/{key}/min_count", item.min_count, message)
    elif not item.min_count <= item.desired_count <= item.max_count:
        message = f"is outside the scaling limits; allowed: {item.min_count} to {item.max_count}"
        yield problem(f"services/{key}/desired_count", item.desired_count, message)


def priorities_differ(services: Services) -> Iterator[Problem]:
    """Two listener rules cannot have the same priority.

    Two services may have the same host name: the one with the lower priority gets the requests, which is how a service
    changes its strategy. Only Airflow's name is refused (`config/airflow/section_rules.py`).
    """
    owners: dict[int, str] = {}
    for name, service in services.items():
        owner = owners.setdefault(service.priority, name)
        if owner != name:
            message = (
                f"is already used by services.{owner}; allowed: a unique number, 1 to {LISTENER_RULE_PRIORITY_MAX}"
            )
            yield problem(f"services/{name}/priority", service.priority, message)


def conditions_fit_into_one_rule(key: str, item: WebService) -> Iterator[Problem]:
    """AWS counts host names and path patterns of a rule together."""
    count = len(item.host_names) + len(item.path_patterns)
    if not 1 <= count <= LISTENER_RULE_CONDITIONS:
        message = f"makes {count} conditions together with host_names; allowed: 1 to {LISTENER_RULE_CONDITIONS} in all"
        yield problem(f"services/{key}/path_patterns", list(item.path_patterns), message)


def a_used_cache_exists(key: str, item: WebService, cache: Cache | None) -> Iterator[Problem]:
    """A service can use a cache only where the environment has one."""
    if item.uses_cache and cache is None:
        message = "needs a cache, and the file has no [cache] section; allowed: false, or add [cache]"
        yield problem(f"services/{key}/uses_cache", True, message)


def service_names_fit_into_what_aws_allows(key: str, project: str, name: str) -> Iterator[Problem]:
    """A target group's name is built from project, environment, service and colour, and AWS limits its length.

    This applies to every strategy, so that a service can change its strategy and keep its name.
    """
    longest = f"{project}-{name}-{key}-green"
    if len(longest) > LOAD_BALANCER_NAME_CHARACTERS:
        message = (
            f'makes the target group "{longest}" of {len(longest)} characters; '
            f"allowed: {LOAD_BALANCER_NAME_CHARACTERS}, so shorten the service, the project or the environment"
        )
        yield problem(f"services/{key}", MISSING, message)


def images_do_not_move(key: str, item: WebService, kind: Kind) -> Iterator[Problem]:
    """E05: a moving tag is refused outside development."""
    if kind == "development":
        return
    for path, image in _images(item):
        if ImageReference.parse(image).is_moving:
            message = (
                f'is a moving tag, which is refused where kind = "{kind}"; '
                "allowed: a fixed tag, such as a git commit, or a digest (E05)"
            )
            yield problem(f"services/{key}/{path}", image, message)


def images_can_be_pulled(key: str, item: WebService, network: Network, aws: Aws) -> Iterator[Problem]:
    """Without internet access, images come from private repositories of ECR."""
    for path, image in _images(item):
        if is_out_of_reach(image, network, aws):
            allowed = IN_REACH.format(region=aws.region, repository=f"<project>-<environment>/{key}")
            message = f'cannot be pulled where network.egress = "endpoints"; allowed: {allowed}'
            yield problem(f"services/{key}/{path}", image, message)


def _images(service: WebService) -> Iterator[tuple[str, str]]:
    if isinstance(service, BlueGreenService):
        for colour in ("blue", "green"):
            if is_valid(service, colour) and is_valid(getattr(service, colour), "image"):
                yield f"{colour}/image", getattr(service, colour).image
    elif isinstance(service, RollingService | CodeDeployService):
        yield "image", service.image


def health_check_commands_are_programs(key: str, item: WebService) -> Iterator[Problem]:
    """Windlass adds the keywords of ECS; a command that began with one would run a program of that name."""
    first = next(iter(item.health_check_command), None)
    if first in ("CMD", "CMD-SHELL", "NONE"):
        message = (
            'is a keyword of ECS; allowed: the program and its arguments, such as ["python", "-m", "web.healthcheck"], '
            'or ["sh", "-c", "…"] for a shell; leave the key out for no check'
        )
        yield problem(f"services/{key}/health_check_command/0", first, message)


def settings_are_not_secrets(key: str, item: WebService) -> Iterator[Problem]:
    """`environment` holds neither variables that Windlass sets nor secrets (A02, D03)."""
    for name, value in item.environment.items():
        path = f"services/{key}/environment/{name}"
        if name in SET_BY_WINDLASS:
            yield problem(path, value, "is set by Windlass; leave it out")
        elif WORDS_OF_SECRETS & set(name.upper().split("_")):
            message = (
                f"looks like a secret, which must not be in plain text; keep it in Secrets Manager and name it in "
                f"services.{key}.secrets (A02, D03)"
            )
            yield problem(path, MISSING, message)


def test_listeners_have_unique_ports(services: Services, load_balancer: LoadBalancer) -> Iterator[Problem]:
    """Two listeners of a load balancer cannot share a port, nor use that of production traffic."""
    serving = {port: key for key, port in load_balancer.ports.items()}
    owners: dict[int, str] = {}
    for name, service in services.items():
        if not isinstance(service, CodeDeployService) or not is_valid(service, "test_listener"):
            continue
        if not is_valid(service.test_listener, "port"):
            continue
        port = service.test_listener.port
        path = f"services/{name}/test_listener/port"
        if port in serving:
            message = f"is load_balancer.{serving[port]}, which serves production traffic; allowed: any other port"
            yield problem(path, port, message)
        owner = owners.setdefault(port, name)
        if owner != name:
            yield problem(path, port, f"is already used by services.{owner}; allowed: a unique port")


def test_listeners_are_restricted(key: str, item: WebService) -> Iterator[Problem]:
    """N03: only those who release a version can reach it before its release."""
    if not isinstance(item, CodeDeployService):
        return
    listener = item.test_listener
    path = f"services/{key}/test_listener/allowed_cidrs"
    if not listener.allowed_cidrs:
        yield problem(path, [], "is empty, so no one could connect; allowed: at least one block")
    for cidr in listener.allowed_cidrs:
        if cidr.endswith("/0"):
            yield problem(path, cidr, "shows unreleased versions to everyone; allowed: your own blocks (N03)")


RULES = (
    there_is_a_service,
    priorities_differ,
    test_listeners_have_unique_ports,
)

RULES_FOR_EACH_SERVICE = (
    cpu_and_memory_are_a_pair,
    counts_are_in_order,
    conditions_fit_into_one_rule,
    a_used_cache_exists,
    service_names_fit_into_what_aws_allows,
    images_do_not_move,
    images_can_be_pulled,
    health_check_commands_are_programs,
    settings_are_not_secrets,
    test_listeners_are_restricted,
)
