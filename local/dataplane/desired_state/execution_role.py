"""What ECS does with the roles of a task: it mounts file systems, pulls images, reads secrets, and writes logs."""

import logging
import re
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from local.dataplane.desired_state.clients import client_of
from local.dataplane.desired_state.pages import Pages
from local.dataplane.desired_state.registry_images import RegistryImage, RegistryImages

logger = logging.getLogger(__name__)

SESSION_NAME = "ecs"
"""On ECS each task has a session of its own; here those of one role share theirs."""
ECR_IMAGE = re.compile(
    r"(?P<host>(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?)/"
    r"(?P<repository>[^:@]+)(?P<reference>[:@].+)?"
)
NO_ROLE = "the task definition has no execution role"
INITIALIZATION = "ResourceInitializationError: unable to pull secrets or registry auth: "
RETRIEVAL = f"{INITIALIZATION}execution resource retrieval failed: "
RETRIED = "service call has been retried 1 time(s): "


class ResourceError(LookupError):
    """ECS could not do for a task what it does with the execution role; the message is that of ECS."""


class MissingSecretError(ResourceError):
    """A `valueFrom` names a secret or a parameter that does not exist, or that the execution role may not read."""


class ExecutionRoles:
    """Acts with the credentials of execution roles, and mounts with task roles; fetched once for each. Thread-safe.

    Args:
        endpoint_url: of the embedded AWS.
        region: of the platform.
        pages: gives credentials.

    Raises:
        UntrustedRoleError: every method with a role, when ECS may not assume it.
    """

    def __init__(self, endpoint_url: str, region: str, pages: Pages) -> None:
        self._endpoint_url, self._region, self._pages = endpoint_url, region, pages
        self._images = RegistryImages(endpoint_url)
        self._lock = threading.Lock()
        self._credentials: dict[str, Any] = {}
        self._clients: dict[tuple[str, str], Any] = {}

    def forget(self) -> None:
        """Forget all credentials: those of an embedded AWS that no longer runs are worth nothing."""
        with self._lock:
            self._clients.clear()
            self._credentials.clear()

    def mount(self, role_arn: str, file_system_id: str, access_point_id: str) -> None:
        """Mount a file system of EFS with the task role, as far as permissions go.

        Args:
            role_arn: the task role.
            file_system_id: of the file system.
            access_point_id: of its access point, or empty.

        Raises:
            ResourceError: the role may not mount it, or there is none.
        """
        parameters = {"FileSystemId": file_system_id}
        if role_arn and access_point_id:
            parameters["AccessPointArn"] = (
                f"arn:aws:elasticfilesystem:{self._region}:{role_arn.split(':')[4]}:access-point/{access_point_id}"
            )
        if not role_arn or self._refusal(role_arn, "efs", "ClientMount", parameters):
            raise ResourceError(
                "ResourceInitializationError: failed to invoke EFS utils commands to set up EFS volumes: stderr: "
                "b'mount.nfs4: access denied by server while mounting 127.0.0.1:/' : unsuccessful EFS utils command "
                "execution; code: 32"
            )

    def sign_in(self, role_arn: str) -> None:
        """Get a token of ECR, as before every pull.

        Raises:
            ResourceError: the role may not get one, or there is none.
        """
        if not role_arn:
            raise ResourceError(f"{INITIALIZATION}{NO_ROLE} to pull the image with")
        denied = self._refusal(role_arn, "ecr", "GetAuthorizationToken", {})
        if denied:
            what = "unable to retrieve ecr registry auth: "
            raise ResourceError(f"{RETRIEVAL}{what}{RETRIED}AccessDeniedException: {denied}")

    def pull(self, role_arn: str, image: str) -> None:
        """Pull an image of ECR, but for its layers: a program of this machine takes their place.

        Raises:
            ResourceError: the role may not pull it, or there is no such image.
        """
        match = ECR_IMAGE.fullmatch(image)
        assert match is not None, image
        reference = match["reference"] or ":latest"
        failed = (
            f"CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref {image}"
        )
        parameters = {"registryId": match["account"], "repositoryName": match["repository"]}
        for operation in ("BatchGetImage", "GetDownloadUrlForLayer"):
            if self._refusal(role_arn, "ecr", operation, parameters, region=match["region"]):
                raise ResourceError(
                    f"{failed}: pulling from host {match['host']} failed with status code [manifests {reference[1:]}]: "
                    "403 Forbidden"
                )
        wanted = RegistryImage(
            account=match["account"], region=match["region"], repository=match["repository"], reference=reference
        )
        try:
            is_there = self._images.has(wanted, account=role_arn.split(":")[4])
        except (BotoCoreError, ClientError) as error:
            raise ResourceError(f"{failed}: {_cause(error)}") from error
        if not is_there:
            raise ResourceError(f"{failed}: {image}: not found")

    def read_secret(self, role_arn: str, name: str) -> str:
        """The text of a secret, or of a parameter, by its ARN or name.

        Raises:
            MissingSecretError: it does not exist, the role may not read it, or there is no role.
        """
        if not role_arn:
            raise MissingSecretError(f"{INITIALIZATION}{name}: {NO_ROLE} to read it with")
        if ":secretsmanager:" in name:
            try:
                secrets = self._client(role_arn, "secretsmanager")
                return str(secrets.get_secret_value(SecretId=name)["SecretString"])
            except (BotoCoreError, ClientError, KeyError) as error:
                what = "unable to retrieve secret from asm: "
                cause = f"failed to fetch secret {name} from secrets manager: {_cause(error)}"
                raise MissingSecretError(f"{RETRIEVAL}{what}{RETRIED}{cause}") from error
        path = "/" + name.partition(":parameter/")[2] if ":parameter/" in name else name
        what = f"{RETRIEVAL}unable to retrieve secrets from ssm: {RETRIED}"
        try:
            # As ECS does, and its policies allow: the call that takes several names.
            answer = self._client(role_arn, "ssm").get_parameters(Names=[path], WithDecryption=True)
            return str(answer["Parameters"][0]["Value"])
        except (BotoCoreError, ClientError) as error:
            raise MissingSecretError(f"{what}failed to fetch {name}: {_cause(error)}") from error
        except IndexError as error:
            raise MissingSecretError(f"{what}invalid ssm parameters: {path}") from error

    def read_environment_file(self, role_arn: str, arn: str) -> Mapping[str, str]:
        """The variables of a file in S3.

        Raises:
            ResourceError: it does not exist, the role may not read it, or there is no role.
        """
        what = "ResourceInitializationError: failed to download env files: "
        if not role_arn:
            raise ResourceError(f"{what}{NO_ROLE} to read {arn} with")
        bucket, _, key = arn.partition(":::")[2].partition("/")
        try:
            s3 = self._client(role_arn, "s3")
            s3.get_bucket_location(Bucket=bucket)
            text = s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode()
        except (BotoCoreError, ClientError) as error:
            cause = f"file download command: non empty error stream: {_cause(error)}"
            raise ResourceError(f"{what}{cause}") from error
        return variables_of(text)

    def open_log_stream(self, role_arn: str, group: str, stream: str) -> None:
        """Create a log stream, as the log driver does before its container starts.

        Raises:
            ResourceError: the role may not, there is none, or there is no such group.
        """
        what = (
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
            "failed to create Cloudwatch log stream: "
        )
        if not role_arn:
            raise ResourceError(f"{what}{NO_ROLE} to write logs with")
        try:
            self._client(role_arn, "logs").create_log_stream(logGroupName=group, logStreamName=stream)
        except (BotoCoreError, ClientError) as error:
            raise ResourceError(f"{what}{_cause(error)} : exit status 1") from error
        # A driver that may not write loses its lines and stops nothing. The refusal is in the list of denied calls.
        self._refusal(role_arn, "logs", "PutLogEvents", {"logGroupName": group, "logStreamName": stream})

    def put_log_lines(self, role_arn: str, group: str, stream: str, lines: Sequence[str]) -> None:
        """Write lines into a log stream; only logs a warning when that is not possible."""
        now = int(time.time() * 1000)
        try:
            if lines:
                events = [{"timestamp": now, "message": line} for line in lines]
                logs = self._client(role_arn, "logs")
                logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
        except (BotoCoreError, ClientError, LookupError, OSError) as error:
            logger.warning("the log stream %s in %s was not written: %s", stream, group, error)

    def _refusal(
        self, role_arn: str, service: str, operation: str, parameters: Mapping[str, Any], *, region: str = ""
    ) -> str:
        """Why the role may not do it; empty where it may."""
        with self._lock:
            frozen = self._credentials_of(role_arn).get_frozen_credentials()
        key = {"AccessKeyId": frozen.access_key, "Token": frozen.token}
        return self._pages.refusal(key, operation, parameters, service=service, region=region)

    def _client(self, role_arn: str, service: str) -> Any:
        with self._lock:
            if (role_arn, service) not in self._clients:
                session = Session()
                session._credentials = self._credentials_of(role_arn)
                as_role = boto3.Session(botocore_session=session, region_name=self._region)
                self._clients[role_arn, service] = client_of(as_role, service, self._endpoint_url)
            return self._clients[role_arn, service]

    def _credentials_of(self, role_arn: str) -> Any:
        def refresh() -> dict[str, str]:
            given = self._pages.credentials(role_arn, SESSION_NAME)
            return {
                "access_key": given["AccessKeyId"],
                "secret_key": given["SecretAccessKey"],
                "token": given["Token"],
                "expiry_time": given["Expiration"],
            }

        if role_arn not in self._credentials:
            self._credentials[role_arn] = RefreshableCredentials.create_from_metadata(
                refresh(), refresh, "execution-role"
            )
        return self._credentials[role_arn]


def variables_of(text: str) -> dict[str, str]:
    """The variables of an environment file: `NAME=VALUE` in each line, verbatim; lines with `#` first are comments."""
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def secret_source(value_from: str) -> tuple[str, str]:
    """The secret or parameter that a `valueFrom` names, and the key in its JSON: `ARN:key:stage:version`; or no key."""
    parts = value_from.split(":")
    if ":secretsmanager:" in value_from and len(parts) > 7:
        return ":".join(parts[:7]), parts[7]
    return value_from, ""


def _cause(error: Exception) -> str:
    """Code and message of an error of AWS, as ECS repeats them."""
    if isinstance(error, ClientError):
        answer = error.response["Error"]
        return f"{answer['Code']}: {answer['Message']}"
    return str(error)
