"""What ECS does with the execution role of a task: it reads secrets, and writes logs."""

import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

import boto3
from botocore.config import Config
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from local.dataplane.desired_state.pages import Pages

logger = logging.getLogger(__name__)

SESSION_NAME = "ecs"
"""On ECS each task has a session of its own; here those of one role share theirs."""


class MissingSecretError(LookupError):
    """A `valueFrom` names a secret or a parameter that does not exist, or that the execution role may not read."""


class ExecutionRoles:
    """Clients with the credentials of execution roles, made once for each. Thread-safe.

    Args:
        endpoint_url: of the embedded AWS.
        region: of the platform.
        pages: gives credentials.
    """

    def __init__(self, endpoint_url: str, region: str, pages: Pages) -> None:
        self._endpoint_url, self._region, self._pages = endpoint_url, region, pages
        self._lock = threading.Lock()
        self._clients: dict[tuple[str, str], Any] = {}

    def forget(self) -> None:
        """Forget all credentials: those of an embedded AWS that no longer runs are worth nothing."""
        with self._lock:
            self._clients.clear()

    def read_secret(self, role_arn: str, name: str) -> str:
        """The text of a secret, or of a parameter, by its ARN or name.

        Raises:
            MissingSecretError: it does not exist, the role may not read it, or there is no role.
            UntrustedRoleError: ECS may not assume the role.
        """
        if not role_arn:
            raise MissingSecretError(f"{name}: the task definition has no execution role to read it with")
        try:
            if ":secretsmanager:" in name:
                secrets = self._client(role_arn, "secretsmanager")
                return str(secrets.get_secret_value(SecretId=name)["SecretString"])
            name = "/" + name.partition(":parameter/")[2] if ":parameter/" in name else name
            # As ECS does, and its policies allow: the call that takes several names.
            answer = self._client(role_arn, "ssm").get_parameters(Names=[name], WithDecryption=True)
            return str(answer["Parameters"][0]["Value"])
        except (BotoCoreError, ClientError, KeyError) as error:
            raise MissingSecretError(f"{name}: {error}") from error
        except IndexError as error:
            raise MissingSecretError(f"{name}: there is no such parameter") from error

    def put_log_lines(self, role_arn: str, group: str, stream: str, lines: Sequence[str]) -> None:
        """Write lines into a new log stream; only logs a warning when that is not possible."""
        now = int(time.time() * 1000)
        try:
            logs = self._client(role_arn, "logs")
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
            if lines:
                events = [{"timestamp": now, "message": line} for line in lines]
                logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except (BotoCoreError, ClientError, LookupError, OSError) as error:
            logger.warning("the log stream %s in %s was not written: %s", stream, group, error)

    def _client(self, role_arn: str, service: str) -> Any:
        if not role_arn:
            raise LookupError("the task definition has no execution role")
        with self._lock:
            if (role_arn, service) not in self._clients:
                self._clients[role_arn, service] = self._new_client(role_arn, service)
            return self._clients[role_arn, service]

    def _new_client(self, role_arn: str, service: str) -> Any:
        def refresh() -> dict[str, str]:
            given = self._pages.credentials(role_arn, SESSION_NAME)
            return {
                "access_key": given["AccessKeyId"],
                "secret_key": given["SecretAccessKey"],
                "token": given["Token"],
                "expiry_time": given["Expiration"],
            }

        session = Session()
        session._credentials = RefreshableCredentials.create_from_metadata(refresh(), refresh, "execution-role")
        config = Config(connect_timeout=5, read_timeout=15, retries={"max_attempts": 1}, proxies={})
        return boto3.Session(botocore_session=session, region_name=self._region).client(
            service, endpoint_url=self._endpoint_url, config=config
        )
