"""The outputs of each layer, and which layers read them. These classes are the whole interface between the states."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from config import Environment
from layers.airflow_names import repository_keys
from layers.airflow_outputs import AirflowData, AirflowService
from layers.host_names import certificate_names, has_own_certificates
from layers.reachability import roles
from layers.remote_state import output
from layers.service_secret_names import has_own_secrets, own_secret_keys
from release.outputs import WebServiceOutputs


def _zones(environment: Environment) -> Iterable[str]:
    return environment.network.zone_names


def _services(environment: Environment) -> Iterable[str]:
    return environment.services


def _has_zone(environment: Environment) -> bool:
    return environment.dns is not None


def _creates_zone(environment: Environment) -> bool:
    return environment.dns is not None and environment.dns.zone_id is None


def _has_airflow(environment: Environment) -> bool:
    return environment.airflow is not None


def _has_cache(environment: Environment) -> bool:
    return environment.cache is not None


@dataclass(frozen=True, kw_only=True)
class NetworkOutputs:
    """Outputs of the `network` layer, read by `data`, `service` and `delivery`."""

    vpc_id: str = output("Id of the VPC.")
    public_subnet_ids: Mapping[str, str] = output("Ids of the public subnets, by zone.", keys=_zones)
    private_subnet_ids: Mapping[str, str] = output("Ids of the private subnets, by zone.", keys=_zones)
    isolated_subnet_ids: Mapping[str, str] = output("Ids of the subnets without a way out, by zone.", keys=_zones)
    security_group_ids: Mapping[str, str] = output("Ids of the security groups, by role (N07).", keys=roles)
    namespace_id: str = output("Id of the Cloud Map namespace.")
    namespace_name: str = output("Name of the Cloud Map namespace.")
    kms_key_arn: str = output("ARN of the environment's KMS key.")
    boundary_arn: str = output("ARN of the permissions boundary of all roles (I01).")
    dns_zone_id: str | None = output("Id of the DNS zone.", when=_has_zone)
    dns_name_servers: str | None = output("Name servers to delegate the DNS zone to (N09).", when=_creates_zone)
    certificate_arns: Mapping[str, str] = output(
        "ARNs of the certificates, by the keys of their names (`name-www-example-com`); the service layer waits until "
        "they are issued.",
        keys=certificate_names,
        when=has_own_certificates,
    )


@dataclass(frozen=True, kw_only=True)
class DataOutputs:
    """Outputs of the `data` layer, read by `service`."""

    database_address: str = output("DNS name of the database (A06).")
    database_port: str = output("Port of the database.")
    database_identifier: str = output("Identifier of the database instance.")
    database_url_secret_arn: str = output("ARN of the secret that holds the database's URL.")
    cache_address: str | None = output("DNS name of the cache's primary (A06).", when=_has_cache)
    cache_port: str | None = output("Port of the cache.", when=_has_cache)
    cache_url_secret_arn: str | None = output("ARN of the secret that holds the cache's URL.", when=_has_cache)
    access_logs_bucket_name: str = output("Bucket of the load balancer's access logs.")
    repository_urls: Mapping[str, str] = output("URLs of the image repositories, by service.", keys=repository_keys)
    repository_arns: Mapping[str, str] = output("ARNs of the image repositories, by service.", keys=repository_keys)
    service_secret_arns: Mapping[str, str] = output(
        "ARNs of the secrets of web services that people fill in, as <service>_<name>.",
        keys=own_secret_keys,
        when=has_own_secrets,
    )
    airflow: AirflowData | None = output("What the data layer stores for Airflow.", when=_has_airflow)


@dataclass(frozen=True, kw_only=True)
class ServiceOutputs:
    """Outputs of the `service` layer, read by no layer: a release and people read them."""

    load_balancer_dns_name: str = output("DNS name of the load balancer.")
    listener_arn: str = output("ARN of the listener that serves.")
    cluster_name: str = output("Name of the ECS cluster.")
    services: Mapping[str, WebServiceOutputs] = output(
        "What a release needs of each web service, by name; `strategy` says which kind it is.", keys=_services
    )
    airflow: AirflowService | None = output("URL, ECS services and listener rule of Airflow.", when=_has_airflow)


def _delivery_roles(environment: Environment) -> Iterable[str]:
    yield from ("plan", "apply", "deploy", "switch", "push")
    delivery = environment.delivery
    if delivery is not None and delivery.plan_environment is not None:
        yield "plan-data"
    if delivery is not None and delivery.view_principal_arns:
        yield "view"
    if delivery is not None and delivery.operate_principal_arns:
        yield "operate"


@dataclass(frozen=True, kw_only=True)
class DeliveryOutputs:
    """Outputs of the `delivery` layer, read by no layer: workflows on GitHub and people need them."""

    oidc_provider_arn: str = output("ARN of GitHub's OIDC provider in this account.")
    role_arns: Mapping[str, str] = output("ARN of each role, by its name.", keys=_delivery_roles)
