"""One deployment of Airflow in the service layer: its section of the environment file, and what it shares."""

from dataclasses import dataclass

from config.airflow import Airflow
from config.airflow.dags import EfsDags, S3Dags
from layers.airflow_outputs import AirflowData, DagsFileSystem
from layers.context import ServiceContext


@dataclass(frozen=True, kw_only=True)
class AirflowContext:
    """Given to everything of Airflow in the service layer."""

    shared: ServiceContext
    """What all services share."""

    settings: Airflow
    """The section `[airflow]`."""

    data: AirflowData
    """What the data layer holds for Airflow."""

    @property
    def allows_execute_command(self) -> bool:
        """Whether ECS Exec may open a shell in Airflow's containers. The section decides, else `[cluster]`."""
        own = self.settings.execute_command
        return self.shared.environment.cluster.execute_command if own is None else own

    def dags_bucket_name(self, dags: S3Dags) -> str:
        """The bucket that delivers DAGs: an existing one, or that of the data layer.

        Raises:
            ValueError: there is neither.
        """
        name = dags.bucket or self.data.dags_bucket_name
        if name is None:
            raise ValueError("the data layer publishes no bucket for DAGs, and airflow.dags.bucket names none")
        return name

    def dags_file_system(self, dags: EfsDags) -> DagsFileSystem:
        """The file system that delivers DAGs: an existing one, or that of the data layer.

        Raises:
            ValueError: there is neither.
        """
        if dags.file_system_id is not None and dags.access_point_id is not None:
            return DagsFileSystem(file_system_id=dags.file_system_id, access_point_id=dags.access_point_id)
        if self.data.dags_file_system is None:
            raise ValueError("the data layer publishes no file system for DAGs, and airflow.dags names no complete one")
        return self.data.dags_file_system
