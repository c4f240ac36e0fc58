"""What AWS would refuse to delete: found before anything is destroyed, and not in the middle (S05)."""

from collections.abc import Iterator, Mapping
from typing import Any

from cli.errors import CommandError

KEYS = {
    ("aws_lb", "enable_deletion_protection"): "load_balancer.deletion_protection",
    ("aws_db_instance", "deletion_protection"): "database.deletion_protection",
}
"""Type and attribute of a resource that protects itself → key of the environment file that decides it."""


def refuse_protected(states: Mapping[str, Mapping[str, Any]], name: str, *, is_production: bool) -> None:
    """Refuse to destroy layers while AWS protects something in them.

    Terraform destroys what depends on a load balancer first: its listeners and every service would be gone when AWS
    refuses.

    Args:
        states: of the layers that would be destroyed.
        name: of the environment.
        is_production: whether the file must say another `kind` first.

    Raises:
        CommandError: something is protected; names each with the key that decides it. Nothing was changed.
    """
    protected = [each for layer, state in states.items() for each in _protected(layer, state)]
    if not protected:
        return
    lines = "\n".join(f"  {address}  ({key})" for address, key in protected)
    kind = 'kind = "staging" and ' if is_production else ""
    keys = " and ".join(f"{key} = false" for key in dict.fromkeys(key for _, key in protected))
    raise CommandError(
        f"{name} has deletion protection, so AWS would refuse when half of it is gone:\n{lines}\n"
        f"Nothing was destroyed. Set {kind}{keys} in environments/{name}.toml, then: ./windlass apply {name}\n"
        "All steps: docs/runbooks/destroy.md"
    )


def _protected(layer: str, state: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for resource in state.get("resources", []):
        for (kind, attribute), key in KEYS.items():
            if resource.get("mode") == "managed" and resource.get("type") == kind and _is_on(resource, attribute):
                yield f"{layer}: {kind}.{resource['name']}", key


def _is_on(resource: dict[str, Any], attribute: str) -> bool:
    return any(instance.get("attributes", {}).get(attribute) is True for instance in resource.get("instances", []))
