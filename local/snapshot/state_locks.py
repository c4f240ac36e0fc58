"""Terraform's locks in the emulated account: while one is held, state and resources do not match.

Terraform creates resources first and writes its state at the end of an apply. So an account that was saved in between
has resources that its state does not know, and no apply would get past them.
"""

from typing import Any

from local.snapshot.account import Backends

LOCK_FILE_SUFFIX = ".tflock"
"""Of the lock that Terraform's S3 backend writes with `use_lockfile`."""
LOCK_ID, LOCK_INFO = "LockID", "Info"
"""Attributes of an item that is a lock; the items with a state's checksum have no `Info`."""


def held_locks(backends: Backends) -> tuple[str, ...]:
    """Names of the states that are locked, such as `bucket/prod/network.tfstate`."""
    return (*_in_tables(backends), *_in_buckets(backends))


def _in_tables(backends: Backends) -> tuple[str, ...]:
    tables = [
        table
        for regions in backends.get("dynamodb", {}).values()
        for backend in regions.values()
        for table in backend.tables.values()
    ]
    items = [item for table in tables if table.hash_key_attr == LOCK_ID for item in list(table.items.values())]
    return tuple(str(item.attrs[LOCK_ID].value) for item in items if LOCK_INFO in item.attrs)


def _in_buckets(backends: Backends) -> tuple[str, ...]:
    buckets: list[Any] = [
        bucket
        for partitions in backends.get("s3", {}).values()
        for backend in partitions.values()
        for bucket in backend.buckets.values()
    ]
    if not buckets:
        return ()
    # Not at the head of the file: it takes a second, and nobody has a bucket when the embedded AWS starts.
    from moto.s3.models import FakeDeleteMarker

    return tuple(
        f"{bucket.name}/{name.removesuffix(LOCK_FILE_SUFFIX)}"
        for bucket in buckets
        for name, newest in list(bucket.keys.items())
        # In a bucket with versions, as the state's is, a lock that was released stays as a delete marker.
        if name.endswith(LOCK_FILE_SUFFIX) and not isinstance(newest, FakeDeleteMarker)
    )


def changes_lock(environ: dict[str, Any], body: bytes) -> bool:
    """Whether a request takes or releases one of Terraform's locks."""
    path = str(environ.get("PATH_INFO", ""))
    if path.endswith(LOCK_FILE_SUFFIX):
        return True
    action = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")[2]
    if f'"{LOCK_ID}"'.encode() not in body:
        return False
    return action == "DeleteItem" or (action == "PutItem" and f'"{LOCK_INFO}"'.encode() in body)
