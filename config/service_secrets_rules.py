"""Rules on secrets of web services: whose they are, where they are, and which variables they may fill (A02, D04)."""

from collections.abc import Iterator

from config.aws import Aws
from config.errors import MISSING, Problem
from config.rule import problem
from config.services_rules import SET_BY_WINDLASS
from config.web_service import WebService

PATHS_OF_OTHERS = ("airflow", "cache", "database")
"""Folders below the path of a deployment that hold secrets of no web service."""

_OF_ECS = ("AWS_", "ECS_", "WINDLASS_")


def secrets_have_one_source(key: str, item: WebService) -> Iterator[Problem]:
    """A secret is one that Windlass creates or one that exists."""
    for variable, secret in item.secrets.items():
        path = f"services/{key}/secrets/{variable}"
        if (secret.name is None) == (secret.arn is None):
            message = 'must say where its value is; allowed: either name, such as { name = "stripe-api-key" }, or arn'
            yield problem(path, MISSING, message)
        if secret.json_key is not None and secret.is_parameter:
            message = "is of an SSM parameter, which has no keys; leave it out"
            yield problem(f"{path}/json_key", secret.json_key, message)


def secrets_fill_free_variables(key: str, item: WebService) -> Iterator[Problem]:
    """A secret overrides neither a setting nor what Windlass or ECS sets."""
    for variable in item.secrets:
        path = f"services/{key}/secrets/{variable}"
        if variable in SET_BY_WINDLASS:
            yield problem(path, MISSING, "is a variable that Windlass sets; leave it out, or use another name")
        elif variable.startswith(_OF_ECS):
            message = f"is a variable of AWS's or Windlass's; allowed: a name without {', '.join(_OF_ECS)} before it"
            yield problem(path, MISSING, message)
        elif variable in item.environment:
            message = f"is a plain setting in services.{key}.environment too; allowed: one of the two"
            yield problem(path, MISSING, message)


def secrets_are_in_the_region(key: str, item: WebService, aws: Aws) -> Iterator[Problem]:
    """ECS reads secrets of its own region only, and a key is where its secret is."""
    for variable, secret in item.secrets.items():
        if secret.arn is not None and secret.arn.split(":")[3] != aws.region:
            message = f'is in another region; allowed: one of "{aws.region}"'
            yield problem(f"services/{key}/secrets/{variable}", secret.arn, message)
    for index, arn in enumerate(item.kms_key_arns):
        if arn.split(":")[3] != aws.region:
            message = f'is in another region; allowed: a key of "{aws.region}"'
            yield problem(f"services/{key}/kms_key_arns/{index}", arn, message)


def keys_belong_to_existing_secrets(key: str, item: WebService) -> Iterator[Problem]:
    """Secrets that Windlass creates are under the environment's own key."""
    has_own_only = all(secret.arn is None for secret in item.secrets.values())
    if item.kms_key_arns and has_own_only and not item.environment_files:
        message = "is used with existing secrets and environment files only, and none is named; leave it out"
        yield problem(f"services/{key}/kms_key_arns", list(item.kms_key_arns), message)


def secrets_are_nobody_elses(key: str, item: WebService, project: str, name: str, aws: Aws) -> Iterator[Problem]:
    """D04: below the path of a deployment, a service reads what is its own: no master password, no other's secrets."""
    own = f"{project}/{name}"
    for variable, secret in item.secrets.items():
        if secret.arn is None or secret.arn.split(":")[4] != aws.account_id:
            continue
        called = _name_in(secret.arn)
        if called.startswith(f"{own}/") and not called.startswith(f"{own}/{key}/"):
            owner = called.removeprefix(f"{own}/").partition("/")[0]
            message = (
                f"belongs to {owner}, which alone may read it; allowed: a secret below {own}/{key}/, "
                f"or one outside of {own}/"
            )
            yield problem(f"services/{key}/secrets/{variable}", secret.arn, message)


def folders_of_secrets_are_the_services(key: str, item: WebService) -> Iterator[Problem]:
    """D04: a service of this name would have its secrets beside the master password."""
    if key in PATHS_OF_OTHERS and item.secrets:
        message = (
            f"would be in the folder {key}/, where Windlass keeps other secrets; allowed: a service of another name "
            f"than {', '.join(PATHS_OF_OTHERS)}"
        )
        yield problem(f"services/{key}/secrets", MISSING, message)


RULES_FOR_EACH_SERVICE = (
    secrets_have_one_source,
    secrets_fill_free_variables,
    secrets_are_in_the_region,
    keys_belong_to_existing_secrets,
    secrets_are_nobody_elses,
    folders_of_secrets_are_the_services,
)


def _name_in(arn: str) -> str:
    """Name of the secret or parameter, without a slash before it."""
    return arn.split(":", 5)[5].partition("secret:")[2] or arn.partition(":parameter/")[2]
