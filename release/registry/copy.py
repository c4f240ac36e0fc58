"""Copies one image into a repository: what is there already is not sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from release.errors import RefusedError
from release.registry.manifest import Descriptor, Manifest, Platform, choose, require_platform
from release.registry.repository import Chunks, Repository
from release.registry.sources import Source
from release.registry.transport import Retries
from release.reporter import Reporter

_DEPTH = 3
"""An archive's list, an index in it, and the image."""
_UNITS = ("B", "KiB", "MiB", "GiB")


@dataclass(frozen=True, kw_only=True)
class Copied:
    """What a copy has done."""

    digest: str
    """Of the image's manifest."""
    size: int
    """Of everything that is pulled, in bytes."""
    sent: int
    """Blobs that were sent."""
    present: int
    """Blobs that were there already, or that the registry took over from another repository."""
    changed: bool
    """Whether the tag is new, or has moved."""


def copy_image(
    source: Source, target: Repository, *, tag: str, platform: Platform, may_move: bool, reporter: Reporter
) -> Copied:
    """Copy the image for a platform.

    Args:
        source: an image, or an index with images for several platforms.
        target: the repository.
        tag: in the repository.
        platform: of the tasks.
        may_move: the tag may name another image so far.
        reporter: of progress.

    Raises:
        RefusedError: there is no such image or repository, the image is for another platform, or the tag is taken.
        FailedError: a registry does not answer.
    """
    manifest = image_of(source, platform, target.retries)
    current = target.manifest(tag)
    blobs = list(manifest.blobs)
    size = sum(blob.size for blob in blobs)
    if current is not None and current.digest == manifest.digest:
        return Copied(digest=manifest.digest, size=size, sent=0, present=len(blobs), changed=False)
    if current is not None and not may_move:
        raise RefusedError(
            f"{target.name} has another image with the tag {tag} already ({current.digest}), and tags cannot be moved. "
            "Give another one with --tag."
        )
    sent = 0
    for number, blob in enumerate(blobs, start=1):
        sent += _copy_blob(source, target, blob, what=f"part {number} of {len(blobs)}", reporter=reporter)
    target.put(tag, manifest)
    reporter.done_waiting()
    return Copied(digest=manifest.digest, size=size, sent=sent, present=len(blobs) - sent, changed=True)


def image_of(source: Source, platform: Platform, retries: Retries) -> Manifest:
    """Return the manifest of a source's image for a platform; raises RefusedError where it has none."""
    manifest = source.root()
    for _ in range(_DEPTH):
        if not manifest.is_index:
            break
        manifest = source.manifest(choose(manifest, platform, name=source.name))
    try:
        config = manifest.config
    except KeyError as error:
        raise RefusedError(f"{source.name} is not a container image.") from error
    require_platform(_read(source, config, retries), platform, name=source.name)
    return manifest


def format_size(size: int) -> str:
    """Return `12.3 MiB`."""
    value, unit = float(size), _UNITS[0]
    for unit in _UNITS:
        if value < 1024 or unit == _UNITS[-1]:
            break
        value /= 1024
    return f"{value:.1f} {unit}" if unit != _UNITS[0] else f"{size} B"


def _copy_blob(source: Source, target: Repository, blob: Descriptor, *, what: str, reporter: Reporter) -> bool:
    """Send a blob unless it is there; returns whether its bytes were sent."""
    if target.has(blob.digest):
        reporter.say(f"{what}: {format_size(blob.size)}, there already")
        return False
    origin = source.repository
    mount_from = origin.name if origin is not None and origin.url == target.url else None

    def open_chunks() -> Chunks:
        with source.open(blob) as chunks:
            yield from _shown(chunks, blob, what, reporter)

    sent = target.upload(blob, open_chunks, mount_from=mount_from)
    reporter.done_waiting()
    reporter.say(f"{what}: {format_size(blob.size)}, {'sent' if sent else 'taken over from ' + str(mount_from)}")
    return sent


def _shown(chunks: Chunks, blob: Descriptor, what: str, reporter: Reporter) -> Iterator[bytes]:
    arrived = 0
    for chunk in chunks:
        arrived += len(chunk)
        yield chunk
        if arrived < blob.size:
            reporter.wait(f"{what}: {format_size(blob.size)}", rest=f"{format_size(arrived)} sent")


def _read(source: Source, blob: Descriptor, retries: Retries) -> bytes:
    """A small blob, whole."""

    def attempt() -> bytes:
        with source.open(blob) as chunks:
            return b"".join(chunks)

    return retries.run(f"{source.name} was not read", attempt)
