"""Sections on operating Airflow: login, database cleanup, alarms, ECS tasks that DAGs launch, existing roles."""

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
    """OpenID Connect login at the load balancer, in front of Airflow's own (docs/decisions/0007)."""

    issuer: HttpsAddress
    """Issuer. It and the three endpoints are listed in the provider's discovery document."""

    authorization_endpoint: HttpsAddress
    """Authorization endpoint, where people log in."""

    token_endpoint: HttpsAddress
    """Token endpoint, where the load balancer gets tokens."""

    user_info_endpoint: HttpsAddress
    """User info endpoint, where the load balancer gets the identity of a user."""

    client_id: Annotated[str, Pattern(r"[\w.:/@=+-]{1,256}", "letters, digits and . _ : / @ = + -", "airflow-prod")]
    """Client id of Airflow at the provider. The redirect URI is `https://<host name>/oauth2/idpresponse`."""

    client_secret_arn: Annotated[
        str,
        Pattern(
            r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+",
            "the ARN of a Secrets Manager secret",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:git-token-AbCdEf",
        ),
    ]
    """ARN of an existing secret whose whole value is the client secret. Terraform never reads it (D03)."""

    client_secret_version: Version = 1
    """Raise it after the secret changed. All users have to log in again."""

    scope: Annotated[
        str, Pattern(r"openid( [\w.:/-]+)*", '"openid", and further scopes after spaces', "openid email")
    ] = "openid"
    """Requested scopes, separated by spaces."""

    session_timeout_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """How long a login is valid."""

    api_without_login: bool = False
    """Exempt the public API from this login, for programs with a token of Airflow."""


class DbClean(Section):
    """The daily cleanup of Airflow's database by `airflow db clean`."""

    enabled: bool = True
    """Whether the database is cleaned up. Without, it grows without limit."""

    retention_days: Annotated[int, Field(ge=7, le=3650)] = 90
    """Age at which DAG runs, task instances and events are deleted. Task logs have their own retention
    (`task_logs`)."""

    hour_utc: Annotated[int, Field(ge=0, le=23)] = 3
    """Hour at which the cleanup starts, in UTC. With `working_hours` it starts an hour after their start instead."""


class AirflowAlarms(Section):
    """Thresholds of Airflow's alarms."""

    queued_tasks: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Number of queued tasks of a worker group above which the alarm goes off."""

    queued_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """Consecutive minutes above that number before the alarm goes off."""

    missing_tasks_minutes: Annotated[int, Field(ge=5, le=1440)] = 15
    """How long an ECS service may run fewer tasks than desired before the alarm goes off: its tasks do not start, or
    keep failing."""


class Workflows(Section):
    """ECS tasks that DAGs launch, each with its own image (E09)."""

    enabled: bool = True
    """Allow workers to launch tasks of the families `<project>-<environment>-workflow-…`, and pass them cluster,
    subnets and security group."""

    task_role_arn: RoleArn | None = None
    """ARN of an existing task role (E11). Default: a role without permissions is created."""

    execution_role_arn: RoleArn | None = None
    """ARN of an existing execution role (E11). Default: a role is created, for images of
    `<project>-<environment>/…`."""


class ExistingRoles(Section):
    """Existing IAM roles of one component (E11).

    `docs/generated/airflow-roles-<environment>.md`, which `make docs` writes, lists the permissions that they need.
    """

    execution_role_arn: RoleArn
    """ARN of the execution role, with which ECS starts the tasks."""

    task_role_arn: RoleArn
    """ARN of the task role, which the code in the tasks uses."""
