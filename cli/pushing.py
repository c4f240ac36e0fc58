"""What `push` works on: the repository of a service, its tag, and where the image comes from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aws.image_reference import ALLOWED, ImageReference
from cli.console import is_quiet
from cli.errors import BAD_CONFIGURATION, CommandError
from layers.airflow_names import REPOSITORY, has_immutable_tags, repository_keys, repository_name
from release.aws import Aws
from release.commit import commit_tag
from release.errors import BadRequestError
from release.registry.archive import ARCHIVE_HELP
from release.registry.build import Build, built_archive
from release.registry.manifest import ARCHITECTURES, Platform
from release.registry.sources import RegistrySource, Source, archive_source
from release.registry.target import repository_of

if TYPE_CHECKING:
    from config import Environment


@dataclass(frozen=True, kw_only=True)
class Target:
    """An image repository of an environment."""

    environment: "Environment"
    service: str
    """A web service, or `airflow`."""

    def __post_init__(self) -> None:
        """Refuse what has no repository."""
        keys = repository_keys(self.environment)
        if self.service not in keys:
            known = ", ".join(sorted(keys)) or "none, because its file has no [services]"
            raise CommandError(
                f"{self.environment.name} has no image repository for {self.service!r}; there are: {known}.",
                exit_code=BAD_CONFIGURATION,
            )

    @property
    def repository(self) -> str:
        """Name of the repository."""
        return repository_name(self.environment, self.service)

    @property
    def platform(self) -> Platform:
        """What its tasks run on (E02)."""
        airflow = self.environment.airflow
        if self.service == REPOSITORY and airflow is not None:
            return Platform(architecture=ARCHITECTURES[airflow.cpu_architecture])
        return Platform(architecture=ARCHITECTURES[self.environment.services[self.service].cpu_architecture])

    @property
    def may_move_tags(self) -> bool:
        """Whether a tag may name another image than before."""
        return not has_immutable_tags(self.environment)

    def reference(self, tag: str) -> ImageReference:
        """The image with a tag; raises BadRequestError where that is no tag."""
        try:
            return ImageReference(registry=self.environment.aws.account.ecr_host, repository=self.repository, tag=tag)
        except ValueError as error:
            raise BadRequestError(
                f"The tag is {tag!r}; a tag has up to 128 letters, digits, _ . and -, and does not begin with . or -."
            ) from error

    def next_command(self, image: ImageReference) -> str:
        """What to run once the image is pushed."""
        name, airflow = self.environment.name, self.environment.airflow
        named = [airflow.image] if self.service == REPOSITORY and airflow is not None else []
        if self.service in self.environment.services:
            named = list(self.environment.services[self.service].initial_images.values())
        if str(image) in named:
            return f"./windlass apply {name}"
        if self.service in self.environment.services:
            return f"./windlass deploy {name} {self.service} --image {image}"
        return f"write it as airflow.image into environments/{name}.toml, then ./windlass apply {name}"


ARCHIVE_ENDINGS = (".tar", ".tar.gz", ".tgz")
"""A name that ends so is a file, also where it does not exist: no reference without a registry and a tag does."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the image comes from, as the command line says it: a Dockerfile, or an image."""

    file: Path | None
    image: str | None
    context: Path | None
    stage: str | None

    def __post_init__(self) -> None:
        """Refuse both, none, and what goes with the other."""
        if (self.file is None) == (self.image is None):
            raise BadRequestError("Give either --file DOCKERFILE, to build an image, or --image SOURCE, to copy one.")
        if self.image is not None and (self.context is not None or self.stage is not None):
            raise BadRequestError("--context and --target say how to build: they go with --file.")

    @property
    def folder(self) -> Path:
        """Whose commit the image is tagged with."""
        if self.file is None:
            return Path.cwd()
        return self.context or self.file.parent

    def tag(self, *, allow_dirty: bool) -> str:
        """The commit."""
        return commit_tag(self.folder, allow_dirty=allow_dirty)

    @contextmanager
    def open(self, target: Target, aws: Aws) -> Iterator[Source]:
        """The image; built first, where it has to be."""
        if self.file is not None:
            build = Build(file=self.file, context=self.folder, platform=target.platform, target=self.stage)
            with built_archive(build, show_output=not is_quiet()) as archive, archive_source(archive) as source:
                yield source
            return
        assert self.image is not None
        path = Path(self.image).expanduser()
        if path.exists() or self.image.startswith((".", "/", "~")) or self.image.endswith(ARCHIVE_ENDINGS):
            with archive_source(path) as source:
                yield source
            return
        if not ImageReference.is_complete(self.image):
            raise BadRequestError(
                f"--image is {self.image!r}; give {ALLOWED} (for Docker Hub: docker.io/library/nginx:1.27), or "
                f"{ARCHIVE_HELP}."
            )
        reference = ImageReference.parse(self.image)
        repository = repository_of(reference, aws, target.environment.aws.account)
        yield RegistrySource(repository, str(reference.tag or reference.digest))
