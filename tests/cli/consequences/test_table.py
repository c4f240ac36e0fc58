"""Each kind of change: what it costs, what an apply does about it, and that no type that keeps something is missing."""

import json
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.running.consequences.change import planned_changes
from cli.running.consequences.consent import Consent
from cli.running.consequences.consequence import Consequence, Kind
from cli.running.consequences.table import ROWS, TYPES, judge, may_cost
from tests.cli.consequences.examples import EXAMPLES
from tests.cli.consequences.examples.caches import CACHE, VALKEY
from tests.cli.consequences.examples.databases import DATABASE, DB
from tests.cli.consequences.examples.example import LOSS, OUTAGE, Example, change, plan

SNAPSHOTS = Path(__file__).resolve().parents[2] / "snapshots"
LOSES_NOTHING = frozenset(
    {
        "aws_acm_certificate_validation",
        "aws_appautoscaling_policy",
        "aws_appautoscaling_scheduled_action",
        "aws_appautoscaling_target",
        "aws_cloudformation_stack",
        "aws_cloudwatch_dashboard",
        "aws_cloudwatch_metric_alarm",
        "aws_default_security_group",
        "aws_ecr_lifecycle_policy",
        "aws_ecr_pull_through_cache_rule",
        "aws_ecr_repository_creation_template",
        "aws_ecs_cluster_capacity_providers",
        "aws_ecs_task_definition",
        "aws_elasticache_parameter_group",
        "aws_flow_log",
        "aws_iam_policy",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_iam_role_policy_attachment",
        "aws_kms_alias",
        "aws_lb_listener_certificate",
        "aws_route_table",
        "aws_s3_bucket_lifecycle_configuration",
        "aws_s3_bucket_notification",
        "aws_s3_bucket_ownership_controls",
        "aws_s3_bucket_policy",
        "aws_s3_bucket_public_access_block",
        "aws_s3_bucket_server_side_encryption_configuration",
        "aws_s3_bucket_versioning",
        "aws_scheduler_schedule",
        "aws_scheduler_schedule_group",
        "aws_secretsmanager_secret_version",
        "aws_sns_topic",
        "aws_sns_topic_policy",
        "aws_sns_topic_subscription",
        "aws_vpc_endpoint_route_table_association",
        "aws_vpc_security_group_egress_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_wafv2_web_acl_logging_configuration",
    }
)
"""Types that keep nothing of their own: Terraform writes them again from the file."""


def costs(example: Example) -> list[Consequence]:
    return judge(example.layer, [*planned_changes(plan(*example.changes))])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: each.name)
def test_a_change_says_what_it_costs(example: Example) -> None:
    judged = costs(example)
    assert tuple(each.kind for each in judged if each.needs_consent) == example.costs
    assert example.says in "\n".join(f"{each.sentence}\n{each.instead}" for each in judged)
    for each in judged:
        assert each.address in {one["address"] for one in example.changes}
        assert not each.sentence.endswith(".")
        assert each.instead or each.kind is Kind.NOTE, "what costs something says what to do in its place"


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.costs], ids=lambda each: each.name)
def test_what_costs_something_is_looked_at_and_needs_consent(example: Example) -> None:
    planned = {one["address"]: one["change"]["actions"] for one in example.changes}
    assert any(may_cost(address, "replace" if len(each) > 1 else each[0]) for address, each in planned.items())
    with pytest.raises(CommandError):
        Consent(name="shop").require({example.layer: costs(example)})
    everything = Consent(accepts_outage=True, accepted_losses=[one["address"] for one in example.changes])
    if Kind.HALF_WAY in example.costs:
        with pytest.raises(CommandError, match="AWS would refuse"):
            everything.require({example.layer: costs(example)})
    else:
        everything.require({example.layer: costs(example)})


@pytest.mark.parametrize("example", [each for each in EXAMPLES if not each.costs], ids=lambda each: each.name)
def test_what_costs_nothing_asks_nothing(example: Example) -> None:
    Consent().require({example.layer: costs(example)})


def test_every_row_has_an_example() -> None:
    changes = [one for example in EXAMPLES for one in planned_changes(plan(*example.changes))]
    without = [(row.type, row.kind) for row in ROWS if not any(row.judge(one) for one in changes)]
    assert without == [("aws_dynamodb_table", Kind.NOTE)], "the bootstrap has it, and no layer"


def test_whatever_windlass_creates_keeps_nothing_or_is_in_the_table() -> None:
    created = {
        kind
        for path in SNAPSHOTS.glob("*/*.json")
        for kind in json.loads(path.read_text()).get("resource", {})
        if path.stem != "inventory"
    }
    assert len(created) > 60
    assert created - TYPES == created & LOSES_NOTHING
    assert not TYPES & LOSES_NOTHING
    for kind in ("aws_db_instance", "aws_s3_bucket", "aws_ecr_repository", "aws_cloudwatch_log_group", "aws_kms_key"):
        assert Kind.DATA_LOSS in {row.kind for row in ROWS if row.type == kind}


def test_what_is_created_for_the_first_time_costs_nothing() -> None:
    created = [change(f"{kind}.first", "create", after={"priority": 100}) for kind in sorted(TYPES)]
    for layer in ("network", "data", "service"):
        assert judge(layer, [*planned_changes(plan(*created))]) == []


@pytest.mark.parametrize("reason", ["replace_by_request", "replace_because_tainted"])
def test_what_somebody_asked_for_or_never_came_to_be_is_meant(reason: str) -> None:
    replaced = change(DB, "replace", DATABASE, action_reason=reason)
    assert judge("data", [*planned_changes(plan(replaced))]) == []
    surprise = change(DB, "replace", DATABASE, action_reason="replace_because_cannot_update")
    assert [each.kind for each in judge("data", [*planned_changes(plan(surprise))])] == [LOSS]


def test_the_same_outage_is_asked_once_and_all_with_one_question() -> None:
    class_ = change(DB, "update", DATABASE, {"instance_class": "db.m7g.large"})
    nodes = change(CACHE, "update", VALKEY, {"node_type": "cache.m7g.large"})
    judged = judge("data", [*planned_changes(plan(class_, nodes))])
    questions: list[str] = []

    def yes(question: str) -> bool:
        questions.append(question)
        return True

    consent = Consent(ask=yes)
    consent.require({"network": [], "data": judged})
    consent.require({"data": judged})
    assert questions == ["Go on with 2 interruptions?"]
    with pytest.raises(CommandError, match=r"2 interruptions not accepted\. Nothing was changed\."):
        Consent(ask=lambda _: False).require({"data": judged})


def test_a_change_that_waits_for_its_window_is_not_asked_again() -> None:
    class_ = change(DB, "update", DATABASE, {"instance_class": "db.m7g.large"})
    (waiting,) = judge("data", [*planned_changes(plan(class_))])
    assert (waiting.kind, waiting.pending) == (OUTAGE, ("shop-prod", "instance_class", "db.m7g.large"))
    Consent(already_waits=lambda each: each.pending == waiting.pending).require({"data": [waiting]})
    at_once = change(DB, "update", DATABASE, {"instance_class": "db.m7g.large", "apply_immediately": True})
    assert [each.pending for each in judge("data", [*planned_changes(plan(at_once))])] == [None]
