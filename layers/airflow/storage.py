"""Where Airflow's files are, in the data layer: task logs, and DAGs that are delivered by a bucket or a file system."""

from constructs import Construct

from config import Environment
from layers.airflow.names import airflow_of, makes_dags_bucket, makes_dags_file_system
from layers.outputs import NetworkOutputs
from layers.reachability import AIRFLOW_DAGS
from modules.efs import FileSystem, FileSystemInputs, FileSystemOutputs
from modules.storage import Bucket, BucketInputs, Lifecycle


class AirflowStorage(Construct):
    """The task logs' bucket, and a place for DAGs where the delivery needs one."""

    task_logs_bucket_name: str
    dags_bucket_name: str | None = None
    dags_file_system: FileSystemOutputs | None = None

    def __init__(self, scope: Construct, id_: str, environment: Environment, network: NetworkOutputs) -> None:
        super().__init__(scope, id_)
        self._environment, self._network = environment, network
        logs = airflow_of(environment).task_logs
        self.task_logs_bucket_name = self._bucket("task-logs", Lifecycle(expire_after_days=logs.expire_after_days))
        if makes_dags_bucket(environment):
            self.dags_bucket_name = self._bucket("dags", Lifecycle())
        if makes_dags_file_system(environment):
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
            partition=environment.aws.partition,
            kms_key_arn=self._network.kms_key_arn,
            lifecycle=lifecycle,
            force_destroy=environment.is_throw_away,
        )
        return Bucket(self, purpose, inputs).outputs.bucket_name
