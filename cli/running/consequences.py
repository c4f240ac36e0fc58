"""What a plan costs: one table from kinds of changes to sentences.

A resource that a later layer uses should never be replaced: AWS would refuse to delete it half-way. So its address has
what cannot be changed in place (the host name of a certificate, the name of a zone), and a change is an addition and a
removal (`two_rounds.py`). Where a value of the environment file still replaces one, such as the CIDR block of a subnet,
the plan says so, and an apply refuses before anything is changed.
"""

from collections.abc import Iterator, Mapping, Sequence

from cli.errors import CommandError
from cli.running.machine_ui import MachineUi
from cli.running.stack import Plan, Stack
from cli.running.two_rounds import BUILT_ON

IN_USE: Mapping[str, str] = {
    "aws_acm_certificate": "listeners use it",
    "aws_db_subnet_group": "the database is in it",
    "aws_elasticache_subnet_group": "the cache is in it",
    "aws_internet_gateway": "public addresses use it",
    "aws_route53_zone": "its records are in it",
    "aws_security_group": "tasks, database and cache are in it",
    "aws_service_discovery_private_dns_namespace": "services are registered in it",
    "aws_subnet": "tasks, load balancer, database and cache have addresses in it",
    "aws_vpc": "everything is in it",
}
"""Type of a resource that AWS does not delete while it is used → by what."""


def replaced_in_use(layer: str, ui: MachineUi, options: Sequence[str] = ()) -> Iterator[str]:
    """A sentence for each replacement in a plan that AWS would refuse.

    Args:
        layer: of the plan.
        ui: what Terraform said of it.
        options: of `terraform plan`. What `-replace` names is meant.
    """
    if layer not in BUILT_ON:
        return
    for address, action in sorted(ui.planned.items()):
        used = IN_USE.get(address.partition(".")[0])
        if action == "replace" and used is not None and f"-replace={address}" not in options:
            yield f"{address} would be replaced, and AWS does not delete it: {used}"


def taken_over(moves: Mapping[str, str]) -> Iterator[str]:
    """A sentence for each listener rule that another service takes over.

    Args:
        moves: former address → address of what has another name (`renamed.py`).
    """
    for former, address in sorted(moves.items()):
        if address.startswith("aws_lb_listener_rule."):
            yield (
                f"{address} takes over the requests of {former} before its own tasks are healthy: they fail with 503 "
                "for some minutes. To avoid that, add the new service beside the former one first "
                "(docs/decisions/0006-strategies.md)"
            )


def refuse_replacements(stack: Stack, plan: Plan, options: Sequence[str] = ()) -> None:
    """Raise CommandError where a plan replaces what AWS does not delete while it is used."""
    lines = list(replaced_in_use(stack.name, plan.ui, options))
    if lines:
        raise CommandError(
            f"{stack.name} cannot be changed like this; the apply would stop half-way:\n"
            + "\n".join(f"  {line}" for line in lines)
            + "\nNothing of it was changed. Take the value in the environment file back; what attribute it is says "
            "`./windlass plan` with --full. Add what you want beside it, and then take the former out."
        )
