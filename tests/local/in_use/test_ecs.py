"""Clusters, providers of capacity, names of services, and AWS's limits of task definitions."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from local.dataplane.desired_state.pages import Pages
from local.extensions.dataplane import OBSERVED_PATH
from tests.local.in_use.holders import make_service, network_of
from tests.local.in_use.refusals import refused

SERVICES_ARE_THERE = "The Cluster cannot be deleted while Services are active."
TASKS_ARE_THERE = "The Cluster cannot be deleted while Tasks are active."


@pytest.fixture
def ecs(client, network):  # the network is empty only when the service is gone
    ecs = client("ecs")
    yield ecs
    with suppress(ecs.exceptions.ClusterNotFoundException, ecs.exceptions.ServiceNotFoundException):
        ecs.delete_service(cluster="holds", service="web", force=True)


@pytest.fixture
def report(endpoint_url):
    """Reports tasks as the data plane does."""

    def send(method, *tasks):
        body = json.dumps({"services": {}, "targets": {}, "tasks": {task["taskArn"]: task for task in tasks}}).encode()
        request = Request(endpoint_url + OBSERVED_PATH, data=body, method=method)
        build_opener(ProxyHandler({})).open(request, timeout=10).close()

    yield lambda *tasks: send("PUT", *tasks)
    send("DELETE")


def _task(ecs, status="RUNNING", **more):
    cluster = ecs.describe_clusters(clusters=["holds"])["clusters"][0]["clusterArn"]
    definition = ecs.describe_task_definition(taskDefinition="holds")["taskDefinition"]["taskDefinitionArn"]
    return {
        "taskArn": f"{cluster.replace(':cluster/', ':task/')}/{'0' * 32}",
        "clusterArn": cluster,
        "taskDefinitionArn": definition,
        "lastStatus": status,
        "desiredStatus": "STOPPED",
        "group": "service:web",
        "containers": [],
        "createdAt": datetime.now(UTC).timestamp(),
        **more,
    }


def _status(ecs):
    return ecs.describe_services(cluster="holds", services=["web"])["services"][0]["status"]


def test_a_cluster_stays_while_it_has_a_service(ecs, network):
    make_service(ecs, network)
    with refused("ClusterContainsServicesException", SERVICES_ARE_THERE):
        ecs.delete_cluster(cluster="holds")
    assert ecs.describe_clusters(clusters=["holds"])["clusters"][0]["status"] == "ACTIVE"
    ecs.update_service(cluster="holds", service="web", desiredCount=0)
    with refused("ClusterContainsServicesException", SERVICES_ARE_THERE):
        ecs.delete_cluster(cluster="holds")
    ecs.delete_service(cluster="holds", service="web")
    ecs.delete_cluster(cluster="holds")


def test_a_deleted_service_drains_until_its_last_task_has_ended(ecs, network, report):
    make_service(ecs, network)
    report(_task(ecs))
    ecs.delete_service(cluster="holds", service="web", force=True)
    assert _status(ecs) == "DRAINING"
    with refused("ClusterContainsServicesException", SERVICES_ARE_THERE):
        ecs.delete_cluster(cluster="holds")
    with refused("InvalidParameterException", "Unable to Start a service that is still Draining."):
        make_service(ecs, network)
    with refused("DependencyViolation", f"resource {network.group_id} has a dependent object"):
        network.ec2.delete_security_group(GroupId=network.group_id)
    report(_task(ecs, "STOPPED"))
    assert _status(ecs) == "INACTIVE"
    make_service(ecs, network)


def test_a_cluster_and_a_group_stay_while_a_task_runs_in_them(ecs, network, report):
    make_service(ecs, network)
    ecs.delete_service(cluster="holds", service="web", force=True)
    report()
    task = ecs.run_task(
        cluster="holds", taskDefinition="holds", launchType="FARGATE", networkConfiguration=network_of(network)
    )["tasks"][0]["taskArn"]
    with refused("ClusterContainsTasksException", TASKS_ARE_THERE):
        ecs.delete_cluster(cluster="holds")
    with refused("DependencyViolation", f"resource {network.group_id} has a dependent object"):
        network.ec2.delete_security_group(GroupId=network.group_id)
    report(_task(ecs, "STOPPED", taskArn=task, group="family:holds"))
    ecs.delete_cluster(cluster="holds")


def test_the_network_of_a_task_is_known_until_another_starts_after_its_end(ecs, network, report, endpoint_url):
    make_service(ecs, network)
    ecs.delete_service(cluster="holds", service="web", force=True)
    report()
    pages = Pages(endpoint_url, "eu-west-1")

    def started():
        task = ecs.run_task(
            cluster="holds", taskDefinition="holds", launchType="FARGATE", networkConfiguration=network_of(network)
        )["tasks"][0]
        assert "awsvpcConfiguration" not in task
        return task["taskArn"]

    first, given = started(), network_of(network)["awsvpcConfiguration"]
    assert pages.task_networks("eu-west-1") == {first: given}
    assert pages.task_networks("us-east-1") == {}
    report(_task(ecs, taskArn=first, group="family:holds"))
    assert pages.task_networks("eu-west-1") == {first: given}, "the data plane does not report it"
    report(_task(ecs, "STOPPED", taskArn=first, group="family:holds"))
    second = started()
    assert pages.task_networks("eu-west-1") == {second: given}
    report(*(_task(ecs, "STOPPED", taskArn=each, group="family:holds") for each in (first, second)))
    ecs.delete_cluster(cluster="holds")


def test_without_a_data_plane_a_stopped_task_gives_up_its_interface(ecs, network):
    make_service(ecs, network)
    ecs.delete_service(cluster="holds", service="web", force=True)
    (task,) = ecs.run_task(
        cluster="holds", taskDefinition="holds", launchType="FARGATE", networkConfiguration=network_of(network)
    )["tasks"]
    with refused("ClusterContainsTasksException", TASKS_ARE_THERE):
        ecs.delete_cluster(cluster="holds")
    with refused("DependencyViolation", f"resource {network.group_id} has a dependent object"):
        network.ec2.delete_security_group(GroupId=network.group_id)
    ecs.stop_task(cluster="holds", task=task["taskArn"])


def test_a_provider_of_capacity_stays_while_a_service_uses_it(ecs, client, network):
    ecs.create_cluster(clusterName="provided", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    ecs.register_task_definition(
        family="provided", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 512}]
    )
    ecs.create_service(
        cluster="provided",
        serviceName="web",
        taskDefinition="provided",
        desiredCount=0,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    leave_out = {"cluster": "provided", "capacityProviders": ["FARGATE"], "defaultCapacityProviderStrategy": []}
    with refused("ResourceInUseException", "The specified capacity provider is in use and cannot be removed."):
        ecs.put_cluster_capacity_providers(**leave_out)
    described = ecs.describe_clusters(clusters=["provided"])["clusters"][0]
    assert described["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    ecs.delete_service(cluster="provided", service="web")
    ecs.put_cluster_capacity_providers(**leave_out)
    ecs.delete_cluster(cluster="provided")


def test_a_service_is_scaled_in_before_it_goes_and_its_name_is_its_own(ecs, network):
    make_service(ecs, network)
    with refused("InvalidParameterException", "Creation of service was not idempotent."):
        make_service(ecs, network)
    with refused("InvalidParameterException", "The service cannot be stopped while it is scaled above 0."):
        ecs.delete_service(cluster="holds", service="web")
    assert _status(ecs) == "ACTIVE"


def _containers(count, size=0):
    variable = [{"name": "TEXT", "value": "x" * size}]
    return [{"name": f"c{each}", "image": "web:1", "memory": 16, "environment": variable} for each in range(count)]


def test_a_task_definition_has_at_most_ten_containers(ecs):
    ecs.register_task_definition(family="ten", containerDefinitions=_containers(10))
    with refused("ClientException", "Too many containers."):
        ecs.register_task_definition(family="ten", containerDefinitions=_containers(11))
    assert len(ecs.list_task_definitions(familyPrefix="ten")["taskDefinitionArns"]) == 1


def test_a_task_definition_has_at_most_64_kib(ecs):
    ecs.register_task_definition(family="large", containerDefinitions=_containers(1, 65_000))
    length = 65_536 + len(json.dumps(_containers(1), separators=(",", ":"))) + len('{"family":"large",}') + 23
    with refused("ClientException", f"Actual length: '{length}'. Max allowed length is '65536' bytes."):
        ecs.register_task_definition(family="large", containerDefinitions=_containers(1, 65_536))
    assert len(ecs.list_task_definitions(familyPrefix="large")["taskDefinitionArns"]) == 1
