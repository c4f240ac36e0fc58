"""What runs beside Airflow: alarms, cleaning of its database, the login before its UI, tasks that DAGs launch."""

from typing import Annotated

from pydantic import Field, StringConstraints

from config.base import Section, Version
from config.pattern import Pattern

HttpsAddress = Annotated[
    str,
    StringConstraints(max_length=1024),
    Pattern(
        r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[\w./~%=&?+-]*)?",
        "an address that begins with https://",
        "https://login.example.com/oauth2/v1/token",
    ),
]
RoleArn = Annotated[
    str,
    Pattern(
        r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}",
        'the ARN of a role, such as "arn:aws:iam::123456789012:role/team/airflow-worker"',
        "arn:aws:iam::123456789012:role/team/airflow-worker",
    ),
]


class OidcLogin(Section):
    """A login at the load balancer, before anybody sees Airflow's own (docs/decisions/0007)."""

    issuer: HttpsAddress
    """Issuer; it and the next three are in the provider's discovery document."""

    authorization_endpoint: HttpsAddress
    """Where people log in."""

    token_endpoint: HttpsAddress
    """Where the load balancer gets tokens."""

    user_info_endpoint: HttpsAddress
    """Where the load balancer learns who somebody is."""

    client_id: Annotated[str, Pattern(r"[\w.:/@=+-]{1,256}", "letters, digits and . _ : / @ = + -", "airflow-prod")]
    """Name of Airflow at the provider. Its redirect address is `https://<host name>/oauth2/idpresponse`."""

    client_secret_arn: Annotated[
        str,
        Pattern(
            r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+",
            "the ARN of a Secrets Manager secret",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:git-token-AbCdEf",
        ),
    ]
    """Existing secret whose whole value is the client's secret. Terraform never reads it (D03)."""

    client_secret_version: Version = 1
    """Raise it after the secret changed. Everybody logs in again."""

    scope: Annotated[
        str, Pattern(r"openid( [\w.:/-]+)*", '"openid", and further scopes after spaces', "openid email")
    ] = "openid"
    """What is asked for."""

    session_timeout_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """How long a login lasts."""

    api_without_login: bool = False
    """Let the public API through without it, for programs that have a token of Airflow's. Default: no."""


class DbClean(Section):
    """The daily cleaning of Airflow's database, by `airflow db clean`."""

    enabled: bool = True
    """Whether it is cleaned at all. Without, it grows for ever."""

    retention_days: Annotated[int, Field(ge=7, le=3650)] = 90
    """Runs, task instances and events older than this go; their logs are kept by themselves (`task_logs`)."""

    hour_utc: Annotated[int, Field(ge=0, le=23)] = 3
    """Hour at which it begins, UTC. With working hours it begins an hour after their start instead."""


class AirflowAlarms(Section):
    """From where on Airflow's figures are bad."""

    queued_tasks: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """So many tasks may wait for the workers of a group."""

    queued_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """Minutes in a row, which is how old the oldest of them is at least."""

    missing_tasks_minutes: Annotated[int, Field(ge=5, le=1440)] = 15
    """So long an ECS service may have fewer tasks than it should: they do not come up, or fail and come again."""


class Workflows(Section):
    """Tasks that DAGs launch on ECS, each with an image of its own (E09)."""

    enabled: bool = True
    """Let workers launch tasks of the families `<project>-<environment>-workflow-…`, and publish where."""

    task_role_arn: RoleArn | None = None
    """Existing role of the code in them (E11). Default: one is made, which may do nothing."""

    execution_role_arn: RoleArn | None = None
    """Existing role that starts them (E11). Default: one is made, for images of `<project>-<environment>/…`."""


class ExistingRoles(Section):
    """Roles that are there already, for one component (E11).

    They need what `docs/generated/airflow-roles-<environment>.md` lists, which `make docs` writes.
    """

    execution_role_arn: RoleArn
    """Role that ECS starts its tasks with."""

    task_role_arn: RoleArn
    """Role of its code."""
