"""Which secrets of an environment people fill in, and how a value is read from a person."""

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from cli.errors import BAD_CONFIGURATION, CommandError
from layers.airflow_names import git_secret, own_git_secrets
from layers.service_secret_names import existing_secret_arns, own_secrets
from release.errors import BadRequestError
from release.secret_values import MAX_BYTES, PersonsSecret, SecretValue, State

if TYPE_CHECKING:
    from config import Environment
    from config.airflow import Airflow

OIDC = "oidc-client-secret"
NOTES: Mapping[State, str] = {
    "set": "has a value",
    "empty": "is empty",
    "missing": "does not exist",
    "deleted": "is being deleted",
    "unknown": "may not be seen",
}
"""What follows the name of a secret in that state."""


def persons_secrets(environment: "Environment") -> list[PersonsSecret]:
    """Every secret of an environment whose value Terraform does not make."""
    secrets = list(_services(environment))
    airflow = environment.airflow
    if airflow is None:
        return secrets
    secrets += _git(environment, airflow)
    if airflow.authentication is not None:
        arn = airflow.authentication.client_secret_arn
        secrets.append(
            PersonsSecret(key=OIDC, secret_id=arn, purpose="client secret of the login at the load balancer")
        )
    for variable, arn in airflow.secrets.items():
        purpose = f"variable {variable} of Airflow's tasks"
        secrets.append(PersonsSecret(key=variable, secret_id=arn, purpose=purpose))
    return secrets


def find_secret(environment: "Environment", key: str) -> PersonsSecret:
    """The secret with a key; raises CommandError where there is none."""
    secrets = {each.key: each for each in persons_secrets(environment)}
    if key not in secrets:
        known = ", ".join(secrets) or "none that people fill in"
        raise CommandError(
            f"{environment.name} has no secret {key!r}; there are: {known}.", exit_code=BAD_CONFIGURATION
        )
    return secrets[key]


def how_to_fill(environment: str, secret: PersonsSecret, state: State) -> str:
    """What to do about a secret without a value."""
    if state == "missing" and secret.is_own:
        return f"./windlass apply {environment} --layer data creates it"
    if state in ("missing", "deleted"):
        return f"{secret.secret_id} {NOTES[state]}; create or restore it, or correct the file"
    file = " < FILE" if secret.kind == "ssh-key" else ""
    return f"./windlass secrets {environment} set {secret.key}{file}"


def read_value(secret: PersonsSecret) -> SecretValue:
    """Read the value of a secret, from a prompt that shows nothing or from standard input.

    Raises:
        BadRequestError: it is empty, too long, or cannot be such a value.
    """
    if not sys.stdin.isatty():
        return _checked(secret, sys.stdin.buffer.read(MAX_BYTES + 2))
    if secret.kind == "ssh-key":
        raise BadRequestError(
            f"{secret.key} is a private SSH key, which has several lines: pass the file, with < FILE at the end."
        )
    prompted: str = click.prompt(f"Value of {secret.key} (not shown)", hide_input=True, err=True)
    return _checked(secret, prompted.encode())


def _checked(secret: PersonsSecret, raw: bytes) -> SecretValue:
    # What is wrong is said without a word of the value.
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise BadRequestError(f"The value of {secret.key} is not text in UTF-8.") from None
    # A here-string and most editors add a line break, which would be part of a password; a key file needs one.
    text = text.removesuffix("\n").removesuffix("\r")
    if not text.strip():
        raise BadRequestError(f"The value of {secret.key} is empty.")
    if secret.kind == "token" and any(character.isspace() for character in text):
        raise BadRequestError(f"The value of {secret.key} is a token, which has no blanks and no line breaks.")
    if secret.kind == "ssh-key":
        if not text.startswith("-----BEGIN ") or "PRIVATE KEY-----" not in text:
            raise BadRequestError(f"The value of {secret.key} is not a private SSH key: it begins with -----BEGIN.")
        text += "\n"
    if len(text.encode()) > MAX_BYTES:
        raise BadRequestError(f"The value of {secret.key} is longer than {MAX_BYTES} bytes, AWS's limit.")
    return SecretValue(text)


def _services(environment: "Environment") -> Iterator[PersonsSecret]:
    """Those of web services: by their name, or by the first variable that an existing one fills."""
    for service, settings in environment.services.items():
        for name, variables in own_secrets(settings).items():
            yield PersonsSecret(
                key=f"{service}/{name}",
                secret_id=environment.secret_path(service, name),
                purpose=_purpose(service, variables),
                is_own=True,
            )
        for arn in existing_secret_arns(settings):
            variables = [variable for variable, secret in settings.secrets.items() if secret.arn == arn]
            yield PersonsSecret(key=f"{service}/{variables[0]}", secret_id=arn, purpose=_purpose(service, variables))


def _purpose(service: str, variables: list[str]) -> str:
    return f"variable {' and '.join(variables)} of the service {service}"


def _git(environment: "Environment", airflow: "Airflow") -> Iterator[PersonsSecret]:
    own = own_git_secrets(airflow)
    for name, repository in getattr(airflow.dags, "repositories", {}).items():
        if repository.credentials == "none":
            continue
        what = "private SSH key" if repository.credentials == "ssh" else "token"
        yield PersonsSecret(
            key=git_secret(name),
            secret_id=repository.secret_arn or environment.secret_path("airflow", "git", name),
            purpose=f"{what} of the git repository {name}",
            kind="ssh-key" if repository.credentials == "ssh" else "token",
            is_own=name in own,
        )
