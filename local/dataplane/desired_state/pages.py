"""Pages of the embedded AWS beside the AWS API: what changed, what really runs, passwords, and credentials of roles."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from local.extensions.dataplane import (
    CHANGES_PATH,
    LOGINS_PATH,
    OBSERVED_PATH,
    PROTECTIONS_PATH,
    TASK_NETWORKS_PATH,
    WAIT_SECONDS,
)
from local.iam.paths import AUTHORIZATION_PATH, CREDENTIALS_PATH

ANSWER_SECONDS = 10.0
OK, FORBIDDEN = 200, 403
ECS_TASKS = "ecs-tasks.amazonaws.com"


class UntrustedRoleError(LookupError):
    """ECS may not assume a role, or there is none; the message is that of ECS, with the reason."""


class Pages:
    """The pages of one embedded AWS.

    Args:
        endpoint_url: where it answers.
        region: of the platform.

    Raises:
        OSError: every method, when the embedded AWS does not answer or has no such page.
    """

    def __init__(self, endpoint_url: str, region: str) -> None:
        self._region = region
        parts = urlsplit(endpoint_url)
        self._address = (str(parts.hostname), int(parts.port or 80))

    def changes(self, after: str = "") -> dict[str, Any]:
        """`token`, `instance` and `counters`; waits up to 20 s until the token differs from `after`."""
        return self._page("GET", f"{CHANGES_PATH}?after={after}", timeout=WAIT_SECONDS + ANSWER_SECONDS)

    def report(self, observed: dict[str, Any] | None) -> None:
        """Report what runs; `None` reports that the data plane has gone."""
        if observed is None:
            self._page("DELETE", OBSERVED_PATH)
        else:
            self._page("PUT", OBSERVED_PATH, body=json.dumps(observed))

    def logins(self, region: str) -> dict[str, Any]:
        """The passwords of a region's data stores, and how often each database was rebooted."""
        return self._page("GET", f"{LOGINS_PATH}?region={region}")

    def task_networks(self, region: str) -> dict[str, Any]:
        """ARN → `awsvpcConfiguration` of tasks that RunTask requested, for a while of those that have ended too."""
        return self._page("GET", f"{TASK_NETWORKS_PATH}?region={region}")

    def protections(self, region: str) -> dict[str, Any]:
        """ARN of a task → `until`, what UpdateTaskProtection asked for, and `instead_of`, what it had."""
        return self._page("GET", f"{PROTECTIONS_PATH}?region={region}")

    def credentials(self, role_arn: str, session_name: str) -> dict[str, str]:
        """Credentials of a role, as the container credentials endpoint gives them: ECS assumes it for a task.

        Args:
            role_arn: the role.
            session_name: ends the ARN of the session.

        Raises:
            UntrustedRoleError: there is no such role, or it does not trust ECS.
        """
        # ECS does not say which cluster it acts for.
        partition, account = role_arn.split(":")[1], role_arn.split(":")[4]
        body = {
            "role_arn": role_arn,
            "service": ECS_TASKS,
            "source_arn": f"arn:{partition}:ecs:{self._region}:{account}:*",
            "session_name": session_name,
        }
        status, answer = self._answer("POST", CREDENTIALS_PATH, ANSWER_SECONDS, json.dumps(body))
        if status == FORBIDDEN:
            raise UntrustedRoleError(
                f"ECS was unable to assume the role '{role_arn}' that was provided for this task. Please verify that "
                f"the role being passed has the proper trust relationship and permissions: {answer.get('message')}"
            )
        if status != OK:
            raise OSError(f"POST {CREDENTIALS_PATH}: status {status}")
        return answer

    def refusal(
        self,
        credentials: Mapping[str, str],
        operation: str,
        parameters: Mapping[str, Any],
        *,
        service: str = "ecs",
        region: str = "",
    ) -> str:
        """Why a role may not call an operation, in AWS's words; empty where it may.

        Args:
            credentials: of the role.
            operation: of the service.
            parameters: of the call.
            service: botocore's name of it.
            region: of the call. Default: the platform's.
        """
        body = {
            "access_key": credentials["AccessKeyId"],
            "token": credentials["Token"],
            "region": region or self._region,
            "service": service,
            "operation": operation,
            "parameters": parameters,
        }
        status, answer = self._answer("POST", AUTHORIZATION_PATH, ANSWER_SECONDS, json.dumps(body))
        if status not in (OK, FORBIDDEN):
            raise OSError(f"POST {AUTHORIZATION_PATH}: status {status}")
        return str(answer.get("message", "")) if status == FORBIDDEN else ""

    def _page(
        self, method: str, path: str, *, timeout: float = ANSWER_SECONDS, body: str | None = None
    ) -> dict[str, Any]:
        status, answer = self._answer(method, path, timeout, body)
        if status != OK:
            raise OSError(f"{method} {path.partition('?')[0]}: status {status}")
        return answer

    def _answer(self, method: str, path: str, timeout: float, body: str | None) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection(*self._address, timeout=timeout)
        try:
            connection.request(method, path, body=body)
            response = connection.getresponse()
            text = response.read()
            if response.status not in (OK, FORBIDDEN):
                return response.status, {}
            answer = json.loads(text)
        except (http.client.HTTPException, ValueError) as error:
            raise OSError(f"{method} {path.partition('?')[0]}: {error}") from error
        finally:
            connection.close()
        if not isinstance(answer, dict):
            raise OSError(f"{method} {path}: no JSON object")
        return response.status, answer
