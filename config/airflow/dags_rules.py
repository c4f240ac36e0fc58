"""Rules on where DAGs come from (A13, A14)."""

from collections.abc import Iterator

from aws.public_keys import is_host_key
from aws.quotas import BUCKET_NAME_CHARACTERS, CONTAINERS_PER_TASK_DEFINITION
from config.airflow.dags import EfsDags, GitSync, Repository, S3Dags
from config.airflow.section import Airflow
from config.aws import Aws
from config.errors import MISSING, Problem
from config.network import Network
from config.rule import is_valid, problem

_WORKER_CONTAINERS = 4
"""Containers of a worker besides git-sync's and that of metrics: Airflow, the writer of root certificates, the gate,
task protection. No other task has more."""

_CONTAINERS_PER_REPOSITORY = 2
"""git-sync's first checkout, and the container that keeps it up to date."""


def _repositories(airflow: Airflow | None) -> dict[str, Repository]:
    return airflow.dags.repositories if airflow is not None and isinstance(airflow.dags, GitSync) else {}


def git_sync_has_repositories(airflow: Airflow | None) -> Iterator[Problem]:
    """The default source needs a repository."""
    if airflow is not None and isinstance(airflow.dags, GitSync) and not airflow.dags.repositories:
        message = (
            "is empty; allowed: at least one repository, such as [airflow.dags.repositories.dags] with its url, "
            'or another source: "s3", "efs", "image"'
        )
        yield problem("airflow/dags/repositories", MISSING, message)


def git_containers_fit_into_a_task(airflow: Airflow | None) -> Iterator[Problem]:
    """ECS limits the containers of a task definition, and each repository adds two to every task that reads DAGs."""
    repositories = _repositories(airflow)
    if airflow is None or not is_valid(airflow, "metrics"):
        return
    room = CONTAINERS_PER_TASK_DEFINITION - _WORKER_CONTAINERS
    most = (room - airflow.metrics) // _CONTAINERS_PER_REPOSITORY
    if len(repositories) > most:
        without = room // _CONTAINERS_PER_REPOSITORY
        or_without = f", {without} with metrics = false" if without > most else ""
        message = (
            f"has {len(repositories)} repositories, two containers each, and ECS allows "
            f"{CONTAINERS_PER_TASK_DEFINITION} containers in a task; allowed: at most {most}{or_without}, or "
            "repositories that are joined into one"
        )
        yield problem("airflow/dags/repositories", list(repositories), message)


def git_can_be_reached(airflow: Airflow | None, network: Network) -> Iterator[Problem]:
    """Without internet access no git host can be reached."""
    if _repositories(airflow) and network.egress == "endpoints":
        message = 'cannot reach a git host where network.egress = "endpoints"; allowed: "s3", "efs", "image"'
        yield problem("airflow/dags/source", "git-sync", message)


def credentials_fit_the_address(airflow: Airflow | None) -> Iterator[Problem]:
    """SSH uses a key, HTTPS a token."""
    for name, repository in _repositories(airflow).items():
        path = f"airflow/dags/repositories/{name}"
        wanted = ("ssh",) if repository.is_ssh else ("none", "token")
        if repository.credentials not in wanted:
            kind = "SSH" if repository.is_ssh else "HTTPS"
            allowed = " or ".join(f'"{each}"' for each in wanted)
            message = f"does not match the URL, which uses {kind}; allowed: {allowed}"
            yield problem(f"{path}/credentials", repository.credentials, message)
        if repository.credentials == "none" and repository.secret_arn is not None:
            message = 'is not used where credentials = "none"; leave it out'
            yield problem(f"{path}/secret_arn", repository.secret_arn, message)


def git_hosts_have_known_keys(airflow: Airflow | None) -> Iterator[Problem]:
    """Without the host's public key, an attacker in between could deliver DAGs, which are code."""
    for name, repository in _repositories(airflow).items():
        path = f"airflow/dags/repositories/{name}/known_hosts"
        if repository.is_ssh and not repository.known_hosts:
            message = "is missing; allowed with SSH: the lines that ssh-keyscan prints for the host"
            yield problem(path, MISSING, message)
        for number, line in enumerate(repository.known_hosts, start=1):
            if not is_host_key(line):
                message = (
                    f"has a line {number} that does not end in a whole public key of the kind that it names; allowed: "
                    "host, kind, key, as ssh-keyscan prints them"
                )
                yield problem(path, list(repository.known_hosts), message)
        if not repository.is_ssh and repository.known_hosts:
            yield problem(path, list(repository.known_hosts), "is used with SSH only; leave it out")


def secrets_are_in_the_region(airflow: Airflow | None, aws: Aws) -> Iterator[Problem]:
    """ECS reads secrets of its own region only."""
    if airflow is None:
        return
    arns = {f"airflow/secrets/{name}": arn for name, arn in airflow.secrets.items()}
    for name, repository in _repositories(airflow).items():
        if repository.secret_arn is not None:
            arns[f"airflow/dags/repositories/{name}/secret_arn"] = repository.secret_arn
    for path, arn in arns.items():
        if arn.split(":")[3] != aws.region:
            yield problem(path, arn, f'is in another region; allowed: one of "{aws.region}"')


def keys_are_those_of_existing_secrets(airflow: Airflow | None, aws: Aws) -> Iterator[Problem]:
    """A secret and its key are in the same region, and a key without a secret has no use."""
    if airflow is None:
        return
    for index, arn in enumerate(airflow.kms_key_arns):
        if arn.split(":")[3] != aws.region:
            message = f'is in another region; allowed: a key of "{aws.region}"'
            yield problem(f"airflow/kms_key_arns/{index}", arn, message)
    if airflow.kms_key_arns and not airflow.existing_secret_arns:
        message = "is used with existing secrets only, and none is named; leave it out"
        yield problem("airflow/kms_key_arns", list(airflow.kms_key_arns), message)


def an_existing_file_system_is_complete(airflow: Airflow | None) -> Iterator[Problem]:
    """E11: an existing file system comes with its access point and its security group."""
    if airflow is None or not isinstance(airflow.dags, EfsDags):
        return
    keys = ("file_system_id", "access_point_id", "security_group_id")
    given = {key: getattr(airflow.dags, key) for key in keys}
    missing = [key for key, value in given.items() if value is None]
    if 0 < len(missing) < len(keys):
        for key in missing:
            message = f"is missing; allowed: {', '.join(keys)} together, or none of them, so that one is created"
            yield problem(f"airflow/dags/{key}", MISSING, message)


def dags_bucket_name_fits(airflow: Airflow | None, project: str, name: str, aws: Aws) -> Iterator[Problem]:
    """Bucket names consist of project, environment, account, region and purpose."""
    if airflow is None:
        return
    purposes = ["task-logs"]
    if isinstance(airflow.dags, S3Dags) and airflow.dags.bucket is None:
        purposes.append("dags")
    for purpose in purposes:
        bucket = f"{project}-{name}-{aws.account_id}-{aws.region}-{purpose}"
        if len(bucket) > BUCKET_NAME_CHARACTERS:
            message = f'makes the bucket name "{bucket}" of {len(bucket)} characters; allowed: {BUCKET_NAME_CHARACTERS}'
            yield problem("project", project, message)


RULES = (
    git_sync_has_repositories,
    git_containers_fit_into_a_task,
    git_can_be_reached,
    credentials_fit_the_address,
    git_hosts_have_known_keys,
    secrets_are_in_the_region,
    keys_are_those_of_existing_secrets,
    an_existing_file_system_is_complete,
    dags_bucket_name_fits,
)
