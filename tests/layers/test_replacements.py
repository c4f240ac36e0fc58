"""No change of an environment file replaces what a later layer uses: it is an addition and a removal.

The provider's documentation says which attributes "force new resource"; the schema that Terraform prints does not.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from cli.running.consequences.network import IN_USE
from tests.support.documents import ENVIRONMENTS, Documents, documents, documents_of

FORCE_NEW: Mapping[str, tuple[str, ...]] = {
    "aws_acm_certificate": ("domain_name", "subject_alternative_names", "validation_method"),
    "aws_cloudformation_stack": ("name",),
    "aws_cloudwatch_log_group": ("name",),
    "aws_db_instance": ("db_name", "username", "engine", "kms_key_id", "storage_encrypted", "snapshot_identifier"),
    "aws_db_instance_automated_backups_replication": ("source_db_instance_arn", "kms_key_id", "retention_period"),
    "aws_db_parameter_group": ("name", "family"),
    "aws_db_subnet_group": ("name",),
    "aws_default_security_group": ("vpc_id",),
    "aws_ecr_lifecycle_policy": ("repository",),
    "aws_ecr_pull_through_cache_rule": ("ecr_repository_prefix", "upstream_registry_url"),
    "aws_ecr_repository": ("name", "encryption_configuration"),
    "aws_ecr_repository_creation_template": ("prefix",),
    "aws_efs_file_system": ("creation_token", "encrypted", "kms_key_id"),
    "aws_efs_mount_target": ("file_system_id", "subnet_id"),
    "aws_eip": ("domain",),
    "aws_elasticache_parameter_group": ("name", "family"),
    "aws_elasticache_replication_group": ("replication_group_id", "kms_key_id", "port", "subnet_group_name"),
    "aws_elasticache_subnet_group": ("name",),
    "aws_elasticache_user_group": ("user_group_id",),
    "aws_flow_log": ("vpc_id", "traffic_type", "log_destination", "log_format"),
    "aws_iam_policy": ("name", "path", "description"),
    "aws_iam_role": ("name", "path"),
    "aws_iam_role_policy": ("name", "role"),
    "aws_iam_role_policy_attachment": ("role", "policy_arn"),
    "aws_internet_gateway": (),
    "aws_kms_alias": ("name",),
    "aws_kms_key": ("customer_master_key_spec", "key_usage"),
    "aws_nat_gateway": ("allocation_id", "subnet_id", "connectivity_type"),
    "aws_route": ("route_table_id", "destination_cidr_block"),
    "aws_route53_record": ("zone_id", "name", "type"),
    "aws_route53_zone": ("name",),
    "aws_route_table": ("vpc_id",),
    "aws_route_table_association": ("subnet_id",),
    "aws_s3_bucket": ("bucket",),
    "aws_s3_bucket_lifecycle_configuration": ("bucket",),
    "aws_s3_bucket_notification": ("bucket",),
    "aws_s3_bucket_ownership_controls": ("bucket",),
    "aws_s3_bucket_policy": ("bucket",),
    "aws_s3_bucket_public_access_block": ("bucket",),
    "aws_s3_bucket_server_side_encryption_configuration": ("bucket",),
    "aws_s3_bucket_versioning": ("bucket",),
    "aws_secretsmanager_secret": ("name",),
    "aws_secretsmanager_secret_version": ("secret_id",),
    "aws_security_group": ("name", "vpc_id"),
    "aws_service_discovery_private_dns_namespace": ("name", "vpc"),
    "aws_subnet": ("vpc_id", "cidr_block", "availability_zone"),
    "aws_vpc": ("cidr_block", "instance_tenancy"),
    "aws_vpc_endpoint": ("vpc_id", "service_name", "vpc_endpoint_type"),
    "aws_vpc_endpoint_route_table_association": ("route_table_id", "vpc_endpoint_id"),
    "aws_vpc_security_group_egress_rule": ("security_group_id",),
    "aws_vpc_security_group_ingress_rule": ("security_group_id",),
}
"""Attributes of the resources of network and data that cannot be changed in place."""

Data = dict[str, Any]


def replaced(before: Documents, after: Documents) -> set[str]:
    """Addresses in network and data whose resource would be replaced."""
    addresses: set[str] = set()
    for layer in ("network", "data"):
        for kind, bodies in before[layer]["resource"].items():
            for name in bodies.keys() & after[layer]["resource"].get(kind, {}).keys():
                pair = [each[layer]["resource"][kind][name] for each in (before, after)]
                if any(pair[0].get(key) != pair[1].get(key) for key in FORCE_NEW[kind]):
                    addresses.add(f"{layer}: {kind}.{name}")
    return addresses


def web(**values: Any) -> Callable[[Data], None]:
    return lambda data: data["services"]["web"].update(values)


def renamed_service(data: Data) -> None:
    data["services"] = {"shop" if name == "web" else name: each for name, each in data["services"].items()}


def without_airflow_and_cache(data: Data) -> None:
    data["airflow"], data["cache"] = None, None
    data["services"]["web"]["uses_cache"] = False


def another_zone(data: Data) -> None:
    for holder in (*data["services"].values(), data["airflow"]):
        holder["host_names"] = [name.replace("example.com", "example.org") for name in holder["host_names"]]
    data["dns"]["zone_name"] = data["dns"]["zone_name"].replace("example.com", "example.org")


def one_more_zone(data: Data) -> None:
    data["network"]["zones"]["eu-west-1c"] = {
        "public": "10.20.240.0/24", "private": "10.20.241.0/24", "isolated": "10.20.242.0/24"
    }  # fmt: skip


def egress(kind: str) -> Callable[[Data], None]:
    return lambda data: data["network"].update(egress=kind)


CHANGES: Mapping[str, Callable[[Data], None]] = {
    "host name added": web(host_names=["new.staging.example.com", "app.staging.example.com"]),
    "host name removed": web(host_names=["new.staging.example.com"]),
    "zone name": another_zone,
    "service renamed": renamed_service,
    "port": web(port=9000),
    "cache and Airflow taken out": without_airflow_and_cache,
    "public addresses": egress("public-ip"),
    "a gateway in each zone": egress("nat-gateway-per-zone"),
    "kind": lambda data: data.update(kind="development"),
    "tags": lambda data: data.update(tags={"CostCenter": "4711"}),
    "cache engine": lambda data: data["cache"].update(engine_version="7.2"),
    "cache nodes": lambda data: data["cache"].update(nodes=2),
    "database class": lambda data: data["database"].update(instance_class="db.t4g.large"),
    "database major version": lambda data: data["database"].update(engine_version="16"),
    "database port": lambda data: data["database"].update(port=5433),
    "quotas of logs": lambda data: data["network"].update(flow_logs_retention_days=7),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_file_replaces_nothing_that_a_later_layer_uses(change: str) -> None:
    addresses = replaced(documents("staging"), documents_of("staging", CHANGES[change]))
    assert {address for address in addresses if address.split(": ")[1].partition(".")[0] in IN_USE} == set()


def test_a_subnet_with_another_cidr_block_would_be_replaced_and_is_refused_by_apply() -> None:
    def change(data: Data) -> None:
        next(iter(data["network"]["zones"].values()))["public"] = "10.20.240.0/24"

    (address,) = replaced(documents("staging"), documents_of("staging", change))
    assert address.split(": ")[1].partition(".")[0] in IN_USE


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_the_table_has_every_type_of_network_and_data(name: str) -> None:
    kinds = {kind for layer in ("network", "data") for kind in documents(name)[layer]["resource"]}
    assert kinds - set(FORCE_NEW) == set()
