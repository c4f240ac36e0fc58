"""Rules on Airflow: its broker and database, its names, its listener rule, its images."""

from collections.abc import Iterator

from aws.image_reference import ImageReference
from aws.public_registries import DOCKER_HUB, MAX_PREFIX_CHARACTERS, PUBLIC_REGISTRIES
from aws.quotas import (
    LISTENER_RULE_CONDITIONS,
    LISTENER_RULE_PRIORITY_MAX,
    LOAD_BALANCER_NAME_CHARACTERS,
    ROLE_NAME_CHARACTERS,
)
from config.airflow.dags import GitSync
from config.airflow.section import Airflow
from config.aws import Aws
from config.base import Kind
from config.cache import Cache
from config.database import Database
from config.errors import MISSING, Problem
from config.images import IN_REACH, is_out_of_reach
from config.network import Network
from config.rule import problem
from config.services import WebService

Services = dict[str, WebService]
ROLE_CHARACTERS = ROLE_NAME_CHARACTERS - len("-execution")
"""What is left of a role's name: `-execution` is added."""


def airflow_has_a_broker(airflow: Airflow | None, cache: Cache | None) -> Iterator[Problem]:
    """Celery needs a broker that does not evict messages."""
    if airflow is None:
        return
    if cache is None:
        yield problem("cache", MISSING, "is missing, and Airflow needs a broker; allowed: add [cache]")
    elif cache.maxmemory_policy != "noeviction":
        message = 'would drop messages of Airflow\'s broker; allowed with [airflow]: "noeviction"'
        yield problem("cache/maxmemory_policy", cache.maxmemory_policy, message)


def airflow_has_a_database_of_its_own(airflow: Airflow | None, database: Database) -> Iterator[Problem]:
    """Airflow's database and all its tables belong to a separate role."""
    if airflow is None:
        return
    name = airflow.database_name
    if name in (database.database_name, "postgres", "rdsadmin", "template0", "template1"):
        yield problem("airflow/database_name", name, "is taken; allowed: another name")
    if database.username in (name, f"{name}_a", f"{name}_b"):
        message = f"makes the role {database.username}, which is the master user; allowed: another name"
        yield problem("airflow/database_name", name, message)


def airflows_name_is_free(airflow: Airflow | None, services: Services) -> Iterator[Problem]:
    """Resources of a service carry its name; `airflow` and `workflow` are taken by Airflow and its DAGs' tasks."""
    if airflow is not None:
        for name in services:
            if name in ("airflow", "workflow") or name.startswith("airflow-"):
                message = "is reserved for Airflow's resources; allowed with [airflow]: another name"
                yield problem(f"services/{name}", MISSING, message)


def airflows_priority_is_free(airflow: Airflow | None, services: Services) -> Iterator[Problem]:
    """Two listener rules cannot have the same priority, and Airflow has one or two before its own."""
    if airflow is None:
        return
    for name, service in services.items():
        if service.priority == airflow.priority:
            message = f"is already used by services.{name}; allowed: a unique number, 2 to {LISTENER_RULE_PRIORITY_MAX}"
            yield problem("airflow/priority", airflow.priority, message)
        elif airflow.first_priority <= service.priority < airflow.priority:
            before = airflow.priority - service.priority
            message = f"is taken by a rule before Airflow's (airflow.priority - {before}); allowed: another number"
            yield problem(f"services/{name}/priority", service.priority, message)
    if airflow.first_priority < 1:
        least = airflow.priority - airflow.first_priority + 1
        message = f"leaves no lower number for the rules before it; allowed: {least} to {LISTENER_RULE_PRIORITY_MAX}"
        yield problem("airflow/priority", airflow.priority, message)


def airflow_gets_its_requests(airflow: Airflow | None, services: Services) -> Iterator[Problem]:
    """Of the rules that match a request the lowest number wins: one that matches every request hides those after it."""
    if airflow is None:
        return
    for name, service in services.items():
        same = set(service.host_names) & set(airflow.host_names)
        for host_name in sorted(same):
            message = f"is already used by services.{name}; allowed: a unique name"
            yield problem("airflow/host_names", host_name, message)
        takes_all = not service.host_names and "/*" in service.path_patterns
        if takes_all and service.priority < airflow.priority:
            message = f"comes after services.{name}, which matches every request; allowed: less than {service.priority}"
            yield problem("airflow/priority", airflow.priority, message)
        if not airflow.host_names and service.priority > airflow.priority:
            message = (
                f"is empty, so Airflow also matches the requests of services.{name}; allowed: at least one name, or a "
                f"priority above {service.priority}"
            )
            yield problem("airflow/host_names", MISSING, message)


def airflows_conditions_fit_into_one_rule(airflow: Airflow | None) -> Iterator[Problem]:
    """AWS limits the values in a rule: host names and blocks together, or host names and the refused path."""
    if airflow is None:
        return
    if len(airflow.host_names) >= LISTENER_RULE_CONDITIONS:
        message = "leaves no condition for the path that is refused (/execution/*); allowed: at most 4 names"
        yield problem("airflow/host_names", list(airflow.host_names), message)
    count = max(len(airflow.host_names), 1) + len(airflow.allowed_cidrs)
    if count > LISTENER_RULE_CONDITIONS:
        message = f"makes {count} conditions together with host_names; allowed: {LISTENER_RULE_CONDITIONS} in all"
        yield problem("airflow/allowed_cidrs", list(airflow.allowed_cidrs), message)
    for host_name in airflow.host_names[:1]:
        if host_name.startswith("*."):
            message = "is Airflow's base URL, so it cannot be a wildcard; allowed: a full name first"
            yield problem("airflow/host_names", host_name, message)


def airflows_names_fit_into_what_aws_allows(airflow: Airflow | None, project: str, name: str) -> Iterator[Problem]:
    """A22: every name is built from project and environment, and AWS limits some of them."""
    if airflow is None:
        return
    prefix = f"{project}-{name}"
    if len(f"{prefix}-airflow") > LOAD_BALANCER_NAME_CHARACTERS:
        message = (
            f'makes the target group "{prefix}-airflow" of {len(prefix) + 8} characters; allowed: '
            f"{LOAD_BALANCER_NAME_CHARACTERS}, so shorten the project or the environment"
        )
        yield problem("project", project, message)
    for group in airflow.workers:
        role = f"{prefix}-airflow-worker-{group}"
        if len(role) > ROLE_CHARACTERS:
            message = f'makes the role "{role}" of {len(role)} characters; allowed: {ROLE_CHARACTERS}'
            yield problem(f"airflow/workers/{group}", MISSING, message)


def copies_of_public_images_have_names_that_ecr_takes(
    airflow: Airflow | None, project: str, name: str
) -> Iterator[Problem]:
    """P04: a pull-through cache is identified by the prefix of its repositories, which ECR limits."""
    if airflow is None:
        return
    images = {"image": airflow.image}
    if isinstance(airflow.dags, GitSync):
        images["dags/image"] = airflow.dags.image
    for path, image in images.items():
        registry = image.partition("/")[0]
        by_credential = registry == DOCKER_HUB and airflow.docker_hub_credential_arn is not None
        word = PUBLIC_REGISTRIES.get(registry) or ("hub" if by_credential else None)
        prefix = f"{project}-{name}/{word}"
        if word is not None and len(prefix) > MAX_PREFIX_CHARACTERS:
            message = (
                f'would be copied to "{prefix}", and ECR allows {MAX_PREFIX_CHARACTERS} characters; allowed: an image '
                "in a registry of your own, or a shorter project or environment"
            )
            yield problem(f"airflow/{path}", image, message)


def airflows_images_do_not_move(airflow: Airflow | None, kind: Kind) -> Iterator[Problem]:
    """E05: a moving tag is refused outside development."""
    if airflow is None or kind == "development":
        return
    images = {"image": airflow.image}
    if isinstance(airflow.dags, GitSync):
        images["dags/image"] = airflow.dags.image
    for path, image in images.items():
        if ImageReference.parse(image).is_moving:
            message = (
                f'is a moving tag, which is refused where kind = "{kind}"; '
                "allowed: a fixed tag, such as a version, or a digest (E05)"
            )
            yield problem(f"airflow/{path}", image, message)


def airflows_image_can_be_pulled(airflow: Airflow | None, network: Network, aws: Aws) -> Iterator[Problem]:
    """Without internet access, images come from private repositories of ECR."""
    if airflow is not None and is_out_of_reach(airflow.image, network, aws):
        allowed = IN_REACH.format(region=aws.region, repository="<project>-<environment>/airflow")
        message = f'cannot be pulled where network.egress = "endpoints"; allowed: {allowed}'
        yield problem("airflow/image", airflow.image, message)


def a_credential_of_docker_hub_is_ours_and_used(airflow: Airflow | None, aws: Aws) -> Iterator[Problem]:
    """ECR reads the secret of its own account and region; without an image of Docker Hub it has no use."""
    if airflow is None or airflow.docker_hub_credential_arn is None:
        return
    path, arn = "airflow/docker_hub_credential_arn", airflow.docker_hub_credential_arn
    if arn.split(":")[3:5] != [aws.region, aws.account_id]:
        message = f'is in another account or region; allowed: a secret of {aws.account_id} in "{aws.region}"'
        yield problem(path, arn, message)
    images = [airflow.image, *([airflow.dags.image] if isinstance(airflow.dags, GitSync) else [])]
    if not any(image.startswith(f"{DOCKER_HUB}/") for image in images):
        yield problem(path, arn, "is used for images of docker.io only, and none is named; leave it out")


RULES = (
    airflow_has_a_broker,
    airflow_has_a_database_of_its_own,
    airflows_name_is_free,
    airflows_priority_is_free,
    airflow_gets_its_requests,
    airflows_conditions_fit_into_one_rule,
    airflows_names_fit_into_what_aws_allows,
    copies_of_public_images_have_names_that_ecr_takes,
    airflows_images_do_not_move,
    airflows_image_can_be_pulled,
    a_credential_of_docker_hub_is_ours_and_used,
)
