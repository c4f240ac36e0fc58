"""A change of strategy is explained before it happens: what goes, what comes, whether it hurts, how it need not."""

from typing import Any

from cli.running.consequences.change import planned_changes
from cli.running.consequences.consequence import Kind
from cli.running.consequences.table import judge
from cli.running.strategy_change import explain

IMAGE = "public.ecr.aws/team/web:7"


def change(address: str, *actions: str, **body: Any) -> dict[str, Any]:
    return {"address": address, "type": address.split(".")[0], "change": {"actions": list(actions), **body}}


def plan(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(changes)}


BLUE_GREEN_TO_ROLLING = plan(
    change("aws_ecs_service.web_blue_service", "delete"),
    change("aws_ecs_service.web_green_service", "delete"),
    change("aws_ecs_service.web_rolling_service", "create"),
    change("aws_ecs_service.api_blue_service", "update"),
    change("aws_lb_target_group.web_route_blue", "delete"),
    change("aws_lb_target_group.web_route_green", "delete"),
    change("aws_lb_target_group.web_route_targets", "create"),
    change("aws_lb_target_group.web-two_route_targets", "create"),
    change("aws_lb_listener_rule.web_route_rule", "update"),
    change(
        "aws_ssm_parameter.web_green-image_parameter",
        "delete",
        before={"name": "/acme/prod/web/green/image", "insecure_value": IMAGE},
    ),
    change("aws_appautoscaling_target.web_blue_scaling", "delete"),
)


def test_a_change_of_strategy_lists_what_is_destroyed_and_created() -> None:
    sentences = explain(BLUE_GREEN_TO_ROLLING)
    assert sentences[0] == "web changes its strategy from blue-green to rolling."
    assert sentences[1] == (
        "Destroyed: 2 ECS services with their tasks, 2 target groups, 1 parameter with its history, 1 other resource."
    )
    assert sentences[2] == "Created: 1 ECS service with its tasks, 1 target group."


def test_the_image_that_runs_now_is_named_because_the_file_may_be_behind() -> None:
    text = "\n".join(explain(BLUE_GREEN_TO_ROLLING))
    assert f"/acme/prod/web/green/image = {IMAGE}" in text


def test_the_interruption_and_how_to_avoid_it_are_part_of_what_the_plan_costs() -> None:
    (consequence,) = judge("service", [*planned_changes(BLUE_GREEN_TO_ROLLING)])[:1]
    assert (consequence.kind, consequence.address) == (Kind.OUTAGE, "aws_ecs_service.web_rolling_service")
    assert "is interrupted" in consequence.sentence
    assert "add a second service with the new strategy" in consequence.instead


def test_a_service_that_comes_or_goes_changes_no_strategy() -> None:
    assert explain(plan(change("aws_ecs_service.web_rolling_service", "create"))) == []
    assert explain(plan(change("aws_ecs_service.web_blue_service", "delete"))) == []


def test_an_ordinary_plan_needs_no_explanation() -> None:
    assert explain(plan(change("aws_ecs_service.web_blue_service", "update"))) == []
    assert explain({}) == []


def test_two_services_are_explained_one_after_the_other() -> None:
    both = plan(
        change("aws_ecs_service.b_rolling_service", "delete"),
        change("aws_ecs_service.b_codedeploy_service", "create"),
        change("aws_ecs_service.a_codedeploy_service", "delete"),
        change("aws_ecs_service.a_blue_service", "create"),
        change("aws_ecs_service.a_green_service", "create"),
    )
    changed = [sentence for sentence in explain(both) if "changes its strategy" in sentence]
    assert changed == [
        "a changes its strategy from codedeploy to blue-green.",
        "b changes its strategy from rolling to codedeploy.",
    ]
