import json
import urllib.request

from local.extensions.dataplane import CHANGES_PATH


def test_a_scalable_target_keeps_its_tags(client):
    ecs, scaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(clusterName="scaled")
    ecs.register_task_definition(
        family="scaled", containerDefinitions=[{"name": "web", "image": "web:1", "memory": 512}]
    )
    ecs.create_service(cluster="scaled", serviceName="web", taskDefinition="scaled", desiredCount=1)
    arn = scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId="service/scaled/web",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=1,
        MaxCapacity=4,
        Tags={"Project": "windlass", "Layer": "service"},
    )["ScalableTargetARN"]
    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"Project": "windlass", "Layer": "service"}

    scaling.tag_resource(ResourceARN=arn, Tags={"Colour": "blue"})
    scaling.untag_resource(ResourceARN=arn, TagKeys=["Layer"])

    assert scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"Project": "windlass", "Colour": "blue"}


def service(client, name, count):
    """A scaled service; what sets its limits, and what reads its number of tasks."""
    ecs, scaling = client("ecs"), client("application-autoscaling")
    ecs.create_cluster(clusterName="limits")
    ecs.register_task_definition(family=name, containerDefinitions=[{"name": "web", "image": "web:1", "memory": 512}])
    ecs.create_service(cluster="limits", serviceName=name, taskDefinition=name, desiredCount=count)
    of = {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/limits/{name}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }

    def desired():
        return ecs.describe_services(cluster="limits", services=[name])["services"][0]["desiredCount"]

    return scaling, of, desired


def test_a_service_has_its_own_policies_and_not_those_of_one_whose_name_its_name_begins_with(client):
    settings = {
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": {
            "TargetValue": 50.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"},
        },
    }
    for name in ("big", "biggest"):
        scaling, of, _ = service(client, name, 1)
        scaling.register_scalable_target(**of, MinCapacity=1, MaxCapacity=4)
        for policy in ("cpu", "memory"):
            scaling.put_scaling_policy(**of, PolicyName=policy, **settings)
    policies = scaling.describe_scaling_policies(**of)["ScalingPolicies"]
    assert [(each["ResourceId"], each["PolicyName"]) for each in policies] == [
        ("service/limits/biggest", "cpu"),
        ("service/limits/biggest", "memory"),
    ]
    first = scaling.describe_scaling_policies(**of, MaxResults=1)
    second = scaling.describe_scaling_policies(**of, MaxResults=1, NextToken=first["NextToken"])
    assert [*first["ScalingPolicies"], *second["ScalingPolicies"]] == policies and "NextToken" not in second


def test_a_registration_sets_the_number_of_tasks_to_one_inside_the_limits(client):
    scaling, of, desired = service(client, "clamped", 0)
    scaling.register_scalable_target(**of, MinCapacity=0, MaxCapacity=4)
    assert desired() == 0
    scaling.register_scalable_target(**of, MinCapacity=3)
    assert desired() == 3
    scaling.register_scalable_target(**of, MinCapacity=1)
    assert desired() == 3
    scaling.register_scalable_target(**of, MaxCapacity=2)
    assert desired() == 2


def test_a_registration_that_sets_the_number_of_tasks_is_a_change_of_ecs(client):
    """The data plane waits for one: without it, no task would start."""

    def changes():
        with urllib.request.urlopen(client("ecs").meta.endpoint_url + CHANGES_PATH) as answer:
            return json.load(answer)["counters"].get("ecs", 0)

    scaling, of, _ = service(client, "noticed", 1)
    scaling.register_scalable_target(**of, MinCapacity=1, MaxCapacity=4)
    before = changes()
    scaling.register_scalable_target(**of, MinCapacity=1)
    assert changes() == before
    scaling.register_scalable_target(**of, MinCapacity=3)
    assert changes() == before + 1


def test_an_unchanged_registration_counts_too(client):
    scaling, of, desired = service(client, "again", 2)
    scaling.register_scalable_target(**of, MinCapacity=2, MaxCapacity=4)
    client("ecs").update_service(cluster="limits", service="again", desiredCount=0)
    assert desired() == 0
    scaling.register_scalable_target(**of)
    assert desired() == 2


def test_an_action_at_a_moment_runs_once_without_a_client(client):
    scaling, of, desired = service(client, "scheduled", 1)
    scaling.register_scalable_target(**of, MinCapacity=1, MaxCapacity=4)
    for name, year, least in (("past", 2020, 3), ("future", 2999, 4)):
        scaling.put_scheduled_action(
            **of,
            ScheduledActionName=name,
            Schedule=f"at({year}-01-01T00:00:00)",
            ScalableTargetAction={"MinCapacity": least},
        )
    assert desired() == 3
    assert [one["ScheduledActionName"] for one in scaling.describe_scheduled_actions(**of)["ScheduledActions"]] == [
        "future"
    ]
    (target,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[of["ResourceId"]])[
        "ScalableTargets"
    ]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (3, 4)


def test_a_target_has_the_service_linked_role_whichever_is_sent_and_is_not_suspended(client):
    ecs, scaling = client("ecs"), client("application-autoscaling")
    service(client, "role", 1)
    target = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
    scaling.register_scalable_target(
        **target,
        ResourceId="service/limits/role",
        MinCapacity=1,
        MaxCapacity=2,
        RoleARN="arn:aws:iam::123456789012:role/other",
        SuspendedState={"DynamicScalingInSuspended": True},
    )
    (described,) = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=["service/limits/role"])[
        "ScalableTargets"
    ]
    assert described["RoleARN"] == (
        "arn:aws:iam::123456789012:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"
        "AWSServiceRoleForApplicationAutoScaling_ECSService"
    )
    assert described["SuspendedState"] == {
        "DynamicScalingInSuspended": True,
        "DynamicScalingOutSuspended": False,
        "ScheduledScalingSuspended": False,
    }
    ecs.delete_service(cluster="limits", service="role", force=True)
