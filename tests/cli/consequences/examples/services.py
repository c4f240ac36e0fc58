"""Services, and the load balancer in front of them."""

from tests.cli.consequences.examples.example import HALF_WAY, OUTAGE, change, example

RULE = "aws_lb_listener_rule.{}_route_rule"
SHOP = [{"host_header": [{"values": ["shop.example.com"]}]}, {"path_pattern": [{"values": ["/*"]}]}]

SERVICES = (
    example(
        "ECS service replaced",
        "service",
        change(
            "aws_ecs_service.web_codedeploy_service",
            "replace",
            {"name": "shop-web"},
            causes=["capacity_provider_strategy"],
        ),
        costs=OUTAGE,
        says="because capacity_provider_strategy cannot be changed in place",
    ),
    example(
        "Airflow's service replaced",
        "service",
        change("aws_ecs_service.airflow_scheduler_service", "replace", {}),
        costs=OUTAGE,
        says="in which no DAG runs",
    ),
    example(
        "image deployed",
        "service",
        change("aws_ecs_service.web_rolling_service", "update", {"task_definition": "a:1"}, {"task_definition": "a:2"}),
    ),
    example(
        "strategy",
        "service",
        change("aws_ecs_service.web_blue_service", "delete"),
        change("aws_ecs_service.web_rolling_service", "create"),
        costs=OUTAGE,
        says="web changes its strategy from blue-green to rolling and is interrupted",
    ),
    example(
        "service with another name",
        "service",
        change(RULE.format("api"), "delete", {"priority": 200, "condition": SHOP}),
        change(RULE.format("rest"), "create", after={"priority": 300, "condition": SHOP}),
        costs=OUTAGE,
        says="it takes over the requests of aws_lb_listener_rule.api_route_rule",
    ),
    example(
        "rule of another listener",
        "service",
        change(RULE.format("api"), "delete", {"priority": 200, "listener_arn": "arn:1"}),
        change(RULE.format("rest"), "create", after={"priority": 200, "listener_arn": "arn:2"}),
    ),
    example(
        "service removed",
        "service",
        change(RULE.format("api"), "delete", {"priority": 200, "condition": SHOP}),
        change("aws_ecs_service.api_blue_service", "delete"),
    ),
    example("cluster replaced", "service", change("aws_ecs_cluster.cluster_cluster", "replace"), costs=OUTAGE),
    example(
        "load balancer replaced", "service", change("aws_lb.balancer", "replace", causes=["internal"]), costs=OUTAGE
    ),
    example(
        "protected load balancer",
        "service",
        change("aws_lb.balancer", "replace", {"enable_deletion_protection": True}),
        costs=(HALF_WAY, OUTAGE),
    ),
    example("listener replaced", "service", change("aws_lb_listener.https", "replace", {"port": 443}), costs=OUTAGE),
    example("rule replaced", "service", change(RULE.format("web"), "replace", {"priority": 100}), costs=OUTAGE),
    example(
        "login at a rule",
        "service",
        change(RULE.format("web"), "update", {"priority": 100}, {"action": [{"type": "authenticate-oidc"}]}),
    ),
    example(
        "target group replaced",
        "service",
        change("aws_lb_target_group.web_route_targets", "replace", {"name": "web"}, actions=["create", "delete"]),
        costs=OUTAGE,
        says="503 until new tasks are healthy",
    ),
    example(
        "target group replaced too late",
        "service",
        change("aws_lb_target_group.web_route_targets", "replace", {"name": "web"}),
        costs=HALF_WAY,
    ),
    example("firewall off", "service", change("aws_wafv2_web_acl_association.firewall_association", "delete")),
    example("firewall replaced", "service", change("aws_wafv2_web_acl.firewall_acl", "replace")),
)
