"""Working hours of an environment: its services scale to zero outside them, and its database may stop."""

from constructs import Construct

from config import Environment
from config.working_hours import AFTER_END_MINUTES, BEFORE_START_MINUTES
from layers.outputs import DataOutputs
from modules import ecs
from modules.scheduling import ScheduledCall, ScheduledCalls, ScheduledCallsInputs


def working_hours(environment: Environment, service: str | None = None) -> ecs.WorkingHours | None:
    """The working hours of Airflow, or of a web service that keeps them; None to run all the time."""
    hours = environment.working_hours
    if hours is None or (service is not None and service not in hours.services):
        return None
    return ecs.WorkingHours(start=hours.start_cron(), end=hours.end_cron(), timezone=hours.timezone)


def database_hours(scope: Construct, environment: Environment, data: DataOutputs, kms_key_arn: str) -> None:
    """Schedule the database to stop after the services and to start before them."""
    hours, aws = environment.working_hours, environment.aws
    if hours is None or not hours.stop_database:
        return
    identifier = data.database_identifier
    database = aws.account.arn("rds", f"db:{identifier}")
    times = {
        "start": ("rds:StartDBInstance", hours.start_cron(minutes_before=BEFORE_START_MINUTES)),
        "stop": ("rds:StopDBInstance", hours.end_cron(minutes_after=AFTER_END_MINUTES)),
    }
    inputs = ScheduledCallsInputs(
        name=f"{environment.prefix}-database-hours",
        purpose=f"stop and start the database of {environment.prefix}",
        account=aws.account,
        kms_key_arn=kms_key_arn,
        timezone=hours.timezone,
        calls={
            word: ScheduledCall(
                action=action,
                arguments={"DbInstanceIdentifier": identifier},
                resources=[database],
                expression=expression,
            )
            for word, (action, expression) in times.items()
        },
    )
    ScheduledCalls(scope, "database-hours", inputs)
