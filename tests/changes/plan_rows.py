"""Changes of one resource in place, or of what nothing here models: judged by what `plan` says."""

from typing import Any

from tests.changes.environment_file import Data, put
from tests.changes.row import Row, Step

ZONE_C = {"public": "10.0.8.0/22", "private": "10.0.96.0/20", "isolated": "10.0.24.0/22"}
OIDC = {
    "issuer": "https://login.example.com",
    "authorization_endpoint": "https://login.example.com/authorize",
    "token_endpoint": "https://login.example.com/token",
    "user_info_endpoint": "https://login.example.com/userinfo",
    "client_id": "airflow",
    "client_secret_arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:oidc-AbCdEf",
}


def _row(id_: str, title: str, *keys: str, **values: Any) -> Row:
    """A row that sets keys; those of a list are named apart."""
    named = keys or tuple(path.replace("__", ".").replace(".web.", ".*.") for path in values)
    return Row(id=id_, title=title, steps=(Step(edit=put(**values)),), keys=named, shown="plan")


def _rolling(data: Data) -> None:
    image = data["services"]["web"].pop("blue")["image"]
    del data["services"]["web"]["green"]
    data["services"]["web"] |= {"strategy": "rolling", "image": image}


def _codedeploy(data: Data) -> None:
    _rolling(data)
    listener = {"port": 8444, "allowed_cidrs": ["10.0.0.0/8"]}
    data["services"]["web"] |= {"strategy": "codedeploy", "test_listener": listener}


def _renamed(data: Data) -> None:
    data["services"] = {"site": data["services"]["web"]}


def _egress(kind: str, title: str) -> Row:
    def edit(data: Data) -> None:
        data["network"]["egress"] = kind
        del data["network"]["nat_gateway_zone"]

    keys = ("network.egress", "network.nat_gateway_zone")
    return Row(id=f"egress-{kind}", title=title, steps=(Step(edit=edit),), keys=keys, shown="plan")


def _zone_name(data: Data) -> None:
    data["dns"]["zone_name"] = "other.localhost"
    data["services"]["web"]["host_names"] = ["app.other.localhost"]
    data["airflow"]["host_names"] = ["airflow.other.localhost"]


def _other_zone(data: Data) -> None:
    zones = data["network"]["zones"]
    zones["eu-west-1c"] = zones.pop("eu-west-1b")


def _group_renamed(data: Data) -> None:
    data["airflow"]["workers"] = {"general": data["airflow"]["workers"]["default"]}


DATABASE = (
    _row("database-class", "The class of the database is changed", database__instance_class="db.t4g.medium"),
    _row("database-storage", "The storage of the database is increased", database__allocated_storage_gib=40),
    _row("database-limit", "The limit of storage autoscaling is raised", database__max_allocated_storage_gib=200),
    _row("database-version", "The database gets another major version", database__engine_version="17"),
    _row("database-port", "The port of the database is changed", database__port=15433),
    _row("database-name", "The database's name is changed", database__database_name="other"),
    _row("database-user", "The master user is changed", database__username="other"),
    _row("database-standby", "A standby is added", database__multi_az=True),
    _row("database-backups", "Backups are kept longer", database__backup_retention_days=7),
    _row("database-window", "The backup window is moved", database__backup_window="04:40-05:40"),
    _row("database-maintenance", "The maintenance window is moved", database__maintenance_window="mon:06:00-mon:07:00"),
    _row("database-protected", "The database is protected from deletion", database__deletion_protection=True),
    _row("database-snapshot", "A final snapshot is wanted", database__final_snapshot=True),
    _row("database-insights", "Performance Insights are switched off", database__performance_insights=False),
    _row("database-monitoring", "Enhanced monitoring is switched on", database__monitoring_interval_seconds=60),
    _row("database-password", "The master password is rotated", database__password_version=2),
    _row(
        "replica-added",
        "A read replica is added",
        "database.read_replicas",
        "database.read_replicas.*.instance_class",
        database__read_replicas={"reports": {"instance_class": "db.t4g.small"}},
    ),
    _row(
        "copies-on",
        "Backups are copied to a second region",
        "database.backup_replication",
        "database.backup_replication.region",
        "database.backup_replication.enabled",
        "database.backup_replication.retention_days",
        database__backup_replication={"region": "eu-central-1"},
    ),
)

CACHE = (
    _row("cache-node-type", "The node type of the cache is changed", cache__node_type="cache.t4g.small"),
    _row("cache-version", "The cache gets another version", cache__engine_version="8.1"),
    _row("cache-nodes", "The cache gets a replica", cache__nodes=2),
    _row("cache-port", "The port of the cache is changed", cache__port=6380),
    _row("cache-snapshots", "Snapshots of the cache are kept", cache__snapshot_retention_days=3),
    _row("cache-password", "The password of the cache is rotated", cache__password_version=2),
)

NETWORK = (
    _egress("nat-gateway-per-zone", "Each zone gets its own NAT gateway"),
    _egress("public-ip", "Tasks get public addresses instead of a NAT gateway"),
    _row("nat-zone", "The NAT gateway moves to another zone", network__nat_gateway_zone="eu-west-1b"),
    _row("endpoint-added", "An interface endpoint is added", network__interface_endpoints=["sqs"]),
    _row(
        "zone-added",
        "A zone is added",
        "network.zones",
        "network.zones.*.public",
        "network.zones.*.private",
        "network.zones.*.isolated",
        **{"network__zones__eu-west-1c": ZONE_C},
    ),
    Row(
        id="zone-replaced",
        title="A zone is replaced by another one with the same ranges",
        steps=(Step(edit=_other_zone),),
        keys=("network.zones",),
        shown="plan",
    ),
    _row("cidr", "The range of the VPC is changed", network__cidr="10.0.0.0/17"),
    _row("flow-logs", "Flow logs are kept longer", network__flow_logs_retention_days=7),
)

LOAD_BALANCER = (
    _row("waf-on", "The firewall is switched on", "load_balancer.waf", load_balancer__waf={}),
    _row("idle-timeout", "The idle timeout is changed", load_balancer__idle_timeout_seconds=120),
    _row("scheme", "The load balancer becomes internal", load_balancer__scheme="internal"),
    _row("clients", "Fewer clients may connect", load_balancer__allowed_cidrs=["203.0.113.0/24"]),
    _row("access-logs", "Access logs are kept longer", load_balancer__access_logs_retention_days=7),
    _row("protected", "The load balancer is protected from deletion", load_balancer__deletion_protection=True),
    Row(
        id="zone-name",
        title="The zone gets another name, and all host names with it",
        steps=(Step(edit=_zone_name),),
        keys=("dns.zone_name",),
        shown="plan",
    ),
)

REST = (
    _row("tags", "A tag is added", "tags", tags={"Owner": "platform"}),
    _row("insights", "Container Insights are switched on", cluster__container_insights="enhanced"),
    _row("exec-off", "ECS Exec is switched off", cluster__execute_command=False),
    _row("logs", "Logs are kept longer", cluster__logs_retention_days=7),
    _row(
        "alarms",
        "Somebody is told of alarms",
        "alarms.emails",
        alarms__emails={"oncall": "oncall@example.com"},
    ),
    _row(
        "working-hours",
        "Working hours are introduced, for Airflow",
        "working_hours.start",
        "working_hours.end",
        "working_hours.timezone",
        working_hours={"start": "07:00", "end": "20:00", "timezone": "Europe/Berlin"},
    ),
)

SERVICES = (
    _row(
        "size",
        "Tasks of a service get more processor and memory",
        services__web__cpu=512,
        services__web__memory_mib=1024,
    ),
    _row("health-path", "The path of the health check is changed", services__web__health_check_path="/health/ready"),
    _row("disk", "Tasks of a service get more ephemeral storage", services__web__ephemeral_storage_gib=30),
    _row("paths", "A service gets other paths", services__web__path_patterns=["/health", "/items*"]),
    _row("spot", "Tasks of a service may run on Spot", services__web__spot_percent=50),
    _row("no-cache", "A service does not use the cache any more", services__web__uses_cache=False),
    _row("threshold", "A threshold of a service's alarms is changed", services__web__alarms__error_percent=10),
    Row(
        id="renamed-at-once",
        title="A service is renamed at once",
        steps=(Step(edit=_renamed),),
        keys=("services",),
        shown="plan",
        says=("takes over the requests of",),
    ),
    Row(
        id="to-codedeploy",
        title="The strategy of a service is changed in place, from blue-green to CodeDeploy",
        steps=(Step(edit=_codedeploy),),
        keys=("services.*.strategy",),
        shown="plan",
        says=("is interrupted",),
    ),
)

AIRFLOW = (
    _row("airflow-no-proxy", "RDS Proxy is put before the database", "airflow.database_proxy", airflow__database_proxy={}),
    _row("airflow-login", "OIDC login is switched on", "airflow.authentication", airflow__authentication=OIDC),
    _row("airflow-scheduler", "A second scheduler is added", airflow__scheduler__desired_count=2),
    _row("airflow-pool", "A pool gets more slots", airflow__pools__reports__slots=4),
    _row("airflow-logs", "Logs of Airflow tasks are kept longer", airflow__task_logs__retention_days=120),
    _row("airflow-period", "DAGs are fetched less often", airflow__dags__period_seconds=60),
    _row("airflow-fernet", "The Fernet key is rotated", airflow__fernet_key_version=2),
    Row(
        id="airflow-group-renamed",
        title="A worker group is renamed",
        steps=(Step(edit=_group_renamed),),
        keys=("airflow.workers",),
        shown="plan",
    ),
)

ROWS = (*DATABASE, *CACHE, *NETWORK, *LOAD_BALANCER, *REST, *SERVICES, *AIRFLOW)
