"""Airflow in the data layer: its secrets, the copies of its public images, its buckets or file system."""

from constructs import Construct

from config import Environment
from config.airflow import Airflow
from layers import images
from layers.airflow.secrets import AirflowSecrets, Sources
from layers.airflow.storage import AirflowStorage
from layers.airflow_names import airflow_images
from layers.airflow_outputs import AirflowData, DagsFileSystem
from modules.registry import PullThroughCache, PullThroughCacheInputs


def airflow_data(scope: Construct, environment: Environment, airflow: Airflow, sources: Sources) -> AirflowData:
    """Create what a deployment of Airflow stores.

    Args:
        scope: the data layer.
        environment: names, account, kind.
        airflow: its section `[airflow]`.
        sources: what the secrets are derived from.
    """
    secrets = AirflowSecrets(scope, "airflow", environment, airflow, sources)
    registries = images.cached_registries(airflow_images(airflow), environment)
    if registries:
        cache = PullThroughCacheInputs(
            prefix=environment.prefix,
            registries=registries,
            docker_hub_credential_arn=airflow.docker_hub_credential_arn,
        )
        PullThroughCache(scope, "pull-through-cache", cache)
    storage = AirflowStorage(scope, "airflow-storage", environment, airflow, sources.network)
    return stored(secrets, storage)


def stored(secrets: AirflowSecrets, storage: AirflowStorage) -> AirflowData:
    """The outputs of Airflow's secrets and storage."""
    proxy, file_system = secrets.database_proxy, storage.dags_file_system
    return AirflowData(
        secret_arns=secrets.arns,
        database_proxy_address=None if proxy is None else proxy.address,
        task_logs_bucket_name=storage.task_logs_bucket_name,
        dags_bucket_name=storage.dags_bucket_name,
        dags_file_system=None
        if file_system is None
        else DagsFileSystem(file_system_id=file_system.file_system_id, access_point_id=file_system.access_point_id),
    )
