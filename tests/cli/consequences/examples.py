"""Changes as Terraform's plan has them, each with what it costs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cli.running.consequences.consequence import Kind

LOSS, HALF_WAY, OUTAGE, NOTE = Kind.DATA_LOSS, Kind.HALF_WAY, Kind.OUTAGE, Kind.NOTE
ACTIONS = {"create": ["create"], "update": ["update"], "delete": ["delete"], "replace": ["delete", "create"]}


def change(
    address: str,
    action: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    **details: Any,
) -> dict[str, Any]:
    """An entry of `resource_changes`; `after` has what differs."""
    kind, _, name = address.partition(".")
    unchanged = before or {}
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "action_reason": details.pop("action_reason", None),
        "change": {
            "actions": details.pop("actions", ACTIONS[action]),
            "before": None if action == "create" else unchanged,
            "after": None if action == "delete" else {**unchanged, **(after or {})},
            "after_unknown": details.pop("unknown", {}),
            "replace_paths": [[name] for name in details.pop("causes", ())],
        },
    }


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(changes)}


@dataclass(frozen=True, kw_only=True)
class Example:
    """One change."""

    name: str
    layer: str
    changes: tuple[dict[str, Any], ...]
    costs: tuple[Kind, ...] = ()
    """Of what is asked or refused, the worst first."""
    says: str = ""
    """Words of it."""


def example(name: str, layer: str, *changes: dict[str, Any], costs: Any = (), says: str = "") -> Example:
    return Example(
        name=name, layer=layer, changes=changes, costs=costs if isinstance(costs, tuple) else (costs,), says=says
    )


DB, REPLICA = "aws_db_instance.database_instance", "aws_db_instance.database_replica-reports"
DATABASE = {
    "identifier": "shop-prod",
    "instance_class": "db.t4g.small",
    "allocated_storage": 100,
    "engine_version": "16",
    "multi_az": True,
    "port": 5432,
    "backup_retention_period": 14,
    "parameter_group_name": "shop-prod-postgres16-1",
    "final_snapshot_identifier": "shop-prod-final",
    "apply_immediately": False,
    "maintenance_window": "sun:03:30-sun:04:30",
}
STATIC = [{"name": "max_connections", "value": "100", "apply_method": "pending-reboot"}]
MORE = [{"name": "max_connections", "value": "200", "apply_method": "pending-reboot"}]
CACHE = "aws_elasticache_replication_group.cache_replication-group"
VALKEY = {"id": "shop-prod", "node_type": "cache.t4g.small", "engine_version": "7.2", "num_cache_clusters": 2}
ROUTE = "aws_route.networking_private-eu-west-1a-internet"
TO_NAT = {"destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1", "route_table_id": "rtb-1"}
RULE = "aws_lb_listener_rule.{}_route_rule"
SHOP = [{"host_header": [{"values": ["shop.example.com"]}]}, {"path_pattern": [{"values": ["/*"]}]}]
TABLE = {"id": "rtb-1"}
LOGS = {"name": "/ecs/shop", "retention_in_days": 90}

DATABASES = (
    example(
        "instance class",
        "data",
        change(DB, "update", DATABASE, {"instance_class": "db.m7g.large"}),
        costs=OUTAGE,
        says="from db.t4g.small to db.m7g.large in the maintenance window (sun:03:30-sun:04:30, UTC)",
    ),
    example(
        "instance class at once",
        "data",
        change(DB, "update", DATABASE, {"instance_class": "db.m7g.large", "apply_immediately": True}),
        costs=OUTAGE,
        says="to db.m7g.large at once",
    ),
    example("storage grows", "data", change(DB, "update", DATABASE, {"allocated_storage": 200})),
    example(
        "storage shrinks",
        "data",
        change(DB, "update", DATABASE, {"allocated_storage": 50}),
        costs=HALF_WAY,
        says="RDS does not reduce storage (from 100 to 50 GiB)",
    ),
    example(
        "major version",
        "data",
        change(DB, "update", DATABASE, {"engine_version": "17"}),
        costs=HALF_WAY,
        says="without allow_major_version_upgrade",
    ),
    example(
        "major version, allowed",
        "data",
        change(DB, "update", DATABASE, {"engine_version": "17", "allow_major_version_upgrade": True}),
        costs=OUTAGE,
        says="PostgreSQL is upgraded from 16 to 17",
    ),
    example(
        "major version, back",
        "data",
        change(DB, "update", DATABASE, {"engine_version": "15"}),
        costs=HALF_WAY,
        says="no way back",
    ),
    example(
        "minor version", "data", change(DB, "update", {**DATABASE, "engine_version": "16.3"}, {"engine_version": "16"})
    ),
    example(
        "port of the database",
        "data",
        change(DB, "update", DATABASE, {"port": 5433}),
        costs=OUTAGE,
        says="RDS restarts the database at once",
    ),
    example("name of the database", "data", change(DB, "update", DATABASE, {"identifier": "shop"}), costs=OUTAGE),
    example(
        "backups off",
        "data",
        change(DB, "update", DATABASE, {"backup_retention_period": 0}),
        costs=OUTAGE,
        says="from 14 to 0 days",
    ),
    example("fewer backups", "data", change(DB, "update", DATABASE, {"backup_retention_period": 7})),
    example("standby off", "data", change(DB, "update", DATABASE, {"multi_az": False})),
    example("standby on", "data", change(DB, "update", {**DATABASE, "multi_az": False}, {"multi_az": True})),
    example("another parameter group", "data", change(DB, "update", DATABASE, {"parameter_group_name": "b"})),
    example(
        "static parameters",
        "data",
        change("aws_db_parameter_group.database_parameters", "update", {"parameter": STATIC}, {"parameter": MORE}),
    ),
    example(
        "database replaced",
        "data",
        change(DB, "replace", DATABASE, {"db_name": "b"}, causes=["db_name"]),
        costs=LOSS,
        says="because db_name cannot be changed in place: the new one is empty",
    ),
    example(
        "database replaced by a snapshot",
        "data",
        change(DB, "replace", DATABASE, {"snapshot_identifier": "kept"}, causes=["username"]),
        costs=LOSS,
        says="the new one starts from kept, without what was written since",
    ),
    example(
        "protected database replaced",
        "data",
        change(DB, "replace", {**DATABASE, "deletion_protection": True}, causes=["kms_key_id"]),
        costs=(LOSS, HALF_WAY),
        says="RDS deletes no instance that has deletion protection",
    ),
    example(
        "database deleted",
        "data",
        change(DB, "delete", {**DATABASE, "skip_final_snapshot": True}),
        costs=LOSS,
        says="it has no final snapshot",
    ),
    example("replica on", "data", change(REPLICA, "create", after={"replicate_source_db": "shop-prod"})),
    example("replica off", "data", change(REPLICA, "delete", {"replicate_source_db": "shop-prod"})),
    example(
        "protected replica off",
        "data",
        change(
            REPLICA,
            "delete",
            {"replicate_source_db": "shop-prod", "identifier": "shop-prod-reports", "deletion_protection": True},
        ),
        costs=HALF_WAY,
        says="--db-instance-identifier shop-prod-reports",
    ),
    example(
        "replica replaced",
        "data",
        change(REPLICA, "replace", {"replicate_source_db": "shop-prod"}),
        costs=OUTAGE,
        says="what reads from it finds nothing",
    ),
    example(
        "backups no longer copied",
        "data",
        change("aws_db_instance_automated_backups_replication.copy", "delete", {"id": "copy"}),
    ),
    example("proxy on", "data", change("aws_db_proxy.airflow_proxy", "create", after={"name": "shop"})),
    example("proxy off", "data", change("aws_db_proxy.airflow_proxy", "delete", {"name": "shop"})),
    example(
        "proxy replaced",
        "data",
        change("aws_db_proxy.airflow_proxy", "replace", {"name": "shop"}),
        costs=OUTAGE,
        says="nobody can connect through it",
    ),
    example(
        "proxy without its database", "data", change("aws_db_proxy_target.airflow_target", "replace", {}), costs=OUTAGE
    ),
)
CACHES = (
    example(
        "node type",
        "data",
        change(CACHE, "update", VALKEY, {"node_type": "cache.m7g.large"}),
        costs=OUTAGE,
        says="writes fail for some seconds",
    ),
    example(
        "version of Valkey",
        "data",
        change(CACHE, "update", VALKEY, {"engine_version": "8.0"}),
        costs=OUTAGE,
        says="from 7.2 to 8.0",
    ),
    example(
        "version of one node",
        "data",
        change(CACHE, "update", {**VALKEY, "num_cache_clusters": 1}, {"engine_version": "8.0"}),
        costs=OUTAGE,
        says="the only node does not answer for minutes",
    ),
    example("more nodes", "data", change(CACHE, "update", VALKEY, {"num_cache_clusters": 3})),
    example("fewer nodes", "data", change(CACHE, "update", VALKEY, {"num_cache_clusters": 1})),
    example(
        "fewer snapshots",
        "data",
        change(CACHE, "update", {**VALKEY, "snapshot_retention_limit": 7}, {"snapshot_retention_limit": 1}),
    ),
    example(
        "cache replaced",
        "data",
        change(CACHE, "replace", VALKEY, causes=["port"]),
        costs=LOSS,
        says="because port cannot be changed in place",
    ),
    example("cache deleted", "data", change(CACHE, "delete", VALKEY), costs=LOSS),
    example(
        "users of the cache replaced",
        "data",
        change("aws_elasticache_user_group.cache_user_group", "replace", {}),
        costs=OUTAGE,
    ),
)
STORES = (
    example(
        "bucket with its objects",
        "data",
        change("aws_s3_bucket.logs", "delete", {"bucket": "shop-logs", "force_destroy": True}),
        costs=LOSS,
        says="shop-logs goes with its objects",
    ),
    example("bucket that must be empty", "data", change("aws_s3_bucket.logs", "delete", {"bucket": "shop-logs"})),
    example(
        "bucket replaced",
        "data",
        change("aws_s3_bucket.logs", "replace", {"bucket": "shop-logs", "force_destroy": True}, causes=["bucket"]),
        costs=LOSS,
    ),
    example(
        "repository with its images",
        "data",
        change("aws_ecr_repository.web", "delete", {"name": "shop/web", "force_delete": True}),
        costs=LOSS,
    ),
    example("repository that must be empty", "data", change("aws_ecr_repository.web", "delete", {"name": "shop/web"})),
    example(
        "log group",
        "service",
        change("aws_cloudwatch_log_group.web", "delete", LOGS),
        costs=LOSS,
        says="--log-group-name /ecs/shop",
    ),
    example(
        "logs for a shorter time",
        "service",
        change("aws_cloudwatch_log_group.web", "update", LOGS, {"retention_in_days": 30}),
    ),
    example(
        "logs for a longer time",
        "service",
        change("aws_cloudwatch_log_group.web", "update", LOGS, {"retention_in_days": 365}),
    ),
    example(
        "key",
        "network",
        change("aws_kms_key.key_key", "delete", {"deletion_window_in_days": 7}),
        costs=LOSS,
        says="(7 days)",
    ),
    example(
        "secret that comes back",
        "data",
        change("aws_secretsmanager_secret.a", "delete", {"name": "shop/a", "recovery_window_in_days": 7}),
    ),
    example(
        "secret without a window",
        "data",
        change("aws_secretsmanager_secret.a", "delete", {"name": "shop/a", "recovery_window_in_days": 0}),
        costs=LOSS,
        says="goes at once",
    ),
    example(
        "file system",
        "data",
        change("aws_efs_file_system.files", "replace", {"id": "fs-1"}, causes=["encrypted"]),
        costs=LOSS,
        says="because encrypted cannot be changed in place",
    ),
    example("mount target", "data", change("aws_efs_mount_target.files", "replace", {}), costs=OUTAGE),
    example(
        "history of images",
        "service",
        change("aws_ssm_parameter.web_image", "delete", {"name": "/shop/web/image", "insecure_value": "web:7"}),
    ),
)
SERVICES = (
    example(
        "ECS service replaced",
        "service",
        change(
            "aws_ecs_service.web_codedeploy_service",
            "replace",
            {"name": "shop-web"},
            causes=["capacity_provider_strategy"],
        ),
        costs=OUTAGE,
        says="because capacity_provider_strategy cannot be changed in place",
    ),
    example(
        "Airflow's service replaced",
        "service",
        change("aws_ecs_service.airflow_scheduler_service", "replace", {}),
        costs=OUTAGE,
        says="in which no DAG runs",
    ),
    example(
        "image deployed",
        "service",
        change("aws_ecs_service.web_rolling_service", "update", {"task_definition": "a:1"}, {"task_definition": "a:2"}),
    ),
    example(
        "strategy",
        "service",
        change("aws_ecs_service.web_blue_service", "delete"),
        change("aws_ecs_service.web_rolling_service", "create"),
        costs=OUTAGE,
        says="web changes its strategy from blue-green to rolling and is interrupted",
    ),
    example(
        "service with another name",
        "service",
        change(RULE.format("api"), "delete", {"priority": 200, "condition": SHOP}),
        change(RULE.format("rest"), "create", after={"priority": 300, "condition": SHOP}),
        costs=OUTAGE,
        says="it takes over the requests of aws_lb_listener_rule.api_route_rule",
    ),
    example(
        "rule of another listener",
        "service",
        change(RULE.format("api"), "delete", {"priority": 200, "listener_arn": "arn:1"}),
        change(RULE.format("rest"), "create", after={"priority": 200, "listener_arn": "arn:2"}),
    ),
    example(
        "service removed",
        "service",
        change(RULE.format("api"), "delete", {"priority": 200, "condition": SHOP}),
        change("aws_ecs_service.api_blue_service", "delete"),
    ),
    example("cluster replaced", "service", change("aws_ecs_cluster.cluster_cluster", "replace"), costs=OUTAGE),
    example(
        "load balancer replaced", "service", change("aws_lb.balancer", "replace", causes=["internal"]), costs=OUTAGE
    ),
    example(
        "protected load balancer",
        "service",
        change("aws_lb.balancer", "replace", {"enable_deletion_protection": True}),
        costs=(HALF_WAY, OUTAGE),
    ),
    example("listener replaced", "service", change("aws_lb_listener.https", "replace", {"port": 443}), costs=OUTAGE),
    example("rule replaced", "service", change(RULE.format("web"), "replace", {"priority": 100}), costs=OUTAGE),
    example(
        "login at a rule",
        "service",
        change(RULE.format("web"), "update", {"priority": 100}, {"action": [{"type": "authenticate-oidc"}]}),
    ),
    example(
        "target group replaced",
        "service",
        change("aws_lb_target_group.web_route_targets", "replace", {"name": "web"}, actions=["create", "delete"]),
        costs=OUTAGE,
        says="503 until new tasks are healthy",
    ),
    example(
        "target group replaced too late",
        "service",
        change("aws_lb_target_group.web_route_targets", "replace", {"name": "web"}),
        costs=HALF_WAY,
    ),
    example("firewall off", "service", change("aws_wafv2_web_acl_association.firewall_association", "delete")),
    example("firewall replaced", "service", change("aws_wafv2_web_acl.firewall_acl", "replace")),
)
NETWORKS = (
    example("NAT gateway replaced", "network", change("aws_nat_gateway.a", "replace"), costs=OUTAGE),
    example("public address", "network", change("aws_eip.a", "delete", {"public_ip": "203.0.113.7"})),
    example(
        "another NAT gateway",
        "network",
        change(ROUTE, "update", TO_NAT, {"nat_gateway_id": "nat-2"}),
        costs=OUTAGE,
        says="open connections end",
    ),
    example(
        "a NAT gateway that is new",
        "network",
        change(ROUTE, "update", TO_NAT, unknown={"nat_gateway_id": True}),
        costs=OUTAGE,
    ),
    example("route replaced", "network", change(ROUTE, "replace", TO_NAT), costs=OUTAGE),
    example(
        "no route to the internet",
        "network",
        change(ROUTE, "delete", TO_NAT),
        costs=OUTAGE,
        says="tasks lose their way to the internet",
    ),
    example(
        "a zone fewer",
        "network",
        change(ROUTE, "delete", TO_NAT),
        change("aws_route_table.networking_private-eu-west-1a-routes", "delete", TABLE),
        change("aws_subnet.networking_private-eu-west-1a", "delete", {"cidr_block": "10.0.0.0/24"}),
    ),
    example(
        "a zone more",
        "network",
        change("aws_subnet.networking_private-eu-west-1c", "create"),
        change("aws_route.networking_private-eu-west-1c-internet", "create", after=TO_NAT),
    ),
    example("association replaced", "network", change("aws_route_table_association.a", "replace"), costs=OUTAGE),
    example(
        "endpoint replaced", "network", change("aws_vpc_endpoint.s3", "replace", {"service_name": "s3"}), costs=OUTAGE
    ),
    example("endpoint off", "network", change("aws_vpc_endpoint.s3", "delete", {"service_name": "s3"})),
    example(
        "name replaced",
        "service",
        change("aws_route53_record.name", "replace", {"name": "shop.example.com", "type": "A"}),
        costs=OUTAGE,
    ),
    example("validation replaced", "network", change("aws_route53_record.proof", "replace", {"type": "CNAME"})),
    example(
        "name in Cloud Map replaced",
        "service",
        change("aws_service_discovery_service.airflow", "replace"),
        costs=HALF_WAY,
    ),
    example(
        "subnet replaced",
        "network",
        change("aws_subnet.networking_private-eu-west-1a", "replace", causes=["cidr_block"]),
        costs=HALF_WAY,
        says="and AWS does not delete it: tasks, load balancer, database and cache have addresses in it",
    ),
)
EXAMPLES = (*DATABASES, *CACHES, *STORES, *SERVICES, *NETWORKS)
