"""What delivers DAGs is named by the environment file or made by the data layer; if neither, the synth fails."""

from dataclasses import replace

import pytest

from config import load
from config.airflow.dags import EfsDags, S3Dags
from layers.airflow.context import AirflowContext
from layers.airflow_outputs import AirflowData, DagsFileSystem
from layers.context import ServiceContext
from layers.outputs import DataOutputs, NetworkOutputs
from modules.alb import LoadBalancerOutputs
from modules.ecs import ClusterOutputs
from tests.support.documents import ROOT

CLUSTER_ARN = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"
DATA = AirflowData(
    task_logs_bucket_name="logs",
    dags_bucket_name="own-dags",
    dags_file_system=DagsFileSystem(file_system_id="fs-own", access_point_id="fsap-own"),
)


@pytest.fixture(scope="module")
def context() -> AirflowContext:
    environment = load("prod", ROOT)
    assert environment.airflow is not None
    balancer = LoadBalancerOutputs(
        arn="arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/prod/1",
        arn_suffix="app/prod/1",
        dns_name="prod.eu-west-1.elb.amazonaws.com",
        zone_id="Z1",
        listener_arn="arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/prod/1/2",
        url_scheme="https",
        port=443,
    )
    shared = ServiceContext(
        environment=environment,
        network=NetworkOutputs(),
        data=DataOutputs(),
        load_balancer=balancer,
        cluster=ClusterOutputs(arn=CLUSTER_ARN, name="prod", execute_command_log_group_arn=None),
        alarm_topic_arn="arn:aws:sns:eu-west-1:123456789012:alarms",
    )
    return AirflowContext(shared=shared, settings=environment.airflow, data=DATA)


def test_an_existing_bucket_comes_before_that_of_the_data_layer(context: AirflowContext) -> None:
    assert context.dags_bucket_name(S3Dags(source="s3", bucket="somebodys-dags")) == "somebodys-dags"
    assert context.dags_bucket_name(S3Dags(source="s3")) == "own-dags"


def test_an_existing_file_system_comes_before_that_of_the_data_layer(context: AirflowContext) -> None:
    dags = EfsDags(source="efs", file_system_id="fs-0123456789abcdef0", access_point_id="fsap-0123456789abcdef0")
    assert context.dags_file_system(dags).file_system_id == "fs-0123456789abcdef0"
    assert context.dags_file_system(EfsDags(source="efs")) == DATA.dags_file_system


def test_nothing_that_delivers_dags_is_an_error_and_never_the_text_none(context: AirflowContext) -> None:
    bare = replace(context, data=replace(DATA, dags_bucket_name=None, dags_file_system=None))
    with pytest.raises(ValueError, match=r"publishes no bucket for DAGs, and airflow\.dags\.bucket names none"):
        bare.dags_bucket_name(S3Dags(source="s3"))
    with pytest.raises(ValueError, match="publishes no file system for DAGs"):
        bare.dags_file_system(EfsDags(source="efs"))
