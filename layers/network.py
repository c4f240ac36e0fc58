"""The `network` layer: VPC, security groups, key, DNS zone and certificate. Rarely changed, destroyed last."""

from collections.abc import Sequence

from cdktf import Fn
from constructs import Construct

from aws.quotas import CERTIFICATE_MAIN_NAME_CHARACTERS
from config import Environment
from config.network import ExistingNetwork as ExistingSettings
from layers.boundary import limit_roles, make_boundary
from layers.layer import Layer
from layers.outputs import NetworkOutputs
from layers.reachability import flows, roles
from layers.remote_state import publish
from modules.dns import Certificate, CertificateInputs, Zone, ZoneInputs, ZoneOutputs
from modules.kms import Key, KeyInputs
from modules.networking import (
    ExistingNetwork,
    ExistingNetworkInputs,
    FlowLogs,
    InterfaceEndpoints,
    Networking,
    NetworkingInputs,
    NetworkingOutputs,
    ZoneSubnets,
)


class NetworkLayer(Layer):
    """The network that the other layers run in."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment, "network")
        # The key is in this layer, not with the data, because it also encrypts the flow logs.
        key = self._key()
        network = self._networking(key)
        zone = self._zone()
        boundary_arn = make_boundary(self, environment)
        limit_roles(self, environment, boundary_arn)
        self.outputs = NetworkOutputs(
            vpc_id=network.vpc_id,
            public_subnet_ids=network.public_subnet_ids,
            private_subnet_ids=network.private_subnet_ids,
            isolated_subnet_ids=network.isolated_subnet_ids,
            security_group_ids=network.security_group_ids,
            namespace_id=network.namespace_id,
            namespace_name=network.namespace_name,
            kms_key_arn=key,
            boundary_arn=boundary_arn,
            dns_zone_id=None if zone is None else zone.zone_id,
            dns_name_servers=None if zone is None else _joined(zone.name_servers),
            certificate_arn=self._certificate_arn(None if zone is None else zone.zone_id),
        )
        publish(self, self.outputs, environment)

    def _key(self) -> str:
        aws = self.environment.aws
        inputs = KeyInputs(
            name=self.environment.prefix,
            account=aws.account,
            deletion_window_days=30 if self.environment.is_production else 7,
            # The final snapshot and the automated backups that stay are encrypted with it.
            retained=self.environment.database.final_snapshot,
        )
        return Key(self, "key", inputs).outputs.key_arn

    def _networking(self, kms_key_arn: str) -> NetworkingOutputs:
        environment, network, aws = self.environment, self.environment.network, self.environment.aws
        if network.existing is not None:
            return self._existing(network.existing)
        assert network.cidr is not None  # a rule of the environment file requires it
        inputs = NetworkingInputs(
            name=environment.prefix,
            account=aws.account,
            cidr=network.cidr,
            zones={
                zone: ZoneSubnets(public=subnets.public, private=subnets.private, isolated=subnets.isolated)
                for zone, subnets in network.zones.items()
            },
            egress=network.egress,
            nat_gateway_zone=network.nat_gateway_zone,
            namespace=f"{environment.prefix}.internal",
            roles=roles(environment),
            flows=flows(environment),
            interface_endpoints=InterfaceEndpoints(services=self._endpoints()),
            flow_logs=FlowLogs(retention_days=network.flow_logs_retention_days, kms_key_arn=kms_key_arn),
        )
        return Networking(self, "networking", inputs).outputs

    def _endpoints(self) -> tuple[str, ...]:
        """Endpoints of the environment file, and without a route to the internet those of what its tasks call."""
        environment, network = self.environment, self.environment.network
        needed: set[str] = set(network.interface_endpoints)
        if network.egress == "endpoints":
            # Workers look at their service and launch tasks; ECS Exec decrypts its sessions.
            needed |= {"ecs"} if environment.airflow is not None else set()
            needed |= {"kms"} if environment.cluster.execute_command else set()
        return tuple(sorted(needed))

    def _existing(self, existing: ExistingSettings) -> NetworkingOutputs:
        environment = self.environment
        inputs = ExistingNetworkInputs(
            name=environment.prefix,
            region=environment.aws.region,
            vpc_id=existing.vpc_id,
            subnet_ids={
                "public": {zone: subnets.public for zone, subnets in existing.zones.items()},
                "private": {zone: subnets.private for zone, subnets in existing.zones.items()},
                "isolated": {zone: subnets.isolated for zone, subnets in existing.zones.items()},
            },
            namespace=f"{environment.prefix}.internal",
            roles=roles(environment),
            flows=flows(environment),
        )
        return ExistingNetwork(self, "networking", inputs).outputs

    def _zone(self) -> ZoneOutputs | None:
        dns = self.environment.dns
        if dns is None:
            return None
        return Zone(self, "zone", ZoneInputs(name=dns.zone_name, existing_zone_id=dns.zone_id)).outputs

    def _certificate_arn(self, zone_id: str | None) -> str | None:
        load_balancer = self.environment.load_balancer
        if not load_balancer.https:
            return None
        if load_balancer.certificate_arn is not None:
            return load_balancer.certificate_arn
        names = self.environment.host_names
        # A rule of the environment file sees to it that one of them is short enough.
        first = next(name for name in names if len(name) <= CERTIFICATE_MAIN_NAME_CHARACTERS)
        others = tuple(name for name in names if name != first)
        inputs = CertificateInputs(domain_name=first, alternative_names=others, zone_id=zone_id)
        return Certificate(self, "certificate", inputs).outputs.certificate_arn


def _joined(name_servers: Sequence[str]) -> str | None:
    """None for a zone that exists already: who created it knows them."""
    return Fn.join(", ", name_servers) if name_servers else None
