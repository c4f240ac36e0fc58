"""Images in folders and archives."""

import gzip
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from release.errors import BadRequestError, RefusedError
from release.registry.copy import copy_image, image_of
from release.registry.manifest import Platform
from release.registry.repository import Repository
from release.registry.sources import archive_source
from tests.release.operator import Recorder
from tests.release.registry.conftest import QUICK
from tests.release.registry.images import Image, docker_save, tar_of, write_folder

ARM = Platform(architecture="arm64")


def copied(path: Path, target: Repository, recorder: Recorder, tag: str = "1.0.0") -> Any:
    with archive_source(path) as source:
        return copy_image(source, target, tag=tag, platform=ARM, may_move=False, reporter=recorder.reporter)


@pytest.mark.parametrize("form", ["folder", "tar", "tar.gz", "tar with ./"])
def test_an_oci_layout_is_copied_as_it_is(tmp_path: Path, target: Repository, recorder: Recorder, form: str) -> None:
    image = Image.of("amd64", "arm64")
    files = image.layout()
    path = tmp_path / "image"
    if form == "folder":
        write_folder(path, files)
    else:
        packed = tar_of({f"./{name}" if "./" in form else name: body for name, body in files.items()})
        path.write_bytes(gzip.compress(packed) if form.endswith("gz") else packed)
    assert copied(path, target, recorder).digest == image.by_platform["arm64"]


def test_layers_of_docker_save_are_compressed_and_the_same_every_time(
    tmp_path: Path, target: Repository, recorder: Recorder
) -> None:
    path = tmp_path / "web.tar"
    layer = tar_of({"etc/web": b"setting" * 1000})
    path.write_bytes(docker_save("arm64", layer, b"second"))
    first = copied(path, target, recorder)
    manifest = target.manifest(first.digest)
    assert manifest is not None
    (packed, *_) = manifest.blobs
    with target.open(packed) as chunks:
        body = b"".join(chunks)
    assert gzip.decompress(body) == layer
    assert packed.size < len(layer) / 5
    again = copied(path, target, recorder, tag="1.1.0")
    assert (again.digest, again.sent) == (first.digest, 0)


def test_newer_archives_of_docker_save_hold_a_layout_too(
    tmp_path: Path, target: Repository, recorder: Recorder
) -> None:
    image = Image.of("arm64", layers=(b"layer",))
    kind, body = image.manifests[image.root]
    document = json.loads(body)
    (entry,) = document["layers"]
    entry["mediaType"] = "application/vnd.oci.image.layer.v1.tar"
    image.root = image._manifest(kind, document)["digest"]
    with tarfile.open(fileobj=io.BytesIO(docker_save("arm64", b"layer"))) as saved:
        files = {each.name: saved.extractfile(each).read() for each in saved.getmembers()}  # type: ignore[union-attr]
    path = tmp_path / "web.tar"
    path.write_bytes(tar_of({**image.layout(), **files}))
    manifest = target.manifest(copied(path, target, recorder).digest)
    assert manifest is not None
    assert next(manifest.blobs).media_type == "application/vnd.oci.image.layer.v1.tar+gzip"


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({"other": b""}, BadRequestError, "has neither index.json nor manifest.json; give the folder or archive"),
        ({"index.json": b'{"manifests": []}'}, RefusedError, "has not one image for linux/arm64, but: none"),
        (
            {"index.json": Image.of("arm64").layout()["index.json"]},
            RefusedError,
            "not complete: blobs/sha256/.* is mis",
        ),
    ],
)
def test_what_is_no_image_is_refused(
    tmp_path: Path, files: dict[str, bytes], error: type[Exception], message: str
) -> None:
    folder = write_folder(tmp_path / "layout", files)
    with pytest.raises(error, match=message), archive_source(folder) as source:
        image_of(source, ARM, QUICK)


def test_several_images_in_a_layout_are_named(tmp_path: Path) -> None:
    one, two = Image.of("arm64", layers=(b"1",)).layout("web:1"), Image.of("arm64", layers=(b"2",)).layout("web:2")
    entries = [json.loads(each["index.json"])["manifests"][0] for each in (one, two)]
    folder = write_folder(tmp_path / "l", {**one, **two, "index.json": json.dumps({"manifests": entries}).encode()})
    with archive_source(folder) as source, pytest.raises(RefusedError, match="but: web:1, web:2"):
        image_of(source, ARM, QUICK)


def test_a_damaged_layout_is_refused(tmp_path: Path) -> None:
    image = Image.of("arm64")
    folder = write_folder(tmp_path / "layout", image.layout())
    (folder / "blobs" / image.root.replace(":", "/")).write_bytes(b"{}")
    with archive_source(folder) as source, pytest.raises(RefusedError, match=r"is damaged: sha256:.* has other bytes"):
        image_of(source, ARM, QUICK)


def test_an_archive_that_is_none_and_one_with_several_images(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no archive")
    with pytest.raises(BadRequestError, match="is not an archive that can be read"), archive_source(tmp_path / "text"):
        pass
    with pytest.raises(BadRequestError, match="does not exist"), archive_source(tmp_path / "nothing"):
        pass
    (tmp_path / "two").write_bytes(docker_save("arm64", images=2))
    with pytest.raises(RefusedError, match="several images"), archive_source(tmp_path / "two"):
        pass
