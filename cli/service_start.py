"""What has to be there before the service layer starts tasks, and what had failed to start before an apply."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from aws.image_reference import ImageReference
from cli import delegation, environment_files
from cli.aws import release_errors
from cli.console import say, warn
from cli.errors import CommandError
from cli.local_commands import local_command
from cli.local_images import add_own_images, adds_images
from cli.persons_secrets import NOTES, how_to_fill, persons_secrets
from cli.release_session import aws_of, keep_minimums, outputs
from cli.running.heartbeat import heartbeat
from cli.running.state_store import managed_resources
from cli.session import Session
from layers.airflow_names import REPOSITORY, repository_keys, repository_name
from release.aws import Aws
from release.begun_deployments import wait_for_deployments
from release.failed_deployments import FailedDeployment, deploy_again, ecs_services, failed_deployments
from release.preflight import missing_image, push_command
from release.secret_values import secret_state

DATA, SERVICE = "data", "service"


@dataclass(kw_only=True)
class ServiceStart:
    """An apply of the service layer.

    `announce` is called before the layer before it is planned, `before` before it is planned itself, `after` once it is
    applied, and before anything is removed that former tasks may use.
    """

    session: Session
    deployments_seconds: float = 0
    """How long to wait at most for the deployments that the apply begins."""
    patience: delegation.Patience = field(default_factory=delegation.Patience)
    _failed: list[FailedDeployment] = field(default_factory=list)
    _cluster_name: str = ""

    def announce(self) -> None:
        """Say what the zone needs while the data layer is applied, which takes longest."""
        if not self.patience.assumed:
            with release_errors():
                for line in delegation.to_do(self.session):
                    warn(f"Meanwhile: {line}")

    def before(self) -> None:
        """Look at what the layer's tasks need, and at deployments that ECS has given up.

        Raises:
            CommandError: an image, a secret or a delegation is missing; names each, with what helps.
        """
        session = self.session
        add_own_images(session)
        require_ready(session, self.patience)
        published = outputs(session)
        names = ecs_services(published)
        if names:
            self._cluster_name = str(published["cluster_name"])
            with release_errors():
                self._failed = failed_deployments(aws_of(session), self._cluster_name, names)

    def after(self) -> bool:
        """Look after the deployments of the layer; returns whether all are complete.

        Those that had failed before, and that the apply has not replaced, are started again: ECS gives up a deployment
        whose tasks do not start, because an image was missing for example, and then starts none until there is a new
        one; to Terraform nothing has changed.

        Raises:
            CommandError: ECS rolled a deployment back that the apply began; names each with its reason.
        """
        keep_minimums(self.session)
        if self._failed:
            with release_errors():
                for each in deploy_again(aws_of(self.session), self._cluster_name, self._failed):
                    say(f"{each.service_name}: deployed again, because ECS had given up ({each.reason})", style="green")
        return self._wait_for_deployments()

    def _wait_for_deployments(self) -> bool:
        session, published = self.session, outputs(self.session)
        names = set(ecs_services(published))
        of_state = managed_resources(session.state(SERVICE), "aws_ecs_service")
        applied = {each["name"]: each["task_definition"] for each in of_state if each["name"] in names}
        for each in self._left_alone(applied):
            del applied[each]
        if not applied:
            return True
        seconds = self.deployments_seconds
        with release_errors(), heartbeat("waiting for ECS to replace tasks"):
            aws, cluster_name = aws_of(session), str(published["cluster_name"])
            became = wait_for_deployments(aws, cluster_name, applied, seconds=seconds)
        name = session.environment.name
        if became.rolled_back:
            lines = "\n".join(f"  {each.service_name}: {each.reason}" for each in became.rolled_back)
            raise CommandError(
                f"{SERVICE} of {name} is applied, but ECS gave up and runs former tasks, or none:\n{lines}\n"
                f"Look at the tasks that stopped, correct the cause, and run: ./windlass apply {name}"
            )
        if became.unfinished:
            warn(
                f"{SERVICE}: ECS still replaces tasks of {', '.join(became.unfinished)}; "
                f"./windlass status {name} shows them"
            )
        return not became.unfinished

    def _left_alone(self, names: Iterable[str]) -> tuple[str, ...]:
        """Services whose tasks nothing starts: on this machine, of a part that `local up --with` left out."""
        environment = self.session.environment
        if not environment.is_emulated:
            return ()
        names = self.session.project.local.data_plane(environment).left_alone(names)
        if names:
            everything = local_command("up", environment.name)
            left_out = f"{', '.join(names)}, which does not run here"
            warn(f"{SERVICE}: not waited for {left_out}; to run everything: {everything}")
        return names


def require_ready(session: Session, patience: delegation.Patience | None = None) -> None:
    """Refuse to start the service layer while an image, a secret or a delegation that it needs is missing.

    Args:
        session: of the environment.
        patience: whether to wait for the delegation. Default: not at all.

    Raises:
        CommandError: something is missing; nothing of the layer was changed.
    """
    patience = patience or delegation.Patience()
    todo = to_do(session, zone=False)
    if not patience.assumed:
        if patience.wait_seconds and not todo:
            delegation.wait(session, patience.wait_seconds)
        else:
            todo = [*todo, *_zone(session)]
    if todo:
        name = session.environment.name
        lines = "\n".join(f"  {line}" for line in todo)
        raise CommandError(f"{SERVICE} of {name} cannot start yet:\n{lines}\nThen: ./windlass apply {name}")


def warn_to_do(session: Session) -> None:
    """Say what `require_ready` would refuse."""
    for line in to_do(session, images=not adds_images(session)):
        warn(f"{SERVICE}: before an apply: {line}")


def to_do(session: Session, *, images: bool = True, zone: bool = True) -> list[str]:
    """What a person has to do before the service layer can start, each in a line or more.

    Args:
        session: of the environment.
        images: whether to check images too.
        zone: whether to check the delegation of the zone too.
    """
    with release_errors():
        lines = [*(_images(session) if images else ()), *_secrets(session), *_files(session)]
    return [*lines, *(_zone(session) if zone else ())]


def _zone(session: Session) -> list[str]:
    with release_errors():
        return delegation.to_do(session)


def _images(session: Session) -> Iterator[str]:
    """Images that the layer starts with, and that ECR does not have.

    Of a service that is applied, a parameter has the image, which `deploy` checks; the one in the file may be gone.
    """
    environment = session.environment
    applied = outputs(session).get("services") or {}
    wanted = {
        image: key
        for key, service in environment.services.items()
        if key not in applied
        for image in service.initial_images.values()
    }
    if environment.airflow is not None:
        wanted[environment.airflow.image] = REPOSITORY
    own = {image: key for image, key in wanted.items() if ImageReference.parse(image).ecr_account is not None}
    if not own:
        return
    aws: Aws = aws_of(session)
    repositories = {repository_name(environment, key): key for key in repository_keys(environment)}
    for image in own:
        missing = missing_image(aws, image)
        if missing is None:
            continue
        reference = ImageReference.parse(image)
        key = repositories.get(reference.repository)
        if key is None:
            yield f"{missing}, which {own[image]} runs: push it there, or correct the file"
        elif not missing.has_repository:
            yield f"{missing}: ./windlass apply {environment.name} --layer data"
        else:
            yield f"{missing}: {push_command(f'{environment.name} {key}', reference)}"


def _files(session: Session) -> Iterator[str]:
    if any(service.environment_files for service in session.environment.services.values()):
        yield from environment_files.to_do(session.environment, aws_of(session))


def _secrets(session: Session) -> Iterator[str]:
    name = session.environment.name
    secrets = persons_secrets(session.environment)
    if not secrets:
        return
    aws: Aws = aws_of(session)
    for secret in secrets:
        state = secret_state(aws, secret)
        if state not in ("set", "unknown"):
            yield f"the secret {secret.key} ({secret.purpose}) {NOTES[state]}: {how_to_fill(name, secret, state)}"
