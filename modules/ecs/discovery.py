"""A name in the VPC for the tasks of a service: Cloud Map."""

from dataclasses import dataclass

from cdktf_cdktf_provider_aws.service_discovery_service import (
    ServiceDiscoveryService,
    ServiceDiscoveryServiceDnsConfig,
    ServiceDiscoveryServiceDnsConfigDnsRecords,
    ServiceDiscoveryServiceHealthCheckCustomConfig,
)
from constructs import Construct


@dataclass(frozen=True, kw_only=True)
class DiscoveryInputs:
    """Which name, in which namespace (A11)."""

    name: str
    """First part of the DNS name."""

    namespace_id: str
    """Private DNS namespace."""

    namespace_name: str
    """Name of the namespace, such as `prod.acme.internal`; the rest of the DNS name."""

    ttl_seconds: int = 10
    """How long clients keep an address. Default: 10, so that they leave a stopped task soon."""


def add_discovery(scope: Construct, inputs: DiscoveryInputs) -> str:
    """Make the name, and return the ARN of the registry that the ECS service registers its tasks in."""
    service = ServiceDiscoveryService(
        scope,
        "discovery",
        name=inputs.name,
        dns_config=ServiceDiscoveryServiceDnsConfig(
            namespace_id=inputs.namespace_id,
            routing_policy="MULTIVALUE",
            dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=inputs.ttl_seconds)],
        ),
        # ECS reports the health of its tasks; without this block Cloud Map would hand out unhealthy ones.
        health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(failure_threshold=1),
        # S05: ECS takes its tasks out a while after the service is gone, and Cloud Map refuses to go before.
        force_destroy=True,
    )
    return service.arn
