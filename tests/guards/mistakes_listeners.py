"""Mistakes in what listeners let through."""

from tests.guards.mistakes import Change, Mistake, add, edit, resource
from tests.support.documents import Documents

GUARD = "execution_api_is_refused_from_outside"
TARGETS = "${aws_lb_target_group.airflow_route_targets.arn}"
FORWARD = [{"type": "forward", "forward": {"target_group": [{"arn": TARGETS, "weight": 1}]}}]
BLOCK = "execution-api"


def block(**values: object) -> Change:
    return edit("service", "aws_lb_listener_rule", BLOCK, **values)


def without_the_rule(documents: Documents) -> None:
    rules = documents["service"]["resource"]["aws_lb_listener_rule"]
    del rules[next(name for name in rules if BLOCK in name)]


def for_some_clients(documents: Documents) -> None:
    rule = resource(documents, "service", "aws_lb_listener_rule", BLOCK)
    rule["condition"] = [*rule["condition"], {"source_ip": {"values": ["192.0.2.0/24"]}}]


MISTAKES = (
    Mistake(GUARD, "nothing refuses the path", without_the_rule),
    Mistake(GUARD, "the rule that refuses it comes too late", block(priority=49999)),
    Mistake(GUARD, "the rule that refuses it forwards", block(action=FORWARD)),
    Mistake(GUARD, "it is refused with another answer", block(action=[{"type": "redirect"}])),
    Mistake(
        GUARD,
        "it is refused for another host name",
        block(
            condition=[
                {"host_header": {"values": ["other.example.com"]}},
                {"path_pattern": {"values": ["/execution/*"]}},
            ]
        ),
    ),
    Mistake(GUARD, "only part of it is refused", block(condition=[{"path_pattern": {"values": ["/execution/x"]}}])),
    Mistake(GUARD, "it is refused to some clients", for_some_clients),
    Mistake(
        GUARD,
        "another rule forwards before",
        add(
            "service",
            "aws_lb_listener_rule",
            "x",
            listener_arn="${aws_lb_listener.load-balancer_https.arn}",
            priority=1,
            condition=[{"path_pattern": {"values": ["/*"]}}],
            action=FORWARD,
        ),
    ),
    Mistake(
        GUARD,
        "a listener forwards what no rule takes",
        edit("service", "aws_lb_listener", "https", default_action=FORWARD),
    ),
)
