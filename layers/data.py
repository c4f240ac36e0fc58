"""The `data` layer: everything that stores data: secrets, database, cache, buckets, image repositories."""

from dataclasses import dataclass

from constructs import Construct

from config import Environment
from layers.airflow.data_layer import airflow_data
from layers.airflow.secrets import Sources
from layers.airflow_names import has_immutable_tags, repository_keys, repository_name
from layers.airflow_outputs import AirflowData
from layers.backups import copy_backups, key_of_copies, replica
from layers.boundary import limit_roles
from layers.layer import Layer
from layers.outputs import DataOutputs, NetworkOutputs
from layers.reachability import CACHE, DATABASE
from layers.remote_state import publish
from layers.service_secrets import make_own_secrets
from modules import elasticache, rds
from modules.containers import ROOT_CERTIFICATES_FILE
from modules.registry import (
    Repositories,
    RepositoriesInputs,
    RepositoriesOutputs,
    Repository,
)
from modules.secrets import (
    DerivedSecret,
    DerivedSecretInputs,
    GeneratedSecret,
    GeneratedSecretInputs,
    GeneratedSecretOutputs,
    SecretReplica,
    SecretStore,
)
from modules.storage import Bucket, BucketInputs, Lifecycle, LoadBalancerLogs

DATABASE_TLS = f"sslmode=verify-full&sslrootcert={ROOT_CERTIFICATES_FILE}"
"""Parameters of libpq: certificate and host name are verified (D07)."""


@dataclass(frozen=True, kw_only=True)
class _Cache:
    """The cache, its password, and the secret with its URL."""

    outputs: elasticache.ValkeyOutputs
    password: GeneratedSecretOutputs
    url_secret_arn: str


class DataLayer(Layer):
    """Stays while the `service` layer is destroyed and recreated (S02)."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        super().__init__(scope, environment, "data")
        self.network = self.outputs_of("network", NetworkOutputs)
        self.store = SecretStore(
            path=environment.secret_path(),
            kms_key_arn=self.network.kms_key_arn,
            # A deleted secret keeps its name for the whole window, and a throw-away environment is recreated (S05).
            recovery_window_in_days=0 if environment.is_throw_away else 30 if environment.is_production else 7,
        )
        database, database_url = self._database()
        copies_key = key_of_copies(self, environment)
        if copies_key is not None:
            copy_backups(self, environment, database.arn, copies_key)
        cache = self._cache()
        repositories = self._repositories()
        airflow = self._airflow(database, cache, replica(environment, copies_key))
        self.outputs = DataOutputs(
            database_address=database.address,
            database_port=database.port,
            database_identifier=database.identifier,
            database_url_secret_arn=database_url,
            cache_address=cache.outputs.primary_endpoint_address if cache else None,
            cache_port=cache.outputs.port if cache else None,
            cache_url_secret_arn=cache.url_secret_arn if cache else None,
            access_logs_bucket_name=self._access_logs_bucket(),
            repository_urls=repositories.repository_urls,
            repository_arns=repositories.repository_arns,
            service_secret_arns=make_own_secrets(self, environment, self.store),
            airflow=airflow,
        )
        limit_roles(self, environment, self.network.boundary_arn)
        publish(self, self.outputs, environment)

    def _password(self, id_: str, name: str, description: str, version: int) -> GeneratedSecretOutputs:
        inputs = GeneratedSecretInputs(store=self.store, name=name, description=description, rotation=version)
        return GeneratedSecret(self, id_, inputs).outputs

    def _database(self) -> tuple[rds.PostgreSqlOutputs, str]:
        settings, key = self.environment.database, self.network.kms_key_arn
        password = self._password(
            "database-password", "database/password", "Password of the database", settings.password_version
        )
        inputs = rds.PostgreSqlInputs(
            identifier=self.environment.prefix,
            account=self.environment.aws.account,
            database_name=settings.database_name,
            username=settings.username,
            password_expression=password.value_expression,
            password_version=password.rotation,
            engine=rds.Engine(major_version=settings.engine_version, instance_class=settings.instance_class),
            storage=rds.Storage(
                allocated_gib=settings.allocated_storage_gib,
                max_allocated_gib=settings.max_allocated_storage_gib,
                kms_key_arn=key,
            ),
            network=rds.Network(
                subnet_ids=self.network.isolated_subnet_ids,
                security_group_ids=[self.network.security_group_ids[DATABASE]],
                port=settings.port,
            ),
            availability=rds.Availability(
                multi_az=settings.multi_az,
                deletion_protection=settings.deletion_protection,
                final_snapshot=settings.final_snapshot,
                maintenance_window=settings.maintenance_window,
                apply_immediately=settings.apply_immediately,
            ),
            backup=rds.Backup(
                retention_days=settings.backup_retention_days,
                window=settings.backup_window,
                restore_from_snapshot=settings.restore_from_snapshot,
                restore_from_backup_arn=settings.restore_from_backup_arn,
                restore_to_time=settings.restore_to_time,
            ),
            monitoring=rds.Monitoring(
                log_retention_days=self.environment.cluster.logs_retention_days,
                log_kms_key_arn=key,
                performance_insights=settings.performance_insights,
                performance_insights_kms_key_arn=key if settings.performance_insights else None,
                enhanced_interval_seconds=settings.monitoring_interval_seconds,
            ),
            replicas={
                name: rds.ReadReplica(instance_class=replica.instance_class)
                for name, replica in settings.read_replicas.items()
            },
        )
        database = rds.PostgreSql(self, "database", inputs).outputs
        # A05: the password is letters and digits, so it needs no encoding in a URL.
        url = (
            f"postgresql://{database.username}:{password.value_expression}@{database.address}:{database.port}"
            f"/{database.database_name}?{DATABASE_TLS}"
        )
        secret = DerivedSecretInputs(
            store=self.store,
            name="database/url",
            description="URL of the database",
            value_expression=url,
            triggers={
                "rotation": password.rotation,
                "address": database.endpoint,
                "username": database.username,
                "database": database.database_name,
                "tls": DATABASE_TLS,
            },
        )
        return database, DerivedSecret(self, "database-url", secret).outputs.secret_arn

    def _cache(self) -> _Cache | None:
        settings, key = self.environment.cache, self.network.kms_key_arn
        if settings is None:
            return None
        password = self._password(
            "cache-password", "cache/password", "Password of the cache", settings.password_version
        )
        inputs = elasticache.ValkeyInputs(
            name=self.environment.prefix,
            description=f"Valkey of {self.environment.prefix}",
            engine=elasticache.Engine(
                version=settings.engine_version,
                node_type=settings.node_type,
                num_cache_clusters=settings.nodes,
                maxmemory_policy=settings.maxmemory_policy,
            ),
            network=elasticache.Network(
                subnet_ids=self.network.isolated_subnet_ids,
                security_group_ids=[self.network.security_group_ids[CACHE]],
                port=settings.port,
            ),
            authentication=elasticache.Authentication(
                password_secret_arn=password.secret_arn,
                password_version=password.rotation,
                accept_previous_password=settings.accept_previous_password,
            ),
            kms_key_arn=key,
            snapshots=elasticache.Snapshots(retention_days=settings.snapshot_retention_days),
            maintenance=elasticache.Maintenance(
                apply_immediately=settings.apply_immediately,
                log_retention_days=self.environment.cluster.logs_retention_days,
                log_kms_key_arn=key,
            ),
        )
        cache = elasticache.Valkey(self, "cache", inputs).outputs
        secret = DerivedSecretInputs(
            store=self.store,
            name="cache/url",
            description="URL of the cache",
            value_expression=(
                f"rediss://{cache.username}:{password.value_expression}@{cache.primary_endpoint_address}:{cache.port}/0"
            ),
            triggers={
                "rotation": password.rotation,
                "address": f"{cache.primary_endpoint_address}:{cache.port}",
                "username": cache.username,
            },
        )
        url_secret_arn = DerivedSecret(self, "cache-url", secret).outputs.secret_arn
        return _Cache(outputs=cache, password=password, url_secret_arn=url_secret_arn)

    def _access_logs_bucket(self) -> str:
        aws = self.environment.aws
        inputs = BucketInputs(
            name=self.environment.bucket_name("access-logs"),
            account=aws.account,
            lifecycle=Lifecycle(expire_after_days=self.environment.load_balancer.access_logs_retention_days),
            accepts=(LoadBalancerLogs(),),
            force_destroy=self.environment.is_throw_away,
        )
        return Bucket(self, "access-logs", inputs).outputs.bucket_name

    def _repositories(self) -> RepositoriesOutputs:
        inputs = RepositoriesInputs(
            repositories={
                name: Repository(
                    name=repository_name(self.environment, name),
                    immutable_tags=has_immutable_tags(self.environment),
                )
                for name in repository_keys(self.environment)
            },
            kms_key_arn=self.network.kms_key_arn,
            force_delete=self.environment.is_throw_away,
        )
        return Repositories(self, "repositories", inputs).outputs

    def _airflow(
        self, database: rds.PostgreSqlOutputs, cache: _Cache | None, copies: SecretReplica | None
    ) -> AirflowData | None:
        airflow = self.environment.airflow
        if airflow is None:
            return None
        assert cache is not None  # a rule of the environment file requires it
        sources = Sources(
            store=self.store,
            network=self.network,
            database=database,
            cache=cache.outputs,
            cache_password=cache.password,
            replica=copies,
        )
        return airflow_data(self, self.environment, airflow, sources)
