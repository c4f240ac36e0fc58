"""The `network` layer: VPC, security groups, key, DNS zone and certificates. Rarely changed, destroyed last."""

from collections.abc import Mapping, Sequence

from cdktf import Fn
from constructs import Construct

from config import Environment
from config.network import ExistingNetwork as ExistingSettings
from layers.boundary import limit_roles, make_boundary
from layers.host_names import certificate_names
from layers.layer import Layer
from layers.outputs import NetworkOutputs
from layers.reachability import flows, roles
from layers.remote_state import publish
from modules.dns import Certificates, CertificatesInputs, Zone, ZoneInputs, ZoneOutputs
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
            certificate_arns=self._certificate_arns(zone),
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
        if dns.zone_id is None:
            # Of environments that were applied before an address had the zone's name.
            now = f"aws_route53_zone.zone_{dns.zone_name.replace('.', '-')}"
            self.add_override("moved", [{"from": "aws_route53_zone.zone_zone", "to": now}])
        return Zone(self, "zone", ZoneInputs(name=dns.zone_name, existing_zone_id=dns.zone_id)).outputs

    def _certificate_arns(self, zone: ZoneOutputs | None) -> Mapping[str, str]:
        names = certificate_names(self.environment)
        if zone is None or not names:
            return {}
        inputs = CertificatesInputs(names=names, zone_id=zone.zone_id, short_name=self.environment.listener_name)
        return Certificates(self, "certificate", inputs).outputs.certificate_arns


def _joined(name_servers: Sequence[str]) -> str | None:
    """None for a zone that exists already: who created it knows them."""
    return Fn.join(", ", name_servers) if name_servers else None
