"""Alarms over any metric, those of a database and a cache, and a dashboard that shows them."""

import json
from typing import Any

import pytest

from modules.observability import (
    CacheMetrics,
    Chart,
    Dashboard,
    DashboardInputs,
    DatabaseMetrics,
    Metric,
    MetricAlarm,
    MetricAlarms,
    MetricAlarmsInputs,
    cache_alarms,
    database_alarms,
)
from tests.support.stack import module_stack, synthesised

TOPIC = "arn:aws:sns:eu-west-1:111122223333:alarms"
CPU = Metric(namespace="AWS/RDS", name="CPUUtilization", dimensions={"DBInstanceIdentifier": "acme-prod"})


def alarms(**by_word: MetricAlarm) -> dict[str, dict[str, Any]]:
    with module_stack() as stack:
        inputs = MetricAlarmsInputs(
            prefix="acme-prod",
            topic_arns=[TOPIC],
            alarms={word.replace("_", "-"): alarm for word, alarm in by_word.items()},
        )
        MetricAlarms(stack, "alarms", inputs)
        return {
            body["alarm_name"]: body for body in synthesised(stack).resources("aws_cloudwatch_metric_alarm").values()
        }


def test_the_topic_is_notified_of_alarm_and_ok() -> None:
    body = alarms(cpu=MetricAlarm(description="busy", metrics={"cpu": CPU}, above=80))["acme-prod-cpu"]
    assert body["alarm_actions"] == body["ok_actions"] == [TOPIC]


def test_minutes_in_a_row_become_periods() -> None:
    body = alarms(cpu=MetricAlarm(description="", metrics={"cpu": CPU}, above=80, minutes=15, period_seconds=300))
    actual = body["acme-prod-cpu"]
    assert (actual["evaluation_periods"], actual["datapoints_to_alarm"]) == (3, 3)
    assert actual["metric_query"][0]["metric"]["period"] == 300


def test_a_calculation_is_the_only_result() -> None:
    metrics = {"a": CPU, "b": CPU}
    body = alarms(sum=MetricAlarm(description="", metrics=metrics, expression="a + b", below=1))["acme-prod-sum"]
    assert [query["id"] for query in body["metric_query"] if query["return_data"]] == ["result"]
    assert (body["comparison_operator"], body["threshold"]) == ("LessThanThreshold", 1)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "either `above` or `below`"),
        ({"above": 1, "below": 1}, "either `above` or `below`"),
        ({"above": 1, "metrics": {"a": CPU, "b": CPU}}, "needs an expression"),
        ({"above": 1, "minutes": 2, "period_seconds": 300}, "whole periods"),
        ({"above": 1, "minutes": 1500}, "up to a day"),
    ],
)
def test_an_alarm_that_cannot_be_is_refused(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        MetricAlarm(**{"description": "", "metrics": {"cpu": CPU}, **values})


def test_an_invalid_key_of_an_alarm_is_refused() -> None:
    with pytest.raises(ValueError, match='key of an alarm is "CPU"'):
        alarms(CPU=MetricAlarm(description="", metrics={"cpu": CPU}, above=1))


def test_d02_a_database_is_watched_for_storage_cpu_and_connections() -> None:
    actual = alarms(
        **{
            word.replace("-", "_"): alarm
            for word, alarm in database_alarms(DatabaseMetrics(identifier="acme-prod", max_connections=200)).items()
        }
    )
    storage = actual["acme-prod-database-storage"]
    assert (storage["comparison_operator"], storage["threshold"]) == ("LessThanThreshold", 2 * 1024**3)
    assert actual["acme-prod-database-connections"]["threshold"] == 160
    assert actual["acme-prod-database-cpu"]["evaluation_periods"] == 15
    for body in actual.values():
        assert body["metric_query"][0]["metric"]["dimensions"] == {"DBInstanceIdentifier": "acme-prod"}


def test_every_node_of_a_cache_is_watched() -> None:
    memory = cache_alarms(CacheMetrics(replication_group_id="acme-prod", nodes=3))["cache-memory"]
    assert memory.expression == "MAX([node1, node2, node3])"
    assert [metric.dimensions["CacheClusterId"] for metric in memory.metrics.values()] == [
        "acme-prod-001",
        "acme-prod-002",
        "acme-prod-003",
    ]
    assert cache_alarms(CacheMetrics(replication_group_id="acme-prod", nodes=1))["cache-memory"].expression is None


def test_one_eviction_rings() -> None:
    evictions = cache_alarms(CacheMetrics(replication_group_id="acme-prod", nodes=1))["cache-evictions"]
    assert (evictions.above, evictions.minutes) == (0, 1)


def test_a_page_shows_its_alarms_and_below_them_its_rows() -> None:
    chart = Chart(title="CPU (%)", lines={"database": CPU})
    with module_stack() as stack:
        inputs = DashboardInputs(
            name="acme-prod",
            region="eu-west-1",
            rows=[[chart, chart], [chart]],
            alarm_arns=["arn:aws:cloudwatch:alarm"],
        )
        Dashboard(stack, "page", inputs)
        body = synthesised(stack).only("aws_cloudwatch_dashboard")["dashboard_body"]
    widgets = json.loads(body)["widgets"]
    assert [widget["type"] for widget in widgets] == ["alarm", "metric", "metric", "metric"]
    places = [(widget["x"], widget["y"], widget["width"]) for widget in widgets]
    assert places == [(0, 0, 24), (0, 3, 12), (12, 3, 12), (0, 9, 24)]
    assert widgets[1]["properties"]["metrics"] == [
        ["AWS/RDS", "CPUUtilization", "DBInstanceIdentifier", "acme-prod", {"label": "database", "stat": "Average"}]
    ]


def test_a_crowded_row_is_refused() -> None:
    chart = Chart(title="", lines={"cpu": CPU})
    with pytest.raises(ValueError, match="row of 5 charts"):
        DashboardInputs(name="acme", region="eu-west-1", rows=[[chart] * 5])
