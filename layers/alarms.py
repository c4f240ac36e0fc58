"""Alarms of the data stores that all services share: the database and the cache."""

from constructs import Construct

from aws.database_instances import max_connections
from config import Environment
from layers.outputs import DataOutputs
from modules.observability import (
    CacheMetrics,
    DatabaseMetrics,
    MetricAlarm,
    MetricAlarms,
    MetricAlarmsInputs,
    MetricAlarmsOutputs,
    cache_alarms,
    database_alarms,
)


def data_alarms(
    scope: Construct, environment: Environment, data: DataOutputs, alarm_topic_arn: str
) -> MetricAlarmsOutputs:
    """Create the alarms of the database and, if there is one, of the cache."""
    settings = environment.database
    alarms: dict[str, MetricAlarm] = dict(
        database_alarms(
            DatabaseMetrics(
                identifier=data.database_identifier,
                max_connections=max_connections(settings.instance_class),
                # RDS autoscales storage below 10 % free; below 5 % it has not done so, or has reached the maximum.
                free_storage_gib=max(2.0, settings.allocated_storage_gib / 20),
            )
        )
    )
    if environment.cache is not None:
        # The data layer names the cache after the environment.
        alarms |= cache_alarms(CacheMetrics(replication_group_id=environment.prefix, nodes=environment.cache.nodes))
    inputs = MetricAlarmsInputs(prefix=environment.prefix, topic_arns=[alarm_topic_arn], alarms=alarms)
    return MetricAlarms(scope, "data-alarms", inputs).outputs
