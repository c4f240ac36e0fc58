"""A DNS name in the VPC for the tasks of a service: Cloud Map."""

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
    """The DNS name and its namespace (A11)."""

    name: str
    """First part of the DNS name."""

    namespace_id: str
    """Private DNS namespace."""

    namespace_name: str
    """Name of the namespace, such as `prod.acme.internal`; the rest of the DNS name."""

    ttl_seconds: int = 10
    """TTL of the records. Default: 10, so that clients soon stop using a stopped task."""


def add_discovery(scope: Construct, inputs: DiscoveryInputs) -> str:
    """Create the Cloud Map service, and return its ARN, with which the ECS service registers its tasks."""
    service = ServiceDiscoveryService(
        scope,
        "discovery",
        name=inputs.name,
        dns_config=ServiceDiscoveryServiceDnsConfig(
            namespace_id=inputs.namespace_id,
            routing_policy="MULTIVALUE",
            dns_records=[ServiceDiscoveryServiceDnsConfigDnsRecords(type="A", ttl=inputs.ttl_seconds)],
        ),
        # ECS reports the health of its tasks; without this block Cloud Map would return unhealthy ones.
        health_check_custom_config=ServiceDiscoveryServiceHealthCheckCustomConfig(failure_threshold=1),
        # S05: ECS deregisters tasks a while after the service is deleted; until then Cloud Map refuses its deletion.
        force_destroy=True,
    )
    return service.arn
