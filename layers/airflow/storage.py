"""Airflow's files in the data layer: task logs, and DAGs that a bucket or a file system delivers (A17)."""

from constructs import Construct

from config import Environment
from config.airflow import Airflow
from layers.airflow_names import makes_dags_bucket, makes_dags_file_system
from layers.outputs import NetworkOutputs
from layers.reachability import AIRFLOW_DAGS
from modules.efs import FileSystem, FileSystemInputs, FileSystemOutputs
from modules.storage import Bucket, BucketInputs, Lifecycle


class AirflowStorage(Construct):
    """The bucket of the task logs, and the bucket or file system that delivers DAGs, where one is needed."""

    task_logs_bucket_name: str
    dags_bucket_name: str | None = None
    dags_file_system: FileSystemOutputs | None = None

    def __init__(
        self, scope: Construct, id_: str, environment: Environment, airflow: Airflow, network: NetworkOutputs
    ) -> None:
        super().__init__(scope, id_)
        self._environment, self._network = environment, network
        logs = airflow.task_logs
        self.task_logs_bucket_name = self._bucket("task-logs", Lifecycle(expire_after_days=logs.retention_days))
        if makes_dags_bucket(airflow):
            self.dags_bucket_name = self._bucket("dags", Lifecycle())
        if makes_dags_file_system(airflow):
            inputs = FileSystemInputs(
                name=f"{environment.prefix}-dags",
                subnet_ids=network.private_subnet_ids,
                security_group_ids=[network.security_group_ids[AIRFLOW_DAGS]],
                directory="/dags",
                kms_key_arn=network.kms_key_arn,
                backup=environment.kind != "development",
            )
            self.dags_file_system = FileSystem(self, "dags-file-system", inputs).outputs

    def _bucket(self, purpose: str, lifecycle: Lifecycle) -> str:
        environment = self._environment
        inputs = BucketInputs(
            name=environment.bucket_name(purpose),
            account=environment.aws.account,
            kms_key_arn=self._network.kms_key_arn,
            lifecycle=lifecycle,
            force_destroy=environment.is_throw_away,
        )
        return Bucket(self, purpose, inputs).outputs.bucket_name
