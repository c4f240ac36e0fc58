"""A model of the generated Terraform JSON: the resources and containers of all layers, with references resolved."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from terraform.references import References


@dataclass(frozen=True, kw_only=True)
class Stacks:
    """The generated JSON of an environment."""

    documents: Mapping[str, Mapping[str, Any]]
    """Terraform JSON of each stack, by layer."""

    @cached_property
    def references(self) -> References:
        """Resolves expressions within a layer and between layers."""
        return References(self.documents)

    @cached_property
    def bodies(self) -> Mapping[str, Mapping[str, Any]]:
        """Every resource and data source: address → body."""
        return {
            f"{layer}: {prefix}{resource_type}.{name}": body
            for layer, document in self.documents.items()
            for section, prefix in (("resource", ""), ("data", "data."))
            for resource_type, bodies in document.get(section, {}).items()
            for name, body in bodies.items()
        }

    def resources(self, *resource_types: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every resource of these types in every layer, with its address."""
        for layer, document in self.documents.items():
            for resource_type in resource_types:
                for name, body in document.get("resource", {}).get(resource_type, {}).items():
                    yield f"{layer}: {resource_type}.{name}", body

    def containers(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every container of every task definition, with the address of the definition and the container's name."""
        for address, body in self.resources("aws_ecs_task_definition"):
            for container in containers_of(body):
                yield f"{address} container {container['name']}", container

    def resolve(self, address: str, value: Any) -> frozenset[str]:
        """Addresses of the resources that a value of the resource at `address` refers to."""
        return self.references.resources(layer_of(address), value)


def layer_of(address: str) -> str:
    """`network` of `network: aws_vpc.vpc`."""
    return address.partition(":")[0]


def type_of(address: str) -> str:
    """`aws_vpc` of `network: aws_vpc.vpc`."""
    return address.partition(": ")[2].rpartition(".")[0]


def section_of(address: str) -> str:
    """Section of the environment file that a task definition comes from: `airflow` or `services.web`."""
    owner = address.partition(": ")[2].rpartition(".")[2].partition(" ")[0].partition("_")[0]
    return owner if owner == "airflow" else f"services.{owner}"


def blocks(body: Any, path: str) -> Iterator[Mapping[str, Any]]:
    """The blocks at a dotted path (`target.ecs_parameters`); Terraform writes a single one as an object."""
    if isinstance(body, list):
        for block in body:
            yield from blocks(block, path)
    elif isinstance(body, Mapping):
        if not path:
            yield body
            return
        first, _, rest = path.partition(".")
        if first in body:
            yield from blocks(body[first], rest)


def containers_of(task_definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The containers of a task definition."""
    containers: list[dict[str, Any]] = json.loads(task_definition["container_definitions"])
    return containers
