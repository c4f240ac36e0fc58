"""Names that a destroy leaves taken: that of a deleted secret is, until its recovery window ends (S05)."""

from collections.abc import Iterator

from cli.aws import release_errors
from cli.errors import CommandError
from cli.release_session import aws_of
from cli.running.stack import Stack
from cli.session import Session
from release.secret_values import PersonsSecret, secret_state

KIND = "aws_secretsmanager_secret"


def refuse_taken_names(session: Session, stack: Stack) -> None:
    """Refuse to apply a layer whose new secrets have names of deleted ones.

    AWS would refuse each of them in the middle of the apply.

    Args:
        session: of the environment.
        stack: the layer.

    Raises:
        CommandError: names are taken; says each with what frees it. Nothing of the layer was changed.
    """
    names = sorted(_new_secrets(session, stack))
    if not names:
        return
    aws, name = aws_of(session), session.environment.name
    with release_errors():
        taken = [
            each
            for each in names
            if secret_state(aws, PersonsSecret(key=each, secret_id=each, purpose=stack.name)) == "deleted"
        ]
    if taken:
        command = f"aws secretsmanager delete-secret --region {session.environment.aws.region}"
        lines = "\n".join(f"  {command} --force-delete-without-recovery --secret-id {each}" for each in taken)
        raise CommandError(
            f"{stack.name} of {name} cannot be applied yet: a destroy has left secrets in their recovery window, which "
            f"keep their names. Delete them, or wait until their window ends:\n{lines}\n"
            "Nothing of the layer was changed. What a restored database needs of them comes first: "
            "docs/runbooks/destroy.md"
        )


def _new_secrets(session: Session, stack: Stack) -> Iterator[str]:
    """Names of the layer's secrets that its state has not."""
    wanted = stack.document().get("resource", {}).get(KIND, {})
    if not wanted:
        return
    applied = {
        resource["name"]
        for resource in session.state(stack.name).get("resources", [])
        if resource.get("mode") == "managed" and resource.get("type") == KIND and resource.get("instances")
    }
    yield from (str(body["name"]) for key, body in wanted.items() if key not in applied and body.get("name"))
