"""An existing network, to which only the deployment's own resources are added (E11)."""

from collections.abc import Mapping
from dataclasses import dataclass

from cdktf_cdktf_provider_aws.data_aws_ec2_managed_prefix_list import DataAwsEc2ManagedPrefixList
from cdktf_cdktf_provider_aws.data_aws_vpc import DataAwsVpc
from cdktf_cdktf_provider_aws.service_discovery_private_dns_namespace import ServiceDiscoveryPrivateDnsNamespace
from constructs import Construct

from modules.networking.flows import Flow
from modules.networking.networking import NetworkingOutputs
from modules.networking.security_groups import check_table, make_groups, make_rules
from modules.networking.subnets import TIERS


@dataclass(frozen=True, kw_only=True)
class ExistingNetworkInputs:
    """The existing VPC and subnets, and the allowed flows."""

    name: str
    """Prefix of all names."""

    region: str
    """The region."""

    vpc_id: str
    """Id of the VPC. It must have `enableDnsSupport` and `enableDnsHostnames`."""

    subnet_ids: Mapping[str, Mapping[str, str]]
    """Ids of the subnets by tier (`public`, `private`, `isolated`) and zone. A tier may use another's subnets."""

    namespace: str
    """Name of the Cloud Map namespace, a private DNS zone of the VPC."""

    roles: Mapping[str, str]
    """Security groups to create: role → description."""

    flows: tuple[Flow, ...] = ()
    """Allowed flows (N03). Empty by default: nothing is allowed."""

    def __post_init__(self) -> None:
        """Refuse a network without all tiers, or with fewer than two zones."""
        if set(self.subnet_ids) != set(TIERS):
            raise ValueError(f"subnet_ids has the tiers {sorted(self.subnet_ids)}; required are {', '.join(TIERS)}")
        zones = [set(self.subnet_ids[tier]) for tier in TIERS]
        if len(zones[0]) < 2 or any(other != zones[0] for other in zones):
            raise ValueError("subnet_ids must name the same two or more zones in every tier (N01)")


class ExistingNetwork(Construct):
    """Security groups, their rules and a Cloud Map namespace in a VPC that is managed elsewhere.

    Routes, NAT gateways, endpoints, flow logs and the default security group are not touched.
    """

    outputs: NetworkingOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ExistingNetworkInputs) -> None:
        super().__init__(scope, id_)
        check_table(inputs.roles, inputs.flows)
        vpc = DataAwsVpc(self, "vpc", id=inputs.vpc_id)
        # The prefix list belongs to the region, and exists with or without a gateway endpoint.
        prefix_list = DataAwsEc2ManagedPrefixList(self, "s3", name=f"com.amazonaws.{inputs.region}.s3")
        groups = make_groups(self, inputs.name, inputs.vpc_id, inputs.roles)
        make_rules(self, inputs.flows, groups, prefix_list.id)
        namespace = ServiceDiscoveryPrivateDnsNamespace(
            self, "namespace", name=inputs.namespace, vpc=inputs.vpc_id, description=f"Services of {inputs.name}"
        )
        self.outputs = NetworkingOutputs(
            vpc_id=inputs.vpc_id,
            vpc_cidr=vpc.cidr_block,
            public_subnet_ids=inputs.subnet_ids["public"],
            private_subnet_ids=inputs.subnet_ids["private"],
            isolated_subnet_ids=inputs.subnet_ids["isolated"],
            security_group_ids=groups,
            namespace_id=namespace.id,
            namespace_arn=namespace.arn,
            namespace_name=inputs.namespace,
            s3_prefix_list_id=prefix_list.id,
            nat_public_ips={},
        )
