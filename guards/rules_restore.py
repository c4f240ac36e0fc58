"""Guards for what outlives an environment, and for what a new one is restored from (D06)."""

from collections.abc import Iterator

from guards.guard import CheckedStacks, Finding, Guard, guard
from guards.policies import as_list
from terraform.document import blocks, layer_of, type_of

_ONE_OF_A_NAME = ("aws_db_instance", "aws_db_proxy", "aws_elasticache_replication_group")
_SOURCE = ("snapshot_identifier", "restore_to_point_in_time", "kms_key_id")


@guard("D06", fix="name snapshot_identifier, restore_to_point_in_time and kms_key_id in ignore_changes")
def restores_ignore_what_the_snapshot_decides(stacks: CheckedStacks) -> Iterator[Finding]:
    """What a snapshot decides about a database never replaces it: where it is from, and its key."""
    for address, body in stacks.resources("aws_db_instance"):
        if body.get("replicate_source_db"):
            continue
        ignored = [name for block in blocks(body, "lifecycle") for name in as_list(block.get("ignore_changes") or [])]
        missing = [name for name in _SOURCE if name not in ignored and "all" not in ignored]
        if missing:
            yield address, f"a change of {', '.join(missing)} replaces the database"


@guard("D06", fix="set prevent_destroy on the key", key="database.final_snapshot")
def keys_of_final_snapshots_are_retained(stacks: CheckedStacks) -> Iterator[Finding]:
    """The keys of a database with a final snapshot, and of copies of its backups, outlive the environment."""
    needed: dict[str, str] = {}
    for address, body in stacks.resources("aws_db_instance"):
        if not body.get("skip_final_snapshot") and not body.get("replicate_source_db"):
            needed |= dict.fromkeys(stacks.resolve(address, body.get("kms_key_id") or ""), address)
            copies = stacks.resources("aws_db_instance_automated_backups_replication")
            for copy, settings in copies:
                needed |= dict.fromkeys(stacks.resolve(copy, settings.get("kms_key_id") or ""), copy)
    for key, user in needed.items():
        retained = any(block.get("prevent_destroy") for block in blocks(stacks.bodies.get(key, {}), "lifecycle"))
        if type_of(key) == "aws_kms_key" and not retained:
            yield key, f"what {user} leaves behind cannot be read without the key"


@guard("D06", fix="leave out create_before_destroy")
def stores_are_destroyed_before_they_are_replaced(stacks: CheckedStacks) -> Iterator[Finding]:
    """A database, cache or proxy is destroyed before its replacement is created, since AWS has one of a name."""
    edges = stacks.edges
    # Terraform also creates first what a resource with create_before_destroy depends on.
    for address, body in stacks.bodies.items():
        if not any(block.get("create_before_destroy") for block in blocks(body, "lifecycle")):
            continue
        for other in sorted({address, *edges.closure(address)}):
            if type_of(other) in _ONE_OF_A_NAME and layer_of(other) == layer_of(address):
                yield other, f"its replacement is created first, because {address} has create_before_destroy"


GUARDS: tuple[Guard, ...] = (
    restores_ignore_what_the_snapshot_decides,
    keys_of_final_snapshots_are_retained,
    stores_are_destroyed_before_they_are_replaced,
)
