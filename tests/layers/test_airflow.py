"""Airflow in the layers: permissions, network access, and what a change affects."""

import json
import re
from typing import Any

import pytest

from tests.support.documents import Documents, addresses, documents, documents_of

COMPONENTS = ("api-server", "scheduler", "dag-processor", "triggerer", "worker-default", "worker-reports")
SECRET = re.compile(r"outputs\.(?:airflow\.secret_arns\.)?([\w-]+)\}")


def resources(all_documents: Documents, layer: str, resource_type: str) -> dict[str, Any]:
    return dict(all_documents[layer]["resource"].get(resource_type, {}))


def containers(component: str, all_documents: Documents | None = None) -> list[dict[str, Any]]:
    definitions = resources(all_documents or documents("prod"), "service", "aws_ecs_task_definition")
    return list(json.loads(definitions[f"airflow_{component}_task_definition"]["container_definitions"]))


def statements(component: str, role: str, all_documents: Documents | None = None) -> dict[str, dict[str, Any]]:
    policies = resources(all_documents or documents("prod"), "service", "aws_iam_role_policy")
    body = policies.get(f"airflow_{component}-roles_{role}-policy")
    return {} if body is None else {each["Sid"]: each for each in json.loads(body["policy"])["Statement"]}


@pytest.mark.parametrize("component", COMPONENTS)
def test_i01_the_execution_role_reads_exactly_the_secrets_that_its_containers_name(component: str) -> None:
    named = {secret["valueFrom"] for each in containers(component) for secret in each.get("secrets", [])}
    assert set(statements(component, "execution")["ReadSecrets"]["Resource"]) == named
    assert named


def test_roles_that_read_an_existing_secret_may_decrypt_with_its_key_and_no_other_role_may() -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:warehouse-AbCdEf"

    def change(data: dict[str, Any]) -> None:
        data["airflow"]["secrets"] = {"AIRFLOW_CONN_WAREHOUSE": secret}
        data["airflow"]["kms_key_arns"] = [key]

    changed = documents_of("prod", change)
    decrypts = {name: statements(name, "execution", changed)["DecryptSecrets"] for name in COMPONENTS}
    reads = {name for name in COMPONENTS if secret in statements(name, "execution", changed)["ReadSecrets"]["Resource"]}
    assert {"worker-default", "triggerer", "dag-processor"} <= reads
    assert "api-server" not in reads
    assert {name for name, statement in decrypts.items() if key in statement["Resource"]} == reads
    assert all("kms:ViaService" in statement["Condition"]["StringEquals"] for statement in decrypts.values())


def test_d04_only_the_api_server_may_read_the_masters_url() -> None:
    may = {
        component
        for component in COMPONENTS
        for arn in statements(component, "execution")["ReadSecrets"]["Resource"]
        if SECRET.search(arn)[1] == "database_url_secret_arn"  # type: ignore[index]
    }
    assert may == {"api-server"}


def test_i01_a_task_role_does_the_work_of_its_component() -> None:
    logs = {"FindTaskLogs", "TaskLogs", "TaskLogsKey"}
    launches = {f"{verb}Workflows" for verb in ("Register", "Run", "Tag", "Watch")}
    launches |= {"DescribeDefinitions", "PassWorkflowRoles", "ReadWorkflowFacts", "ReadWorkflowLogs"}
    protects = {"ProtectRunningTasks", "SeeOwnService"}
    assert {component: set(statements(component, "task")) for component in COMPONENTS} == {
        "api-server": logs,
        "scheduler": set(),
        "dag-processor": set(),
        "triggerer": logs,
        "worker-default": {*logs, *launches, *protects},
        "worker-reports": {*logs, *launches, *protects},
    }
    writing = {
        name
        for name in COMPONENTS
        if "s3:PutObject" in statements(name, "task").get("TaskLogs", {"Action": []})["Action"]
    }
    assert writing == {"triggerer", "worker-default", "worker-reports"}


@pytest.mark.parametrize("component", ["worker-default", "worker-reports"])
def test_i01_a_worker_sees_its_own_service_which_has_the_name_of_its_family(component: str) -> None:
    services = resources(documents("prod"), "service", "aws_ecs_service")
    families = resources(documents("prod"), "service", "aws_ecs_task_definition")
    name = services[f"airflow_{component}_service"]["name"]
    assert families[f"airflow_{component}_task_definition"]["family"] == name
    statement = statements(component, "task")["SeeOwnService"]
    assert statement["Action"] == ["ecs:DescribeServices"]
    assert statement["Resource"] == [f"arn:aws:ecs:eu-west-1:123456789012:service/windlass-prod/{name}"]


def test_a13_git_syncs_image_comes_through_the_accounts_own_registry() -> None:
    (rule,) = resources(documents("prod"), "data", "aws_ecr_pull_through_cache_rule").values()
    assert (rule["ecr_repository_prefix"], rule["upstream_registry_url"]) == ("windlass-prod/k8s", "registry.k8s.io")
    images = {each["image"] for each in containers("worker-default") if each["name"].startswith("git-sync")}
    registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
    assert images == {f"{registry}/windlass-prod/k8s/git-sync/git-sync:v4.4.2"}
    filled = statements("worker-default", "execution")["FillPullThroughCache"]["Resource"]
    assert filled == ["arn:aws:ecr:eu-west-1:123456789012:repository/windlass-prod/k8s/git-sync/git-sync"]
    assert "FillPullThroughCache" not in statements("scheduler", "execution")


def test_p04_with_a_credential_images_of_docker_hub_come_through_the_accounts_own_registry() -> None:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf"

    def change(data: dict[str, Any]) -> None:
        data["airflow"]["image"] = "docker.io/apache/airflow:3.1.8"
        data["airflow"]["docker_hub_credential_arn"] = arn

    changed = documents_of("prod", change)
    rules = resources(changed, "data", "aws_ecr_pull_through_cache_rule").values()
    assert ("registry-1.docker.io", arn) in {
        (each["upstream_registry_url"], each.get("credential_arn")) for each in rules
    }
    definition = resources(changed, "service", "aws_ecs_task_definition")["airflow_scheduler_task_definition"]
    image = json.loads(definition["container_definitions"])[0]["image"]
    assert image == "123456789012.dkr.ecr.eu-west-1.amazonaws.com/windlass-prod/hub/apache/airflow:3.1.8"
    filled = statements("scheduler", "execution", changed)["FillPullThroughCache"]["Resource"]
    assert filled == ["arn:aws:ecr:eu-west-1:123456789012:repository/windlass-prod/hub/apache/airflow"]


def test_the_ui_has_a_name_https_and_a_list_of_who_may_see_it() -> None:
    all_documents = documents("prod")
    rule = resources(all_documents, "service", "aws_lb_listener_rule")["airflow_route_rule"]
    conditions = {name: value["values"] for each in rule["condition"] for name, value in each.items() if value}
    assert conditions == {"host_header": ["airflow.example.com"], "source_ip": ["203.0.113.0/24"]}
    assert resources(all_documents, "service", "aws_route53_record")["name-airflow-example-com_record"]
    certificate = resources(all_documents, "network", "aws_acm_certificate")["certificate_name-airflow-example-com"]
    assert certificate["domain_name"] == "airflow.example.com"
    environment = {each["name"]: each["value"] for each in containers("api-server")[0]["environment"]}
    assert environment["AIRFLOW__API__BASE_URL"] == "https://airflow.example.com"


def test_the_execution_api_is_refused_before_airflows_rule_and_with_its_host_names() -> None:
    rules = resources(documents("prod"), "service", "aws_lb_listener_rule")
    refused, forwarded = rules["airflow_execution-api_rule"], rules["airflow_route_rule"]
    assert refused["action"][0]["type"] == "fixed-response"
    assert refused["action"][0]["fixed_response"]["status_code"] == "403"
    conditions = {name: value["values"] for each in refused["condition"] for name, value in each.items() if value}
    assert conditions == {"host_header": ["airflow.example.com"], "path_pattern": ["/execution/*"]}
    assert refused["listener_arn"] == forwarded["listener_arn"]
    assert refused["priority"] == forwarded["priority"] - 1


def test_a11_workers_talk_to_the_execution_api_by_its_cloud_map_name() -> None:
    names = {body["name"] for body in resources(documents("prod"), "service", "aws_service_discovery_service").values()}
    assert names == {f"airflow-{component}" for component in COMPONENTS}
    environment = {each["name"]: each["value"] for each in containers("worker-reports")[0]["environment"]}
    assert environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == (
        "http://airflow-api-server.${data.terraform_remote_state.network.outputs.namespace_name}:8080/execution/"
    )


def test_e01_every_component_rolls_back_automatically() -> None:
    services = resources(documents("prod"), "service", "aws_ecs_service")
    for component in COMPONENTS:
        body = services[f"airflow_{component}_service"]
        assert body["deployment_circuit_breaker"] == {"enable": True, "rollback": True}


def test_n07_the_security_group_of_workflows_is_an_output() -> None:
    workflow = documents("prod")["service"]["output"]["airflow"]["value"]["workflow"]
    assert (
        workflow["security_group_id"]
        == "${data.terraform_remote_state.network.outputs.security_group_ids.airflow-workflow}"
    )


def add_worker_group(data: dict[str, Any]) -> None:
    # In front of the others, so that anything that depends on the order shows.
    data["airflow"]["workers"] = {"audits": {"queues": ["audits"]}, **data["airflow"]["workers"]}


def test_a21_a_new_group_of_workers_moves_nothing_and_changes_only_what_names_all_queues() -> None:
    before, after = addresses(documents("prod")), addresses(documents_of("prod", add_worker_group))
    assert set(before) - set(after) == set()
    changed = {address for address, body in before.items() if after[address] != body}
    assert changed <= {
        "service: aws_ecs_task_definition.airflow_scheduler_task_definition",
        "service: aws_cloudwatch_metric_alarm.airflow-operations_alarms_queue-metrics",
        "service: aws_cloudwatch_dashboard.airflow-operations_dashboard_dashboard",
    }
    new = {address.split(": ")[1] for address in set(after) - set(before)}
    assert "aws_ecs_service.airflow_worker-audits_service" in new


def add_repository(data: dict[str, Any]) -> None:
    more = {"url": "https://github.com/example/more.git", "credentials": "token"}
    data["airflow"]["dags"]["repositories"] = {"more": more, **data["airflow"]["dags"]["repositories"]}


def test_a14_a_new_repository_moves_nothing() -> None:
    before, after = addresses(documents("prod")), addresses(documents_of("prod", add_repository))
    assert set(before) - set(after) == set()
    assert {address.split(": ")[1] for address in set(after) - set(before)} == {
        "aws_secretsmanager_secret.airflow_git-more_secret"
    }


def without_airflow(data: dict[str, Any]) -> None:
    data["airflow"] = None


def test_airflow_beside_other_services_leaves_them_as_they_are() -> None:
    without, both = addresses(documents_of("prod", without_airflow)), addresses(documents("prod"))
    changed = {address.split(": ")[1] for address, body in without.items() if both.get(address) != body}
    # The one firewall has rules for Airflow's host names.
    assert changed == {"aws_wafv2_web_acl.firewall_acl"}


def test_a22_two_deployments_share_no_name() -> None:
    def names(name: str) -> set[str]:
        names: set[str] = set()
        for body in addresses(documents(name)).values():
            names |= {
                str(body[key]) for key in ("name", "family", "bucket", "repository") if isinstance(body.get(key), str)
            }
        return {each for each in names if "airflow" in each and "${" not in each}

    # Cloud Map names are in a namespace of each environment's own.
    assert {each for each in names("prod") & names("staging") if not each.startswith("airflow-")} == set()
