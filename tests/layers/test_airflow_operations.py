"""Operations of Airflow: scaling, metrics, alarms, cleanup, tasks that DAGs launch, OIDC login, existing roles."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import to_jsonable_python

import guards
from config import Environment, load
from layers.guard_intent import intent_of
from layers.synthesis import terraform_json
from tests.layers.test_terraform_validate import validate
from tests.support.documents import ROOT, Documents

ACCOUNT = "123456789012"
LOGIN = {
    "issuer": "https://login.example.com",
    "authorization_endpoint": "https://login.example.com/authorize",
    "token_endpoint": "https://login.example.com/token",
    "user_info_endpoint": "https://login.example.com/me",
    "client_id": "airflow",
    "client_secret_arn": f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:team/oidc-AbCdEf",
    "api_without_login": True,
}
HOURS = {"start": "08:00", "end": "19:00", "timezone": "Europe/Berlin", "stop_database": True}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/team/airflow"


def environment(change: Callable[[dict[str, Any]], object] = lambda _: None) -> Environment:
    data = to_jsonable_python(load("local", ROOT))
    change(data)
    return Environment.model_validate_json(json.dumps(data))


def everything(data: dict[str, Any]) -> None:
    """Everything that the shipped environment leaves at its default."""
    airflow = data["airflow"]
    airflow["authentication"] = LOGIN
    airflow["workers"]["reports"] = {
        "queues": ["reports", "slow"],
        "min_count": 0,
        "max_count": 2,
        "backlog_per_task": 7,
    }
    airflow["roles"] = {"scheduler": {"execution_role_arn": f"{ROLE}-execution", "task_role_arn": f"{ROLE}-task"}}
    data["working_hours"] = HOURS


@cache
def plain() -> Documents:
    return terraform_json(environment())


@cache
def full() -> Documents:
    return terraform_json(environment(everything))


def resources(documents: Documents, resource_type: str, layer: str = "service") -> dict[str, dict[str, Any]]:
    return dict(documents[layer]["resource"].get(resource_type, {}))


def containers(documents: Documents, component: str) -> dict[str, dict[str, Any]]:
    body = resources(documents, "aws_ecs_task_definition")[f"airflow_{component}_task_definition"]
    return {container["name"]: container for container in json.loads(body["container_definitions"])}


def settings(container: dict[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container["environment"]}


def statements(documents: Documents, policy: str) -> dict[str, dict[str, Any]]:
    body = resources(documents, "aws_iam_role_policy")[policy]
    return {statement["Sid"]: statement for statement in json.loads(body["policy"])["Statement"]}


def policy(documents: Documents, service: str, name: str) -> dict[str, Any]:
    return dict(resources(documents, "aws_appautoscaling_policy")[f"airflow_{service}_scaling-{name}"])


def alarms(documents: Documents) -> dict[str, dict[str, Any]]:
    return {body["alarm_name"]: body for body in resources(documents, "aws_cloudwatch_metric_alarm").values()}


def test_neither_the_defaults_nor_everything_else_breaks_a_guard() -> None:
    for documents, settings in ((plain(), environment()), (full(), environment(everything))):
        verdict = guards.check("local", documents, intent_of(settings))
        assert (verdict.warnings, verdict.waived) == ((), ())


def test_a16_workers_scale_with_the_length_of_their_own_queues() -> None:
    tracking = policy(full(), "worker-reports", "backlog")["target_tracking_scaling_policy_configuration"]
    queries = {query["id"]: query for query in tracking["customized_metric_specification"]["metrics"]}
    assert tracking["target_value"] == 7
    assert queries["backlog"]["expression"] == "(q1 + q2) / running"
    metric = queries["q2"]["metric_stat"]["metric"]
    assert (metric["namespace"], metric["metric_name"]) == ("Windlass/Airflow", "QueueLength")
    assert metric["dimensions"] == [
        {"name": "Deployment", "value": "windlass-local"},
        {"name": "Queue", "value": "slow"},
    ]
    assert queries["q1"]["metric_stat"]["metric"]["dimensions"][1]["value"] == "reports"


def test_what_scales_the_workers_is_what_the_scheduler_measures() -> None:
    published = settings(containers(full(), "scheduler")["queue-metrics"])
    assert published["WINDLASS_QUEUES"].split(",") == ["default", "reports", "slow"]
    assert published["WINDLASS_METRICS_NAMESPACE"] == "Windlass/Airflow"
    assert published["WINDLASS_DEPLOYMENT"] == "windlass-local"


def test_a16_a_group_from_zero_is_woken_and_the_others_are_not() -> None:
    policies = resources(full(), "aws_appautoscaling_policy")
    woken = [name for name in policies if name.endswith("scaling-from-zero")]
    assert woken == ["airflow_worker-reports_scaling-from-zero"]
    assert (
        policy(plain(), "worker-default", "cpu")["target_tracking_scaling_policy_configuration"]["target_value"] == 70
    )
    memory = policy(plain(), "worker-default", "memory")["target_tracking_scaling_policy_configuration"]
    assert (memory["target_value"], memory["disable_scale_in"]) == (80, True)


def test_metrics_go_from_each_component_to_its_sidecar() -> None:
    for component in ("scheduler", "dag-processor", "triggerer", "worker-default"):
        by_name = containers(plain(), component)
        main = settings(next(container for name, container in by_name.items() if container["essential"]))
        beside = settings(by_name["statsd"])
        assert main["AIRFLOW__METRICS__STATSD_ON"] == "True"
        assert main["AIRFLOW__METRICS__STATSD_PORT"] == beside["WINDLASS_STATSD_PORT"]
        assert "secrets" not in by_name["statsd"]
    assert "statsd" not in containers(plain(), "api-server")


def test_metrics_can_be_left_out() -> None:
    def change(data: dict[str, Any]) -> None:
        data["airflow"]["metrics"] = False

    documents = terraform_json(environment(change))
    assert "statsd" not in containers(documents, "scheduler")
    assert "AIRFLOW__METRICS__STATSD_ON" not in settings(containers(documents, "scheduler")["scheduler"])
    assert not [name for name in alarms(documents) if "heartbeat" in name]


def test_everything_that_can_go_wrong_has_an_alarm() -> None:
    wanted = {
        *(f"airflow-{component}-heartbeat" for component in ("scheduler", "dag-processor", "triggerer")),
        *(
            f"airflow-{key}-tasks"
            for key in ("api-server", "scheduler", "dag-processor", "triggerer", "worker-default")
        ),
        *("airflow-queue-default", "airflow-queue-metrics", "airflow-db-clean"),
        *("airflow-ui-5xx", "airflow-ui-latency", "airflow-ui-unhealthy"),
        *("database-storage", "database-cpu", "database-connections"),
        *("cache-memory", "cache-evictions", "cache-cpu"),
    }
    by_name = alarms(plain())
    assert {f"windlass-local-{name}" for name in wanted} <= set(by_name)
    for name in wanted:
        assert by_name[f"windlass-local-{name}"]["alarm_actions"] == ["${aws_sns_topic_policy.alarms_policy.arn}"]


def test_every_metric_of_an_alarm_is_reported_by_a_component() -> None:
    reported = {
        (component, entry.rpartition(":")[0])
        for component in ("scheduler", "dag-processor", "triggerer", "worker-default")
        for entry in settings(containers(plain(), component)["statsd"])["WINDLASS_METRICS"].split(",")
    }
    page = resources(plain(), "aws_cloudwatch_dashboard")["airflow-operations_dashboard_dashboard"]["dashboard_body"]
    shown = {
        (line[3] if line[3] != "worker" else "worker-default", line[1])
        for widget in json.loads(page)["widgets"]
        for line in widget["properties"].get("metrics", [])
        if line[0] == "Windlass/Airflow" and line[2] == "Component"
    }
    in_alarms = {
        (query["metric"]["dimensions"]["Component"], query["metric"]["metric_name"])
        for body in alarms(plain()).values()
        for query in body.get("metric_query", [])
        if "Component" in query.get("metric", {}).get("dimensions", {})
    }
    assert in_alarms
    assert shown
    assert in_alarms | shown <= reported


def test_no_alarm_is_raised_outside_working_hours() -> None:
    by_name = alarms(full())
    assert "windlass-local-airflow-queue-metrics" not in by_name
    assert {body["treat_missing_data"] for body in by_name.values()} == {"notBreaching"}


def test_working_hours_are_those_of_every_service_of_airflow() -> None:
    targets = {name for name in resources(full(), "aws_appautoscaling_target") if name.startswith("airflow_")}
    services = {name.removesuffix("_service") for name in resources(full(), "aws_ecs_service") if "airflow_" in name}
    assert targets == {f"{name}_scaling" for name in services}
    actions = resources(full(), "aws_appautoscaling_scheduled_action")
    assert len(actions) == 2 * len(services)
    counts = actions["airflow_scheduler_working-hours-start"]["scalable_target_action"]
    assert counts == {"min_capacity": "1", "max_capacity": "1"}
    schedules = resources(full(), "aws_scheduler_schedule")
    assert schedules["airflow-operations_db-clean-schedule_task"]["schedule_expression"].startswith("cron(0 9 ")


def test_the_cleanup_task_has_one_secret_and_no_permissions() -> None:
    body = resources(plain(), "aws_ecs_task_definition")["airflow-operations_db-clean-task_definition"]
    container, writer = json.loads(body["container_definitions"])
    assert (writer["name"], writer.get("secrets")) == ("root-certificates", None)
    assert [secret["name"] for secret in container["secrets"]] == ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    assert settings(container)["WINDLASS_RETENTION_DAYS"] == "90"
    assert "airflow-operations_db-clean-roles_task-policy" not in resources(plain(), "aws_iam_role_policy")
    target = resources(plain(), "aws_scheduler_schedule")["airflow-operations_db-clean-schedule_task"]["target"]
    definition = "${aws_ecs_task_definition.airflow-operations_db-clean-task_definition.arn}"
    assert target["ecs_parameters"]["task_definition_arn"] == definition


def test_e09_dag_code_reads_where_to_launch_a_task() -> None:
    path = "/windlass/local/airflow/workflow/"
    facts = {
        body["name"].removeprefix(path): body["insecure_value"]
        for body in resources(plain(), "aws_ssm_parameter").values()
        if body["name"].startswith(path)
    }
    assert set(facts) == {
        *("assign_public_ip", "cluster", "execution_role_arn", "log_group", "region", "registry"),
        *("security_groups", "subnets", "task_family_prefix", "task_role_arn"),
    }
    assert facts["task_family_prefix"] == "windlass-local-workflow-"
    assert "airflow-workflow" in facts["security_groups"]
    workflow = plain()["service"]["output"]["airflow"]["value"]["workflow"]
    assert workflow["parameters_path"] == "/windlass/local/airflow/workflow"
    assert workflow["security_group_id"] == facts["security_groups"]


def test_i01_only_workers_launch_tasks_of_these_families_with_these_roles() -> None:
    by_sid = statements(plain(), "airflow_worker-default-roles_task-policy")
    assert by_sid["RunWorkflows"]["Resource"] == [
        f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/windlass-local-workflow-*"
    ]
    assert by_sid["RegisterWorkflows"]["Resource"] == by_sid["RunWorkflows"]["Resource"]
    assert "ecs:cluster" in by_sid["RunWorkflows"]["Condition"]["ArnEquals"]
    assert all("airflow-workflows" in role for role in by_sid["PassWorkflowRoles"]["Resource"])
    for name in resources(plain(), "aws_iam_role_policy"):
        if "worker" not in name and "schedule" not in name:
            assert "ecs:RunTask" not in json.dumps(statements(plain(), name)), name


def test_n03_tasks_that_dags_launch_reach_neither_database_nor_broker() -> None:
    rules = resources(plain(), "aws_vpc_security_group_egress_rule", "network").values()
    own_rules = [rule for rule in rules if "airflow-workflow" in rule["security_group_id"]]
    assert own_rules
    assert {rule["from_port"] for rule in own_rules} == {443}


def test_d03_a_login_before_the_ui_and_none_before_the_api() -> None:
    (stack,) = resources(full(), "aws_cloudformation_stack").values()
    rule = json.loads(stack["template_body"])["Resources"]["Rule"]["Properties"]
    config = rule["Actions"][0]["AuthenticateOidcConfig"]
    assert config["ClientSecret"] == "{{resolve:secretsmanager:" + str(LOGIN["client_secret_arn"]) + ":SecretString}}"
    assert config["SessionTimeout"] == 12 * 3600
    through = resources(full(), "aws_lb_listener_rule")["airflow_route_rule"]
    assert through["priority"] == rule["Priority"] - 1
    refused = resources(full(), "aws_lb_listener_rule")["airflow_execution-api_rule"]
    assert refused["priority"] == through["priority"] - 1
    paths = [value for each in through["condition"] for value in each.get("path_pattern", {}).get("values", [])]
    assert paths == ["/api/v2/*", "/auth/token*"]
    depends = resources(full(), "aws_ecs_service")["airflow_api-server_service"]["depends_on"]
    assert "aws_cloudformation_stack.airflow_route_login" in depends


def test_e11_an_existing_role_is_used_unchanged() -> None:
    body = resources(full(), "aws_ecs_task_definition")["airflow_scheduler_task_definition"]
    assert (body["execution_role_arn"], body["task_role_arn"]) == (f"{ROLE}-execution", f"{ROLE}-task")
    assert not [name for name in resources(full(), "aws_iam_role") if "airflow_scheduler" in name]


@pytest.mark.slow
def test_terraform_accepts_everything_without_a_warning(tmp_path: Path) -> None:
    assert validate(tmp_path / "service", full()["service"]) == []
