"""A snapshot on disk is whole, or it is not there."""

import errno
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.snapshot.store import Content, SnapshotError, SnapshotFolder

NOW = datetime(2026, 11, 27, 12, 0, 1, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> SnapshotFolder:
    return SnapshotFolder(tmp_path / "saved")


def written(folder: SnapshotFolder, pickled: bytes = b"account", body: bytes = b"body") -> Content:
    content = Content(services=("s3",), pickled=pickled, bodies=frozenset({folder.write_body(body)}))
    folder.write(content, NOW)
    return content


def test_what_was_written_is_read(folder: SnapshotFolder) -> None:
    assert folder.read() is None
    assert folder.header() is None
    content = written(folder)
    snapshot = folder.read()
    assert snapshot is not None
    header, pickled = snapshot
    assert (pickled, header.services, header.saved_at) == (b"account", ("s3",), "2026-11-27T12:00:01.000+00:00")
    assert folder.header() == header
    (digest,) = content.bodies
    assert folder.read_body(digest) == b"body"
    assert {path.stat().st_mode & 0o077 for path in folder.folder.rglob("*")} == {0}, "secrets are in it"


def test_bodies_that_are_no_longer_referred_to_go(folder: SnapshotFolder) -> None:
    (old,) = written(folder, body=b"old").bodies
    (new,) = written(folder, body=b"new").bodies
    assert not folder.has_body(old)
    assert folder.has_body(new)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda data: data[:-3], "it has 4 bytes instead of 7"),
        (lambda data: data[:-1] + b"x", "its bytes have changed since it was written"),
        (lambda data: b"", "its first line is not the header of a snapshot"),
        (lambda data: b"[]\n", "its first line is not the header of a snapshot"),
        (lambda data: b"\x00\xff\n" + data, "its first line is not the header of a snapshot"),
    ],
    ids=["half", "changed", "empty", "another document", "binary"],
)
def test_a_broken_snapshot_is_refused_with_the_reason(folder: SnapshotFolder, damage: Any, reason: str) -> None:
    written(folder)
    path = folder.folder / "account"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SnapshotError, match=reason):
        folder.read()


@pytest.mark.parametrize(("key", "value"), [("format", 99), ("moto", "6.0.0"), ("python", "3.99")])
def test_a_snapshot_of_another_version_is_refused_and_both_versions_are_named(
    folder: SnapshotFolder, key: str, value: Any
) -> None:
    written(folder)
    path = folder.folder / "account"
    line, _, pickled = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps({**json.loads(line), key: value}).encode() + b"\n" + pickled)
    with pytest.raises(SnapshotError, match=rf"{value}.* wrote it; this is format 1"):
        folder.read()


def test_a_missing_or_changed_body_is_named(folder: SnapshotFolder) -> None:
    (digest,) = written(folder).bodies
    path = folder.folder / "bodies" / digest
    path.write_bytes(b"other")
    with pytest.raises(SnapshotError, match=f"the body {digest} of an S3 object has changed"):
        folder.read_body(digest)
    path.unlink()
    with pytest.raises(SnapshotError, match="is missing"):
        folder.read_body(digest)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_leaves_the_former_snapshot(
    folder: SnapshotFolder, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    content = written(folder, b"first")

    def full(*_arguments: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(*(("os.fsync", full) if call == "fsync" else (Path, "replace", full)))
        with pytest.raises(SnapshotError, match="account cannot be written: No space left on device"):
            folder.write(replace(content, pickled=b"second"), NOW)
        with pytest.raises(SnapshotError, match="No space left on device"):
            folder.write_body(b"another")
    snapshot = folder.read()
    assert snapshot is not None
    assert snapshot[1] == b"first"
    assert [path.name for path in folder.folder.rglob(".*")] == [], "no half-written file"
    written(folder, b"second")


def test_two_that_are_set_aside_at_once_do_not_meet(folder: SnapshotFolder) -> None:
    names = set()
    for _ in range(3):
        written(folder)
        names.add(folder.set_aside(NOW).name)
        assert folder.read() is None
    assert names == {"saved-set-aside-20261127-120001" + end for end in ("", "-2", "-3")}
