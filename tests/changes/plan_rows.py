"""Changes of one resource in place, or of what nothing here models: judged by what `plan` says."""

from collections.abc import Sequence
from typing import Any

from tests.changes.environment_file import Data, Edit, put
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


DATABASE = (
    _row("database-class", "The class of the database is changed", database__instance_class="db.t4g.medium"),
    _row("database-storage", "The storage of the database is increased", database__allocated_storage_gib=40),
    _row("database-version", "The database gets another major version", database__engine_version="17"),
    _row("database-name", "The database's name is changed", database__database_name="other"),
    _row("database-user", "The master user is changed", database__username="other"),
    _row("database-standby", "A standby is added", database__multi_az=True),
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
)

NETWORK = (
    _egress("nat-gateway-per-zone", "Each zone gets its own NAT gateway"),
    _egress("public-ip", "Tasks get public addresses instead of a NAT gateway"),
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
)

LOAD_BALANCER = (
    _row("waf-on", "The firewall is switched on", "load_balancer.waf", load_balancer__waf={}),
    _row("scheme", "The load balancer becomes internal", load_balancer__scheme="internal"),
    _row("access-logs", "Access logs are kept longer", load_balancer__access_logs_retention_days=7),
    Row(
        id="zone-name",
        title="The zone gets another name, and all host names with it",
        steps=(Step(edit=_zone_name),),
        keys=("dns.zone_name",),
        shown="plan",
    ),
)


def _production(data: Data) -> None:
    data["kind"] = "production"
    data["load_balancer"]["deletion_protection"] = True
    data["database"] |= {
        "multi_az": True,
        "backup_retention_days": 7,
        "deletion_protection": True,
        "final_snapshot": True,
        "instance_class": "db.t4g.large",
    }
    data["cache"]["nodes"] = 2
    data["alarms"] = {"emails": {"oncall": "oncall@example.com"}}
    data["airflow"]["api_server"] = {"min_count": 2, "max_count": 2}
    data["airflow"]["scheduler"] = {"desired_count": 2}


REST = (
    Row(
        id="lock-file",
        title="The state is locked by a file too",
        steps=(Step(edit=put(state__use_lockfile=True)),),
        keys=("state.use_lockfile",),
        shown="plan",
        says=("nothing to change",),
    ),
    Row(
        id="kind",
        title="The environment becomes production",
        steps=(Step(edit=_production),),
        keys=("kind",),
        shown="plan",
    ),
    _row("tags", "A tag is added", "tags", tags={"Owner": "platform"}),
    _row("insights", "Container Insights are switched on", cluster__container_insights="enhanced"),
    _row(
        "working-hours",
        "Working hours are introduced, for Airflow",
        "working_hours.start",
        "working_hours.end",
        "working_hours.timezone",
        working_hours={"start": "07:00", "end": "20:00", "timezone": "Europe/Berlin"},
    ),
)

SMALL = (
    _row("database-limit", "The limit of storage autoscaling is raised", database__max_allocated_storage_gib=200),
    _row("database-port", "The port of the database is changed", database__port=15433),
    _row("database-backups", "Backups are kept longer", database__backup_retention_days=7),
    _row("database-window", "The backup window is moved", database__backup_window="04:40-05:40"),
    _row("database-maintenance", "The maintenance window is moved", database__maintenance_window="mon:06:00-mon:07:00"),
    _row("database-protected", "The database is protected from deletion", database__deletion_protection=True),
    _row("database-snapshot", "A final snapshot is wanted", database__final_snapshot=True),
    _row("database-insights", "Performance Insights are switched off", database__performance_insights=False),
    _row("database-monitoring", "Enhanced monitoring is switched on", database__monitoring_interval_seconds=60),
    _row("database-password", "The master password is rotated", database__password_version=2),
    _row("cache-port", "The port of the cache is changed", cache__port=6380),
    _row("cache-snapshots", "Snapshots of the cache are kept", cache__snapshot_retention_days=3),
    _row("cache-password", "The password of the cache is rotated", cache__password_version=2),
    _row("nat-zone", "The NAT gateway moves to another zone", network__nat_gateway_zone="eu-west-1b"),
    _row("cidr", "The range of the VPC is changed", network__cidr="10.0.0.0/17"),
    _row("flow-logs", "Flow logs are kept longer", network__flow_logs_retention_days=7),
    _row("idle-timeout", "The idle timeout is changed", load_balancer__idle_timeout_seconds=120),
    _row("clients", "Fewer clients may connect", load_balancer__allowed_cidrs=["203.0.113.0/24"]),
    _row("protected", "The load balancer is protected from deletion", load_balancer__deletion_protection=True),
    _row("exec-off", "ECS Exec is switched off", cluster__execute_command=False),
    _row("logs", "Logs are kept longer", cluster__logs_retention_days=7),
    _row(
        "alarms",
        "An address gets the alarms",
        "alarms.emails",
        alarms__emails={"oncall": "oncall@example.com"},
    ),
)

SERVICES = (
    _row("disk", "Tasks of a service get more ephemeral storage", services__web__ephemeral_storage_gib=30),
    _row("paths", "A service gets other paths", services__web__path_patterns=["/health", "/items*"]),
    _row("spot", "Tasks of a service may run on Spot", services__web__spot_percent=50),
    _row("no-cache", "A service does not use the cache any more", services__web__uses_cache=False),
    _row("limit", "The upper limit of tasks is raised", services__web__max_count=8),
    _row("no-database", "A service does not use the database any more", services__web__uses_database=False),
    _row(
        "health",
        "The container's health check is taken out, and the load balancer's begins earlier",
        services__web__health_check_command=[],
        services__web__health_check_grace_period_seconds=120,
    ),
    _row(
        "threshold",
        "Thresholds of a service's alarms are changed",
        services__web__alarms__error_percent=10,
        services__web__alarms__latency_p99_seconds=3,
        services__web__alarms__evaluation_minutes=5,
    ),
)

COMPONENTS = ("api_server", "scheduler", "dag_processor", "triggerer")


def _airflow_sizes(data: Data) -> None:
    for table in (
        *(data["airflow"].setdefault(name, {}) for name in COMPONENTS),
        data["airflow"]["workers"]["default"],
    ):
        table |= {"cpu": 2048, "memory_mib": 5120, "ephemeral_storage_gib": 40}


def _airflow_counts(data: Data) -> None:
    airflow = data["airflow"]
    data["database"]["instance_class"] = "db.t4g.large"
    airflow["api_server"] |= {"min_count": 2, "max_count": 3, "spot_percent": 10}
    for name in COMPONENTS[1:]:
        airflow[name] = {**airflow.get(name, {}), "desired_count": 2, "spot_percent": 10}
    airflow["workers"]["default"] |= {"max_count": 4, "on_demand_base": 2, "spot_percent": 50, "backlog_per_task": 3}


def _airflow_settings(data: Data) -> None:
    data["airflow"] |= {"database_pool_size": 6, "database_max_overflow": 6, "metrics": True}
    data["airflow"]["environment"]["AIRFLOW__CORE__PARALLELISM"] = "16"
    data["airflow"]["workers"]["default"]["concurrency"] = 4
    data["airflow"]["api_server"]["processes"] = 2


def _queues(data: Data) -> None:
    data["airflow"]["default_queue"] = "general"
    data["airflow"]["workers"]["default"]["queues"] = ["general", "default"]


def _group_added(data: Data) -> None:
    data["airflow"]["workers"]["reports"] = {"queues": ["reports"], "min_count": 0, "max_count": 2}


def _dags(id_: str, title: str, *keys: str, **settings: Any) -> Row:
    """DAGs come another way."""

    def edit(data: Data) -> None:
        data["airflow"]["dags"] = settings

    return Row(id=id_, title=title, steps=(Step(edit=edit),), keys=("airflow.dags.source", *keys), shown="plan")


def _repository(data: Data) -> None:
    data["airflow"]["dags"]["repositories"]["more"] = {"url": "https://git.windlass.localhost/more.git"}


def _moved_repository(data: Data) -> None:
    data["airflow"]["dags"]["repositories"]["dags"] |= {"ref": "release", "subdir": "dags"}


def _edited(id_: str, title: str, edit: Edit, *keys: str) -> Row:
    return Row(id=id_, title=title, steps=(Step(edit=edit),), keys=keys, shown="plan")


def _of(keys: Sequence[str], *tables: str) -> tuple[str, ...]:
    return tuple(f"airflow.{table}.{key}" for table in tables for key in keys)


AIRFLOW = (
    _edited(
        "airflow-sizes",
        "Tasks of Airflow get another size",
        _airflow_sizes,
        *_of(("cpu", "memory_mib", "ephemeral_storage_gib"), *COMPONENTS, "workers.*"),
    ),
    _edited(
        "airflow-counts",
        "More tasks of Airflow, and some on Spot",
        _airflow_counts,
        *_of(("min_count", "max_count", "spot_percent"), "api_server"),
        *_of(("desired_count", "spot_percent"), *COMPONENTS[1:]),
        *_of(("max_count", "on_demand_base", "spot_percent", "backlog_per_task"), "workers.*"),
    ),
    _edited(
        "airflow-settings",
        "Settings of Airflow are changed",
        _airflow_settings,
        "airflow.database_pool_size",
        "airflow.database_max_overflow",
        "airflow.metrics",
        "airflow.environment",
        "airflow.api_server.processes",
        "airflow.workers.*.concurrency",
    ),
    _edited(
        "airflow-queues",
        "Queues of a worker group are changed",
        _queues,
        "airflow.default_queue",
        "airflow.workers.*.queues",
    ),
    _dags("dags-efs", "DAGs come from EFS instead of Git", source="efs"),
    _dags("dags-image", "DAGs come with the image instead of Git", "airflow.dags.path", source="image"),
    _row(
        "airflow-pool",
        "A pool gets more slots",
        "airflow.pools.*.slots",
        "airflow.pools.*.description",
        "airflow.pools.*.include_deferred",
        airflow__pools__reports={"slots": 4, "description": "Reports", "include_deferred": True},
    ),
    _row("airflow-logs", "Logs of Airflow tasks are kept longer", airflow__task_logs__retention_days=120),
    _row(
        "airflow-clean",
        "The cleanup of Airflow's database is changed",
        airflow__db_clean__hour_utc=5,
        airflow__db_clean__retention_days=30,
    ),
    _row("airflow-no-clean", "The cleanup of Airflow's database is switched off", airflow__db_clean__enabled=False),
    _row("airflow-no-workflows", "DAGs may start no tasks of ECS any more", airflow__workflows__enabled=False),
    _row("airflow-period", "DAGs are fetched less often", airflow__dags__period_seconds=60),
    _row("airflow-exec", "ECS Exec is switched off for Airflow", airflow__execute_command=False),
    _row("airflow-fernet", "The Fernet key is rotated", airflow__fernet_key_version=2),
    _row("airflow-visibility", "Tasks may run longer", airflow__visibility_timeout_seconds=172800),
    _row(
        "airflow-alarms",
        "Thresholds of Airflow's alarms are changed",
        airflow__alarms__queued_tasks=50,
        airflow__alarms__queued_minutes=20,
        airflow__alarms__missing_tasks_minutes=20,
    ),
    _row(
        "airflow-name",
        "A host name of Airflow is added",
        airflow__host_names=["airflow.windlass.localhost", "dags.windlass.localhost"],
    ),
    _row(
        "airflow-egress",
        "Tasks may connect to another system",
        "airflow.egress_rules.*.cidr",
        "airflow.egress_rules.*.security_group_id",
        "airflow.egress_rules.*.port",
        airflow__egress_rules={
            "mail": {"cidr": "203.0.113.0/24", "port": 587},
            "peer": {"security_group_id": "sg-0123456789abcdef0", "port": 5432},
        },
    ),
)

ABOVE = (
    _row(
        "size",
        "Tasks of a service get more processor and memory",
        services__web__cpu=512,
        services__web__memory_mib=1024,
    ),
    _row("health-path", "The path of the health check is changed", services__web__health_check_path="/health/ready"),
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
    _row("airflow-proxy", "RDS Proxy is put before the database", "airflow.database_proxy", airflow__database_proxy={}),
    _row("airflow-login", "OIDC login is switched on", "airflow.authentication", airflow__authentication=OIDC),
    _edited(
        "airflow-group-added",
        "A worker group that scales from zero is added",
        _group_added,
        "airflow.workers",
        "airflow.workers.*.min_count",
    ),
    _edited(
        "airflow-repository-added", "A repository of DAGs is added", _repository, "airflow.dags.repositories.*.url"
    ),
    _edited(
        "airflow-repository-moved",
        "Another branch and folder of a repository of DAGs are used",
        _moved_repository,
        "airflow.dags.repositories.*.ref",
        "airflow.dags.repositories.*.subdir",
    ),
    _dags(
        "dags-s3",
        "DAGs come from S3 instead of Git",
        "airflow.dags.prefix",
        "airflow.dags.refresh_interval_seconds",
        source="s3",
        prefix="dags",
        refresh_interval_seconds=30,
    ),
)

ROWS = (*DATABASE, *CACHE, *NETWORK, *LOAD_BALANCER, *REST, *SMALL, *SERVICES, *AIRFLOW, *ABOVE)

_TRIED = (
    "database-class",
    "database-version",
    "database-name",
    "cache-node-type",
    "egress-public-ip",
    "zone-added",
    "waf-on",
    "scheme",
    "zone-name",
    "renamed-at-once",
    "to-codedeploy",
    "size",
)
TRIED = tuple(row for row in ROWS if row.id in _TRIED)
"""Those that `make test-long` plans."""
