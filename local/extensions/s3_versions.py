"""S3: a list of object versions continues after a marker whose version was deleted.

Symptom: a client that deletes each page before it requests the next gets an empty second page. moto looks up the
version in the marker, which no longer exists. On AWS a marker is a position.
"""

from collections.abc import Iterator
from typing import Any

from moto.s3.models import FakeKey, S3Backend

from local.extensions.patching import wrap_method


@wrap_method(S3Backend, "list_object_versions")
def page_of_versions(
    _original: Any,
    backend: Any,
    bucket_name: str,
    delimiter: str | None = None,
    key_marker: str | None = None,
    max_keys: int | None = 1000,
    prefix: str = "",
    version_id_marker: str | None = None,
) -> tuple[list[Any], list[str], list[Any], str | None, str | None]:
    """One page: versions, common prefixes, delete markers, and the two markers of the last entry if more follow.

    The markers are positions: the versions in them need not exist any more.
    """
    entries = _entries(backend.get_bucket(bucket_name).keys, prefix or "", delimiter)
    following = _after(entries, key_marker, version_id_marker)
    page = list(_first(following, max_keys))
    versions = [version for _, version in page if isinstance(version, FakeKey)]
    delete_markers = [version for _, version in page if version is not None and not isinstance(version, FakeKey)]
    common_prefixes = [name for name, version in page if version is None]
    if not page or next(following, None) is None:
        return versions, common_prefixes, delete_markers, None, None
    name, version = page[-1]
    return versions, common_prefixes, delete_markers, name, version.version_id if version is not None else None


def _entries(keys: Any, prefix: str, delimiter: str | None) -> Iterator[tuple[str, Any]]:
    """Name and version in the order of a listing, the latest version of a key first; a common prefix has no version."""
    last_prefix = None
    for name in sorted(name for name in keys if name.startswith(prefix)):
        head, separator, _ = name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        if separator:
            if (common := prefix + head + separator) != last_prefix:
                yield common, None
            last_prefix = common
            continue
        for position, version in enumerate(reversed(keys.getlist(name))):
            version.is_latest = position == 0
            yield name, version


def _after(
    entries: Iterator[tuple[str, Any]], key_marker: str | None, version_id_marker: str | None
) -> Iterator[tuple[str, Any]]:
    """The entries after the markers. If the marked version was deleted, all remaining versions of its key follow."""
    marked: list[tuple[str, Any]] = []
    for name, version in entries:
        if key_marker and name <= key_marker:
            if name == key_marker and version_id_marker:
                marked.append((name, version))
            continue
        yield from _after_version(marked, version_id_marker)
        marked = []
        yield name, version
    yield from _after_version(marked, version_id_marker)


def _after_version(marked: list[tuple[str, Any]], version_id_marker: str | None) -> list[tuple[str, Any]]:
    ids = [version.version_id if version is not None else None for _, version in marked]
    return marked[ids.index(version_id_marker) + 1 :] if version_id_marker in ids else marked


def _first(entries: Iterator[tuple[str, Any]], count: int | None) -> Iterator[tuple[str, Any]]:
    while count is None or count > 0:
        entry = next(entries, None)
        if entry is None:
            return
        yield entry
        count = None if count is None else count - 1
