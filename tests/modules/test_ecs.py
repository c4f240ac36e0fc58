"""Services on Fargate: safe to deploy, left alone when scaled, and stable."""

import dataclasses
import json
from typing import Any

import pytest

import modules.ecs
from modules.ecs import (
    CapacityInputs,
    DeploymentInputs,
    DiscoveryInputs,
    LoadBalancerTarget,
    LoadBalancing,
    RequestTarget,
    ScalingInputs,
    Service,
)
from tests.modules.ecs_examples import BALANCED, SERVICE, TASK, service, service_body, strategy, task_body
from tests.support.stack import module_stack, synthesised


def test_every_public_name_is_there() -> None:
    for name in modules.ecs.__all__:
        assert getattr(modules.ecs, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Sevice'"):
        modules.ecs.Sevice  # noqa: B018


def test_e01_a_deployment_that_fails_is_rolled_back() -> None:
    assert service_body()["deployment_circuit_breaker"] == {"enable": True, "rollback": True}


def test_e01_the_revision_to_go_back_to_stays_registered() -> None:
    assert task_body()["skip_destroy"] is True
    assert task_body(dataclasses.replace(TASK, keep_old_revisions=False))["skip_destroy"] is False
    assert task_body()["lifecycle"] == {"create_before_destroy": True}


def test_alarms_roll_a_deployment_back_too() -> None:
    deployment = DeploymentInputs(alarm_names=["acme-prod-web-5xx"])
    alarms = service_body(dataclasses.replace(SERVICE, deployment=deployment))["alarms"]
    assert alarms == {"alarm_names": ["acme-prod-web-5xx"], "enable": True, "rollback": True}


def test_e07_the_number_of_tasks_is_left_alone() -> None:
    assert service_body()["lifecycle"] == {"ignore_changes": ["desired_count"]}
    assert "lifecycle" not in service_body(dataclasses.replace(SERVICE, ignore_desired_count=False))


def test_e08_tasks_carry_the_tags_of_the_service() -> None:
    body = service_body()
    assert body["enable_ecs_managed_tags"] is True
    assert body["propagate_tags"] == "SERVICE"


def test_a08_a_service_behind_a_load_balancer_has_time_to_start_and_another_needs_none() -> None:
    assert service_body(BALANCED)["health_check_grace_period_seconds"] == 300
    assert "health_check_grace_period_seconds" not in service_body()


def test_tasks_have_no_public_address() -> None:
    assert service_body()["network_configuration"]["assign_public_ip"] is False


def test_ecs_exec_is_off_by_default() -> None:
    assert service_body()["enable_execute_command"] is False


def test_ecs_exec_gets_volumes_where_its_agent_writes_if_the_root_is_read_only() -> None:
    writable = dataclasses.replace(TASK.containers[0], name="free", readonly_root_filesystem=False, essential=False)
    inputs = dataclasses.replace(TASK, containers=[*TASK.containers, writable])
    with module_stack() as stack:
        Service(stack, "web", dataclasses.replace(SERVICE, task=inputs, enable_execute_command=True))
        body = synthesised(stack).only("aws_ecs_task_definition")
    read_only, free = json.loads(body["container_definitions"])
    mounts = {each["containerPath"]: each["sourceVolume"] for each in read_only["mountPoints"]}
    paths = {"/var/lib/amazon": "web-session-data", "/var/log/amazon": "web-session-logs"}
    assert paths.items() <= mounts.items()
    assert {"name": "web-session-data"} in body["volume"]
    assert not set(paths) & {each["containerPath"] for each in free.get("mountPoints", [])}
    assert "session" not in json.dumps(task_body())


def test_a_service_waits_for_its_dependencies() -> None:
    inputs = dataclasses.replace(BALANCED, depends_on=["aws_lb_listener_rule.web", "aws_iam_role_policy.web"])
    assert service_body(inputs)["depends_on"] == ["aws_lb_listener_rule.web", "aws_iam_role_policy.web"]


def test_a_service_waits_for_resources_as_well_as_addresses() -> None:
    with module_stack() as stack:
        first = Service(stack, "first", dataclasses.replace(SERVICE, name="first"))
        resource: Any = first.node.find_child("service")
        Service(stack, "second", dataclasses.replace(SERVICE, name="second", depends_on=[resource]))
        actual = synthesised(stack).resources("aws_ecs_service")
    (address,) = [name for name, body in actual.items() if body["name"] == "first"]
    (waiting,) = [body["depends_on"] for body in actual.values() if body["name"] == "second"]
    assert waiting == [f"aws_ecs_service.{address}"]


def test_a_target_group_sends_to_a_port_that_a_container_listens_on() -> None:
    for name, port in (("web", 8080), ("api", 8000)):
        target = LoadBalancerTarget(target_group_arn="arn:tg", container_name=name, container_port=port)
        with pytest.raises(ValueError, match=f'sends to port {port} of container "{name}"'):
            service(dataclasses.replace(SERVICE, load_balancing=LoadBalancing(targets=[target])))


@pytest.mark.parametrize(
    ("spot", "base", "expected"),
    [
        (0, 0, {"FARGATE": (0, 1)}),
        (0, 3, {"FARGATE": (0, 1)}),
        (75, 2, {"FARGATE": (2, 1), "FARGATE_SPOT": (0, 3)}),
        (100, 0, {"FARGATE_SPOT": (0, 1)}),
        (100, 1, {"FARGATE": (1, 0), "FARGATE_SPOT": (0, 1)}),
    ],
)
def test_spot_gets_its_share_above_the_base(spot: int, base: int, expected: dict[str, tuple[int, int]]) -> None:
    assert strategy(CapacityInputs(spot_percent=spot, on_demand_base=base)) == expected


def test_a_change_of_the_spot_share_deploys_and_does_not_replace() -> None:
    body = service_body()
    assert body["force_new_deployment"] is True
    assert "launch_type" not in body


def test_scaling_holds_cpu_memory_and_requests() -> None:
    requests = RequestTarget(
        per_minute=500, load_balancer_arn_suffix="app/acme/1", target_group_arn_suffix="targetgroup/web/2"
    )
    scaling = ScalingInputs(min_count=2, max_count=6, requests=requests)
    result = service(dataclasses.replace(SERVICE, scaling=scaling))
    target = result.only("aws_appautoscaling_target")
    assert (target["min_capacity"], target["max_capacity"]) == (2, 6)
    assert target["resource_id"].startswith("service/acme-prod/${aws_ecs_service.")
    policies = {
        body["name"]: body["target_tracking_scaling_policy_configuration"]
        for body in result.resources("aws_appautoscaling_policy").values()
    }
    assert {name: policy["target_value"] for name, policy in policies.items()} == {
        "cpu": 70,
        "memory": 80,
        "requests": 500,
    }
    assert policies["requests"]["predefined_metric_specification"] == {
        "predefined_metric_type": "ALBRequestCountPerTarget",
        "resource_label": "app/acme/1/targetgroup/web/2",
    }


def test_scaling_follows_only_the_given_targets() -> None:
    scaling = ScalingInputs(min_count=1, max_count=1, memory_percent=None)
    policies = service(dataclasses.replace(SERVICE, scaling=scaling)).resources("aws_appautoscaling_policy")
    assert [body["name"] for body in policies.values()] == ["cpu"]


def test_scaling_limits_must_make_sense() -> None:
    with pytest.raises(ValueError, match="min_count is 3 and max_count 2"):
        ScalingInputs(min_count=3, max_count=2)
    with pytest.raises(ValueError, match="cpu_percent is 0"):
        ScalingInputs(min_count=1, max_count=2, cpu_percent=0)


def test_a11_a_service_has_a_name_in_the_vpc() -> None:
    discovery = DiscoveryInputs(name="web", namespace_id="ns-1", namespace_name="prod.acme.internal")
    with module_stack() as stack:
        outputs = Service(stack, "web", dataclasses.replace(SERVICE, discovery=discovery)).outputs
        result = synthesised(stack)
    assert outputs.discovery_name == "web.prod.acme.internal"
    registry = result.only("aws_service_discovery_service")
    assert registry["dns_config"]["dns_records"] == [{"type": "A", "ttl": 10}]
    assert registry["force_destroy"] is True
    assert "service_registries" in result.only("aws_ecs_service")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"minimum_healthy_percent": 101}, "minimum_healthy_percent is 101"),
        ({"maximum_percent": 99}, "maximum_percent is 99"),
        ({"maximum_percent": 100}, "no task could ever be replaced"),
    ],
)
def test_a_deployment_that_ecs_would_refuse_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        DeploymentInputs(**change)


def test_a_singleton_replaces_itself_in_place() -> None:
    in_place = DeploymentInputs(minimum_healthy_percent=0, maximum_percent=100)
    inputs = dataclasses.replace(SERVICE, deployment=in_place)
    with pytest.raises(ValueError, match="availability_zone_rebalancing needs a maximum_percent above 100"):
        service(inputs)
    body = service_body(dataclasses.replace(inputs, availability_zone_rebalancing=False))
    assert body["availability_zone_rebalancing"] == "DISABLED"


@pytest.mark.parametrize("name", ["", "web service", "a" * 256])
def test_names_that_ecs_would_refuse_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="service name is"):
        service(dataclasses.replace(SERVICE, name=name))
    with pytest.raises(ValueError, match="family is"):
        task_body(dataclasses.replace(TASK, family=name))


def test_another_service_moves_no_address() -> None:
    def addresses(names: list[str]) -> set[str]:
        with module_stack() as stack:
            for name in names:
                Service(stack, name, dataclasses.replace(SERVICE, name=name))
            result = synthesised(stack)
        return {f"{kind}.{name}" for kind in result.inventory() for name in result.resources(kind)}

    assert addresses(["web"]) < addresses(["api", "web", "worker"])
