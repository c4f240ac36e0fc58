"""CloudWatch: composite alarms.

Symptom: `aws_cloudwatch_composite_alarm` fails with "not implemented". moto stores and lists alarms that have a rule,
and its PutMetricAlarm reads the rule already; only the call itself is missing.
"""

from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse

from local.extensions.patching import add_method


@add_method(CloudWatchResponse)
def put_composite_alarm(response: Any) -> Any:
    """PutCompositeAlarm."""
    return response.put_metric_alarm()
