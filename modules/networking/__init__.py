"""The VPC with subnets, routes and endpoints, and the security groups for a table of allowed flows."""

from modules.networking.endpoints import FARGATE_SERVICES, InterfaceEndpoints
from modules.networking.existing import ExistingNetwork, ExistingNetworkInputs
from modules.networking.flow_logs import FlowLogs
from modules.networking.flows import (
    Cidr,
    Flow,
    Internet,
    OtherSecurityGroup,
    Party,
    PrefixList,
    Role,
    S3Endpoint,
    flow_table,
)
from modules.networking.networking import Networking, NetworkingInputs, NetworkingOutputs
from modules.networking.routes import Egress
from modules.networking.subnets import ZoneSubnets

__all__ = [
    "FARGATE_SERVICES",
    "Cidr",
    "Egress",
    "ExistingNetwork",
    "ExistingNetworkInputs",
    "Flow",
    "FlowLogs",
    "InterfaceEndpoints",
    "Internet",
    "Networking",
    "NetworkingInputs",
    "NetworkingOutputs",
    "OtherSecurityGroup",
    "Party",
    "PrefixList",
    "Role",
    "S3Endpoint",
    "ZoneSubnets",
    "flow_table",
]
