"""A DAG that runs a container on ECS, with what a worker's role allows and the published parameters say."""

from datetime import UTC, datetime, timedelta

import boto3
from airflow.providers.amazon.aws.operators.ecs import EcsRegisterTaskDefinitionOperator, EcsRunTaskOperator
from airflow.sdk import dag, task

PATH = "/windlass/local/airflow/workflow"
REGION = "eu-west-1"
CONTAINER, STREAMS = "work", "proof"


@dag(schedule=None, start_date=datetime(2026, 1, 1, tzinfo=UTC), catchup=False)
def workflow():
    @task(multiple_outputs=True)
    def facts():
        pages = boto3.client("ssm", region_name=REGION).get_paginator("get_parameters_by_path").paginate(Path=PATH)
        values = {each["Name"].rpartition("/")[2]: each["Value"] for page in pages for each in page["Parameters"]}
        return {
            **values,
            "family": values["task_family_prefix"] + "proof",
            "image": values["registry"] + "/web:0.1.0",
            "subnets": values["subnets"].split(","),
            "security_groups": values["security_groups"].split(","),
        }

    published = facts()
    logs = {"awslogs-group": published["log_group"], "awslogs-region": REGION, "awslogs-stream-prefix": STREAMS}
    register = EcsRegisterTaskDefinitionOperator(
        task_id="register",
        region_name=REGION,
        family=published["family"],
        container_definitions=[
            {
                "name": CONTAINER,
                "image": published["image"],
                "command": ["python", "-c", "print('workflow: done')"],
                "logConfiguration": {"logDriver": "awslogs", "options": logs},
            }
        ],
        register_task_kwargs={
            "cpu": "256",
            "memory": "512",
            "networkMode": "awsvpc",
            "requiresCompatibilities": ["FARGATE"],
            "runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
            "executionRoleArn": published["execution_role_arn"],
            "taskRoleArn": published["task_role_arn"],
            "tags": [{"key": "Owner", "value": "tests"}],
        },
    )
    EcsRunTaskOperator(
        task_id="run",
        region_name=REGION,
        cluster=published["cluster"],
        task_definition=register.output,
        launch_type="FARGATE",
        overrides={"containerOverrides": []},
        network_configuration={
            "awsvpcConfiguration": {
                "subnets": published["subnets"],
                "securityGroups": published["security_groups"],
                "assignPublicIp": published["assign_public_ip"],
            }
        },
        tags={"Owner": "tests"},
        container_name=CONTAINER,
        awslogs_group=published["log_group"],
        awslogs_region=REGION,
        awslogs_stream_prefix=STREAMS,
        awslogs_fetch_interval=timedelta(seconds=1),
        waiter_delay=2,
    )


workflow()
