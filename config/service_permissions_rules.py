"""Rules on permissions of web services: whose things they are about, and that none leads to more (I01, D04)."""

from collections.abc import Iterator

from aws.service_permissions import OWN_PATH, SHORT_FORMS
from config.aws import Aws
from config.errors import Problem
from config.rule import problem
from config.service_secrets_rules import PATHS_OF_OTHERS
from config.state import State
from config.web_service import WebService


def permissions_leave_the_state_alone(key: str, item: WebService, state: State) -> Iterator[Problem]:
    """S01: who writes the state decides what an apply makes; who reads it knows everything."""
    bucket, table = getattr(state, "bucket", None), getattr(state, "dynamodb_table", None)
    for form in ("s3_read", "s3_write"):
        for index, place in enumerate(getattr(item.permissions, form)):
            if bucket is not None and place.partition("/")[0] == bucket:
                message = "is the bucket of Terraform's state, which no service may touch; allowed: any other bucket"
                yield problem(f"services/{key}/permissions/{form}/{index}", place, message)
    for form in ("dynamodb_read", "dynamodb_write"):
        for index, name in enumerate(getattr(item.permissions, form)):
            if table is not None and name == table:
                message = "locks Terraform's state, which no service may touch; allowed: any other table"
                yield problem(f"services/{key}/permissions/{form}/{index}", name, message)


def buckets_are_not_the_platforms(key: str, item: WebService, project: str, name: str, aws: Aws) -> Iterator[Problem]:
    """Access logs, DAGs and task logs are the platform's: who writes DAGs runs code with the workers' permissions."""
    own = f"{project}-{name}-{aws.account_id}-{aws.region}-"
    for form in ("s3_read", "s3_write"):
        for index, place in enumerate(getattr(item.permissions, form)):
            if place.startswith(own):
                message = (
                    "is a bucket of the platform's own, for access logs, DAGs or task logs; allowed: any other bucket"
                )
                yield problem(f"services/{key}/permissions/{form}/{index}", place, message)


def permissions_stay_below_the_services_path(key: str, item: WebService, project: str, name: str) -> Iterator[Problem]:
    """D04: what is named is below the service's path already."""
    for form in OWN_PATH:
        for index, below in enumerate(getattr(item.permissions, form)):
            path = f"services/{key}/permissions/{form}/{index}"
            if key in PATHS_OF_OTHERS:
                message = (
                    f"would be in the folder {key}/, where Windlass keeps secrets; "
                    f"allowed: in a service of another name than {', '.join(PATHS_OF_OTHERS)}"
                )
                yield problem(path, below, message)
            elif below.startswith(f"{project}/{name}/"):
                message = f"is below {project}/{name}/{key}/ already; allowed: the rest of the name, without that path"
                yield problem(path, below, message)


def permission_keys_have_a_use(key: str, item: WebService, aws: Aws) -> Iterator[Problem]:
    """A key is in the region of what it encrypts, and is allowed for that alone."""
    permissions = item.permissions
    path = f"services/{key}/permissions/kms_key_arns"
    for index, arn in enumerate(permissions.kms_key_arns):
        if arn.split(":")[3] != aws.region:
            yield problem(f"{path}/{index}", arn, f'is in another region; allowed: a key of "{aws.region}"')
    with_keys = [form for form, parts in SHORT_FORMS.items() if any(part.key_actions for part in parts)]
    if permissions.kms_key_arns and not any(getattr(permissions, form) for form in with_keys):
        message = f"is used with {', '.join(with_keys)}, and none is there; leave it out"
        yield problem(path, list(permissions.kms_key_arns), message)


def own_managed_policies_are_in_the_account(key: str, item: WebService, aws: Aws) -> Iterator[Problem]:
    """IAM attaches policies of its own account only."""
    for index, policy in enumerate(item.permissions.managed_policies):
        if policy.startswith("arn:") and policy.split(":")[4] != aws.account_id:
            message = f"is in another account; allowed: a policy of {aws.account_id}"
            yield problem(f"services/{key}/permissions/managed_policies/{index}", policy, message)


def permissions_name_each_thing_once(key: str, item: WebService) -> Iterator[Problem]:
    """The second of two entries would do nothing; names of policies are unique in an account, whatever their path."""
    for form in (*SHORT_FORMS, "managed_policies"):
        names = getattr(item.permissions, form)
        seen: set[str] = set()
        for index, name in enumerate(names):
            word = name.rpartition("/")[2] if form == "managed_policies" else name
            if word in seen:
                yield problem(f"services/{key}/permissions/{form}/{index}", name, "is there twice; allowed: once")
            seen.add(word)


RULES_FOR_EACH_SERVICE = (
    permissions_leave_the_state_alone,
    buckets_are_not_the_platforms,
    permissions_stay_below_the_services_path,
    permission_keys_have_a_use,
    own_managed_policies_are_in_the_account,
    permissions_name_each_thing_once,
)
