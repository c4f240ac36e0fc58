"""Images in files: OCI layouts (a folder or a tar archive) and archives of `docker save`."""

import gzip
import hashlib
import json
import re
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol, cast

from release.errors import BadRequestError, RefusedError
from release.registry.manifest import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, Descriptor, Manifest
from release.registry.repository import CHUNK_BYTES, Chunks

ARCHIVE_HELP = "the folder or archive of an OCI layout, or an archive of `docker save`"
_DIGEST = re.compile(r"(?P<algorithm>sha256|sha512):(?P<hex>[0-9a-f]{64,128})")
_GZIP = b"\x1f\x8b"


class Files(Protocol):
    """The files of a layout."""

    def open(self, name: str) -> IO[bytes]:
        """A file; raises KeyError or OSError where there is none."""
        ...


@dataclass(frozen=True, kw_only=True)
class Folder:
    """Files of a folder."""

    path: Path

    def open(self, name: str) -> IO[bytes]:
        """A file."""
        return (self.path / name).open("rb")


@dataclass(frozen=True, kw_only=True)
class Tar:
    """Files of an archive, compressed or not."""

    archive: tarfile.TarFile

    def open(self, name: str) -> IO[bytes]:
        """A file."""
        for written in (name, f"./{name}"):
            try:
                file = self.archive.extractfile(written)
            except KeyError:
                continue
            if file is not None:
                return file
        raise KeyError(name)


class OciLayout:
    """An OCI layout: `index.json`, and blobs by their digest.

    Args:
        files: of the layout.
        name: what people call it.
    """

    repository = None

    def __init__(self, files: Files, name: str) -> None:
        self._files, self.name = files, name

    def root(self) -> Manifest:
        """The list of its images."""
        return Manifest(body=_read(self._files, "index.json"), media_type=OCI_INDEX)

    def manifest(self, descriptor: Descriptor) -> Manifest:
        """An image or index of the list."""
        body = _read(self._files, _blob(descriptor.digest))
        manifest = Manifest(body=body, media_type=descriptor.media_type)
        if manifest.digest != descriptor.digest:
            raise RefusedError(f"{self.name} is damaged: {descriptor.digest} has other bytes.")
        return manifest

    @contextmanager
    def open(self, blob: Descriptor) -> Iterator[Chunks]:
        """The bytes of a blob."""
        try:
            file = self._files.open(_blob(blob.digest))
        except (KeyError, OSError) as error:
            raise RefusedError(f"{self.name} is not complete: {blob.digest} is missing.") from error
        with file:
            yield _chunks(file)


class DockerArchive:
    """An archive of `docker save` without an OCI layout in it: layers are compressed as a push by Docker does.

    Args:
        files: of the archive.
        name: what people call it.
        folder: for the compressed layers.

    Raises:
        RefusedError: it has several images.
    """

    repository = None

    def __init__(self, files: Files, name: str, folder: Path) -> None:
        self._files, self.name, self._folder = files, name, folder
        images = json.loads(_read(files, "manifest.json"))
        if len(images) != 1:
            names = ", ".join(tag for image in images for tag in image.get("RepoTags") or []) or len(images)
            raise RefusedError(f"{name} has several images ({names}); save the one to push alone.")
        (self._image,) = images

    def root(self) -> Manifest:
        """The image as an OCI manifest."""
        config = _read(self._files, self._image["Config"])
        path = self._folder / hashlib.sha256(config).hexdigest()
        path.write_bytes(config)
        document = {
            "schemaVersion": 2,
            "mediaType": OCI_MANIFEST,
            "config": _described(path, OCI_CONFIG),
            "layers": [self._layer(name) for name in self._image["Layers"]],
        }
        return Manifest(body=json.dumps(document).encode(), media_type=OCI_MANIFEST)

    def manifest(self, descriptor: Descriptor) -> Manifest:
        """Of an index, which it is not."""
        raise RefusedError(f"{self.name} has no image {descriptor.digest}.")

    @contextmanager
    def open(self, blob: Descriptor) -> Iterator[Chunks]:
        """The bytes of a blob."""
        with (self._folder / blob.digest.removeprefix("sha256:")).open("rb") as file:
            yield _chunks(file)

    def _layer(self, name: str) -> dict[str, Any]:
        draft = self._folder / "layer"
        try:
            file = self._files.open(name)
        except (KeyError, OSError) as error:
            raise RefusedError(f"{self.name} is not complete: {name} is missing.") from error
        with file, draft.open("wb") as target:
            start = file.read(len(_GZIP))
            # No name and no time: the same layer has the same digest, so the registry has it already the next time.
            packed = cast(IO[bytes], target if start == _GZIP else gzip.GzipFile("", "wb", 6, target, mtime=0))
            packed.write(start)
            shutil.copyfileobj(file, packed, CHUNK_BYTES)
            if packed is not target:
                packed.close()
        described = _described(draft, OCI_LAYER)
        draft.replace(self._folder / described["digest"].removeprefix("sha256:"))
        return described


@contextmanager
def open_archive(path: Path) -> Iterator[OciLayout | DockerArchive]:
    """The image of a folder or an archive; temporary files are removed afterwards.

    Raises:
        BadRequestError: it is no archive that can be read.
        RefusedError: it is damaged, or has several images.
    """
    with ExitStack() as stack:
        files: Files
        if path.is_dir():
            files = Folder(path=path)
        else:
            try:
                files = Tar(archive=stack.enter_context(tarfile.open(path)))
            except (tarfile.TarError, OSError, EOFError) as error:
                raise BadRequestError(f"{path} is not an archive that can be read; give {ARCHIVE_HELP}.") from error
        is_docker = _has(files, "manifest.json")
        if _has(files, "index.json") and not (is_docker and _is_uncompressed(OciLayout(files, str(path)))):
            yield OciLayout(files, str(path))
        elif is_docker:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="windlass-push-"))
            yield DockerArchive(files, str(path), Path(folder))
        else:
            raise BadRequestError(f"{path} has neither index.json nor manifest.json; give {ARCHIVE_HELP}.")


def _is_uncompressed(layout: OciLayout) -> bool:
    """Whether the layers of its only image are as large as on disk: newer versions of `docker save` write them so."""
    images = layout.root().images
    if len(images) != 1:
        return False
    image = layout.manifest(images[0])
    return not image.is_index and any(blob.media_type.endswith(".tar") for blob in image.blobs)


def _has(files: Files, name: str) -> bool:
    try:
        files.open(name).close()
    except (KeyError, OSError):
        return False
    return True


def _read(files: Files, name: str) -> bytes:
    try:
        with files.open(name) as file:
            return file.read()
    except (KeyError, OSError) as error:
        raise RefusedError(f"The image is not complete: {name} is missing.") from error


def _blob(digest: str) -> str:
    match = _DIGEST.fullmatch(digest)
    if match is None:
        raise RefusedError(f"{digest!r} is not a digest.")
    return f"blobs/{match['algorithm']}/{match['hex']}"


def _described(path: Path, media_type: str) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": path.stat().st_size}


def _chunks(file: IO[bytes]) -> Chunks:
    while chunk := file.read(CHUNK_BYTES):
        yield chunk
