"""How DAGs arrive in the containers that read them (A13, A14): four deliveries with the same shape. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from modules.airflow.git_sync import GitRepository, git_containers, git_volumes
from modules.containers import Container, ContainerDependency, MountPoint

DAGS_FOLDER = "/opt/airflow/dags"
VOLUME = "dags"
LINK = "current"
"""The symlink that git-sync turns; it is the same word in every repository's folder."""

_LOCAL_BUNDLE = "airflow.dag_processing.bundles.local.LocalDagBundle"
_S3_BUNDLE = "airflow.providers.amazon.aws.bundles.s3.S3DagBundle"

Bundle = dict[str, Any]
"""A DAG bundle as Airflow's `dag_bundle_config_list` has it."""


class Delivery(Protocol):
    """What each delivery says of itself."""

    @property
    def folder(self) -> str:
        """`core.dags_folder`."""
        ...

    @property
    def bundles(self) -> list[Bundle]:
        """DAG bundles; none where the folder alone says it."""
        ...

    @property
    def period_seconds(self) -> int:
        """How often Airflow looks for new files."""
        ...

    @property
    def volumes(self) -> tuple[str, ...]:
        """Volumes of the task on its own disk."""
        ...

    @property
    def mounts(self) -> tuple[MountPoint, ...]:
        """Where Airflow's containers find them."""
        ...

    @property
    def dependencies(self) -> tuple[ContainerDependency, ...]:
        """What must be there before Airflow reads."""
        ...

    def helpers(self) -> list[Container]:
        """Containers beside Airflow's."""
        ...


@dataclass(frozen=True, kw_only=True)
class InImage:
    """DAGs are in the image."""

    folder: str = DAGS_FOLDER
    """Where in the image."""

    bundles: list[Bundle] = field(default_factory=list)
    period_seconds: int = 300
    volumes: tuple[str, ...] = ()
    mounts: tuple[MountPoint, ...] = ()
    dependencies: tuple[ContainerDependency, ...] = ()

    def helpers(self) -> list[Container]:
        """None."""
        return []


@dataclass(frozen=True, kw_only=True)
class OnFileSystem(InImage):
    """DAGs are on an EFS file system; the layer gives the task its volume `dags`."""

    period_seconds: int = 60
    mounts: tuple[MountPoint, ...] = (MountPoint(volume=VOLUME, container_path=DAGS_FOLDER, read_only=True),)


@dataclass(frozen=True, kw_only=True)
class FromBucket:
    """Airflow reads a bucket itself, by a DAG bundle of the Amazon provider."""

    bucket: str
    """Name of the bucket."""

    prefix: str = ""
    """Folder in the bucket. Default: all of it."""

    period_seconds: int = 60
    """Pause between two looks."""

    folder: str = DAGS_FOLDER
    volumes: tuple[str, ...] = ()
    mounts: tuple[MountPoint, ...] = ()
    dependencies: tuple[ContainerDependency, ...] = ()

    @property
    def bundles(self) -> list[Bundle]:
        """One bundle, named `s3`."""
        settings = {"aws_conn_id": "aws_default", "bucket_name": self.bucket, "prefix": self.prefix}
        return [{"name": "s3", "classpath": _S3_BUNDLE, "kwargs": settings}]

    def helpers(self) -> list[Container]:
        """None."""
        return []


@dataclass(frozen=True, kw_only=True)
class FromGit:
    """A git-sync container for each repository, and a shared volume."""

    image: str
    """Complete reference of git-sync's image."""

    repositories: Mapping[str, GitRepository]
    """Repositories by the name of their folder and bundle."""

    period_seconds: int = 60
    """Pause between two looks."""

    folder: str = DAGS_FOLDER

    @property
    def bundles(self) -> list[Bundle]:
        """A bundle for each repository: the folder above them also holds git-sync's older checkouts."""
        return [
            {"name": name, "classpath": _LOCAL_BUNDLE, "kwargs": {"path": self.path(name)}}
            for name in self.repositories
        ]

    @property
    def volumes(self) -> tuple[str, ...]:
        """The shared volume, and git-sync's own."""
        return (VOLUME, *git_volumes())

    @property
    def mounts(self) -> tuple[MountPoint, ...]:
        """Airflow reads what git-sync writes."""
        return (MountPoint(volume=VOLUME, container_path=DAGS_FOLDER, read_only=True),)

    @property
    def dependencies(self) -> tuple[ContainerDependency, ...]:
        """The first checkout of each repository."""
        return tuple(
            ContainerDependency(container=f"git-sync-init-{name}", condition="SUCCESS") for name in self.repositories
        )

    def path(self, name: str) -> str:
        """Where the DAGs of a repository are; the link in it turns with each commit."""
        below = self.repositories[name].folder
        return "/".join((DAGS_FOLDER, name, LINK, *([below] if below else [])))

    def helpers(self) -> list[Container]:
        """Two containers for each repository: the first checkout, and the one that goes on."""
        mount = MountPoint(volume=VOLUME, container_path=DAGS_FOLDER)
        return [
            container
            for name, repository in self.repositories.items()
            for container in git_containers(
                name,
                repository,
                image=self.image,
                root=f"{DAGS_FOLDER}/{name}",
                link=LINK,
                period_seconds=self.period_seconds,
                mount=mount,
            )
        ]
