"""A page of the embedded AWS that runs a schedule of EventBridge Scheduler at once, as the schedule's role.

No schedule runs by the clock here. On AWS its call is made with the role, and so it is here: IAM judges it.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from local.serialise_requests import MOTO_LOCK, Application

PATH = "/windlass/schedules/run"
"""POST with `group`, `name` and `region`: 200 with the `answer` of the call, or with a `message` 403, where the call
was not made, and 400, where there is no such schedule."""
MAX_BODY_BYTES = 4096
SESSION_NAME = "schedule"
UNIVERSAL = "aws-sdk"
"""In the ARN of a target that is any call of the AWS API."""


class NotRunError(Exception):
    """The role may not be assumed, or may not make the call, or there is no such call; the message says why."""


def with_schedules(application: Application) -> Application:
    """The application with the page."""

    def extended(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (environ.get("PATH_INFO"), environ["REQUEST_METHOD"]) != (PATH, "POST"):
            return application(environ, start_response)
        try:
            length = min(int(environ.get("CONTENT_LENGTH") or 0), MAX_BODY_BYTES)
            wanted = json.loads(environ["wsgi.input"].read(length))
            names = {name: str(wanted[name]) for name in ("group", "name", "region")}
            document: dict[str, Any] = {"answer": _run(**names, endpoint_url=f"http://{environ['HTTP_HOST']}")}
            status = "200 OK"
        except (ValueError, KeyError, TypeError) as error:
            status, document = "400 Bad Request", {"message": f"group, name and region of a schedule: {error}"}
        except NotRunError as error:
            status, document = "403 Forbidden", {"message": str(error)}
        body = json.dumps(document, default=str).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    return extended


def _run(*, group: str, name: str, region: str, endpoint_url: str) -> dict[str, Any]:
    from local.extensions import extend

    extend("scheduler")
    # Here: nobody needs them before.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError, UnknownServiceError

    with MOTO_LOCK:
        target, credentials = _prepared(group, name, region)
    session = boto3.session.Session(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.Token, region)
    service, operation = _operation(target["Arn"])
    config = Config(retries={"max_attempts": 1}, proxies={}, read_timeout=30)
    try:
        client = session.client(service, endpoint_url=endpoint_url, config=config)
    except UnknownServiceError as error:
        raise NotRunError(f"there is no service {service}") from error
    names = [each for each in client.meta.service_model.operation_names if each.lower() == operation.lower()]
    if not names:
        raise NotRunError(f"{service} has no operation {operation}")
    model = client.meta.service_model.operation_model(names[0])
    arguments = _task(target) if UNIVERSAL not in target["Arn"] else json.loads(target.get("Input") or "{}")
    try:
        answer: dict[str, Any] = client._make_api_call(model.name, _named(arguments, model.input_shape))
    except ClientError as error:
        raise NotRunError(str(error)) from error
    return answer


def _prepared(group: str, name: str, region: str) -> tuple[Mapping[str, Any], Any]:
    """The target, and credentials of the role."""
    from moto.core import DEFAULT_ACCOUNT_ID
    from moto.core.exceptions import JsonRESTError
    from moto.scheduler.models import scheduler_backends

    from local.extensions.scheduler import role_of_schedule
    from local.iam.credentials import UntrustedError, assume_for_service

    try:
        schedule = scheduler_backends[DEFAULT_ACCOUNT_ID][region].get_schedule(group, name)
    except JsonRESTError as error:
        raise KeyError(f"there is no schedule {name} in the group {group}") from error
    arn = schedule.target["RoleArn"]
    role = role_of_schedule(account=DEFAULT_ACCOUNT_ID, region=region, group=group, role_arn=arn)
    try:
        credentials = assume_for_service(
            role_arn=arn, service=role.service, source_arn=role.source_arn, session_name=SESSION_NAME
        )
    except UntrustedError as error:
        raise NotRunError(str(error)) from error
    if schedule.kms_key_arn:
        context = {"aws:scheduler:schedule:arn": schedule.arn}
        refusal = role.refusal("kms", "Decrypt", {"KeyId": schedule.kms_key_arn, "EncryptionContext": context})
        if refusal:
            raise NotRunError(refusal)
    return schedule.target, credentials


def _operation(target_arn: str) -> tuple[str, str]:
    """Botocore's name of the service, and the operation in any case."""
    parts = target_arn.split(":")
    if UNIVERSAL in parts:
        return parts[-2], parts[-1]
    return "ecs", "RunTask"


def _task(target: Mapping[str, Any]) -> dict[str, Any]:
    """What Scheduler gives to RunTask: its parameters, the cluster, and the target's input as overrides."""
    parameters = {key: value for key, value in target["EcsParameters"].items() if value not in (None, "", [])}
    task = {"cluster": target["Arn"], "count": parameters.pop("TaskCount", 1)}
    task["taskDefinition"] = parameters.pop("TaskDefinitionArn")
    if target.get("Input"):
        task["overrides"] = json.loads(target["Input"])
    return {**parameters, **task}


def _named(value: Any, shape: Any) -> Any:
    """The same with the names of botocore's model; Scheduler writes them with other capital letters."""
    if isinstance(value, dict) and shape.type_name == "structure":
        members = {name.lower(): name for name in shape.members}
        return {
            members[key.lower()]: _named(each, shape.members[members[key.lower()]])
            for key, each in value.items()
            if key.lower() in members
        }
    if isinstance(value, list) and shape.type_name == "list":
        return [_named(each, shape.member) for each in value]
    return value
