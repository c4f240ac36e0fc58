"""What an apply would cost or AWS would refuse, result before the first layer is changed.

Most applies change nothing that could cost something: their files and states are compared, and no plan is made for it.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cli.aws import release_errors
from cli.errors import CommandError
from cli.obstacles import KINDS, States, obstacles
from cli.release_session import aws_of
from cli.running.consequences.consent import Consent
from cli.running.consequences.consequence import Consequence, Kind
from cli.running.consequences.database import INSTANCE
from cli.running.consequences.expected import expected_changes, going
from cli.running.consequences.table import TYPES
from cli.running.plan_layers import plan_layers
from cli.running.stack import Stack
from cli.running.state_store import managed_resources
from cli.session import Session
from cli.zones_in_use import SUBNET, zones_in_use

if TYPE_CHECKING:
    from release.aws import Aws

_WAITING = {
    "instance_class": "DBInstanceClass",
    "engine_version": "EngineVersion",
    "node_type": "CacheNodeType",
}
"""Attribute of Terraform → its name among the pending values of AWS."""


def foresee(session: Session, stacks: Sequence[Stack], consent: Consent) -> None:
    """Show, ask and refuse before anything is changed. A layer alone is judged by its own plan, which comes first.

    Args:
        session: of the environment.
        stacks: all layers, in order.
        consent: remembers what was agreed to, so that it is asked once.

    Raises:
        CommandError: AWS would refuse something, or what the changes cost is not accepted. Nothing was changed.
    """
    if len(stacks) == 1:
        return
    states = {stack.name: session.state(stack.name) for stack in stacks}
    documents = {stack.name: stack.document() for stack in stacks}
    gone = {name: going(state, documents[name]) for name, state in states.items()}
    _refuse_what_is_full(session, gone, known=states)
    if any(
        change.type in TYPES and change.action != "create"
        for name, state in states.items()
        for change in expected_changes(state, documents[name])
    ):
        plans = plan_layers(stacks, quiet=True, warns=False)
        consent.require({each.layer: _certain(each.consequences, planned=each.ui is not None) for each in plans})


def waits_already(session: Session, consequence: Consequence) -> bool:
    """Whether a change was applied before, and waits for the maintenance window that was agreed to then.

    Every plan shows it until then (`database.apply_immediately`). False where AWS does not say.
    """
    if consequence.pending is None:
        return False
    identifier, attribute, value = consequence.pending
    is_database = consequence.address.startswith(f"{INSTANCE}.")
    try:
        with release_errors():
            pending = (_pending_of_database if is_database else _pending_of_cache)(aws_of(session), identifier)
    except CommandError:
        return False
    waiting = str(pending.get(_WAITING[attribute]))
    return waiting == value or waiting.startswith(f"{value}.")  # a major version of PostgreSQL waits as 17.2


def _certain(consequences: Sequence[Consequence], *, planned: bool) -> list[Consequence]:
    """Without a plan nothing is refused: only a plan knows what somebody has changed by hand, such as a protection."""
    return [each for each in consequences if planned or each.kind is not Kind.HALF_WAY]


def _refuse_what_is_full(session: Session, states: States, *, known: States) -> None:
    if not any(managed_resources(state, kind) for state in states.values() for kind in (*KINDS, SUBNET)):
        return
    name, environment = session.environment.name, session.environment
    with release_errors():
        aws, region = aws_of(session), environment.aws.region
        result = [*obstacles(aws, region, states, known=known), *zones_in_use(aws, region, known, states)]
    if not result:
        return
    lines = "\n".join(line for each in result for line in each.lines())
    hint = ""
    if environment.kind == "development" and not environment.throw_away:
        hint = (
            f"\nOr throw_away = true in environments/{name}.toml, applied before anything is taken out: then all of it "
            "goes unasked."
        )
    raise CommandError(
        f"{name} no longer has what AWS does not delete as it is, so the apply would stop half-way:\n{lines}\n"
        f"Nothing was changed. Keep what is still wanted elsewhere, run the commands, then: ./windlass apply {name}"
        f"{hint}"
    )


def _pending_of_database(aws: "Aws", identifier: str) -> dict[str, Any]:
    (result,) = aws.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
    return dict(result.get("PendingModifiedValues") or {})


def _pending_of_cache(aws: "Aws", identifier: str) -> dict[str, Any]:
    elasticache = aws.client("elasticache")
    (group,) = elasticache.describe_replication_groups(ReplicationGroupId=identifier)["ReplicationGroups"]
    for node in group.get("MemberClusters", []):
        (result,) = elasticache.describe_cache_clusters(CacheClusterId=node)["CacheClusters"]
        if pending := result.get("PendingModifiedValues"):
            return dict(pending)
    return {}
