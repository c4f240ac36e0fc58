"""CloudWatch: composite alarms.

Symptom: `aws_cloudwatch_composite_alarm` fails with "not implemented". moto stores and lists alarms with a rule,
and its PutMetricAlarm already reads the rule; only the operation itself is missing.
"""

from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse

from local.extensions.patching import add_method


@add_method(CloudWatchResponse)
def put_composite_alarm(response: Any) -> Any:
    """PutCompositeAlarm."""
    return response.put_metric_alarm()
