"""Where an image comes from: another registry, an OCI layout, or an archive of `docker save` or `podman save`."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from release.errors import BadRequestError, RefusedError
from release.registry.archive import ARCHIVE_HELP, open_archive
from release.registry.manifest import Descriptor, Manifest
from release.registry.repository import Chunks, Repository


class Source(Protocol):
    """An image, or an index of images."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    @property
    def repository(self) -> Repository | None:
        """The repository that it is in; None for an archive."""
        ...

    def root(self) -> Manifest:
        """The manifest or index that the source names."""
        ...

    def manifest(self, descriptor: Descriptor) -> Manifest:
        """A manifest that an index names."""
        ...

    def open(self, blob: Descriptor) -> AbstractContextManager[Chunks]:
        """The bytes of a blob, in parts."""
        ...


class RegistrySource:
    """An image in another repository.

    Args:
        repository: the repository.
        reference: tag or digest in it.
    """

    def __init__(self, repository: Repository, reference: str) -> None:
        self.repository, self._reference = repository, reference
        separator = "@" if reference.startswith("sha256:") else ":"
        self.name = f"{repository.host}/{repository.name}{separator}{reference}"

    def root(self) -> Manifest:
        """The manifest or index with the reference; raises RefusedError where there is none."""
        return self._manifest(self._reference)

    def manifest(self, descriptor: Descriptor) -> Manifest:
        """An image of the index."""
        return self._manifest(descriptor.digest)

    def open(self, blob: Descriptor) -> AbstractContextManager[Chunks]:
        """The bytes of a blob."""
        return self.repository.open(blob)

    def _manifest(self, reference: str) -> Manifest:
        manifest = self.repository.manifest(reference)
        if manifest is None:
            raise RefusedError(f"There is no image {self.name}.")
        return manifest


@contextmanager
def archive_source(path: Path) -> Iterator[Source]:
    """The image in a folder or an archive.

    Raises:
        BadRequestError: nothing is there, or it is no such archive.
    """
    if not path.exists():
        raise BadRequestError(f"{path} does not exist; give {ARCHIVE_HELP}, or a complete reference of an image.")
    with open_archive(path) as archive:
        yield archive
