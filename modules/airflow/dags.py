"""How DAGs are delivered to the containers that read them (A13, A14): four implementations of one protocol. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from modules.airflow.git_sync import GitRepository, git_containers, git_volumes
from modules.containers import Container, ContainerDependency, MountPoint

DAGS_FOLDER = "/opt/airflow/dags"
VOLUME = "dags"
LINK = "current"
"""The symlink that git-sync updates; it has the same name in every repository's folder."""

_LOCAL_BUNDLE = "airflow.dag_processing.bundles.local.LocalDagBundle"
_S3_BUNDLE = "airflow.providers.amazon.aws.bundles.s3.S3DagBundle"

Bundle = dict[str, Any]
"""A DAG bundle in the form of Airflow's `dag_bundle_config_list`."""


class Delivery(Protocol):
    """What each way of delivery provides."""

    @property
    def folder(self) -> str:
        """`core.dags_folder`."""
        ...

    @property
    def bundles(self) -> list[Bundle]:
        """DAG bundles; none if Airflow reads the folder."""
        ...

    @property
    def period_seconds(self) -> int:
        """How often Airflow checks for new files."""
        ...

    @property
    def volumes(self) -> tuple[str, ...]:
        """Volumes on the task's ephemeral storage."""
        ...

    @property
    def mounts(self) -> tuple[MountPoint, ...]:
        """Mount points of Airflow's containers."""
        ...

    @property
    def dependencies(self) -> tuple[ContainerDependency, ...]:
        """Containers that must start before Airflow's."""
        ...

    def helpers(self) -> list[Container]:
        """Sidecars."""
        ...


@dataclass(frozen=True, kw_only=True)
class InImage:
    """DAGs are in the image."""

    folder: str = DAGS_FOLDER
    """Folder in the image."""

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
    """DAGs are on an EFS file system; the layer adds the task's volume `dags`."""

    period_seconds: int = 60
    mounts: tuple[MountPoint, ...] = (MountPoint(volume=VOLUME, container_path=DAGS_FOLDER, read_only=True),)


@dataclass(frozen=True, kw_only=True)
class FromBucket:
    """Airflow reads DAGs from S3, with a DAG bundle of the Amazon provider."""

    bucket: str
    """Name of the bucket."""

    prefix: str = ""
    """Folder in the bucket. Default: the whole bucket."""

    period_seconds: int = 60
    """Time between two checks for new commits or files."""

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
    """Complete image reference of git-sync (E05)."""

    repositories: Mapping[str, GitRepository]
    """Repositories by the name of their folder and bundle."""

    period_seconds: int = 60
    """Time between two checks for new commits or files."""

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
        """The shared volume, and git-sync's `/tmp`."""
        return (VOLUME, *git_volumes())

    @property
    def mounts(self) -> tuple[MountPoint, ...]:
        """The shared volume, read-only for Airflow."""
        return (MountPoint(volume=VOLUME, container_path=DAGS_FOLDER, read_only=True),)

    @property
    def dependencies(self) -> tuple[ContainerDependency, ...]:
        """The container of each repository's first checkout."""
        return tuple(
            ContainerDependency(container=f"git-sync-init-{name}", condition="SUCCESS") for name in self.repositories
        )

    def path(self, name: str) -> str:
        """Return the folder of a repository's DAGs; its symlink changes with each commit."""
        below = self.repositories[name].folder
        return "/".join((DAGS_FOLDER, name, LINK, *([below] if below else [])))

    def helpers(self) -> list[Container]:
        """Two containers for each repository: one for the first checkout, and one that keeps it up to date."""
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
