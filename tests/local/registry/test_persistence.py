"""Blobs are kept as the account is: over a kill, in a copy of the platform, and not after a reset."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from local.dataplane import DataPlane
from local.embedded import EmbeddedAws
from local.registry.blobs import BlobStore, OutOfOrderError
from local.saved_platforms import SavedPlatforms
from tests.local.registry.conftest import WEB, digest_of, log_in
from tests.local.snapshot.everyday_account import clients
from tests.support.platform import free_port

REPOSITORY = ("123456789012", "eu-west-1", WEB)


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[EmbeddedAws]:
    embedded = EmbeddedAws(endpoint_url=f"http://127.0.0.1:{free_port()}", folder=tmp_path / "embedded-aws")
    embedded.start()
    yield embedded
    embedded.stop()


def ecr(aws: EmbeddedAws) -> Any:
    return clients(aws.endpoint_url)("ecr")


@pytest.mark.slow
def test_blobs_come_back_after_a_kill_and_with_a_saved_platform(aws: EmbeddedAws, tmp_path: Path) -> None:
    ecr(aws).create_repository(repositoryName=WEB)
    registry = log_in(ecr(aws))
    registry.image("1.0.0", layer=b"one")
    location = registry("POST", "blobs/uploads/").headers["Location"]
    registry("PATCH", location, b"half of a layer")
    assert aws.save().problem == ""
    pid = aws.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)

    aws.start()
    assert registry("GET", "tags/list").status == 401, "a token is good for one run of the server"
    registry = log_in(ecr(aws))
    assert registry("GET", f"blobs/{digest_of(b'one')}").body == b"one"
    assert registry("PATCH", location, b"the rest").code == "BLOB_UPLOAD_UNKNOWN"
    assert list((aws.folder / "uploads").glob("*")) == []

    plane = cast(DataPlane, SimpleNamespace(status=lambda: SimpleNamespace(stores=[]), stores_folder=tmp_path / "dp"))
    platforms = SavedPlatforms(tmp_path / "platforms")
    saved = platforms.save("one", environment="local", aws=aws, data_plane=plane)
    ecr(aws).delete_repository(repositoryName=WEB, force=True)
    assert aws.save().problem == ""
    assert [path.name for path in (aws.saved.folder / "layers").iterdir()] == [], "no repository has them any more"
    aws.stop()
    platforms.load(saved, aws=aws, data_plane=plane)
    aws.start()
    registry = log_in(ecr(aws))
    assert registry("GET", "manifests/1.0.0").status == 200
    assert registry("GET", f"blobs/{digest_of(b'one')}").body == b"one"

    aws.stop()
    shutil.rmtree(aws.folder)  # as a reset does
    assert not (aws.saved.folder / "layers").exists()


def test_what_is_not_kept_is_in_a_folder_that_goes_with_the_process() -> None:
    store = BlobStore()
    upload = store.begin(REPOSITORY)
    folder = upload.path.parent.parent
    with upload.path.open("rb") as nothing:
        upload.append(nothing)
    upload.sync(digest_of(b""))
    store.commit(upload)
    assert store.path(digest_of(b"")) is not None
    del store, upload
    assert not folder.exists()


def test_a_chunk_that_is_cut_off_leaves_nothing(tmp_path: Path) -> None:
    store = BlobStore()
    store.use(tmp_path / "layers", uploads=tmp_path / "uploads")
    upload = store.begin(REPOSITORY)
    (tmp_path / "chunk").write_bytes(b"cut")
    with (tmp_path / "chunk").open("rb") as chunk, pytest.raises(OutOfOrderError):
        upload.append(chunk, length=5)
    assert (upload.size, upload.path.read_bytes(), upload.digest) == (0, b"", digest_of(b""))
