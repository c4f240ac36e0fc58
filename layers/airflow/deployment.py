"""Translates the section `[airflow]` and the outputs of the layers below into a deployment of `modules.airflow`."""

from aws.root_certificates import root_certificates
from config.airflow import Airflow
from config.airflow.dags import EfsDags, GitSync, S3Dags
from layers import images
from layers.airflow.context import AirflowContext
from layers.airflow_names import git_secret
from modules import airflow as module
from modules.airflow.dags import Delivery
from modules.ecs import SecretReference

TASK_LOGS_FOLDER = "task-logs"


def deployment(context: AirflowContext, base_url: str) -> module.Airflow:
    """The deployment of an environment.

    Args:
        context: the section `[airflow]`, and what all services share.
        base_url: address of the UI.
    """
    environment, settings = context.shared.environment, context.settings
    user = settings.first_user
    return module.Airflow(
        name=environment.prefix,
        image=images.cached_image(settings.image, environment),
        base_url=base_url,
        internal_host=f"airflow-api-server.{context.shared.network.namespace_name}",
        secrets=_secrets(context),
        dags=_delivery(context),
        task_logs_url=f"s3://{context.data.task_logs_bucket_name}/{TASK_LOGS_FOLDER}",
        first_user=module.FirstUser(
            username=user.username,
            first_name=user.first_name,
            last_name=user.last_name,
            email=user.email,
            role=user.role,
        ),
        root_certificates=root_certificates(environment.aws.region),
        pools={
            name: module.Pool(slots=pool.slots, description=pool.description, include_deferred=pool.include_deferred)
            for name, pool in settings.pools.items()
        },
        default_queue=settings.default_queue,
        queues=[queue for group in settings.workers.values() for queue in group.queues],
        database=module.Database(pool_size=settings.database_pool_size, max_overflow=settings.database_max_overflow),
        visibility_timeout_seconds=settings.visibility_timeout_seconds,
        # Airflow's own value is longer than the load balancer's default; a longer one must not overtake it.
        keep_alive_seconds=max(120, environment.load_balancer.keep_alive_seconds),
        api_server_processes=settings.api_server.processes,
        metrics=settings.metrics,
        environment=settings.environment,
        dag_secrets={name: SecretReference(arn=arn) for name, arn in settings.secrets.items()},
    )


def _secrets(context: AirflowContext) -> module.Secrets:
    environment, settings = context.shared.environment, context.settings
    references = {key: SecretReference(arn=arn) for key, arn in context.data.secret_arns.items()}
    assert environment.cache is not None  # a rule of the environment file demands it
    return module.Secrets(
        admin_database_url=SecretReference(arn=context.shared.data.database_url_secret_arn),
        database_url=references["database-url"],
        broker_url=references["broker-url"],
        fernet_keys=references["fernet-keys"],
        jwt_secret=references["jwt-secret"],
        api_secret_key=references["api-secret-key"],
        first_user_password=references["first-user-password"],
        versions={
            "admin_database_url": environment.database.password_version,
            "api_secret_key": settings.api_secret_key_version,
            "broker_url": environment.cache.password_version,
            "database_url": _database_url_version(settings),
            "fernet_keys": settings.fernet_key_version,
            "first_user_password": settings.first_user_password_version,
            "jwt_secret": settings.jwt_secret_version,
        },
    )


def _database_url_version(settings: Airflow) -> int | str:
    """The proxy changes the URL, so tasks are replaced when it is added or removed."""
    version = settings.database_password_version
    return version if settings.database_proxy is None else f"{version}-proxy"


def _delivery(context: AirflowContext) -> Delivery:
    dags = context.settings.dags
    if isinstance(dags, GitSync):
        return module.FromGit(
            image=images.cached_image(dags.image, context.shared.environment),
            repositories={
                name: module.GitRepository(
                    url=repository.url,
                    ref=repository.ref,
                    folder=repository.subdir,
                    credentials=repository.credentials,
                    secret=_git_secret(context, name, repository.secret_arn, repository.credentials),
                    username=repository.username,
                    known_hosts=repository.known_hosts,
                )
                for name, repository in dags.repositories.items()
            },
            period_seconds=dags.period_seconds,
        )
    if isinstance(dags, S3Dags):
        bucket = context.dags_bucket_name(dags)
        return module.FromBucket(bucket=bucket, prefix=dags.prefix or "", period_seconds=dags.refresh_interval_seconds)
    if isinstance(dags, EfsDags):
        return module.OnFileSystem()
    return module.InImage(folder=dags.path)


def _git_secret(
    context: AirflowContext, name: str, existing_arn: str | None, credentials: str
) -> SecretReference | None:
    if credentials == "none":
        return None
    return SecretReference(arn=existing_arn or context.data.secret_arns[git_secret(name)])
