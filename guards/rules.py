"""Guards for tasks, data, listeners and state."""

import re
from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from terraform.document import section_of

_SECRET_WORDS = re.compile(r"(?:^|_)(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS|PRIVATE_KEY|FERNET_KEY)(?:_|$)")
_PLAIN_SECRET = re.compile(r"://[^/\s:@${]+:[^/\s:@${]+@|-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}")
_ARN_REFERENCE = re.compile(r"\$\{[^}]+\}(:[\w.-]+::)?|arn:[^\s]+")


@guard("A02", fix="pass the ARN of a secret in `secrets` instead of a value in `environment`")
def secrets_are_references(stacks: CheckedStacks) -> Iterator[Finding]:
    """A container receives a secret as an ARN, never as a value."""
    for address, container in stacks.containers():
        for variable in container.get("environment", []):
            if _SECRET_WORDS.search(variable["name"].upper()) or _PLAIN_SECRET.search(str(variable["value"])):
                key = f"{section_of(address)}.environment"
                yield address, f"the plain variable {variable['name']} looks like a secret", key
        for secret in container.get("secrets", []):
            if not isinstance(secret["valueFrom"], str) or not _ARN_REFERENCE.fullmatch(secret["valueFrom"]):
                yield address, f"the secret {secret['name']} is not given as the ARN of a secret"


@guard("D02", fix="keep the database and the cache private and encrypted; there is no setting to change it")
def data_is_private_and_encrypted(stacks: CheckedStacks) -> Iterator[Finding]:
    """The database, its proxy and the cache are never public, and are encrypted at rest and in transit."""
    for address, body in stacks.resources("aws_db_instance"):
        if body.get("publicly_accessible", False) is not False:
            yield address, "the database is publicly accessible"
        if "replicate_source_db" not in body and body.get("storage_encrypted") is not True:
            yield address, "the database's storage is not encrypted"
    for address, body in stacks.resources("aws_db_proxy"):
        if body.get("require_tls") is not True:
            yield address, "the proxy accepts connections without TLS"
    for address, body in stacks.resources("aws_elasticache_replication_group"):
        for key in ("at_rest_encryption_enabled", "transit_encryption_enabled"):
            if body.get(key) not in (True, "true"):
                yield address, f"{key} is off"


@guard("D03", fix="generate the password with modules/secrets and pass it as a write-only argument")
def passwords_are_write_only(stacks: CheckedStacks) -> Iterator[Finding]:
    """No password is passed in an argument that Terraform stores in its state."""
    forbidden = {
        "aws_db_instance": ("password",),
        "aws_elasticache_replication_group": ("auth_token",),
        "aws_elasticache_user": ("passwords", "authentication_mode"),
        "aws_secretsmanager_secret_version": ("secret_string", "secret_binary"),
    }
    for resource_type, keys in forbidden.items():
        for address, body in stacks.resources(resource_type):
            for key in keys:
                if key in body:
                    yield address, f"{key} would be stored in the state"


@guard("E02", fix="set the architecture of the service in the environment file")
def platforms_are_explicit(stacks: CheckedStacks) -> Iterator[Finding]:
    """Every task definition names the CPU architecture of its images."""
    for address, body in stacks.resources("aws_ecs_task_definition"):
        if not (body.get("runtime_platform") or {}).get("cpu_architecture"):
            key = f"{section_of(address)}.cpu_architecture"
            yield address, "the task definition does not name a CPU architecture", key


@guard("E07", fix="keep `desired_count` in the service's `ignore_changes`")
def scaling_is_not_undone(stacks: CheckedStacks) -> Iterator[Finding]:
    """An apply does not revert the task count that scaling or a switch has set.

    Where neither scaling nor a load balancer is configured, Terraform owns the count.
    """
    scaled = " ".join(str(body["resource_id"]) for _, body in stacks.resources("aws_appautoscaling_target"))
    for address, body in stacks.resources("aws_ecs_service"):
        name = address.split(": ")[1]
        if not body.get("load_balancer") and f"{name}." not in scaled:
            continue
        if "desired_count" not in body.get("lifecycle", {}).get("ignore_changes", []):
            yield address, "the next apply would reset desired_count"


@guard("B03", fix="write the action as a `forward` block with all target groups and their weights")
def forward_actions_have_weights(stacks: CheckedStacks) -> Iterator[Finding]:
    """A forward action always uses the full form, because AWS accepts no other after the first switch."""
    for resource_type in ("aws_lb_listener_rule", "aws_lb_listener"):
        for address, body in stacks.resources(resource_type):
            actions = body.get("action") or body.get("default_action") or []
            for action in actions if isinstance(actions, list) else [actions]:
                if action["type"] != "forward":
                    continue
                targets = (action.get("forward") or {}).get("target_group") or []
                if "target_group_arn" in action or not targets or any("weight" not in target for target in targets):
                    yield address, "a forward action lacks its target groups with weights"


@guard("S01", fix='keep `hash_key = "LockID"` and the attribute of type S')
def lock_tables_have_their_key(stacks: CheckedStacks) -> Iterator[Finding]:
    """The partition key of Terraform's lock table is exactly `LockID`, a string."""
    for address, body in stacks.resources("aws_dynamodb_table"):
        if "lock" in address and (body.get("hash_key") != "LockID" or body.get("range_key")):
            yield address, f"the lock table's key is {body.get('hash_key')!r}"


GUARDS: tuple[Guard, ...] = (
    secrets_are_references,
    data_is_private_and_encrypted,
    passwords_are_write_only,
    platforms_are_explicit,
    scaling_is_not_undone,
    forward_actions_have_weights,
    lock_tables_have_their_key,
)
