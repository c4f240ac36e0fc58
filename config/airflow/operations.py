"""Sections on operating Airflow: login, database cleanup, alarms, ECS tasks that DAGs launch, existing roles."""

from typing import Annotated

from pydantic import Field, StringConstraints

from config.base import Section, Version
from config.pattern import PORT, Pattern

HttpsAddress = Annotated[
    str,
    StringConstraints(max_length=1024),
    Pattern(
        rf"https://[A-Za-z0-9.-]+(:{PORT})?(/[\w./~%=&?+-]*)?",
        "an address that begins with https://, with a port from 1 to 65535 or none",
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

    issuer: Annotated[HttpsAddress, Field(examples=["https://login.example.com"])]
    """Issuer URL, from the provider's `/.well-known/openid-configuration`, which also lists the three endpoints
    below."""

    authorization_endpoint: Annotated[HttpsAddress, Field(examples=["https://login.example.com/oauth2/v1/authorize"])]
    """Authorization endpoint, where users log in."""

    token_endpoint: Annotated[HttpsAddress, Field(examples=["https://login.example.com/oauth2/v1/token"])]
    """Token endpoint, where the load balancer gets tokens."""

    user_info_endpoint: Annotated[HttpsAddress, Field(examples=["https://login.example.com/oauth2/v1/userinfo"])]
    """User info endpoint, where the load balancer gets the identity of a user."""

    client_id: Annotated[str, Pattern(r"[\w.:/@=+-]{1,256}", "letters, digits and . _ : / @ = + -", "airflow-prod")]
    """Client id of Airflow at the provider. The redirect URI is `https://<host name>/oauth2/idpresponse`."""

    client_secret_arn: Annotated[
        str,
        Pattern(
            r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+",
            "the ARN of a Secrets Manager secret",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:airflow-oidc-AbCdEf",
        ),
    ]
    """ARN of an existing secret whose whole value is the client secret. Terraform never reads it (D03)."""

    client_secret_version: Version = 1
    """Rotation number of the client secret. Increase it by one and apply after you have changed the secret's value. All
    users have to log in again."""

    scope: Annotated[
        str, Pattern(r"openid( [\w.:/-]+)*", '"openid", and further scopes after spaces', "openid email")
    ] = "openid"
    """Requested scopes, separated by spaces. Must begin with `openid`."""

    session_timeout_hours: Annotated[int, Field(ge=1, le=168)] = 12
    """How long a login is valid."""

    api_without_login: bool = False
    """Let requests to `/api/v2/*` and `/auth/token*` pass without this login; Airflow still requires its own token or
    password there. The listener rule for these paths has the priority `airflow.priority` minus 1."""


class DbClean(Section):
    """The daily cleanup of Airflow's database by `airflow db clean`."""

    enabled: bool = True
    """Clean up the database daily. If false, the database grows without limit."""

    retention_days: Annotated[int, Field(ge=7, le=3650)] = 90
    """Age at which DAG runs, task instances and events are deleted. Task logs have their own retention
    (`task_logs`)."""

    hour_utc: Annotated[int, Field(ge=0, le=23)] = 3
    """Hour (UTC) of the daily run. Ignored with `[working_hours]`: the run is then on working days, one hour after
    `start`, or in the middle of the hours if they are shorter than two."""


class AirflowAlarms(Section):
    """Thresholds of Airflow's alarms."""

    queued_tasks: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """Number of queued Airflow tasks of a worker group above which the alarm goes off."""

    queued_minutes: Annotated[int, Field(ge=1, le=1440)] = 30
    """Minutes in a row with more than `queued_tasks` before the alarm goes off."""

    missing_tasks_minutes: Annotated[int, Field(ge=5, le=1440)] = 15
    """How long an ECS service may run fewer tasks than desired before the alarm goes off: its tasks do not start, or
    keep failing. No alarm if `cluster.container_insights = "disabled"`."""


class Workflows(Section):
    """ECS tasks that DAGs launch, each with its own image (E09)."""

    enabled: bool = True
    """Allow DAGs to start ECS tasks of the families `<project>-<environment>-workflow-…`. Publishes the cluster,
    subnets and security group for these tasks as SSM parameters."""

    task_role_arn: Annotated[RoleArn | None, Field(examples=["arn:aws:iam::123456789012:role/team/workflow-task"])] = (
        None
    )
    """ARN of an existing task role (E11). Default: a role without permissions is created."""

    execution_role_arn: Annotated[
        RoleArn | None, Field(examples=["arn:aws:iam::123456789012:role/team/workflow-execution"])
    ] = None
    """ARN of an existing execution role (E11). Default: a role is created, for images of
    `<project>-<environment>/…`."""


class ExistingRoles(Section):
    """Existing IAM roles of one component (E11).

    `docs/generated/airflow-roles-<environment>.md`, which `make docs` writes, lists the permissions that they need.
    """

    execution_role_arn: Annotated[RoleArn, Field(examples=["arn:aws:iam::123456789012:role/team/airflow-execution"])]
    """ARN of the execution role, with which ECS starts the tasks."""

    task_role_arn: RoleArn
    """ARN of the task role, which the code in the tasks uses."""
