"""Real Terraform on an embedded AWS: what runs beside the services is made, stays as it is, and goes away."""

import dataclasses
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cdktf import TerraformStack

from aws.account import Account
from local import environment_variables
from modules.alb import RuleInputs, TargetGroupSettings, TargetHealthCheck
from modules.alb.login_route import LoginRoute, LoginRouteInputs, OidcLogin
from modules.ecs import BacklogTarget, NetworkInputs, QueueMetric, ScalingInputs, Service, WorkingHours
from modules.networking import ExistingNetwork
from modules.observability import (
    CacheMetrics,
    Chart,
    Dashboard,
    DashboardInputs,
    DatabaseMetrics,
    Metric,
    MetricAlarms,
    MetricAlarmsInputs,
    cache_alarms,
    database_alarms,
)
from modules.parameters import PublishedParameters, PublishedParametersInputs
from modules.scheduling import ScheduledCalls, ScheduledTask
from tests.modules.ecs_examples import SERVICE
from tests.modules.test_networking_existing import NETWORK
from tests.modules.test_scheduling import CALLS, TASK
from tests.support.embedded import embedded_aws
from tests.support.provider import attached_provider
from tests.support.stack import module_stack, write_stack
from tests.support.strategies import ACCOUNT, REGION, Infrastructure, make_infrastructure

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is the one thing that a user brings"),
]

CLIENT_SECRET = "the-provider-made-this-up"


@pytest.fixture(scope="module")
def base() -> Iterator[Infrastructure]:
    with embedded_aws("operations") as endpoint_url:
        yield make_infrastructure(endpoint_url, "operations")


def build(stack: TerraformStack, base: Infrastructure, secret_arn: str, secret_version: int) -> None:
    queue = QueueMetric(namespace="Acme", name="QueueLength", dimensions={"Deployment": "acme", "Queue": "default"})
    scaling = ScalingInputs(
        min_count=0,
        max_count=5,
        backlog=BacklogTarget(queues=[queue], per_task=4),
        working_hours=WorkingHours(
            start="cron(0 8 ? * MON-FRI *)", end="cron(0 19 ? * MON-FRI *)", timezone="Europe/Berlin"
        ),
    )
    cluster = base.cluster_arn
    inputs = dataclasses.replace(
        SERVICE,
        cluster_arn=cluster,
        cluster_name=cluster.rpartition("/")[2],
        desired_count=0,
        task=dataclasses.replace(
            SERVICE.task,
            log_group=dataclasses.replace(SERVICE.task.log_group, kms_key_arn=base.kms_key_arn),
        ),
        scaling=scaling,
        network=NetworkInputs(subnet_ids=list(base.subnet_ids), security_group_ids=[base.security_group_id]),
    )
    Service(stack, "worker", inputs)
    alarms = {
        **database_alarms(DatabaseMetrics(identifier="acme", max_connections=100)),
        **cache_alarms(CacheMetrics(replication_group_id="acme", nodes=2)),
    }
    topic = f"arn:aws:sns:{REGION}:123456789012:alarms"
    result = MetricAlarms(stack, "alarms", MetricAlarmsInputs(prefix="acme", topic_arns=[topic], alarms=alarms)).outputs
    chart = Chart(title="Waiting", lines={"default": Metric(namespace="Acme", name="QueueLength")})
    Dashboard(
        stack,
        "page",
        DashboardInputs(name="acme", region=REGION, rows=[[chart]], alarm_arns=list(result.alarm_arns.values())),
    )
    account = Account(region=REGION, id=ACCOUNT)
    ScheduledCalls(stack, "hours", dataclasses.replace(CALLS, account=account))
    ScheduledTask(stack, "clean", dataclasses.replace(TASK, account=account, cluster_arn=cluster))
    facts = PublishedParametersInputs(path="/acme/prod", values={"cluster": "acme"}, descriptions={"cluster": "Name"})
    PublishedParameters(stack, "published", facts)
    login = OidcLogin(
        issuer="https://login.example.com",
        authorization_endpoint="https://login.example.com/authorize",
        token_endpoint="https://login.example.com/token",
        user_info_endpoint="https://login.example.com/me",
        client_id="airflow",
        client_secret_arn=secret_arn,
        client_secret_version=secret_version,
    )
    route = LoginRouteInputs(
        name="acme-airflow",
        rule=RuleInputs(listener_arn=base.listener_arn, priority=10, host_headers=["airflow.example.com"]),
        targets=TargetGroupSettings(vpc_id=base.vpc_id, health_check=TargetHealthCheck(path="/health")),
        login=login,
    )
    LoginRoute(stack, "route", route)
    zones = dict(zip((f"{REGION}a", f"{REGION}b"), base.subnet_ids, strict=True))
    tiers = dict.fromkeys(("public", "private", "isolated"), zones)
    ExistingNetwork(stack, "network", dataclasses.replace(NETWORK, vpc_id=base.vpc_id, subnet_ids=tiers))


def variables_of(base: Infrastructure) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_LOG"))}
    return {**inherited, **environment_variables(base.endpoint_url, REGION), "CHECKPOINT_DISABLE": "1"}


def terraform(folder: Path, variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["terraform", *arguments, "-no-color"],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def written(folder: Path, base: Infrastructure, secret_arn: str, version: int) -> None:
    with module_stack() as stack:
        build(stack, base, secret_arn, version)
        write_stack(stack, folder)
    text = (folder / "cdk.tf.json").read_text()
    document = json.loads(text)
    # cdktf's own would put the state into the folder that the tests are run from.
    document["terraform"].pop("backend", None)
    provider = document["provider"]["aws"][0]
    provider |= {"skip_credentials_validation": True, "skip_metadata_api_check": "true", "skip_region_validation": True}
    (folder / "cdk.tf.json").write_text(json.dumps(document, indent=2))


def oidc_action(base: Infrastructure) -> dict[str, object]:
    rules = base.client("elbv2").describe_rules(ListenerArn=base.listener_arn)["Rules"]
    (rule,) = [rule for rule in rules if rule["Priority"] == "10"]
    return dict(next(a for a in rule["Actions"] if a["Type"] == "authenticate-oidc")["AuthenticateOidcConfig"])


def test_operations_are_applied_planned_empty_and_destroyed(tmp_path: Path, base: Infrastructure) -> None:
    arn = base.client("secretsmanager").create_secret(Name="acme/oidc", SecretString=CLIENT_SECRET)["ARN"]
    written(tmp_path, base, arn, 1)
    run = terraform(tmp_path, variables_of(base), "init", "-input=false")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-6000:]
    with attached_provider(tmp_path, variables_of(base)) as variables:
        check_apply_and_destroy(tmp_path, base, variables, arn)


def check_apply_and_destroy(tmp_path: Path, base: Infrastructure, variables: dict[str, str], arn: str) -> None:
    run = terraform(tmp_path, variables, "apply", "-auto-approve", "-input=false")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-6000:]
    scaling = base.client("application-autoscaling")
    result = scaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    (backlog,) = [policy for policy in result if policy["PolicyName"] == "backlog"]
    specification = backlog["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    assert [metric.get("Expression") for metric in specification["Metrics"]] == ["(q1) / running", None, None]
    actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert {action["Timezone"] for action in actions} == {"Europe/Berlin"}

    # Night falls: the limits are the schedule's, and the next plan leaves them and everything else alone.
    scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=actions[0]["ResourceId"],
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=0,
        MaxCapacity=0,
    )
    at_night = terraform(tmp_path, variables, "plan", "-detailed-exitcode", "-input=false")
    assert at_night.returncode == 0, at_night.stdout[-6000:] + at_night.stderr

    assert oidc_action(base)["ClientSecret"] == CLIENT_SECRET
    assert CLIENT_SECRET not in (tmp_path / "terraform.tfstate").read_text()

    base.client("secretsmanager").put_secret_value(SecretId=arn, SecretString="rotated")
    written(tmp_path, base, arn, 2)
    run = terraform(tmp_path, variables, "apply", "-auto-approve", "-input=false")
    assert "1 changed" in run.stdout, run.stdout[-3000:] + run.stderr
    assert oidc_action(base)["ClientSecret"] == "rotated"

    run = terraform(tmp_path, variables, "destroy", "-auto-approve", "-input=false")
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr
