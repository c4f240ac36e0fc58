"""A dashboard of rows: each a list of charts, side by side."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from modules.observability.metric_alarms import Metric

WIDTH, HEIGHT = 24, 6
"""Of a row; a dashboard is 24 wide."""


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Lines over time."""

    title: str
    """What the lines are, with the unit."""

    lines: Mapping[str, Metric]
    """Figures by label."""


@dataclass(frozen=True, kw_only=True)
class DashboardInputs:
    """What is on the page."""

    name: str
    """Name of the dashboard; letters, digits, `-`, `_`."""

    region: str
    """Region of the figures."""

    rows: Sequence[Sequence[Chart]]
    """Rows of one to four charts, from the top."""

    alarm_arns: Sequence[str] = field(default_factory=tuple)
    """Alarms shown at the top. Default: none."""

    def __post_init__(self) -> None:
        """Refuse what could not be read."""
        for row in self.rows:
            if not 1 <= len(row) <= 4:
                raise ValueError(f"a row of {len(row)} charts; allowed are 1 to 4")


@dataclass(frozen=True, kw_only=True)
class DashboardOutputs:
    """Where the page is."""

    dashboard_name: str
    """Name of the dashboard."""


class Dashboard(Construct):
    """A CloudWatch dashboard: the state of the alarms, and below it the charts."""

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
