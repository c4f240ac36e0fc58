"""A service's page: the four golden signals and health, one line for each side."""

import json
from typing import Any

from modules.observability import ServiceDashboard, ServiceDashboardInputs
from tests.support.stack import module_stack, synthesised


def widgets(*labels: str) -> dict[str, list[dict[str, Any]]]:
    """Title → the last part of each line."""
    inputs = ServiceDashboardInputs(
        name="acme-prod-web",
        region="eu-west-1",
        load_balancer_arn_suffix="app/acme-prod/1",
        target_group_arn_suffixes={label: f"targetgroup/web-{label}/1" for label in labels},
        cluster_name="acme-prod",
        service_names={label: f"acme-prod-web-{label}" for label in labels},
    )
    with module_stack() as stack:
        ServiceDashboard(stack, "dashboard", inputs)
        body = synthesised(stack).only("aws_cloudwatch_dashboard")["dashboard_body"]
    result = json.loads(body)["widgets"]
    return {each["properties"]["title"]: [line[-1] for line in each["properties"]["metrics"]] for each in result}


def test_it_shows_traffic_errors_latency_percentiles_saturation_and_health() -> None:
    result = widgets("blue", "green")
    assert len(result) == 9
    titles = " ".join(result)
    for word in ("Requests", "5xx", "Healthy", "half", "twentieth", "hundredth", "CPU", "Memory", "Unhealthy"):
        assert word in titles
    assert {line["stat"] for title, lines in result.items() if "Latency" in title for line in lines} == {
        "p50",
        "p95",
        "p99",
    }


def test_blue_is_blue_and_sides_without_a_colour_get_different_ones_from_cloudwatch() -> None:
    assert widgets("blue", "green")["CPU (%)"][0] == {"stat": "Average", "label": "blue", "color": "#1f77b4"}
    assert widgets("a", "b")["CPU (%)"] == [{"stat": "Average", "label": "a"}, {"stat": "Average", "label": "b"}]
