"""Credentials of registries as `docker login` stores them: in `config.json`, or with a credential helper."""

import base64
import json
import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from release.errors import FailedError

DOCKER_HUB = "https://index.docker.io/v1/"
"""Docker Hub's key in the file."""
_TOKEN_USER = "<token>"  # noqa: S105  # a helper's word for: what follows is an identity token
_HELPER_SECONDS = 30


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """User and password, or a token that is exchanged for another. Never shown."""

    user: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str:
        """The value of an `Authorization` header."""
        return f"Basic {base64.b64encode(f'{self.user}:{self.password}'.encode()).decode()}"


def docker_config() -> Path:
    """Where Docker keeps its settings."""
    folder = os.environ.get("DOCKER_CONFIG")
    return (Path(folder) if folder else Path.home() / ".docker") / "config.json"


def stored_credentials(host: str, file: Path) -> Credentials | None:
    """Return the credentials for a registry; None where nobody has logged in.

    Args:
        host: of the registry, such as `ghcr.io`.
        file: Docker's `config.json`.

    Raises:
        FailedError: the file or the helper's answer cannot be read.
    """
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FailedError(f"{file} cannot be read: {error}") from error
    key = DOCKER_HUB if host in ("docker.io", "index.docker.io", "registry-1.docker.io") else host
    helper = config.get("credHelpers", {}).get(key) or config.get("credsStore")
    if helper:
        return _of_helper(str(helper), key)
    auths = config.get("auths", {})
    entry = next((auths[each] for each in (key, f"https://{key}", f"https://{key}/v1/") if each in auths), None)
    return _of_entry(entry, file) if entry else None


def _of_entry(entry: dict[str, Any], file: Path) -> Credentials | None:
    if entry.get("identitytoken"):
        return Credentials(identity_token=str(entry["identitytoken"]))
    if not entry.get("auth"):
        return None
    try:
        user, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
    except ValueError as error:
        raise FailedError(f"{file} has an entry `auth` that is not base64: log in again.") from error
    return Credentials(user=user, password=password)


def _of_helper(helper: str, key: str) -> Credentials | None:
    program = f"docker-credential-{helper}"
    try:
        ended = subprocess.run(
            [program, "get"], input=key, capture_output=True, text=True, timeout=_HELPER_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise FailedError(f"{program}, which config.json of Docker names, does not answer.") from error
    if ended.returncode != 0:  # it has none for this registry
        return None
    try:
        answer = json.loads(ended.stdout)
        user, secret = str(answer["Username"]), str(answer["Secret"])
    except (ValueError, KeyError, TypeError):
        # Without a cause: the answer may hold the secret.
        raise FailedError(f"{program} gave an answer that is not JSON with Username and Secret.") from None
    return Credentials(identity_token=secret) if user == _TOKEN_USER else Credentials(user=user, password=secret)
