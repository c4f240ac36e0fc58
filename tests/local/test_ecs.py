import pytest

STRATEGY = [
    {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
    {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 3},
]
DEPLOYMENT = {
    "deploymentCircuitBreaker": {"enable": True, "rollback": True},
    "maximumPercent": 200,
    "minimumHealthyPercent": 100,
    "alarms": {"alarmNames": ["errors"], "enable": True, "rollback": True},
}


@pytest.fixture(scope="module")
def ecs(client):
    ecs = client("ecs")
    ecs.create_cluster(clusterName="platform")
    for image in ("web:1", "web:2"):
        ecs.register_task_definition(
            family="web", containerDefinitions=[{"name": "web", "image": image, "memory": 512}]
        )
    return ecs


def _described(ecs, name):
    return ecs.describe_services(cluster="platform", services=[name])["services"][0]


def test_a_service_keeps_every_argument_and_is_steady_at_once(ecs, subnet_ids):
    ecs.create_service(
        cluster="platform",
        serviceName="complete",
        taskDefinition="web:1",
        desiredCount=3,
        capacityProviderStrategy=STRATEGY,
        deploymentConfiguration=DEPLOYMENT,
        enableExecuteCommand=True,
        enableECSManagedTags=True,
        propagateTags="SERVICE",
        healthCheckGracePeriodSeconds=300,
        availabilityZoneRebalancing="ENABLED",
        platformVersion="LATEST",
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnet_ids, "securityGroups": []}},
    )

    service = _described(ecs, "complete")
    assert service["capacityProviderStrategy"] == STRATEGY
    assert "launchType" not in service
    assert service["deploymentConfiguration"] == DEPLOYMENT
    assert (service["enableExecuteCommand"], service["enableECSManagedTags"]) == (True, True)
    assert service["propagateTags"] == "SERVICE"
    assert service["healthCheckGracePeriodSeconds"] == 300
    assert service["availabilityZoneRebalancing"] == "ENABLED"
    assert (service["desiredCount"], service["runningCount"], service["pendingCount"]) == (3, 3, 0)
    deployment = service["deployments"][0]
    assert (deployment["runningCount"], deployment["rolloutState"]) == (3, "COMPLETED")
    cluster = ecs.describe_clusters(clusters=["platform"])["clusters"][0]
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"]) == (3, 0)


def test_an_update_reads_back_in_the_service_and_in_its_deployment(ecs):
    ecs.create_service(cluster="platform", serviceName="changing", taskDefinition="web:1", desiredCount=1)
    before = _described(ecs, "changing")["deployments"][0]["id"]

    ecs.update_service(
        cluster="platform",
        service="changing",
        taskDefinition="web:2",
        desiredCount=4,
        capacityProviderStrategy=STRATEGY,
        enableECSManagedTags=True,
        enableExecuteCommand=True,
        healthCheckGracePeriodSeconds=60,
        deploymentConfiguration=DEPLOYMENT,
    )

    service = _described(ecs, "changing")
    deployment = service["deployments"][0]
    assert service["taskDefinition"].startswith("arn:aws:ecs:")
    assert service["taskDefinition"].endswith("task-definition/web:2")
    assert deployment["taskDefinition"] == service["taskDefinition"]
    assert deployment["id"] != before
    assert (service["runningCount"], deployment["runningCount"], deployment["desiredCount"]) == (4, 4, 4)
    assert (service["enableECSManagedTags"], service["enableExecuteCommand"]) == (True, True)
    assert service["healthCheckGracePeriodSeconds"] == 60
    assert service["deploymentConfiguration"]["maximumPercent"] == 200


def test_scaling_alone_starts_no_new_deployment(ecs):
    ecs.create_service(cluster="platform", serviceName="scaling", taskDefinition="web:1", desiredCount=1)
    before = _described(ecs, "scaling")["deployments"][0]["id"]

    ecs.update_service(cluster="platform", service="scaling", desiredCount=0)

    service = _described(ecs, "scaling")
    assert service["deployments"][0]["id"] == before
    assert (service["desiredCount"], service["runningCount"]) == (0, 0)


def test_what_is_deleted_is_in_no_list_and_can_be_made_again(ecs):
    for _ in range(2):
        ecs.create_cluster(clusterName="short-lived")
        ecs.create_service(cluster="short-lived", serviceName="web", taskDefinition="web:1", desiredCount=1)
        assert len(ecs.list_services(cluster="short-lived")["serviceArns"]) == 1

        ecs.delete_service(cluster="short-lived", service="web", force=True)
        assert ecs.list_services(cluster="short-lived")["serviceArns"] == []
        ecs.delete_cluster(cluster="short-lived")

        assert not any(arn.endswith("/short-lived") for arn in ecs.list_clusters()["clusterArns"])
        assert ecs.describe_clusters(clusters=["short-lived"])["clusters"][0]["status"] == "INACTIVE"


def test_a_task_runs_whose_container_names_no_memory_of_its_own(ecs):
    definition = {"name": "web", "image": "web:1", "essential": True}
    how = {"cpu": "256", "memory": "512"}
    ecs.register_task_definition(family="lean", containerDefinitions=[definition], **how)
    (task,) = ecs.run_task(cluster="platform", taskDefinition="lean", launchType="FARGATE")["tasks"]
    assert task["taskDefinitionArn"].endswith("task-definition/lean:1")


@pytest.mark.parametrize(
    ("container", "what"),
    [
        ({"image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1"}, "ECR images"),
        ({"image": "web:1", "logConfiguration": {"logDriver": "awslogs"}}, "log driver awslogs"),
    ],
)
def test_fargate_needs_an_execution_role_for_images_of_ecr_and_for_logs(ecs, container, what):
    definition = {
        "family": "roleless",
        "requiresCompatibilities": ["FARGATE"],
        "networkMode": "awsvpc",
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [{"name": "web", **container}],
    }
    message = f"Fargate requires task definition to have execution role ARN to support {what}."
    with pytest.raises(ecs.exceptions.ClientException, match=message):
        ecs.register_task_definition(**definition)
    ecs.register_task_definition(**definition, executionRoleArn="arn:aws:iam::123456789012:role/execution")
    ecs.register_task_definition(**{**definition, "requiresCompatibilities": ["EC2"]})
    ecs.register_task_definition(**{**definition, "containerDefinitions": [{"name": "web", "image": "web:1"}]})


def test_a_task_of_a_capacity_provider_has_a_launch_type(client):
    ecs = client("ecs")
    ecs.create_cluster(clusterName="providers")
    ecs.register_task_definition(
        family="providers", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 512}]
    )
    spot = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    (task,) = ecs.run_task(cluster="providers", taskDefinition="providers", capacityProviderStrategy=spot)["tasks"]
    assert task["launchType"] == "FARGATE"
