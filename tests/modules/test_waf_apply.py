"""Real Terraform on an embedded AWS: a firewall with all of its rules, and the subscribers of alarms."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from aws.account import Account
from modules.observability import AlarmTopic, AlarmTopicInputs
from modules.waf import Firewall, FirewallInputs, ToolHosts
from tests.modules.test_operations_apply import terraform, variables_of
from tests.support.embedded import embedded_aws
from tests.support.provider import attached_provider
from tests.support.stack import module_stack, write_stack
from tests.support.strategies import REGION, Infrastructure, make_infrastructure

pytestmark = pytest.mark.slow

ALARMS = AlarmTopicInputs(
    name="acme-alarms",
    account=Account.in_region(REGION, "123456789012"),
    emails={"oncall": "oncall@example.com"},
    https_endpoints={"pager": "https://alarms.example.com/sns"},
)


@pytest.fixture(scope="module")
def base() -> Iterator[Infrastructure]:
    with embedded_aws("waf") as endpoint_url:
        yield make_infrastructure(endpoint_url, "waf")


def written(folder: Path, base: Infrastructure) -> None:
    with module_stack() as stack:
        tool = ToolHosts(host_names=("airflow.example.com", "*.airflow.example.com"))
        Firewall(stack, "firewall", FirewallInputs(name="acme", load_balancer_arn=base.load_balancer_arn, tool=tool))
        AlarmTopic(stack, "alarms", ALARMS)
        write_stack(stack, folder)
    document = json.loads((folder / "cdk.tf.json").read_text())
    document["terraform"].pop("backend", None)
    provider = document["provider"]["aws"][0]
    provider |= {"skip_credentials_validation": True, "skip_metadata_api_check": "true", "skip_region_validation": True}
    (folder / "cdk.tf.json").write_text(json.dumps(document, indent=2))


def test_a_firewall_is_associated_and_plans_empty(tmp_path: Path, base: Infrastructure) -> None:
    written(tmp_path, base)
    run = terraform(tmp_path, variables_of(base), "init", "-input=false")
    assert run.returncode == 0, run.stdout + run.stderr
    with attached_provider(tmp_path, variables_of(base)) as variables:
        run = terraform(tmp_path, variables, "apply", "-auto-approve", "-input=false")
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-6000:]
        acl = base.client("wafv2").get_web_acl_for_resource(ResourceArn=base.load_balancer_arn)["WebACL"]
        assert [rule["Name"] for rule in acl["Rules"]][:2] == ["limit", "tool-limit"]
        subscriptions = base.client("sns").list_subscriptions()["Subscriptions"]
        assert {each["Protocol"] for each in subscriptions} == {"email", "https"}
        run = terraform(tmp_path, variables, "plan", "-detailed-exitcode", "-input=false")
        assert run.returncode == 0, run.stdout[-6000:] + run.stderr
