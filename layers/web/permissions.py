"""The statements of a service's task role, from the short forms of the environment file (I01)."""

from collections.abc import Iterator, Mapping

from aws.account import Account
from aws.service_permissions import OWN_PATH, SHORT_FORMS, Part
from config.service_permissions import Permissions
from modules.iam import Statement


def task_statements(
    permissions: Permissions, *, account: Account, own_path: str, environment_key_arn: str
) -> dict[str, Statement]:
    """Statements by Sid.

    Args:
        permissions: of the service.
        account: account and region of the environment.
        own_path: `<project>/<environment>/<service>`, of parameters and secrets.
        environment_key_arn: key of what is below that path.
    """
    statements: dict[str, Statement] = {}
    for form, parts in SHORT_FORMS.items():
        names = [f"{own_path}/{name}" if form in OWN_PATH else name for name in sorted(getattr(permissions, form))]
        if not names:
            continue
        keys = [*([environment_key_arn] if form in OWN_PATH else []), *permissions.kms_key_arns]
        for part in parts:
            statements.update(_of_part(_sid(form), part, names, account, keys))
    return statements


def _of_part(
    sid: str, part: Part, names: list[str], account: Account, keys: list[str]
) -> Iterator[tuple[str, Statement]]:
    actions = [f"{part.service}:{action}" for action in part.actions]
    if part.prefixes is None:
        resources = [arn for name in names for arn in part.resources(account, name)]
        suffix = "Folder" if part.actions == ("GetParametersByPath",) else ""
        if resources:
            yield f"{sid}{suffix}", Statement(actions=actions, resources=resources)
    else:
        # A condition holds for all resources of its statement, so each bucket has one of its own.
        folders: dict[str, list[str] | None] = {}
        for name in names:
            (bucket,), prefixes = part.resources(account, name), part.prefixes(name)
            before = folders.setdefault(bucket, [])
            folders[bucket] = None if before is None or not prefixes else [*before, *prefixes]
        for number, (bucket, limits) in enumerate(sorted(folders.items()), start=1):
            conditions = {} if limits is None else {"StringLike": {"s3:prefix": limits}}
            yield f"{sid}List{number}", Statement(actions=actions, resources=(bucket,), conditions=conditions)
    if part.key_actions and keys:
        yield (
            f"{sid}Key",
            Statement(
                actions=[f"kms:{action}" for action in part.key_actions],
                resources=keys,
                conditions={"StringEquals": {"kms:ViaService": account.endpoint(part.service)}},
            ),
        )


def _sid(form: str) -> str:
    return "".join(word.capitalize() for word in form.split("_"))


def managed_policy_arns(permissions: Permissions, account: Account) -> Mapping[str, str]:
    """ARNs of the managed policies, by a word for their addresses."""
    return {
        policy.rpartition("/")[2]: policy if policy.startswith("arn:") else account.managed_policy_arn(policy)
        for policy in sorted(permissions.managed_policies)
    }
