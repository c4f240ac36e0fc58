"""`./windlass secrets`: the secrets that people fill in."""

from typing import TYPE_CHECKING

import click

from cli.aws import release_errors
from cli.command import command
from cli.completion import secrets as complete_secrets
from cli.console import print_json, result, say, show, table
from cli.errors import CommandError
from cli.options import as_json, environment_argument
from cli.persons_secrets import NOTES, find_secret, how_to_fill, persons_secrets, read_value
from cli.project import Project
from cli.release_session import aws_of
from cli.session import Session, open_readonly
from release.secret_values import PersonsSecret, put_value, secret_state

if TYPE_CHECKING:
    from release.aws import Aws


@command(
    changes="release",
    examples=(
        "./windlass secrets prod",
        "./windlass secrets prod set web/stripe-api-key",
        "./windlass secrets prod set git-dags",
        "./windlass secrets prod set git-dags < ~/.ssh/dags_deploy_key",
    ),
)
@environment_argument
@click.argument("action", metavar="[set", type=click.Choice(["set"]), required=False)
@click.argument("secret", metavar="SECRET]", required=False, shell_complete=complete_secrets)
@as_json
@click.pass_obj
def secrets(project: Project, name: str, action: str | None, secret: str | None, as_json: bool) -> None:
    """List the secrets that people fill in, or set one of them.

    Secrets of services, tokens and keys of git repositories, the client secret of a login, and the secrets that the
    file names. One of a service begins with the service's name, as in web/stripe-api-key; one that exists already has
    the variable's name in place of its own. Whether they have a value is shown, and never the value. `set` reads it
    from a prompt that shows nothing, or from standard input.
    """
    if (action is None) != (secret is None):
        raise click.UsageError("`set` needs the name of a secret: ./windlass secrets ENV lists them.")
    with release_errors():
        session = open_readonly(project, name)
        aws = aws_of(session)
        if secret is not None:
            _set(session, aws, find_secret(session.environment, secret), as_json=as_json)
            return
        states = {each.key: secret_state(aws, each) for each in persons_secrets(session.environment)}
    listed = persons_secrets(session.environment)
    if as_json:
        rows = [
            {"name": each.key, "secret": each.secret_id, "purpose": each.purpose, "state": states[each.key]}
            for each in listed
        ]
        print_json({"environment": name, "secrets": rows})
        return
    if not listed:
        result(f"{name} has no secrets that people fill in.")
        return
    filled = table("name", "value", "what it is", "secret")
    for each in listed:
        filled.add_row(each.key, NOTES[states[each.key]], each.purpose, each.secret_id)
    show(filled)
    for each in listed:
        if states[each.key] != "set":
            say(f"{each.key}: {how_to_fill(name, each, states[each.key])}")


def _set(session: Session, aws: "Aws", secret: PersonsSecret, *, as_json: bool) -> None:
    name = session.environment.name
    if secret.is_parameter:
        raise CommandError(
            f"{secret.key} is an SSM parameter: aws ssm put-parameter --overwrite --value file://FILE sets it."
        )
    state = secret_state(aws, secret)
    if state in ("missing", "deleted"):
        raise CommandError(f"{secret.key} cannot be set yet: {how_to_fill(name, secret, state)}.")
    put_value(aws, secret, read_value(secret))
    if as_json:
        print_json({"environment": name, "name": secret.key, "secret": secret.secret_id})
        return
    result(f"{secret.key} has a new value ({secret.secret_id}).", style="green")
    if state == "set":
        say(_how_tasks_take_it(name, secret))


def _how_tasks_take_it(name: str, secret: PersonsSecret) -> str:
    service, is_of_a_service, _ = secret.key.partition("/")
    text = "Tasks that run keep the one before until they are replaced"
    if not is_of_a_service:
        return f"{text}."
    return f"{text}: raise services.{service}.secrets_version by one, and ./windlass apply {name} --layer service"
