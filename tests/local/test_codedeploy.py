import pytest

from tests.support.service_roles import make_service_role

ALARMS = {"enabled": True, "ignorePollAlarmFailure": False, "alarms": [{"name": "web-5xx"}, {"name": "web-latency"}]}
ROLE = "arn:aws:iam::123456789012:role/web-codedeploy"


@pytest.fixture(scope="module")
def codedeploy(client):
    return client("codedeploy")


@pytest.fixture
def group(client, codedeploy):
    assert make_service_role(client("iam"), "web-codedeploy", "codedeploy") == ROLE
    codedeploy.create_application(applicationName="web", computePlatform="ECS")
    codedeploy.create_deployment_group(
        applicationName="web",
        deploymentGroupName="web",
        deploymentConfigName="CodeDeployDefault.ECSAllAtOnce",
        serviceRoleArn=ROLE,
        alarmConfiguration=ALARMS,
        ecsServices=[{"clusterName": "platform", "serviceName": "web"}],
    )
    yield {"applicationName": "web", "deploymentGroupName": "web"}
    codedeploy.delete_application(applicationName="web")


def _described(codedeploy, **names):
    return codedeploy.get_deployment_group(**names)["deploymentGroupInfo"]


def test_a_deployment_group_keeps_its_alarms(codedeploy, group):
    assert _described(codedeploy, **group)["alarmConfiguration"] == ALARMS


def test_an_update_changes_what_it_names_and_nothing_else(codedeploy, group):
    codedeploy.update_deployment_group(
        applicationName="web",
        currentDeploymentGroupName="web",
        deploymentConfigName="CodeDeployDefault.ECSCanary10Percent5Minutes",
        alarmConfiguration={"enabled": False, "ignorePollAlarmFailure": False, "alarms": []},
    )

    result = _described(codedeploy, **group)
    assert result["deploymentConfigName"] == "CodeDeployDefault.ECSCanary10Percent5Minutes"
    assert result["alarmConfiguration"]["enabled"] is False
    assert result["serviceRoleArn"] == ROLE
    assert result["ecsServices"] == [{"clusterName": "platform", "serviceName": "web"}]


def test_a_group_can_get_another_name(codedeploy, group):
    codedeploy.update_deployment_group(
        applicationName="web", currentDeploymentGroupName="web", newDeploymentGroupName="shop"
    )

    assert codedeploy.list_deployment_groups(applicationName="web")["deploymentGroups"] == ["shop"]
    assert _described(codedeploy, applicationName="web", deploymentGroupName="shop")["alarmConfiguration"] == ALARMS


def test_a_group_that_is_deleted_is_gone_and_can_be_deleted_again(codedeploy, group):
    for _ in range(2):
        assert codedeploy.delete_deployment_group(**group)["hooksNotCleanedUp"] == []

    with pytest.raises(codedeploy.exceptions.DeploymentGroupDoesNotExistException):
        _described(codedeploy, **group)


def test_an_application_goes_with_its_groups_and_can_be_made_again(codedeploy, group):
    codedeploy.delete_application(applicationName="web")

    assert "web" not in codedeploy.list_applications()["applications"]
    codedeploy.create_application(applicationName="web", computePlatform="ECS")
    assert codedeploy.list_deployment_groups(applicationName="web")["deploymentGroups"] == []
