"""The dashboard of a web service: requests, errors, latency, saturation and health, one line per colour."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

LOAD_BALANCER = "AWS/ApplicationELB"
ECS = "AWS/ECS"
LINES = {"blue": "#1f77b4", "green": "#2ca02c"}
WIDTH, HEIGHT = 8, 6
"""Width and height of a widget, in CloudWatch's grid units; a dashboard is 24 units wide."""


@dataclass(frozen=True, kw_only=True)
class ServiceDashboardInputs:
    """What the dashboard shows."""

    name: str
    """Name of the dashboard; letters, digits, `-`, `_`."""

    region: str
    """Region of the metrics."""

    load_balancer_arn_suffix: str
    """`app/<name>/<id>`."""

    target_group_arn_suffixes: Mapping[str, str]
    """`targetgroup/<name>/<id>` by colour."""

    cluster_name: str
    """Cluster of the services."""

    service_names: Mapping[str, str]
    """ECS services by colour."""


@dataclass(frozen=True, kw_only=True)
class ServiceDashboardOutputs:
    """How to find the dashboard."""

    dashboard_name: str
    """Name of the dashboard."""


class ServiceDashboard(Construct):
    """A CloudWatch dashboard of the four golden signals (traffic, errors, latency, saturation) and health."""

    outputs: ServiceDashboardOutputs

    def __init__(self, scope: Construct, id_: str, inputs: ServiceDashboardInputs) -> None:
        super().__init__(scope, id_)
        widgets = [
            _widget(0, 0, "Requests a minute", inputs, _targets(inputs, "RequestCount", "Sum")),
            _widget(1, 0, "Answers with 5xx", inputs, _targets(inputs, "HTTPCode_Target_5XX_Count", "Sum")),
            _widget(2, 0, "Healthy targets", inputs, _targets(inputs, "HealthyHostCount", "Minimum")),
            _widget(0, 1, "Latency: half of the requests (s)", inputs, _targets(inputs, "TargetResponseTime", "p50")),
            _widget(1, 1, "Latency: slowest twentieth (s)", inputs, _targets(inputs, "TargetResponseTime", "p95")),
            _widget(2, 1, "Latency: slowest hundredth (s)", inputs, _targets(inputs, "TargetResponseTime", "p99")),
            _widget(0, 2, "CPU (%)", inputs, _services(inputs, "CPUUtilization")),
            _widget(1, 2, "Memory (%)", inputs, _services(inputs, "MemoryUtilization")),
            _widget(2, 2, "Unhealthy targets", inputs, _targets(inputs, "UnHealthyHostCount", "Maximum")),
        ]
        CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=inputs.name,
            dashboard_body=json.dumps({"widgets": widgets}, sort_keys=True),
        )
        self.outputs = ServiceDashboardOutputs(dashboard_name=inputs.name)


def _targets(inputs: ServiceDashboardInputs, metric: str, stat: str) -> list[list[Any]]:
    return [
        [
            *(LOAD_BALANCER, metric, "TargetGroup", suffix, "LoadBalancer", inputs.load_balancer_arn_suffix),
            {"stat": stat, **_line(colour)},
        ]
        for colour, suffix in inputs.target_group_arn_suffixes.items()
    ]


def _line(label: str) -> dict[str, str]:
    """Label and colour of a line. CloudWatch picks a different colour for each line that has none."""
    return {"label": label, **({"color": LINES[label]} if label in LINES else {})}


def _services(inputs: ServiceDashboardInputs, metric: str) -> list[list[Any]]:
    return [
        [
            *(ECS, metric, "ServiceName", name, "ClusterName", inputs.cluster_name),
            {"stat": "Average", **_line(colour)},
        ]
        for colour, name in inputs.service_names.items()
    ]


def _widget(
    column: int, row: int, title: str, inputs: ServiceDashboardInputs, metrics: list[list[Any]]
) -> dict[str, Any]:
    return {
        "type": "metric",
        "x": column * WIDTH,
        "y": row * HEIGHT,
        "width": WIDTH,
        "height": HEIGHT,
        "properties": {
            "title": title,
            "region": inputs.region,
            "view": "timeSeries",
            "period": 60,
            "metrics": metrics,
            "yAxis": {"left": {"min": 0}},
        },
    }
