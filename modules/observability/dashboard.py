"""A CloudWatch dashboard of charts in rows."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from modules.observability.metric_alarms import Metric

WIDTH, HEIGHT = 24, 6
"""Width and height of a row, in CloudWatch's grid units; a dashboard is 24 units wide."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """One chart: metrics over time."""

    title: str
    """Title of the chart, with the unit."""

    lines: Mapping[str, Metric]
    """Metrics by their label."""


@dataclass(frozen=True, kw_only=True)
class DashboardInputs:
    """What the dashboard shows."""

    name: str
    """Name of the dashboard; letters, digits, `-`, `_`."""

    region: str
    """Region of the metrics."""

    rows: Sequence[Sequence[Chart]]
    """Rows of one to four charts, from the top."""

    alarm_arns: Sequence[str] = field(default_factory=tuple)
    """Alarms shown at the top. Default: none."""

    def __post_init__(self) -> None:
        """Refuse a row that is empty or too crowded to read."""
        for row in self.rows:
            if not 1 <= len(row) <= 4:
                raise ValueError(f"a row of {len(row)} charts; allowed are 1 to 4")


@dataclass(frozen=True, kw_only=True)
class DashboardOutputs:
    """How to find the dashboard."""

    dashboard_name: str
    """Name of the dashboard."""


class Dashboard(Construct):
    """A CloudWatch dashboard: the state of the alarms at the top, charts below."""

    outputs: DashboardOutputs

    def __init__(self, scope: Construct, id_: str, inputs: DashboardInputs) -> None:
        super().__init__(scope, id_)
        widgets: list[dict[str, Any]] = []
        top = 0
        if inputs.alarm_arns:
            top = 3
            properties = {"title": "Alarms", "alarms": list(inputs.alarm_arns)}
            widgets.append({"type": "alarm", "x": 0, "y": 0, "width": WIDTH, "height": top, "properties": properties})
        for number, row in enumerate(inputs.rows):
            width = WIDTH // len(row)
            widgets += [
                {
                    "type": "metric",
                    "x": column * width,
                    "y": top + number * HEIGHT,
                    "width": width,
                    "height": HEIGHT,
                    "properties": _properties(chart, inputs.region),
                }
                for column, chart in enumerate(row)
            ]
        CloudwatchDashboard(
            self,
            "dashboard",
            dashboard_name=inputs.name,
            dashboard_body=json.dumps({"widgets": widgets}, sort_keys=True),
        )
        self.outputs = DashboardOutputs(dashboard_name=inputs.name)


def _properties(chart: Chart, region: str) -> dict[str, Any]:
    return {
        "title": chart.title,
        "region": region,
        "view": "timeSeries",
        "period": 60,
        "metrics": [_line(label, metric) for label, metric in chart.lines.items()],
        "yAxis": {"left": {"min": 0}},
    }


def _line(label: str, metric: Metric) -> list[Any]:
    pairs = [part for pair in sorted(metric.dimensions.items()) for part in pair]
    return [metric.namespace, metric.name, *pairs, {"stat": metric.stat, "label": label}]
