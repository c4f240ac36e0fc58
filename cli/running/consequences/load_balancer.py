"""The load balancer. The source: Elastic Load Balancing, User Guide for Application Load Balancers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.running.consequences.change import Change, plain
from cli.running.consequences.consequence import Consequence, Kind
from cli.running.consequences.row import Row, gone, having, replaced

RULE = "aws_lb_listener_rule"

ROWS = (
    Row(
        type="aws_lb",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the load balancer is replaced{change.because()}: nothing is served for 5 minutes or more, and longer for "
            "clients that remember the former addresses"
        ),
        instead="keep the former value, or move users to a second environment first",
    ),
    Row(
        type="aws_lb",
        when=having(gone, "enable_deletion_protection"),
        kind=Kind.HALF_WAY,
        # "Delete an Application Load Balancer".
        says="AWS deletes no load balancer that has deletion protection",
        instead="load_balancer.deletion_protection = false, and apply that first",
    ),
    Row(
        type="aws_lb_listener",
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the listener on port {change.before.get('port')} is replaced{change.because()} with all its rules: "
            "connections are refused for some seconds, and rules that Terraform ignores go to their first target group"
        ),
        instead="keep the former value",
    ),
    Row(
        type=RULE,
        when=replaced,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the rule of priority {change.before.get('priority')} is replaced{change.because()}: its requests get the "
            "listener's default answer (404) for some seconds"
        ),
        instead="choose a quiet hour",
    ),
    Row(
        type="aws_lb_target_group",
        when=lambda change: replaced(change) and change.creates_first,
        kind=Kind.OUTAGE,
        says=lambda change: (
            f"the target group {change.before.get('name')} is replaced{change.because()}: its requests fail with 503 "
            "until new tasks are healthy, some minutes"
        ),
        instead="add a second service with the new value beside the former one (docs/decisions/0006-strategies.md)",
    ),
    Row(
        type="aws_lb_target_group",
        when=lambda change: replaced(change) and not change.creates_first,
        kind=Kind.HALF_WAY,
        # "Delete a target group for your Application Load Balancer".
        says=lambda change: f"it would be replaced{change.because()}, and AWS deletes no target group in use",
        instead="keep the former value",
    ),
    Row(
        type="aws_wafv2_web_acl",
        when=replaced,
        kind=Kind.NOTE,
        says=lambda change: f"the firewall is replaced{change.because()}: requests are not filtered for some seconds",
    ),
    Row(
        type="aws_wafv2_web_acl_association",
        when=gone,
        kind=Kind.NOTE,
        says="the firewall lets go of the load balancer: requests are not filtered, from then on or for some seconds",
    ),
)


def taken_over(changes: Sequence[Change], moves: Mapping[str, str]) -> Iterator[Consequence]:
    """Requests that another service takes over in the same plan: it has another name, and no healthy task yet.

    Args:
        changes: of the service layer.
        moves: former address → address of what has another name (`renamed.py`).
    """
    takers = {new: former for former, new in moves.items() if new.startswith(f"{RULE}.")}
    former_rules = [each for each in changes if each.type == RULE and each.action == "delete"]
    for created in (each for each in changes if each.type == RULE and each.action == "create"):
        for former in former_rules:
            if _is_same(former.before, created.after):
                takers.setdefault(created.address, former.address)
    for address, taken in sorted(takers.items()):
        yield Consequence(
            kind=Kind.OUTAGE,
            address=address,
            sentence=(
                f"it takes over the requests of {taken} before its own tasks are healthy: they fail with 503 for some "
                "minutes"
            ),
            instead="add the new service beside the former one first (docs/decisions/0006-strategies.md)",
        )


def _is_same(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether two rules take the same requests: the same priority, or a host name in common with the same paths.

    A file has no ARN but an expression; in a plan, a listener whose ARN is unknown is another one.
    """
    listener = str(after.get("listener_arn", ""))
    if before.get("listener_arn", "") != listener and "${" not in listener:
        return False
    if plain(before.get("priority")) == plain(after.get("priority")):
        return True
    return bool(_values(before, "host_header") & _values(after, "host_header")) and _values(
        before, "path_pattern"
    ) == _values(after, "path_pattern")


def _values(rule: Mapping[str, Any], kind: str) -> set[str]:
    """Values of the conditions of a kind: in a plan each is a list of one, in a file it is an object."""
    values = set[str]()
    for condition in rule.get("condition") or ():
        bodies = condition.get(kind) or ()
        for body in [bodies] if isinstance(bodies, Mapping) else bodies:
            values |= {str(value) for value in body.get("values") or ()}
    return values
